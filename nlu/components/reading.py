"""What the components share that read a text and learn nothing."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from typing_extensions import Self

Reading = TypeVar("Reading", bound="ReadingComponent")


class ReadingComponent(GraphComponent):
    """Reads training examples just as it reads messages."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],  # noqa: ARG003
        model_storage: ModelStorage,  # noqa: ARG003
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> Self:
        """Build the component for a graph."""
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Read the training examples."""
        self.process(training_data.training_examples)
        return training_data

    @abstractmethod
    def process(self, messages: list[Message]) -> list[Message]:
        """Add to each message what this component reads in it."""
