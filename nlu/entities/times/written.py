"""Dates written in numbers: 15/3/2026, 15-3, 2026-03-15, 3/7/1447."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from nlu.entities.lexicon import Words
from nlu.entities.times.calendars import GREGORIAN, HIJRI, day_in, latest
from nlu.entities.times.fragments import WRITTEN, Fragment

_DATE: Final = re.compile(
    r"(?<![\d/.\-])(\d{1,4}) ?([/.\-]) ?(\d{1,2})(?: ?\2 ?(\d{1,4}))?(?![\d/]|[.\-]\d)"
)
_ALWAYS: Final = ("24", "7")
_MONTHS: Final = 12
_CENTURY: Final = 2000
_HIJRI_YEARS: Final = range(1350, 1500)
_YEAR_LENGTHS: Final = (2, 4)
_BEFORE: Final = ("day_cue", "since_before", "at", "to", "before", "after")
_BEFORE_OTHERS: Final = (
    "block_cue", "street_cue", "avenue_cue", "house_cue", "letter_cue", "rating_cue",
)  # fmt: skip
_AFTER: Final = ("part", "clock_cue", "to", "weekday", "turn_after")


@dataclass(frozen=True)
class WrittenDate:
    """A date in numbers: how many words it has, and whether it says its year."""

    day: date
    length: int
    whole: bool


def written_dates(words: Words, today: date) -> Mapping[int, WrittenDate]:
    """Return the dates that are written in numbers, by the word that they begin at."""
    starts = words.reading.token_starts
    found = {starts.get(match.start(), -1): match for match in _DATE.finditer(words.reading.plain)}
    read = {index: _read(match, today) for index, match in found.items() if index >= 0}
    return {index: day for index, day in read.items() if day}


def written_date(words: Words, dates: Mapping[int, WrittenDate], at: int) -> Fragment | None:
    """Read a date in numbers; one without a year needs something that shows it is a date."""
    index = words.past(at, "day_cue")
    written = dates.get(index)
    if written is None:
        return None
    after = words.past(index + written.length, "era")
    if not written.whole and not (index > at or _is_date(words, index, after)):
        return None
    return Fragment(at, after, kind=WRITTEN, day=written.day)


def _is_date(words: Words, index: int, after: int) -> bool:
    if words.before(index, *_BEFORE_OTHERS):
        return False
    if index == 0 or words.before(index, *_BEFORE):
        return True
    return words.reading.ends_clause(after) or any(words.at(after, role) for role in _AFTER)


def _read(match: re.Match[str], today: date) -> WrittenDate | None:
    first, mark, second, third = match.groups()
    if third is None:
        if mark == "." or (first, second) == _ALWAYS or len(first) > len("31"):
            return None
        found = latest(GREGORIAN, *_month_and_day(second, first), today)
        return WrittenDate(found, 2, whole=False) if found else None
    year, month, day = (first, second, third) if len(first) > len("31") else (third, second, first)
    if len(year) not in _YEAR_LENGTHS or len(day) > len("31"):
        return None
    found = _dated(int(year), *_month_and_day(month, day))
    return WrittenDate(found, 3, whole=True) if found else None


def _month_and_day(month: str, day: str) -> tuple[int, int]:
    # The day comes first here, but some write as Americans do.
    if int(month) > _MONTHS >= int(day):
        return int(day), int(month)
    return int(month), int(day)


def _dated(year: int, month: int, day: int) -> date | None:
    if year < _CENTURY and year in _HIJRI_YEARS:
        return day_in(HIJRI, year, month, day)
    return day_in(GREGORIAN, year + (_CENTURY if year < 100 else 0), month, day)
