"""Which answer of the interview is named."""

from collections.abc import Iterator
from typing import Final

from nlu.entities.lexicon import Words
from nlu.entities.reading import Entity

_FEW_WORDS: Final = 3


def read_answer_names(words: Words) -> Iterator[Entity]:
    """Yield the answers that somebody who corrects one names; a story names none."""
    if len(words) > _FEW_WORDS and not _corrects(words):
        return
    index = 0
    while index < len(words):
        found = words.at(index, "answer_name")
        if found:
            span = words.reading.span(index, found.after, prefix=found.prefix)
            yield words.reading.entity("answer_name", span, found.value["slot"])
        index = found.after if found else index + 1


def _corrects(words: Words) -> bool:
    return any(words.at(index, "edit_cue") for index in range(len(words)))
