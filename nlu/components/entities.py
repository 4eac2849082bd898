"""Entities of a turn: numbers, times, places, names."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.entities import EntityReader

_ROOT = Path(__file__).parents[2]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class TurnEntities(GraphComponent):
    """Adds what can be read off a turn by rule, in the jurisdiction's words."""

    def __init__(self, jurisdiction: Path) -> None:
        self._reader = EntityReader(_ROOT / "nlu" / "lexicon", jurisdiction)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the jurisdiction whose places and agencies are read."""
        return {"jurisdiction": "kuwait"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,  # noqa: ARG003
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> TurnEntities:
        """Build the component for a graph."""
        return cls(_ROOT / "jurisdictions" / config["jurisdiction"])

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the examples as they are: nothing learns from their entities."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities to each message."""
        for message in messages:
            now = _now(message)
            found = self._reader.read(message.get(TEXT) or "", now)
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages


def _now(message: Message) -> datetime:
    """When the citizen wrote: relative times are counted from there."""
    metadata: dict[str, Any] = message.get("metadata") or {}
    told = metadata.get("now")
    return datetime.fromisoformat(told) if told else datetime.now().astimezone()
