"""The two calendars, and the dates that citizens mean by a name, a number or a distance."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from hijridate import Gregorian, Hijri

HIJRI: Final = "hijri"
GREGORIAN: Final = "gregorian"
# A year that is told without its calendar is one of these only if it lies among them.
HIJRI_YEARS: Final = range(1350, 1500)

_MONTHS: Final = 12
_DAYS: Final = 7
_HIJRA: Final = 622
_FRIDAY: Final = 4
# What half of a stretch is, in whole smaller ones.
_HALVES: Final[Mapping[str, tuple[int, str]]] = {
    "year": (6, "month"), "month": (15, "day"), "week": (3, "day"), "day": (12, "hour"),
    "hour": (30, "minute"), "minute": (0, "minute"),
}  # fmt: skip


def day_in(calendar: str, year: int, month: int, day: int) -> date | None:
    """Return a day of a calendar as a Gregorian date, if there is such a day."""
    try:
        if calendar == HIJRI:
            gregorian = Hijri(year, month, day).to_gregorian()
            return date(gregorian.year, gregorian.month, gregorian.day)
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def year_in(calendar: str, day: date) -> int:
    """Return the year of a calendar that a day belongs to."""
    if calendar != HIJRI:
        return day.year
    try:
        return Gregorian(day.year, day.month, day.day).to_hijri().year
    except OverflowError:  # the tables end; a clock that far off shall not stop a turn
        return (day.year - _HIJRA) * 33 // 32


def latest(calendar: str, month: int, day: int, today: date) -> date | None:
    """Return the last time that a day of the year came round, today included."""
    return next(latest_first(calendar, month, day, today), None)


def latest_first(calendar: str, month: int, day: int, today: date) -> Iterator[date]:
    """Yield the last times that a day of the year came round, today included."""
    this_year = year_in(calendar, today)
    for year in range(this_year, this_year - 9, -1):  # 29 February may be eight years back
        found = day_in(calendar, year, month, day)
        if found and found <= today:
            yield found


def latest_monthday(day: int, today: date) -> date | None:
    """Return the last time that a day of the month came round: "the 5th"."""
    year, month = today.year, today.month
    for back in range(_MONTHS):
        found = day_in(GREGORIAN, *_month_before(year, month, back), day)
        if found and found <= today:
            return found
    return None


def month_in(calendar: str, year: int, month: int) -> tuple[date, date] | None:
    """Return the first and the last day of a month of a calendar."""
    first = day_in(calendar, year, month, 1)
    after = day_in(calendar, *((year, month + 1) if month < _MONTHS else (year + 1, 1)), 1)
    return (first, after - timedelta(days=1)) if first and after else None


def year_of(calendar: str, year: int) -> tuple[date, date] | None:
    """Return the first and the last day of a year of a calendar."""
    first, after = day_in(calendar, year, 1, 1), day_in(calendar, year + 1, 1, 1)
    return (first, after - timedelta(days=1)) if first and after else None


def latest_weekday(weekday: int, today: date, *, before_today: bool = False) -> date:
    """Return the last time that a day of the week came round."""
    back = (today.weekday() - weekday) % _DAYS
    return today - timedelta(days=_DAYS if before_today and back == 0 else back)


def next_weekday(weekday: int, today: date) -> date:
    """Return the next time that a day of the week comes round, after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % _DAYS + 1)


def period(unit: str, back: int, today: date) -> tuple[date, date]:
    """Return the first and the last day of this week, month or year, or of one further back.

    Weeks begin on Sunday, and the week's end is Friday and Saturday.
    """
    if unit == "month":
        year, month = _month_before(today.year, today.month, back)
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    if unit == "year":
        return date(today.year - back, 1, 1), date(today.year - back, 12, 31)
    if unit == "weekend":
        ahead = back < 0
        friday = next_weekday(_FRIDAY, today) if ahead else latest_weekday(_FRIDAY, today)
        return friday, friday + timedelta(days=1)
    sunday = today - timedelta(days=(today.weekday() + 1) % _DAYS, weeks=back)
    return sunday, sunday + timedelta(days=6)


def before(moment: datetime, stretches: Sequence[tuple[float, str]]) -> datetime | None:
    """Return the moment that lies the given stretches back, if the calendar reaches so far."""
    try:
        for number, unit in stretches:
            moment = _back(moment, number, unit)
    except (ValueError, OverflowError):
        return None
    return moment


def _back(moment: datetime, number: float, unit: str) -> datetime:
    whole = int(number)
    if number != whole:
        moment = _back(moment, *_HALVES[unit])
    if unit in ("month", "year"):
        months = whole * (_MONTHS if unit == "year" else 1)
        year, month = _month_before(moment.year, moment.month, months)
        return moment.replace(
            year=year, month=month, day=min(moment.day, monthrange(year, month)[1])
        )
    return moment - timedelta(**{f"{unit}s": whole})


def _month_before(year: int, month: int, back: int) -> tuple[int, int]:
    months = year * _MONTHS + month - 1 - back
    return months // _MONTHS, months % _MONTHS + 1
