"""The intent of a turn, and the category of a problem, by two models of the same kind."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.normalizer import FOLDED
from nlu.text_model import TextModel

CATEGORY_RANKING = "category_ranking"
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
        """Return the regularisation's inverse and the sharpness of the probabilities."""
        return {"strength": 20.0, "sharpness": 1.0}

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
        labelled = [
            (example.get(FOLDED) or "", label)
            for example in training_data.training_examples
            if (label := self._label(example))
        ]
        texts, labels = zip(*labelled, strict=True)
        self._model = TextModel.train(
            texts,
            labels,
            strength=self._config["strength"],
            sharpness=self._config["sharpness"],
        )
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
        return self._model.rank(folded) if self._model and folded else []


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
        metadata = example.get("metadata") or {}
        return (metadata.get("intent") or {}).get("category")

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the categories' ranking to each message."""
        for message in messages:
            ranking = [{"code": n, "confidence": c} for n, c in self._rank(message)]
            message.set(CATEGORY_RANKING, ranking[:_CATEGORIES_TOLD], add_to_output=True)
        return messages
