"""Stretches of time: "two days", "a year and three months", "some weeks"."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nlu.arabic import AND_PREFIX
from nlu.entities.counts import count_at
from nlu.entities.lexicon import Words

_HALF_PAST: Final = 30


@dataclass(frozen=True)
class Amount:
    """A stretch of time in its units, none when nobody counted; and the word after it."""

    stretches: Sequence[tuple[float, str]]
    after: int
    counted: bool = True  # a number was said, not only "a month"


def amount_at(words: Words, index: int) -> Amount | None:
    """Read a stretch of time, with what is added to it."""
    amount = _one_at(words, index)
    if amount is None or not amount.stretches:
        return amount
    more = _added_at(words, amount.after)
    if more is None:
        return amount
    return Amount((*amount.stretches, *more.stretches), more.after, amount.counted)


def _one_at(words: Words, index: int) -> Amount | None:
    whole = words.at(index, "unit")
    count = None if whole and whole.after > index + 1 else count_at(words, index)
    few = words.at(index, "few")
    start = count.after if count else words.past(index, "few" if few else "single")
    unit = words.at(start, "unit")
    if unit is None:
        return None
    number = count.value if count else 0 if few else unit.value["count"]
    after = unit.after if count else _past_one(words, unit.after, unit.value["count"])
    half = _half_at(words, after)
    stretches = [(number + (0.5 if half else 0), unit.value["unit"])] if number else []
    return Amount(stretches, half or after, bool(count) or number != 1)


def _past_one(words: Words, index: int, number: int) -> int:
    # "a month one" says the number twice.
    count = words.at(index, "number")
    return count.after if count and number and count.value["n"] == number else index


def _half_at(words: Words, index: int) -> int | None:
    half = words.at(index, "past_hour")
    return half.after if half and half.value["minutes"] == _HALF_PAST else None


def _added_at(words: Words, index: int) -> Amount | None:
    for role in ("number", "unit"):
        found = words.at(index, role)
        if found and found.prefix == AND_PREFIX:
            return _one_at(words, index)
    joined = words.at(index, "and")
    return _one_at(words, joined.after) if joined else None
