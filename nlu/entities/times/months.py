"""Days, months and years by the calendar in words: the third of March, since August, in 2024."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from nlu.arabic import IN_PREFIXES
from nlu.entities.counts import Count, count_at, ordinal_at
from nlu.entities.lexicon import DIGITS, Words
from nlu.entities.times.calendars import (
    GREGORIAN,
    HIJRI,
    HIJRI_YEARS,
    day_in,
    latest,
    month_in,
    year_in,
    year_of,
)
from nlu.entities.times.fragments import NAMED, WRITTEN, Fragment
from nlu.entities.times.relative import at_edge
from nlu.entities.times.story import Story

_MONTHS: Final = 12
_LONGEST_MONTH: Final = 31
_YEARS_AHEAD: Final = 5
_FIRST_YEAR: Final = 1920
_COUNTED: Final = ("counted", "unit", "not_a_day_before")


@dataclass(frozen=True)
class _Month:
    calendar: str
    number: int
    after: int
    prefix: str = ""
    doubtful: bool = False  # the name is another word too


@dataclass(frozen=True)
class _Year:
    calendar: str
    number: int
    after: int


def day_of_month(story: Story, at: int) -> Fragment | None:
    """Read a day and its month, in either order, with or without the year."""
    words = story.words
    start = words.past(at, "eve", "day_cue")
    day = _day_at(words, start)
    month = day and _month_at(words, words.past(day.after, "of"))
    if day is None or month is None:
        month = _month_at(words, start)
        day = month and _day_after_month(words, month)
    if day is None or month is None or day.value > _LONGEST_MONTH:
        return None
    after = max(day.after, month.after)
    dated = _dated(story, Fragment(at, after, kind=WRITTEN), month, day.value)
    return _eve_of(dated) if dated and words.at(at, "eve") else dated


def month(story: Story, at: int) -> Fragment | None:
    """Read a month that is meant as a whole, or its beginning or end."""
    words = story.words
    edge = words.at(at, "edge")
    index = words.past(at, "edge")
    named = _month_at(words, words.past(index, "turn_before"))
    if named is None or words.before(at, DIGITS):
        return None  # a number before it makes a day, which there is not
    year = _year_at(story, named.after)
    turn = words.at(index, "turn_before") or words.at(named.after, "turn_after")
    cued = edge or year or turn or named.prefix in IN_PREFIXES
    if named.doubtful and not cued and not words.before(at, "at", "since_before", "to"):
        return None
    after = year.after if year else words.past(named.after, "turn_after")
    number = year.number if year else _year_meant(story, named, turn.value["back"] if turn else 0)
    fragment = Fragment(at, after, NAMED)
    whole = _whole_month(fragment, named, number)
    return at_edge(whole, edge.value["edge"]) if whole and edge else whole


def year(story: Story, at: int) -> Fragment | None:
    """Read a year that has a cue: "in 2024", "the year 1982"."""
    words = story.words
    edge = words.at(at, "edge")
    cued = edge or words.at(at, "year_cue") or words.before(at, "at", "since_before")
    found = _year_at(story, edge.after if edge else at) if cued else None
    whole = found and year_of(found.calendar, found.number)
    if not found or not whole or any(words.at(found.after, role) for role in _COUNTED):
        return None
    fragment = Fragment(at, found.after, kind=NAMED, day=whole[0], until=whole[1])
    return at_edge(fragment, edge.value["edge"]) if edge else fragment


def _day_at(words: Words, index: int) -> Count | None:
    first_third = words.at(index, "bare_ordinal")
    if first_third:
        return Count(first_third.value["n"], first_third.after)
    day = ordinal_at(words, index) or count_at(words, index)
    return day and replace(day, after=words.past(day.after, "nth"))


def _day_after_month(words: Words, month: _Month) -> Count | None:
    # Only English says "March 15", where no cue stands between.
    latin = words.reading.tokens[month.after - 1].text.isascii()
    return _day_at(words, month.after) if latin else None


def _month_at(words: Words, index: int) -> _Month | None:
    cue = words.at(index, "month_cue")
    name = words.at(words.past(index, "month_cue"), "month")
    prefix = cue.prefix if cue else name.prefix if name else ""
    if name:
        doubtful = "word" in name.value and not cue
        return _Month(name.value["calendar"], name.value["month"], name.after, prefix, doubtful)
    number = count_at(words, cue.after) if cue else None
    if number is None or not 0 < number.value <= _MONTHS or words.at(number.after, "unit"):
        return None
    if number.value == 1 and not number.digits:
        return None  # "one month" rather than January
    return _Month(GREGORIAN, number.value, number.after, prefix)


def _year_at(story: Story, index: int) -> _Year | None:
    number = count_at(story.words, story.words.past(index, "year_cue"))
    if number is None or not number.digits:
        return None
    era = story.words.at(number.after, "era")
    calendar: str = era.value["calendar"] if era else _calendar_of(number.value)
    latest_year = year_in(calendar, story.today) + _YEARS_AHEAD
    first_year = HIJRI_YEARS.start if calendar == HIJRI else _FIRST_YEAR
    if not first_year <= number.value <= latest_year:
        return None
    return _Year(calendar, number.value, era.after if era else number.after)


def _calendar_of(year: int) -> str:
    return HIJRI if year in HIJRI_YEARS else GREGORIAN


def _dated(story: Story, fragment: Fragment, month: _Month, day: int) -> Fragment | None:
    year = _year_at(story, fragment.after)
    if year is None:
        found = latest(month.calendar, month.number, day, story.today)
        return found and replace(fragment, day=found)
    found = day_in(month.calendar, year.number, month.number, day)
    return found and replace(fragment, day=found, after=year.after)


def _eve_of(dated: Fragment) -> Fragment:
    # "the night of the 27th" begins on the day before.
    return replace(dated, day=dated.day and dated.day - timedelta(days=1), part="night")


def _whole_month(fragment: Fragment, month: _Month, year: int | None) -> Fragment | None:
    days = month_in(month.calendar, year, month.number) if year else None
    return days and replace(fragment, day=days[0], until=days[1])


def _year_meant(story: Story, month: _Month, back: int) -> int | None:
    # Of a month without a year the last one that has begun, unless it is told otherwise.
    begun = latest(month.calendar, month.number, 1, story.today)
    return begun and year_in(month.calendar, begun) - (back if back < 0 else max(back - 1, 0))
