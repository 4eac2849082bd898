"""Fragments put together: "yesterday" and "at five in the afternoon" are one time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from nlu.entities.lexicon import Words
from nlu.entities.times.fragments import NAMED, VAGUE, WEEKDAY, WRITTEN, Fragment

_MOST_GLUE: Final = 2
_WEEK: Final = timedelta(weeks=1)
_DASHES: Final = frozenset("-\u2013\u2014")


def join(words: Words, fragments: Sequence[Fragment]) -> Iterator[Fragment]:
    """Yield the times that fragments in their order make."""
    whole: Fragment | None = None
    for fragment in fragments:
        joined = _joined(words, whole, fragment) if whole else fragment
        if joined is None and whole:
            yield whole
        whole = joined or fragment
    if whole:
        yield whole


def _joined(words: Words, one: Fragment, other: Fragment) -> Fragment | None:
    if one.kind and other.kind and _is_range(words, one, other):
        return _range(one, other)
    if not _is_glued(words, one.after, other.first):
        return None
    if _is_week(one) and one.day and other.kind == WEEKDAY and other.day:
        days = timedelta(days=(other.day.weekday() + 1) % _WEEK.days)
        return replace(other, first=one.first, day=one.day + days)
    if _clash(words, one, other):
        return None
    kept = other if other.kind and (one.kind is None or other.kind == WRITTEN) else one
    return replace(
        kept,
        first=one.first,
        after=other.after,
        clock=one.clock or other.clock,
        half=one.half or other.half,
        part=one.part or other.part,
        since=one.since or (other.since and not one.clock),
        weak=one.weak and other.weak,
    )


def _is_week(fragment: Fragment) -> bool:
    if fragment.kind != NAMED or not fragment.day or not fragment.until:
        return False
    return fragment.until - fragment.day == _WEEK - timedelta(days=1)


def _clash(words: Words, one: Fragment, other: Fragment) -> bool:
    if (one.clock and other.clock) or (one.part and other.part):
        return True
    if one.kind is None or other.kind is None:
        return VAGUE in (one.kind, other.kind)
    explained = {one.kind, other.kind} == {WEEKDAY, WRITTEN}
    return not explained and not words.before(other.first, "same_day")


def _is_glued(words: Words, index: int, until: int) -> bool:
    if until - index > _MOST_GLUE or words.reading.ends_sentence(index):
        return False
    while index < until:
        glue = words.at(index, "glue")
        if glue is None:
            return False
        index = glue.after
    return index == until and not words.reading.ends_sentence(until)


def _is_range(words: Words, one: Fragment, other: Fragment) -> bool:
    if not (one.day and other.day) or VAGUE in (one.kind, other.kind):
        return False
    if other.first == one.after:
        return words.reading.gap(other.first).strip() in _DASHES
    to = words.at(one.after, "to")
    return to is not None and to.after == other.first


def _range(one: Fragment, other: Fragment) -> Fragment | None:
    first, last = one.day, other.until or other.day
    if first and last and last < first and one.kind == WEEKDAY:
        first -= _WEEK  # the week before the one that is going on
    if first and last and last < first:
        return None
    return replace(one, day=first, until=last, after=other.after, since=False)
