"""Which language is named for the conversation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from nlu.arabic import IN_PREFIXES, NAME_PREFIXES, TO_PREFIXES
from nlu.entities.lexicon import Meaning, Words, entries, load
from nlu.entities.phrases import Found, Phrases
from nlu.entities.reading import Entity

_MOST_WORDS_ALONE: Final = 3
_CUE_REACH: Final = 4


def load_languages(path: Path) -> Phrases[Meaning]:
    """Return the languages by the names that the lexicon has for them."""
    languages: Phrases[Meaning] = Phrases(prefixes=NAME_PREFIXES, names=True)
    for wording, meaning in entries(load(path)["language"]):
        languages.learn(wording, meaning)
    return languages


def read_languages(words: Words, languages: Phrases[Meaning]) -> Iterator[Entity]:
    """Yield the languages that a text names as languages."""
    for found in languages.all(words.reading):
        if _is_language(words, found):
            span = words.reading.span(found.first, found.after, prefix=found.prefix)
            yield words.reading.entity("language", span, found.value["code"])


def _is_language(words: Words, found: Found[Meaning]) -> bool:
    # Most names of languages are also names of nations: "an Indian driver".
    if len(words) <= _MOST_WORDS_ALONE or found.prefix in IN_PREFIXES | TO_PREFIXES:
        return True
    reach = _CUE_REACH if "sure" in found.value else 1
    before = any(words.before(found.first - back, "language_cue") for back in range(reach))
    return before or words.at(found.after, "language_after") is not None
