"""The intent of a turn, and the category of a problem, by two models of the same kind."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.embedder import EMBEDDING
from nlu.components.normalizer import FOLDED
from nlu.text_model import Settings, TextModel

CATEGORY_RANKING = "category_ranking"
_SETTINGS = ("strength", "sharpness", "embedding", "balance")
_INTENTS_TOLD = 10
_CATEGORIES_TOLD = 10


class _Classifier(GraphComponent):
    """What both classifiers share: training, keeping and loading one text model."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: TextModel | None = None,
    ) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the model's settings; see nlu.text_model.Settings."""
        return {"strength": 1.0, "sharpness": 3.0, "embedding": 0.8, "balance": 1.0}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> _Classifier:
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
    ) -> _Classifier:
        """Build the component with its trained model."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, TextModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the examples that carry this classifier's label."""
        # Rasa adds the rules' intents as examples without a text.
        examples = [e for e in training_data.nlu_examples if e.get(TEXT) and self._label(e)]
        texts = [example.get(FOLDED) or "" for example in examples]
        embeddings = np.stack([example.get(EMBEDDING) for example in examples])
        labels = [self._label(example) or "" for example in examples]
        settings = Settings(*(self._config[name] for name in _SETTINGS))
        self._model = TextModel.train(settings, texts, embeddings, labels)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the examples as they are."""
        return training_data

    def _label(self, example: Message) -> str | None:
        raise NotImplementedError

    def _rank(self, message: Message) -> list[tuple[str, float]]:
        folded = message.get(FOLDED)
        embedding = message.get(EMBEDDING)
        if self._model is None or not folded or embedding is None:
            return []
        return self._model.rank(folded, embedding)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TurnClassifier(_Classifier, IntentClassifier):
    """Says what a turn wants: the labels of `nlu/data/intents` and `report_problem`."""

    def _label(self, example: Message) -> str | None:
        return example.get(INTENT)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the intent and its ranking to each message."""
        for message in messages:
            ranking = [{"name": n, "confidence": c} for n, c in self._rank(message)]
            best = ranking[0] if ranking else {"name": "out_of_scope", "confidence": 0.0}
            message.set(INTENT, best, add_to_output=True)
            message.set("intent_ranking", ranking[:_INTENTS_TOLD], add_to_output=True)
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CategoryClassifier(_Classifier):
    """Ranks the taxonomy's categories for a problem's text, from `nlu/data/categories`."""

    def _label(self, example: Message) -> str | None:
        metadata: dict[str, Any] = example.get("metadata") or {}
        intent: dict[str, Any] = metadata.get("intent") or {}
        return intent.get("category")

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the categories' ranking to each message."""
        for message in messages:
            ranking = [{"code": n, "confidence": c} for n, c in self._rank(message)]
            message.set(CATEGORY_RANKING, ranking[:_CATEGORIES_TOLD], add_to_output=True)
        return messages
