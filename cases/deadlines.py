"""When an answer is owed, by the jurisdiction's own calendar."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which a jurisdiction's offices are closed."""

    weekend: frozenset[int]  # date.weekday() numbers
    is_holiday: Callable[[date], bool]

    def is_open(self, day: date) -> bool:
        """Say whether offices work on this day."""
        return day.weekday() not in self.weekend and not self.is_holiday(day)

    def due(self, filed: date, days: int) -> date:
        """Return the first working day on or after so many days from filing."""
        day = filed + timedelta(days=days)
        while not self.is_open(day):
            day += timedelta(days=1)
        return day
