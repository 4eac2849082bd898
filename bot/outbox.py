"""The outbox: what is said to citizens waits here until their channel has taken it."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from bot.channels import (
    Channel,
    Contact,
    Delivery,
    Failure,
    More,
    Parcel,
    Receipt,
    SendFailedError,
)
from bot.messages import Answer
from bot.pauses import Pauses
from bot.queues import ConversationQueues

_LOG: Final = logging.getLogger(__name__)
_MOST_TRIES: Final = 8
_FIRST_PAUSE: Final = 1.0  # seconds
_LONGEST_PAUSE: Final = 300.0
_REFUSED_PAUSE: Final = 60.0  # before a channel that refuses our credentials is tried again
_RETRIED: Final = frozenset(
    {
        Failure.TRANSIENT,
        Failure.BUSY,
        Failure.AMBIGUOUS,
        Failure.HALTED,
        Failure.CREDENTIALS,
    }
)
_WORD: Final = 30.0  # how long a receipt may take to say that an unsure parcel has arrived
_ARRIVING: Final = 5.0  # seconds that a stop waits for what is on its way
_AT_ONCE: Final = 8  # of one channel: so many may be on their way when the process is killed


class State(StrEnum):
    """Where a parcel stands."""

    WAITING = "waiting"
    SENDING = "sending"  # handed to the channel; after a crash nobody knows whether it arrived
    SENT = "sent"
    PARKED = "parked"  # until the citizen writes again
    DEAD = "dead"  # until an operator sends it again


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A parcel that was given up, and why."""

    parcel: Parcel
    reason: str
    at: datetime


class OutboxStore(Protocol):
    """Keeps parcels."""

    async def add(self, parcel: Parcel) -> bool:
        """Keep a new parcel; False if one with its key is there."""
        ...

    def pending(self) -> AsyncIterator[Parcel]:
        """Yield the parcels to send, oldest first; those that were being sent are unsure."""
        ...

    async def change(self, parcel: Parcel, state: State, reason: str = "") -> None:
        """Keep a parcel as it is now; one that is sent stays so."""
        ...

    async def find(self, key: str) -> Parcel | None:
        """Return the parcel of this key."""
        ...

    async def is_sent(self, key: str) -> bool:
        """Say whether a parcel has arrived, by its channel's word."""
        ...

    async def note(self, receipt: Receipt) -> Parcel | None:
        """Keep how far a message got, and return the parcel it was for, if it is ours."""
        ...

    async def parked(self, conversation: str) -> list[Parcel]:
        """Return what waits until this citizen writes."""
        ...

    async def dead(self, limit: int) -> list[DeadLetter]:
        """Return the newest dead letters."""
        ...

    async def revive(self, key: str) -> Parcel | None:
        """Make a dead letter wait again; None when there is no such."""
        ...


class Contacts(Protocol):
    """Knows how citizens can be reached."""

    async def get(self, conversation: str) -> Contact:
        """Return what is known; a reachable contact never heard of when nothing is."""
        ...

    async def heard(self, conversation: str, at: datetime, address: Mapping[str, str]) -> None:
        """Remember that a citizen wrote, and is reachable with it."""
        ...

    async def set_reachable(self, conversation: str, *, reachable: bool) -> None:
        """Remember that a citizen can be reached on this channel, or not any more."""
        ...

    async def close_window(self, conversation: str) -> None:
        """Remember that a citizen may not be written to freely, whatever our clock says."""
        ...

    async def set_keyboard(self, conversation: str, message_id: str | None) -> None:
        """Remember which of our messages has buttons under it."""
        ...

    async def bill(self, conversation: str, message_id: str, price: str) -> None:
        """Count a message that was billed under a category, however often that is told."""
        ...


