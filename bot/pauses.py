"""Pauses of whole channels, after a platform has asked for one."""

import time
from collections.abc import Awaitable, Callable


class Pauses:
    """Knows until when each channel is to be left alone."""

    def __init__(
        self,
        sleep: Callable[[float], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sleep, self._clock = sleep, clock
        self._until: dict[str, float] = {}

    def hold(self, channel: str, seconds: float) -> None:
        """Leave a channel alone for so many seconds from now; never shortens a pause."""
        self._until[channel] = max(self._until.get(channel, 0.0), self._clock() + seconds)

    def left(self, channel: str) -> float:
        """Return how many seconds of a channel's pause are left."""
        return max(0.0, self._until.get(channel, 0.0) - self._clock())

    async def wait(self, channel: str) -> None:
        """Return once the channel may be used."""
        while left := self.left(channel):
            await self._sleep(left)
