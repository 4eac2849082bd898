"""Days of a month that is not named: the 5th, the 5th of last month."""

from dataclasses import replace
from typing import Final

from nlu.arabic import IN_PREFIXES
from nlu.entities.counts import Count, count_at, ordinal_at
from nlu.entities.lexicon import Words
from nlu.entities.times.calendars import GREGORIAN, day_in, latest_monthday
from nlu.entities.times.fragments import NAMED, Fragment
from nlu.entities.times.relative import period_named
from nlu.entities.times.story import Story

_LONGEST_MONTH: Final = 31
_LEAST_ORDINAL: Final = 10
_LEAST_NUMBER: Final = 3
_NO_DAY_BEFORE: Final = ("unit", "not_a_day_before", "past_hour", "meridiem", "clock_after")


def monthday(story: Story, at: int) -> Fragment | None:
    """Read a day of the month without its month: "the 5th" is the last one."""
    words = story.words
    cued = bool(words.at(at, "day_cue"))
    day = _monthday_at(words, words.past(at, "day_cue"))
    if day is None:
        return None
    of_month = _in_month(story, day, cued=cued)
    if of_month:
        return replace(of_month, first=at)
    marked = words.at(day.after, "day_after_number") or _is_the_nth(words, at, day)
    if not (cued or marked):
        return None
    after = words.past(day.after, "day_after_number")
    found = latest_monthday(day.value, story.today)
    return found and Fragment(at, after, kind=NAMED, day=found)


def _monthday_at(words: Words, index: int) -> Count | None:
    # "a day one", "the second day": small numbers in words do not name a day of the month.
    ordinal = ordinal_at(words, index)
    day = ordinal or count_at(words, index)
    if day is None or not 0 < day.value <= _LONGEST_MONTH:
        return None
    least = _LEAST_ORDINAL if ordinal else 1 if day.digits else _LEAST_NUMBER
    if day.value < least or any(words.at(day.after, role) for role in _NO_DAY_BEFORE):
        return None
    return replace(day, after=words.past(day.after, "nth"))


def _is_the_nth(words: Words, at: int, day: Count) -> bool:
    nth = words.before(day.after, "nth")
    return nth and words.before(at, "since_before", "the") and words.reading.ends_clause(day.after)


def _in_month(story: Story, day: Count, *, cued: bool) -> Fragment | None:
    # "the 5th of last month", "5 of the month"
    words = story.words
    index = words.past(day.after, "of")
    unit = words.at(words.past(index, "turn_before"), "period")
    if unit is None or unit.value["unit"] != "month":
        return None
    if not (cued or index > day.after or unit.prefix in IN_PREFIXES):
        return None
    month = period_named(story, index)
    if month and month.day:
        found = day_in(GREGORIAN, month.day.year, month.day.month, day.value)
    else:
        found = latest_monthday(day.value, story.today)
    return found and Fragment(index, month.after if month else unit.after, kind=NAMED, day=found)
