"""Dates written in numbers: 15/3/2026, 15-3, 2026-03-15, 3/7/1447."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from nlu.entities.lexicon import Words
from nlu.entities.times.calendars import GREGORIAN, HIJRI, HIJRI_YEARS, day_in, latest
from nlu.entities.times.fragments import WRITTEN, Fragment

_DATE: Final = re.compile(
    r"(?<![\d/.\-])(\d{1,4}) ?([/.\-]) ?(\d{1,2})(?: ?\2 ?(\d{1,4}))?(?![\d/]|[.\-]\d)"
)
_ALWAYS: Final = ("24", "7")
_MONTHS: Final = 12
_CENTURY: Final = 2000
_SHORT_YEARS: Final = 100
_YEAR_LENGTHS: Final = (2, 4)
_BEFORE: Final = ("day_cue", "since_before", "at", "to", "before", "after")
_BEFORE_OTHERS: Final = (
    "block_cue", "street_cue", "avenue_cue", "house_cue", "letter_cue", "rating_cue",
)  # fmt: skip
_AFTER: Final = ("part", "clock_cue", "to", "weekday", "turn_after")


@dataclass(frozen=True)
class WrittenDate:
    """A date in numbers, the word after it, and whether it says its year."""

    day: date
    after: int
    whole: bool


def written_dates(words: Words, today: date) -> Mapping[int, WrittenDate]:
    """Return the dates that are written in numbers, by the word that they begin at."""
    dates: dict[int, WrittenDate] = {}
    for match in _DATE.finditer(words.reading.plain):
        tokens, day = words.reading.tokens_of(match.span()), _read(match, today)
        if tokens and day:
            dates[tokens[0]] = WrittenDate(day, tokens[1], whole=match[4] is not None)
    return dates


def written_date(words: Words, dates: Mapping[int, WrittenDate], at: int) -> Fragment | None:
    """Read a date in numbers; one without a year needs something that shows it is a date."""
    index = words.past(at, "day_cue")
    written = dates.get(index)
    if written is None:
        return None
    after = words.past(written.after, "era")
    if not written.whole and not (index > at or _is_date(words, index, after)):
        return None
    return Fragment(at, after, kind=WRITTEN, day=written.day)


def _is_date(words: Words, index: int, after: int) -> bool:
    if words.before(index, *_BEFORE_OTHERS):
        return False
    if index == 0 or words.before(index, *_BEFORE):
        return True
    return words.reading.ends_clause(after) or any(words.at(after, role) for role in _AFTER)


def _read(match: re.Match[str], today: date) -> date | None:
    first, mark, second, third = match.groups()
    if third is None:
        if mark == "." or (first, second) == _ALWAYS or len(first) > len("31"):
            return None
        return latest(GREGORIAN, *_month_and_day(second, first), today)
    year, month, day = (first, second, third) if len(first) > len("31") else (third, second, first)
    if len(year) not in _YEAR_LENGTHS or len(day) > len("31"):
        return None
    return _dated(int(year), *_month_and_day(month, day))


def _month_and_day(month: str, day: str) -> tuple[int, int]:
    # The day comes first here, but some write as Americans do.
    if int(month) > _MONTHS >= int(day):
        return int(day), int(month)
    return int(month), int(day)


def _dated(year: int, month: int, day: int) -> date | None:
    if year < _CENTURY and year in HIJRI_YEARS:
        return day_in(HIJRI, year, month, day)
    return day_in(GREGORIAN, year if year >= _SHORT_YEARS else _CENTURY + year, month, day)
