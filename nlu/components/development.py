"""Text that was written to find out how sure the model may be of itself; never trained on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, cast

import numpy as np
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.components.embedder import spelled
from nlu.components.language import LanguageIdentifier
from nlu.components.normalizer import FOLDED, ArabicNormalizer
from nlu.components.reading import ReadingComponent
from nlu.kept_embeddings import embed_kept
from nlu.text_model import Rows
from nlu.understanding import PROBLEM, Example

FOLDER: Final = Path(__file__).parents[1] / "development"

Row = tuple[str, "str | None", str]  # intent, category, text


def read_development(folder: Path = FOLDER) -> tuple[list[Example], Rows]:
    """Return the development text as the model reads it, with its embeddings."""
    problems, turns = (_lines(folder / f"{kind}.tsv") for kind in ("categories", "intents"))
    rows: list[Row] = [(PROBLEM, label, text) for label, text in problems]
    rows += [(label, None, text) for label, text in turns]
    return examples_of(rows)


def examples_of(rows: Sequence[Row]) -> tuple[list[Example], Rows]:
    """Return examples, and their embeddings, of rows of intent, category and text."""
    messages = as_read([text for _, _, text in rows])
    examples = [
        Example(message.get(FOLDED) or "", intent, category)
        for message, (intent, category, _) in zip(messages, rows, strict=True)
    ]
    return examples, embeddings_of(messages)


def as_read(texts: list[str]) -> list[Message]:
    """Return texts as messages that were identified and folded."""
    messages = [Message({TEXT: text}) for text in texts]
    for reader in _readers():
        reader.process(messages)
    return messages


@lru_cache(maxsize=1)
def _readers() -> tuple[ReadingComponent, ...]:
    return cast("tuple[ReadingComponent, ...]", (LanguageIdentifier(), ArabicNormalizer()))


def embeddings_of(messages: list[Message]) -> Rows:
    """Return one row for each message."""
    return embed_kept(spelled(messages)) if messages else np.zeros((0, 0), np.float32)


def _lines(path: Path) -> list[tuple[str, str]]:
    """Return label and text of each line: `variety<TAB>label<TAB>text`."""
    if not path.exists():
        return []
    fields = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line]
    return [(label, text) for _, label, text in fields]
