"""How many: numbers in digits and in words."""

from dataclasses import dataclass
from typing import Final

from nlu.arabic import AND_PREFIX
from nlu.entities.lexicon import Words

_LONGEST_COUNT: Final = 4
_TEN: Final = 10
_HUNDRED: Final = 100
_SUFFIXES: Final = ("unit", "nth", "meridiem", "not_a_day_before")


@dataclass(frozen=True)
class Count:
    """A whole number that was said, and the word after it."""

    value: int
    after: int
    digits: bool = False


def count_at(words: Words, index: int) -> Count | None:
    """Read a whole number of at most four digits, or one in words."""
    if index >= len(words):
        return None
    token = words.reading.tokens[index]
    if token.is_number:
        small = len(token.text) <= _LONGEST_COUNT and not _is_letter(words, index)
        return Count(int(token.text), index + 1, digits=True) if small else None
    found = words.at(index, "number")
    if found is None:
        return None
    return _compound(words, found.value["n"], found.after)


def ordinal_at(words: Words, index: int) -> Count | None:
    """Read which one in a row: a number in words such as "the third"."""
    found = words.at(index, "ordinal")
    return found and Count(found.value["n"], found.after)


def _is_letter(words: Words, index: int) -> bool:
    # Arabic in Latin letters writes some letters as digits: 3asr, el5amees, mbare7.
    reading = words.reading
    if reading.joins_latin(index):
        return True
    known = any(words.at(index + 1, role) for role in _SUFFIXES)
    return reading.joins_latin(index + 1) and not known


def _compound(words: Words, value: int, after: int) -> Count:
    other = words.at(after, "number")
    if other is None:
        return Count(value, after)
    more: int = other.value["n"]
    joined = other.prefix == AND_PREFIX
    if _is_hundreds(value) and 0 < more < _HUNDRED:
        rest = _compound(words, more, other.after)
        return Count(value + rest.value, rest.after)
    # Arabic says "five and twenty", English "twenty five".
    units_first = joined and value < _TEN and _is_tens(more)
    if units_first or (not joined and _is_tens(value) and 0 < more < _TEN):
        return Count(value + more, other.after)
    return Count(value, after)


def _is_tens(number: int) -> bool:
    return number % _TEN == 0 and _TEN < number < _HUNDRED


def _is_hundreds(number: int) -> bool:
    return number > 0 and number % _HUNDRED == 0
