"""The outbox: what is said to citizens waits here until their channel has taken it."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final

from bot.background import Background
from bot.channels import Channel, Delivery, Failure, More, Parcel, Receipt, SendFailedError
from bot.confirmations import Confirmations
from bot.failures import MOST_TRIES, Failures
from bot.parcels import Contacts, DeadLetter, OutboxStore, State
from bot.pauses import Pauses
from bot.queues import ConversationQueues

_LOG: Final = logging.getLogger(__name__)
_ARRIVING: Final = 5.0  # seconds that a stop waits for what is on its way
_AT_ONCE: Final = 8  # of one channel: so many may be on their way when the process is killed


class Outbox:
    """Sends each conversation's parcels in order, one at a time; conversations side by side."""

    def __init__(  # noqa: PLR0913 - time and chance are handed in, so that tests need neither
        self,
        store: OutboxStore,
        contacts: Contacts,
        channels: Mapping[str, Channel],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        pauses: Pauses | None = None,
        confirmations: Confirmations | None = None,
    ) -> None:
        self._store, self._contacts, self._channels = store, contacts, channels
        self._sleep = sleep
        self._queues = ConversationQueues(self._see_through)
        self._confirmations = confirmations or Confirmations(store)
        self._slots = {name: asyncio.Semaphore(_AT_ONCE) for name in channels}
        self._handed = Background()
        self.pauses = pauses or Pauses(sleep)
        self._failures = Failures(store, contacts, channels, self.pauses, sleep, chance)

    async def put(self, parcel: Parcel) -> bool:
        """Keep a parcel and have it sent; False for a repeat and for channels that fetch."""
        if parcel.channel not in self._channels or not await self._store.add(parcel):
            return False
        self._queue(parcel)
        return True

    def takes(self, conversation: str) -> bool:
        """Say whether there is a channel for this conversation."""
        return conversation.partition(":")[0] in self._channels

    async def put_more(self, key: str, conversation: str, more: More) -> bool:
        """Send the choices that did not fit into one message; False when they are not known."""
        whole = await self._store.find(more.parcel)
        if whole is None or whole.conversation != conversation:
            return False
        # The question alone: what stood before it has been read, and long texts cost messages.
        question = whole.answer.text.rpartition("\n\n")[2]
        answer = replace(whole.answer, text=question, buttons=whole.answer.buttons[more.offset :])
        await self.put(Parcel(f"more:{key}", conversation, answer, whole.language))
        return True

    async def recover(self) -> int:
        """Queue what was not sent before the last stop; return how many."""
        count = 0
        async for parcel in self._store.pending():
            if parcel.channel in self._channels:
                self._queue(parcel)
                count += 1
        return count

    async def heard(self, conversation: str) -> None:
        """Send what was parked until this citizen wrote."""
        for parcel in await self._store.parked(conversation):
            await self._store.change(parcel, State.WAITING)
            self._queue(parcel)

    async def receipt(self, receipt: Receipt) -> None:
        """Take a channel's word of how far a message got."""
        parcel = await self._store.note(receipt)
        if parcel is None:
            return
        if receipt.price:
            await self._contacts.bill(parcel.conversation, receipt.message_id, receipt.price)
        if receipt.delivery is Delivery.FAILED:
            lost = SendFailedError(receipt.failure or Failure.REFUSED, receipt.code)
            if again := await self._failures.take_back(replace(parcel, ids=()), lost):
                self._queue(again)
        else:
            await self._confirmations.tell(parcel)

    async def dead(self, limit: int = 100) -> list[DeadLetter]:
        """Return the newest dead letters."""
        return await self._store.dead(limit)

    async def send_again(self, key: str) -> bool:
        """Queue a dead letter once more; False when there is no such."""
        parcel = await self._store.revive(key)
        if parcel is None:
            return False
        await self._contacts.set_reachable(parcel.conversation, reachable=True)
        self._queue(parcel)
        return True

    @property
    def depth(self) -> int:
        """How many parcels wait to be sent."""
        return self._queues.depth

    async def stop(self) -> None:
        """Stop sending; what is on its way may arrive, what is not sent stays in the store."""
        await self._queues.stop()
        await self._handed.finish(_ARRIVING)

    def _queue(self, parcel: Parcel) -> None:
        self._queues.put(parcel.conversation, parcel)

    async def _see_through(self, parcel: Parcel) -> None:
        """Try a parcel until it is sent, parked, dead or on its way to another conversation."""
        left: Parcel | None = parcel
        while left is not None and left.conversation == parcel.conversation:
            try:
                left = await self._try(left)
            except Exception:  # noqa: BLE001 - whatever it was, the parcel keeps its place
                _LOG.exception("outbox.crashed", extra={"channel": parcel.channel})
                await self._sleep(self._failures.pause(MOST_TRIES))
        if left is not None:
            self._queue(left)

    async def _try(self, parcel: Parcel) -> Parcel | None:
        """Send a parcel once; return it as it must be tried again, or None when it is settled."""
        channel = self._channels[parcel.channel]
        if parcel.unsure and channel.confirms and await self._confirmations.has_arrived(parcel):
            return None
        await self.pauses.wait(parcel.channel)
        async with self._slots[parcel.channel]:
            # Shielded: a stop must not tear a parcel away between its sending and its mark.
            failed = await asyncio.shield(self._handed.start(self._send(channel, parcel)))
        return await self._failures.settle(parcel, failed) if failed else None

    async def _send(self, channel: Channel, parcel: Parcel) -> SendFailedError | None:
        """Send a parcel and mark it as sent; return why it was not."""
        contact = await self._contacts.get(parcel.conversation)
        await self._store.change(parcel, State.SENDING)
        try:
            ids = await channel.send(parcel, contact)
        except SendFailedError as error:
            return error
        await self._sent(replace(parcel, ids=ids))
        return None

    async def _sent(self, parcel: Parcel) -> None:
        await self._store.change(parcel, State.SENT)
        last = parcel.ids[-1] if parcel.ids and parcel.answer.buttons else None
        await self._contacts.set_keyboard(parcel.conversation, last)
