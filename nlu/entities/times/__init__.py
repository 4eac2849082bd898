"""When something happened, read from the words in which it is told."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final, TypedDict

from nlu.entities.lexicon import DIGITS, Vocabulary, Words
from nlu.entities.reading import Entity, Reading
from nlu.entities.times.clocks import clock, part_of_day, written_clocks
from nlu.entities.times.feasts import around_feast, feast, feast_first
from nlu.entities.times.fragments import Fragment, clock_of
from nlu.entities.times.joining import join
from nlu.entities.times.monthdays import monthday
from nlu.entities.times.months import day_of_month, month, year
from nlu.entities.times.relative import (
    ago,
    ago_after,
    named_day,
    named_period,
    period_named,
    vague,
    weekday,
)
from nlu.entities.times.story import Reader, Story
from nlu.entities.times.written import written_date, written_dates

LEXICON: Final = Path(__file__).parents[2] / "lexicon"


class Time(TypedDict):
    """A time as it was told; what was not told is None."""

    text: str
    date: str | None
    until: str | None
    clock: str | None
    part: str | None


def read_times(words: Words, now: datetime) -> Iterator[Entity]:
    """Yield the times that a text tells, as one who writes now means them."""
    dates = written_dates(words, now.date())
    story = Story(words, now, written_clocks(words), dates)
    for told in join(words, _fragments(story)):
        whole = _with_suffix(words, told)
        if _is_time(words, whole):
            yield _entity(story, whole)


def find_times(text: str, now: datetime) -> list[Entity]:
    """Return the times that a text tells, by the project's own lexicon."""
    return list(read_times(_vocabulary().read(Reading(text)), now))


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary(LEXICON / "numbers.yml", LEXICON / "times.yml")


def _written(story: Story, at: int) -> Fragment | None:
    return written_date(story.words, story.dates, at)


_COUNTS: Final = frozenset((DIGITS, "number"))
_AMOUNTS: Final = _COUNTS | {"few", "single", "unit"}
# Each reader with the words that what it reads may begin with. Of readings of the same length
# the first one counts.
_READERS: Final[Sequence[tuple[Reader, frozenset[str]]]] = (
    (_written, frozenset((DIGITS, "day_cue"))),
    (day_of_month, _COUNTS | {"ordinal", "bare_ordinal", "day_cue", "eve", "month", "month_cue"}),
    (named_day, frozenset(("named_day", "day_cue"))),
    (named_period, frozenset(("named_period",))),
    (period_named, frozenset(("period", "edge", "turn_before"))),
    (weekday, frozenset(("weekday", "bare_weekday", "eve", "day_cue", "turn_before"))),
    (around_feast, _AMOUNTS | {"before", "after"}),
    (feast_first, frozenset(("feast",))),
    (feast, frozenset(("feast", "ordinal", "bare_ordinal", "eve", "day_cue", "turn_before"))),
    (vague, frozenset(("vague",))),
    (ago, frozenset(("ago_before",))),
    (ago_after, _AMOUNTS),
    (month, frozenset(("month", "month_cue", "edge", "turn_before"))),
    (year, frozenset((DIGITS, "year_cue", "edge"))),
    (monthday, _COUNTS | {"ordinal", "day_cue"}),
    (clock, _COUNTS | {"clock_cue", "before_hour"}),
    (part_of_day, frozenset(("part", "bare_part", "turn_before"))),
)
_BEGINNINGS: Final = frozenset[str]().union(*(roles for _, roles in _READERS), ("since_before",))


def _fragments(story: Story) -> list[Fragment]:
    fragments: list[Fragment] = []
    index = 0
    while index < len(story.words):
        fragment = _longest(story, index) if story.words.plays(index, _BEGINNINGS) else None
        if fragment:
            fragments.append(fragment)
        index = fragment.after if fragment else index + 1
    return fragments


def _read_at(story: Story, index: int) -> Iterator[Fragment]:
    readers = (reader for reader, begin in _READERS if story.words.plays(index, begin))
    return filter(None, (reader(story, index) for reader in readers))


def _read_since(story: Story, index: int) -> Iterator[Fragment]:
    since = story.words.at(index, "since_before")
    if since:
        for inner in _read_at(story, since.after):
            weak = inner.weak and "sure" not in since.value
            yield replace(inner, first=index, since=True, weak=weak)


def _longest(story: Story, index: int) -> Fragment | None:
    fragments = chain(_read_at(story, index), _read_since(story, index))
    return max(fragments, key=lambda fragment: fragment.after, default=None)


def _with_suffix(words: Words, told: Fragment) -> Fragment:
    since = words.at(told.after, "since_after")
    return replace(told, after=since.after, since=True) if since else told


def _is_time(words: Words, told: Fragment) -> bool:
    if words.before(told.first, "every"):
        return False
    if told.kind or told.clock:
        return True
    return not told.weak and (told.since or _is_whole_text(words, told))


def _is_whole_text(words: Words, told: Fragment) -> bool:
    return words.past(0, "glue") >= told.first and told.after == len(words)


def _entity(story: Story, told: Fragment) -> Entity:
    reading = story.words.reading
    # What began then and goes on has no end; an hour since which it goes on is today's.
    day = told.day or (story.today if told.since and not told.kind else None)
    hour = clock_of(told)
    prefix = story.words.conjunction_of(told.first)
    value = Time(
        text=reading.words(told.first, told.after, prefix=prefix),
        date=_iso(day),
        until=None if told.since else _iso(told.until),
        clock=f"{hour[0]:02d}:{hour[1]:02d}" if hour else None,
        part=told.part,
    )
    span = reading.span(told.first, told.after, prefix=prefix)
    return reading.entity("time", span, value)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
