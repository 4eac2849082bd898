"""What the outbox needs of its stores: where parcels stand, and how citizens can be reached."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.channels import Contact, Parcel, Receipt


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
