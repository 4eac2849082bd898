"""The intent of a turn, and the category of a problem, read by one model."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.arabic import fold
from nlu.components.development import embeddings_of, examples_of, read_development
from nlu.components.embedder import EMBEDDING
from nlu.components.normalizer import FOLDED, SPELLED
from nlu.taxonomy import category_of, descriptions
from nlu.text_model import Settings
from nlu.understanding import PROBLEM, Example, Understanding

CATEGORY_RANKING: Final = "category_ranking"
CATEGORY_WORDS: Final = "category_words"
_AROUND_WORDS: Final = ".,;:!?()\"'\u060c\u061b\u061f\u06d4\u00ab\u00bb"
_JURISDICTIONS: Final = Path(__file__).parents[2] / "jurisdictions"
_TOLD: Final = 10  # of each ranking


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TurnClassifier(GraphComponent, IntentClassifier):
    """Says what a turn wants, and ranks the taxonomy's categories in case it is a problem."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: Understanding | None = None,
    ) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the model's settings; see nlu.text_model.Settings."""
        return {
            "jurisdiction": "kuwait",
            "strength": 1.0,
            "sharpness": 8.0,
            "embedding": 0.5,
            "balance": 1.0,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> TurnClassifier:
        """Build the component for a training graph."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **_kwargs: Any,
    ) -> TurnClassifier:
        """Build the component with its trained model."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, Understanding.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the examples and on what the taxonomy itself says of its categories."""
        # Rasa adds the rules' intents as examples without a text.
        messages = [e for e in training_data.nlu_examples if e.get(TEXT) and e.get(INTENT)]
        examples = [_example(message) for message in messages]
        embeddings = embeddings_of(messages)
        told, told_embeddings = self._descriptions()
        model = Understanding.train(
            Settings.of(self._config), [*examples, *told], np.vstack([embeddings, told_embeddings])
        )
        self._model = model.calibrated(*read_development())
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def _descriptions(self) -> tuple[list[Example], Any]:
        told = descriptions(_JURISDICTIONS / self._config["jurisdiction"])
        return examples_of([(PROBLEM, code, text) for code, text in told])

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the examples as they are."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the intent, and both rankings, to each message."""
        for message in messages:
            self._read(message)
        return messages

    def _read(self, message: Message) -> None:
        folded, embedding = message.get(FOLDED), message.get(EMBEDDING)
        intents: list[dict[str, Any]] = [{"name": "out_of_scope", "confidence": 0.0}]
        categories: list[dict[str, Any]] = []
        if self._model and folded and embedding is not None:
            understood = self._model.read(folded, embedding)
            intents = [{"name": n, "confidence": c} for n, c in understood.intents]
            categories = [{"code": n, "confidence": c} for n, c in understood.categories]
        message.set(INTENT, intents[0], add_to_output=True)
        message.set("intent_ranking", intents[:_TOLD], add_to_output=True)
        message.set(CATEGORY_RANKING, categories[:_TOLD], add_to_output=True)
        if message.get("metadata"):  # a turn, or somebody who wants to know why
            message.set(CATEGORY_WORDS, self._deciding_words(message), add_to_output=True)

    def _deciding_words(self, message: Message) -> list[str]:
        """Return the citizen's own words that speak most for the likeliest category."""
        ranking: list[dict[str, Any]] = message.get(CATEGORY_RANKING)
        if self._model is None or not ranking or message.get(INTENT)["name"] != PROBLEM:
            return []
        spelled, written = message.get(SPELLED).split(), message.get(TEXT).split()
        if len(spelled) != len(written):  # Arabizi: two of its words may be one
            return []
        own = {fold(one): two for one, two in zip(spelled, written)}  # noqa: B905 - see above
        decided = self._model.deciding_words(message.get(FOLDED), ranking[0]["code"])
        return [own[word].strip(_AROUND_WORDS) for word in decided if word in own]


def _example(message: Message) -> Example:
    return Example(message.get(FOLDED) or "", message.get(INTENT), category_of(message))
