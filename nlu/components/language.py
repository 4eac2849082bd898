"""The language of a turn: script and letters first, langdetect only where it can be trusted."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.identification import LanguageIdentifier as _Identifier

LANGUAGE = "language"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class LanguageIdentifier(GraphComponent):
    """Says which language each message is written in."""

    def __init__(self) -> None:
        self._identifier = _Identifier()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],  # noqa: ARG003
        model_storage: ModelStorage,  # noqa: ARG003
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> LanguageIdentifier:
        """Build the component for a graph."""
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Identify the training examples as messages will be."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the language to each message that has text."""
        for message in messages:
            guess = self._identifier.identify(message.get(TEXT) or "")
            told = {"name": guess.language, "confidence": guess.confidence}
            message.set(LANGUAGE, told, add_to_output=True)
        return messages
