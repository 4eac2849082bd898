"""Token buckets: who may do how much, how soon."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_MOST_KEPT: Final = 100_000  # full buckets are forgotten first


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and one more every so many seconds."""

    burst: int
    seconds: float


class Buckets:
    """One bucket a key; time is handed in by the clock, so that tests need not wait."""

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._rate, self._clock = rate, clock
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def left(self, key: str) -> float:
        """Return how many may still be taken at once."""
        return self._rate.burst - self._used(key)

    def take(self, key: str) -> float:
        """Take one; return 0 when that was allowed, else the seconds to wait."""
        used = self._used(key)
        if used > self._rate.burst - 1:
            return (used - self._rate.burst + 1) * self._rate.seconds
        self._spent[key] = (used + 1, self._clock())
        self._spent.move_to_end(key)
        if len(self._spent) > _MOST_KEPT:
            self._spent.popitem(last=False)
        return 0.0

    def _used(self, key: str) -> float:
        used, at = self._spent.get(key, (0.0, 0.0))
        return max(0.0, used - (self._clock() - at) / self._rate.seconds)
