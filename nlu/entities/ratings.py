"""How satisfied somebody is, from one to five."""

import re
from collections.abc import Iterator
from typing import Final

from nlu.entities.counts import Count, count_at
from nlu.entities.lexicon import DIGITS, Words
from nlu.entities.reading import Entity

_STARS: Final = re.compile(
    "[\u2b50\u2605\U0001f31f](?:[\ufe0f ]{0,2}[\u2b50\u2605\U0001f31f]){0,9}"
)
_STAR: Final = re.compile("[\u2b50\u2605\U0001f31f]")
_BEST: Final = 5
_OUT_OF: Final = (5, 10, 100)
_NO_RATING_BEFORE: Final = ("unit", "not_a_day_before", "counted", "past_hour", "ring_cue")
_BEGINNINGS: Final = frozenset(
    (DIGITS, "number", "rating_unit", "two_stars", "best_rating", "worst_rating")
)
_CUE_REACH: Final = 3


def read_ratings(words: Words) -> Iterator[Entity]:
    """Yield the ratings of a text: stars, "four of five", or a number that answers alone."""
    for stars in _STARS.finditer(words.reading.text):
        value = min(len(_STAR.findall(stars[0])), _BEST)
        yield words.reading.entity("rating", stars.span(), value)
    index = 0
    while index < len(words):
        rating = _rating_at(words, index) if words.plays(index, _BEGINNINGS) else None
        if rating:
            yield words.reading.entity(
                "rating", words.reading.span(index, rating.after), rating.value
            )
        index = rating.after if rating else index + 1


def _rating_at(words: Words, index: int) -> Count | None:
    for role, value in (("best_rating", _BEST), ("worst_rating", 1)):
        found = words.at(index, role)
        if found:
            return Count(value, found.after)
    return _stars_at(words, index) or _out_of_at(words, index) or _bare_at(words, index)


def _stars_at(words: Words, index: int) -> Count | None:
    if words.before(index, "landmark"):
        return None  # a hotel of five stars
    two = words.at(index, "two_stars")
    if two:
        return Count(2, _past_scale(words, two.after))
    unit = words.at(index, "rating_unit")
    number = count_at(words, unit.after if unit else index)
    after = number.after if number else 0
    unit = unit or (words.at(after, "rating_unit") if number else None)
    if not unit or not number or not 0 < number.value <= _BEST:
        return None
    return Count(number.value, _past_scale(words, max(unit.after, after)))


def _out_of_at(words: Words, index: int) -> Count | None:
    number = count_at(words, index)
    best = _scale_at(words, number.after) if number else None
    if not number or not best or not _is_shown(words, index, best.after):
        return None
    # Urdu says "five out of which three".
    score, scale = sorted((number.value, best.value))
    if scale not in _OUT_OF:
        return None
    return Count(max(1, -(-score * _BEST // scale)), best.after)


def _scale_at(words: Words, index: int) -> Count | None:
    of = words.at(index, "rating_of")
    if of:
        return count_at(words, of.after)
    divided = index < len(words) and words.reading.gap(index).strip() == "/"
    return count_at(words, index) if divided else None


def _bare_at(words: Words, index: int) -> Count | None:
    number = count_at(words, index)
    if number is None or not 0 < number.value <= _BEST:
        return None
    if any(words.at(number.after, role) for role in _NO_RATING_BEFORE):
        return None
    # "one" is too common a word to be a rating some words after its cue.
    reach = 1 if number.value == 1 and not number.digits else _CUE_REACH
    shown = _is_alone(words, index, number.after) or _has_cue(words, index, reach)
    return number if shown else None


def _past_scale(words: Words, index: int) -> int:
    scale = _scale_at(words, index)
    return scale.after if scale and scale.value in _OUT_OF else index


def _is_shown(words: Words, index: int, after: int) -> bool:
    clear = words.at(index, "rating_of") is None and words.reading.ends_clause(after)
    divided = words.reading.gap(index + 1).strip() == "/"
    return _has_cue(words, index) or _is_alone(words, index, after) or (clear and not divided)


def _is_alone(words: Words, index: int, after: int) -> bool:
    return index == 0 and after == len(words)


def _has_cue(words: Words, index: int, reach: int = _CUE_REACH) -> bool:
    return any(words.before(index - back, "rating_cue") for back in range(reach))
