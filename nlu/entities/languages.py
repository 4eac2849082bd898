"""Which language is named for the conversation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from nlu.arabic import ARTICLE, IN_PREFIXES, NAME_PREFIXES, TO_PREFIXES
from nlu.entities.lexicon import Meaning, Words, entries, load
from nlu.entities.phrases import Found, Phrases
from nlu.entities.reading import Entity

_MOST_WORDS_ALONE: Final = 3
_CUE: Final = "language_cue"
_CUE_REACH: Final = 4
_SHORTEST_NOUN: Final = 5  # with its article


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


def _is_whole_text(words: Words, found: Found[Meaning]) -> bool:
    # With a word or two that may be anything, such as "please"; but "Arabic coffee" is a drink.
    if len(words) > _MOST_WORDS_ALONE or (found.first and not words.before(found.first, _CUE)):
        return False
    return found.after == len(words) or words.at(found.after, "language_after") is not None


def _describes(words: Words, found: Found[Meaning]) -> bool:
    # "the Arabian Gulf", but "the Arabic language".
    tokens, first = words.reading.tokens, found.first
    if first == 0 or words.before(first, _CUE):
        return False
    noun = tokens[first - 1].text
    definite = noun.startswith(ARTICLE) and len(noun) >= _SHORTEST_NOUN
    return definite and tokens[first].text.startswith(ARTICLE)


def _is_language(words: Words, found: Found[Meaning]) -> bool:
    # Most names of languages are also names of nations: "an Indian driver".
    if _describes(words, found):
        return False
    if found.prefix in IN_PREFIXES | TO_PREFIXES or _is_whole_text(words, found):
        return True
    reach = _CUE_REACH if "sure" in found.value else 1
    before = any(words.before(found.first - back, _CUE) for back in range(reach))
    return before or words.at(found.after, "language_after") is not None
