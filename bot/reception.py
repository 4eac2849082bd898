"""What push channels deliver: kept as it came, then read, completed with its files and taken."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from bot.albums import Album, Albums
from bot.background import Background
from bot.channels import (
    Channel,
    Errand,
    Event,
    Happening,
    More,
    Presence,
    Receipt,
    Received,
    UnreadableEventError,
)
from bot.inbox import Inbox
from bot.media import MediaJobs
from bot.messages import InboundMessage
from bot.outbox import Outbox
from bot.parcels import Contacts

_LOG: Final = logging.getLogger(__name__)
_RECEIPTS_AT_ONCE: Final = 4
_PAUSE: Final = 1.0  # seconds before an event that could not be taken is tried again


class EventStore(Protocol):
    """Keeps events as they came."""

    async def keep(self, event: Event) -> bool:
        """Keep an event; False if it was kept before."""
        ...

    def waiting(self) -> AsyncIterator[Event]:
        """Yield the events that were not taken yet, oldest first."""
        ...

    async def settle(self, keys: Sequence[str], *, parsed: bool) -> None:
        """Mark events as taken, or as unparsed."""
        ...


@dataclass(frozen=True, slots=True)
class Arrived:
    """An event that was read: what happened, or None when nobody can tell."""

    event: Event
    happenings: Sequence[Happening] | None

    @property
    def is_receipt(self) -> bool:
        """Whether it tells of our own messages only."""
        told = self.happenings
        return bool(told) and all(isinstance(one, Receipt) for one in told)


@dataclass(frozen=True, slots=True)
class Lanes:
    """One channel's events that wait: receipts know no order, and are not held up by messages."""

    messages: asyncio.Queue[Arrived] = field(default_factory=asyncio.Queue[Arrived])
    receipts: asyncio.Queue[Arrived] = field(default_factory=asyncio.Queue[Arrived])


class Reception:
    """Takes each channel's messages one after another, in the order in which they came."""

    def __init__(  # noqa: PLR0913, PLR0917 - everything that comes in meets here
        self,
        events: EventStore,
        channels: Mapping[str, Channel],
        inbox: Inbox,
        outbox: Outbox,
        contacts: Contacts,
        media: MediaJobs,
        received: Callable[[str, bool], None] = lambda _channel, _repeat: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._events, self._channels, self._inbox, self._outbox = events, channels, inbox, outbox
        self._contacts, self._media, self._counted = contacts, media, received
        self._sleep = sleep
        self._albums = Albums(self._take_album, sleep)
        self._lanes = {name: Lanes() for name in channels}
        self._background = Background()

    async def start(self) -> int:
        """Take up what was kept and not taken before the last stop; return how many."""
        count = 0
        async for event in self._events.waiting():
            if event.channel in self._lanes:
                self._queue(event)
                count += 1
        for lanes in self._lanes.values():
            self._background.start(self._work(lanes.messages))
            for _ in range(_RECEIPTS_AT_ONCE):
                self._background.start(self._work(lanes.receipts))
        return count

    def is_behind(self, channel: str) -> bool:
        """Say whether receipts of a channel wait to be taken."""
        return channel in self._lanes and not self._lanes[channel].receipts.empty()

    async def stop(self) -> None:
        """Stop taking events; what is not taken stays in the store."""
        self._albums.stop()
        await self._background.stop()

    async def keep(self, event: Event) -> None:
        """Keep an event for good, and have it taken soon; a repeat is kept once."""
        if await self._events.keep(event):
            self._queue(event)

    def _queue(self, event: Event) -> None:
        lanes, arrived = self._lanes[event.channel], Arrived(event, self._read(event))
        lane = lanes.receipts if arrived.is_receipt else lanes.messages
        lane.put_nowait(arrived)

    def _read(self, event: Event) -> Sequence[Happening] | None:
        try:
            return self._channels[event.channel].parse(event)
        except UnreadableEventError:
            _LOG.exception("event.unparsed", extra={"channel": event.channel})
            return None

    async def _work(self, lane: asyncio.Queue[Arrived]) -> None:
        while True:
            await self._take(await lane.get())

    async def _take(self, arrived: Arrived) -> None:
        """Take an event, however often that must be tried."""
        await self._insist(lambda: self._take_once(arrived), arrived.event.channel)

    async def _insist(self, take: Callable[[], Awaitable[None]], channel: str) -> None:
        while True:
            try:
                return await take()
            except Exception:  # noqa: BLE001 - whatever it was, what came keeps its place
                _LOG.exception("event.delayed", extra={"channel": channel})
            await self._sleep(_PAUSE)

    async def _take_once(self, arrived: Arrived) -> None:
        key, channel = arrived.event.key, self._channels[arrived.event.channel]
        if arrived.happenings is None:
            await self._events.settle([key], parsed=False)
            return
        gathering = [await self._happened(channel, one, key) for one in arrived.happenings]
        if not any(gathering):
            await self._events.settle([key], parsed=True)

    async def _happened(self, channel: Channel, happening: Happening, event_key: str) -> bool:
        """Do what is to be done about a happening; True when its album still gathers."""
        match happening:
            case Received():
                return await self._received(channel, happening, event_key)
            case Receipt():
                await self._outbox.receipt(happening)
            case Presence(conversation, reachable):
                await self._contacts.set_reachable(conversation, reachable=reachable)
            case More():
                return await self._more(channel, happening, event_key)
            case Errand(run):
                self._background.start(run())
        return False

    async def _more(self, channel: Channel, more: More, event_key: str) -> bool:
        """Show the next choices; of what nobody knows any more the citizen is told so."""
        message = more.received.message
        if await self._outbox.put_more(message.key, message.conversation, more):
            self._background.start(channel.acknowledge(more.received))
            return False
        passed = replace(message, text="", remarks=("gateway_choice_passed",))
        return await self._received(channel, replace(more.received, message=passed), event_key)

    async def _received(self, channel: Channel, received: Received, event_key: str) -> bool:
        message = received.message
        await self._contacts.heard(message.conversation, message.received_at, received.address)
        await self._outbox.heard(message.conversation)
        self._background.start(channel.acknowledge(received))
        files = await self._media.expect(message, received.media)
        message = replace(message, attachments=files)
        if received.album is not None:
            await self._albums.add(received.album, message, event_key)
            return True
        await self._albums.flush(message.conversation)
        await self._receive(message)
        return False

    async def _take_album(self, album: Album) -> None:
        async def take() -> None:
            await self._receive(album.message)
            await self._events.settle(album.events, parsed=True)

        await self._insist(take, album.message.channel)

    async def _receive(self, message: InboundMessage) -> None:
        new = await self._inbox.receive(message)
        self._counted(message.channel, not new)
