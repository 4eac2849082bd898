"""Albums: several messages that a citizen sent as one, gathered into one answer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

from bot.messages import InboundMessage

_QUIET: Final = 1.0  # seconds without another member after which an album is whole
_MOST: Final = 10  # members of one album


@dataclass(slots=True)
class Album:
    """The members that have come so far."""

    members: list[InboundMessage] = field(default_factory=list[InboundMessage])
    events: list[str] = field(default_factory=list[str])
    timer: asyncio.Task[None] | None = None

    @property
    def message(self) -> InboundMessage:
        """The album as one message: the first one's id, all the files, all the captions."""
        texts = dict.fromkeys(one.text for one in self.members if one.text)
        remarks = dict.fromkeys(remark for one in self.members for remark in one.remarks)
        return replace(
            self.members[0],
            text="\n".join(texts),
            attachments=tuple(file for one in self.members for file in one.attachments),
            remarks=tuple(remarks),
        )


class Albums:
    """Gathers one album a conversation; a platform tells neither its size nor its end."""

    def __init__(
        self,
        take: Callable[[Album], Awaitable[None]],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._take, self._sleep = take, sleep
        self._open: dict[str, tuple[str, Album]] = {}

    async def add(self, name: str, message: InboundMessage, event: str) -> None:
        """Put a message into its album; whichever other one was open is whole with it."""
        conversation = message.conversation
        if conversation in self._open and self._open[conversation][0] != name:
            await self.flush(conversation)
        album = self._open.setdefault(conversation, (name, Album()))[1]
        album.members.append(message)
        album.events.append(event)
        if album.timer:
            album.timer.cancel()
        if len(album.members) >= _MOST:
            await self.flush(conversation)
        else:
            album.timer = asyncio.create_task(self._wait(conversation))

    async def flush(self, conversation: str) -> None:
        """Hand on the album of a conversation, if one is open."""
        if conversation in self._open:
            album = self._open.pop(conversation)[1]
            if album.timer and album.timer is not asyncio.current_task():
                album.timer.cancel()
            await self._take(album)

    def stop(self) -> None:
        """Drop what is open: its events are in the store and come again."""
        for _, album in self._open.values():
            if album.timer:
                album.timer.cancel()
        self._open.clear()

    async def _wait(self, conversation: str) -> None:
        await self._sleep(_QUIET)
        await self.flush(conversation)
