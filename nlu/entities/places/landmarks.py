"""Landmarks that a place is told by: "opposite the co-op", "behind Mubarak hospital"."""

from typing import Final

from nlu.arabic import ARTICLE, IN_THE
from nlu.entities.lexicon import Meaning, Words
from nlu.entities.phrases import Found
from nlu.entities.places.parts import Part

_MOST_WORDS: Final = 4
_STOPS: Final = (
    "address_glue", "near_cue", "block_cue", "street_cue", "house_cue", "inside_cue", "and",
)  # fmt: skip


def landmark_at(words: Words, index: int) -> Part | None:
    """Return the landmark that a word such as "near" leads to, if it does."""
    cue = words.at(index, "near_cue")
    if cue is None:
        return _before_cue(words, index)
    first = words.past(cue.after, "the")
    noun = _noun_from(words, first)
    if noun is None:
        return None
    after = _name_end(words, noun)
    return Part("landmark", words.reading.words(first, after), index, after, cue.prefix)


def _before_cue(words: Words, index: int) -> Part | None:
    # Urdu says "the mosque's side".
    noun = words.at(index, "landmark")
    cue = words.at(noun.after, "near_after") if noun else None
    if noun is None or cue is None:
        return None
    return Part("landmark", words.reading.words(index, noun.after), index, cue.after)


def _noun_from(words: Words, first: int) -> Found[Meaning] | None:
    # English puts the name before what it names: "near Al Salam mall".
    latin = first < len(words) and words.reading.tokens[first].text.isascii()
    for index in range(first, min(len(words), first + (_MOST_WORDS if latin else 1))):
        if index > first and words.reading.ends_clause(index):
            return None
        noun = words.at(index, "landmark")
        if noun:
            return noun
    return None


def _name_end(words: Words, noun: Found[Meaning]) -> int:
    """Return where the name of a landmark ends.

    In Arabic a bare noun takes one word as its name, and every noun the adjectives after it,
    which show by their article.
    """
    reading, after = words.reading, noun.after
    last = reading.tokens[noun.after - 1].text
    if last.isascii():
        return after
    if not last.startswith(ARTICLE) and _goes_on(words, after):
        after += 1
    limit = noun.after + _MOST_WORDS
    while after < limit and _goes_on(words, after) and _is_definite(words, after):
        after += 1
    return after


def _goes_on(words: Words, index: int) -> bool:
    if words.reading.ends_clause(index) or words.reading.tokens[index].is_number:
        return False
    if words.reading.tokens[index].text.startswith(IN_THE):
        return False  # "a grocery in the capital"
    return not any(words.at(index, role) for role in _STOPS)


def _is_definite(words: Words, index: int) -> bool:
    return words.reading.tokens[index].text.startswith(ARTICLE)
