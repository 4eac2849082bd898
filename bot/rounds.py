"""Work that comes round: done again and again, whatever happened the last time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot.background import Background

_LOG: Final = logging.getLogger(__name__)


class Rounds:
    """Runs each piece of work every so many seconds until told to stop."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._sleep = sleep
        self._background = Background()

    def start(self, name: str, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        """Do the work now and then every so many seconds."""
        self._background.start(self._go_round(name, seconds, work))

    async def stop(self) -> None:
        """Stop all work."""
        await self._background.stop()

    async def _go_round(
        self, name: str, seconds: float, work: Callable[[], Awaitable[object]]
    ) -> None:
        while True:
            try:
                await work()
            except Exception:  # noqa: BLE001 - the next round may go well
                _LOG.exception("round.failed", extra={"work": name})
            await self._sleep(seconds)
