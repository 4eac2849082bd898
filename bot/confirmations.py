"""Waiting for a channel's word that a parcel has arrived, which may or may not have been sent."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from bot.channels import Parcel
from bot.parcels import OutboxStore

_PATIENCE: Final = 30.0  # seconds that a receipt may take


class Confirmations:
    """Knows who waits for a receipt; `is_behind` says whether a channel's are not all read yet."""

    def __init__(
        self,
        store: OutboxStore,
        is_behind: Callable[[str], bool] = lambda _channel: False,
        patience: float = _PATIENCE,
    ) -> None:
        self._store, self._is_behind, self._patience = store, is_behind, patience
        self._awaited: dict[str, asyncio.Event] = {}

    async def tell(self, parcel: Parcel) -> None:
        """Tell whoever waits for this parcel, once all of it has arrived."""
        waiting = self._awaited.get(parcel.key)
        if waiting and await self._store.is_sent(parcel.key):
            waiting.set()  # of a part alone the rest must still go

    async def has_arrived(self, parcel: Parcel) -> bool:
        """Wait for a receipt of a parcel that may have been sent."""
        arrived = self._awaited.setdefault(parcel.key, asyncio.Event())
        try:
            if await self._store.is_sent(parcel.key):
                return True
            await self._wait(parcel.channel, arrived)
        finally:
            self._awaited.pop(parcel.key, None)
        return arrived.is_set()

    async def _wait(self, channel: str, arrived: asyncio.Event) -> None:
        """Wait for a while, and for as long as receipts that have come are not all read."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience):
                    await arrived.wait()
            if arrived.is_set() or not self._is_behind(channel):
                return
