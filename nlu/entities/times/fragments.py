"""Pieces of a time as they are said, before they are put together."""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

NAMED: Final = "named"
WEEKDAY: Final = "weekday"
WRITTEN: Final = "written"
VAGUE: Final = "vague"

# Until which hour of the clock a part of the day still means the hour as it is written.
_MORNING_PARTS: Final = frozenset(("dawn", "morning"))
_SMALL_HOURS: Final = 5
_NOON: Final = 12

Clock: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Fragment:
    """Some words that say a day, an hour or a part of the day."""

    first: int
    after: int
    kind: str | None = None  # how the day is said; None where no day is said
    day: date | None = None
    until: date | None = None
    clock: Clock | None = None
    half: str | None = None
    part: str | None = None
    since: bool = False
    weak: bool = False  # these words may mean something else when they stand alone


def clock_of(fragment: Fragment) -> Clock | None:
    """Return the hour on a clock of twenty-four, as far as the part of the day tells.

    An hour without one stays as it was said.
    """
    if fragment.clock is None:
        return None
    hour, minute = fragment.clock
    return _hour_of(hour, fragment.half, fragment.part) % 24, minute


def _hour_of(hour: int, half: str | None, part: str | None) -> int:
    if hour > _NOON or (half is None and part is None):
        return hour
    hour %= _NOON
    if half:
        return hour + (_NOON if half == "pm" else 0)
    if part in _MORNING_PARTS or (part == "night" and hour < _SMALL_HOURS):
        return hour
    if part == "noon" and hour > _SMALL_HOURS:
        return hour  # eleven at noon is before it
    return hour + _NOON
