"""Sentence embeddings of messages."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.normalizer import SPELLED
from nlu.components.reading import ReadingComponent
from nlu.embedding import embed, encoder

EMBEDDING = "embedding"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEmbedder(ReadingComponent):
    """Adds a sentence embedding to each message that was typed."""

    def __init__(self) -> None:
        encoder()  # a first turn must not wait for it

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the embedding to each message with words in it; buttons have none."""
        typed = _typed(messages)
        for message, vector in zip(typed, embed(spelled(typed)), strict=True):
            message.set(EMBEDDING, vector)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the examples as they are: the classifier embeds them itself.

        Rasa prints every number of every example for a fingerprint, which takes longer than
        the whole training.
        """
        return training_data


def _typed(messages: list[Message]) -> list[Message]:
    return [m for m in messages if not (m.get(TEXT) or "").startswith(INTENT_MESSAGE_PREFIX)]


def spelled(messages: list[Message]) -> list[str]:
    """Return the texts of messages as they are embedded."""
    return [message.get(SPELLED) or "" for message in messages]
