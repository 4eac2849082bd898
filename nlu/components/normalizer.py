"""Arabic normalisation: what the models read, beside what the citizen wrote."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.arabic import fold
from nlu.components.language import LANGUAGE
from nlu.transliteration import to_arabic

FOLDED = "folded"
SPELLED = "spelled"  # in Arabic letters where it was Arabizi, else as it was written
_READ = 4_000  # characters: what follows adds nothing to a label


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class ArabicNormalizer(GraphComponent):
    """Keeps a folded text beside each message's own; Arabizi as the Arabic it stands for."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],  # noqa: ARG003
        model_storage: ModelStorage,  # noqa: ARG003
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> ArabicNormalizer:
        """Build the component for a graph."""
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Fold the training examples as messages will be."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the folded text to each message that has text."""
        for message in messages:
            text = (message.get(TEXT) or "")[:_READ]
            language: dict[str, Any] = message.get(LANGUAGE) or {}
            spelled = to_arabic(text) if language.get("name") == "arabizi" else text
            message.set(SPELLED, spelled)
            message.set(FOLDED, fold(spelled))
        return messages