def plain(answer: Answer) -> Answer:
    """Return an answer with its choices written out: their numbers can be typed."""
    lines = [f"{place}. {button.title}" for place, button in enumerate(answer.buttons, start=1)]
    return Answer("\n".join([answer.text, "", *lines]).strip())


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
        word: float = _WORD,
        is_behind: Callable[[str], bool] = lambda _channel: False,
    ) -> None:
        self._store, self._contacts, self._channels = store, contacts, channels
        self._sleep, self._chance, self._word = sleep, chance, word
        self._is_behind = is_behind
        self._queues = ConversationQueues(self._see_through)
        self._arrived: dict[str, asyncio.Event] = {}
        self._slots = {name: asyncio.Semaphore(_AT_ONCE) for name in channels}
        self._handed: set[asyncio.Task[SendFailedError | None]] = set()
        self.pauses = Pauses(sleep)

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
            await self._take_back(replace(parcel, ids=()), receipt)
        elif (waiting := self._arrived.get(parcel.key)) and await self._store.is_sent(parcel.key):
            waiting.set()  # all of it: of a part alone the rest must still go

    async def _take_back(self, parcel: Parcel, receipt: Receipt) -> None:
        """Have a message that its channel took, and lost after all, sent again or elsewhere."""
        failure = receipt.failure or Failure.REFUSED
        again = replace(parcel, attempts=parcel.attempts + 1)
        if failure is Failure.WINDOW:
            # The platform's clock counts, not ours: as a template, or later.
            await self._contacts.close_window(parcel.conversation)
            self._queue(parcel)
        elif failure in _RETRIED and again.attempts < _MOST_TRIES:
            self._queue(again)  # its worker waits; the other receipts do not
        else:
            failed = SendFailedError(failure, receipt.code)
            if moved := await self._settle_failed(again, failed):
                self._queue(moved)

    async def _settle_failed(self, parcel: Parcel, error: SendFailedError) -> Parcel | None:
        if error.failure in _RETRIED:
            return await self._elsewhere(parcel, State.DEAD, error)
        return await self._failed(parcel, error)

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
        if self._handed:
            await asyncio.wait(self._handed, timeout=_ARRIVING)

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
                await self._sleep(self._pause(_MOST_TRIES))
        if left is not None:
            self._queue(left)

    async def _try(self, parcel: Parcel) -> Parcel | None:
        """Send a parcel once; return it as it must be tried again, or None when it is settled."""
        channel = self._channels[parcel.channel]
        if parcel.unsure and channel.confirms and await self._has_arrived(parcel):
            return None
        await self.pauses.wait(parcel.channel)
        async with self._slots[parcel.channel]:
            # Shielded: a stop must not tear a parcel away between its sending and its mark.
            handed = asyncio.create_task(self._send(channel, parcel))
            self._handed.add(handed)
            handed.add_done_callback(self._handed.discard)
            failed = await asyncio.shield(handed)
        return await self._failed(parcel, failed) if failed else None

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

    async def _failed(self, parcel: Parcel, error: SendFailedError) -> Parcel | None:
        _LOG.warning(
            "outbox.failed",
            extra={
                "conversation_id": parcel.conversation,
                "failure": error.failure.value,
                "code": error.code,
                "attempts": parcel.attempts,
            },
        )
        parcel = replace(parcel, ids=error.ids or parcel.ids)
        match error.failure:
            case Failure.HALTED | Failure.CREDENTIALS:
                return await self._halted(parcel, error)
            case Failure.TRANSIENT | Failure.BUSY | Failure.AMBIGUOUS:
                return await self._postponed(parcel, error)
            case Failure.UNREACHABLE:
                await self._contacts.set_reachable(parcel.conversation, reachable=False)
                return await self._elsewhere(parcel, State.DEAD, error)
            case Failure.WINDOW:
                return await self._elsewhere(parcel, State.PARKED, error)
            case Failure.REFUSED:
                return await self._refused(parcel, error)

    async def _halted(self, parcel: Parcel, error: SendFailedError) -> Parcel:
        """Pause the whole channel: that is nobody's fault, and costs the parcel no try."""
        refused = error.failure is Failure.CREDENTIALS
        seconds = error.retry_after or (_REFUSED_PAUSE if refused else self._pause(2))
        await self._store.change(parcel, State.WAITING, error.failure)
        self.pauses.hold(parcel.channel, seconds)
        return replace(parcel, unsure=False)

    async def _postponed(self, parcel: Parcel, error: SendFailedError) -> Parcel | None:
        unsure = error.failure is Failure.AMBIGUOUS
        again = replace(parcel, attempts=parcel.attempts + 1, unsure=unsure)
        if again.attempts >= _MOST_TRIES:
            return await self._elsewhere(again, State.DEAD, error)
        await self._store.change(again, State.SENDING if unsure else State.WAITING, error.code)
        # Its citizen alone waits, and where there are receipts those are waited for instead.
        if not (unsure and self._channels[again.channel].confirms):
            await self._sleep(error.retry_after or self._pause(again.attempts))
        return again

    async def _refused(self, parcel: Parcel, error: SendFailedError) -> Parcel | None:
        if not parcel.answer.buttons:
            return await self._elsewhere(parcel, State.DEAD, error)
        # Its shape was refused: as plain words it may pass, and nobody is left in silence.
        bare = replace(parcel, answer=plain(parcel.answer), attempts=parcel.attempts + 1)
        await self._store.change(bare, State.WAITING, error.code)
        return bare

    async def _elsewhere(
        self, parcel: Parcel, otherwise: State, error: SendFailedError
    ) -> Parcel | None:
        """Send a parcel to the next of its citizen's conversations, if there is one left."""
        if not parcel.fallbacks:
            await self._store.change(parcel, otherwise, f"{error.failure}:{error.code}")
            return None
        following, *rest = parcel.fallbacks
        moved = replace(
            parcel,
            conversation=following,
            fallbacks=tuple(rest),
            ids=(),
            attempts=0,
            unsure=False,
        )
        await self._store.change(moved, State.WAITING, error.failure)
        return (
            moved
            if moved.channel in self._channels
            else await self._elsewhere(moved, otherwise, error)
        )

    async def _has_arrived(self, parcel: Parcel) -> bool:
        """Wait for a receipt of a parcel that may have been sent."""
        arrived = self._arrived.setdefault(parcel.key, asyncio.Event())
        try:
            if await self._store.is_sent(parcel.key):
                return True
            await self._await_word(parcel.channel, arrived)
        finally:
            self._arrived.pop(parcel.key, None)
        return arrived.is_set()

    async def _await_word(self, channel: str, arrived: asyncio.Event) -> None:
        """Wait for a while, and for as long as receipts that have come are not all read."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._word):
                    await arrived.wait()
            if arrived.is_set() or not self._is_behind(channel):
                return

    def _pause(self, tries: int) -> float:
        """Return seconds that double with each try, so spread that not all come back at once."""
        longest = min(_FIRST_PAUSE * 2**tries, _LONGEST_PAUSE)
        return longest * (0.5 + self._chance() / 2)
