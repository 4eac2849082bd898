"""Channels that come for what is said to them: a notice waits for them in the log."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime

from bot.channels import Contact, Event, Happening, MediaGoneError, MediaRef, Parcel, Received
from bot.inbox import Inbox


class LogChannel:
    """Puts parcels into the inbox's log, where the chat on the web and REST find them."""

    confirms = False

    def __init__(self, name: str, inbox: Inbox, clock: Callable[[], datetime]) -> None:
        self.name, self._inbox, self._clock = name, inbox, clock

    def parse(self, event: Event) -> list[Happening]:  # noqa: ARG002 - nothing is pushed to us
        """Return nothing: these channels have connectors that read for themselves."""
        return []

    async def acknowledge(self, received: Received) -> None:
        """Do nothing: the citizen sees their own page."""

    async def send(self, parcel: Parcel, contact: Contact) -> tuple[str, ...]:  # noqa: ARG002
        """Put the parcel into the log, once."""
        await self._inbox.tell(parcel.conversation, parcel.key, parcel.answer, self._clock())
        return (parcel.key,)

    async def fetch(self, media: MediaRef) -> AsyncIterator[bytes]:  # noqa: ARG002
        """Yield nothing: files are uploaded to us."""
        for nothing in ():
            yield nothing
        raise MediaGoneError("unreadable")

    async def probe(self) -> None:
        """Return: we are always there for ourselves."""
