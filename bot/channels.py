"""What a push channel is: events come in, parcels go out, files are fetched from it."""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.messages import Answer, InboundMessage


class UnreadableEventError(Exception):
    """An event is not in its channel's form; it is kept as unparsed."""


class MediaGoneError(Exception):
    """A file can never be fetched again; the reason is the end of a `gateway_file_…` key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MediaUnavailableError(Exception):
    """A file could not be fetched now; asking again may help."""


class Failure(StrEnum):
    """Why a parcel was not sent, by what to do about it."""

    TRANSIENT = "transient"  # try again, later each time
    BUSY = "busy"  # this citizen gets too many at once: wait `retry_after`
    HALTED = "halted"  # the whole channel must pause for `retry_after`
    AMBIGUOUS = "ambiguous"  # it may have arrived: wait for a receipt where there are receipts
    UNREACHABLE = "unreachable"  # this citizen cannot be reached here any more
    WINDOW = "window"  # nothing may be sent until the citizen writes again
    CREDENTIALS = "credentials"  # the channel itself is refused: an operator must act
    REFUSED = "refused"  # the platform will never take this parcel


class SendFailedError(Exception):
    """A parcel was not sent, or not all of it: `ids` are the parts that were."""

    def __init__(
        self,
        failure: Failure,
        code: str = "",
        *,
        retry_after: float | None = None,
        ids: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"{failure}: {code}")
        self.failure, self.code, self.retry_after, self.ids = failure, code, retry_after, ids


class Delivery(StrEnum):
    """How far a message got, lowest first; a lower one never replaces a higher."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Event:
    """What a platform delivered, as it came."""

    key: str  # the same for the same delivery
    channel: str
    body: Mapping[str, Any] = field(repr=False)
    received_at: datetime


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A file that the platform keeps for us."""

    ref: str = field(repr=False)  # the platform's own id of it
    media: str  # image, document, audio or video
    name: str = field(default="file", repr=False)
    sha256: str = ""  # hexadecimal, when the platform told it


@dataclass(frozen=True, slots=True)
class Received:
    """A citizen's message; its files are still with the platform."""

    message: InboundMessage
    media: tuple[MediaRef, ...] = ()
    album: str | None = None  # messages of one album are one answer
    receipt: Mapping[str, Any] = field(default_factory=dict[str, Any])  # for `acknowledge`
    address: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """How far one of our messages got, as the platform tells it."""

    channel: str
    message_id: str  # the platform's own id of our message
    parcel: str | None  # our key, where the platform gives it back
    delivery: Delivery
    failure: Failure | None = None
    code: str = ""
    price: str | None = None  # the category under which the message was billed


@dataclass(frozen=True, slots=True)
class Presence:
    """A citizen can be reached again, or not any more."""

    conversation: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class More:
    """A citizen wants the choices that did not fit into one message."""

    received: Received
    parcel: str  # the key of what they were part of
    offset: int  # how many choices were shown


@dataclass(frozen=True, slots=True)
class Errand:
    """Something that the channel does by itself, once and as well as it can."""

    run: Callable[[], Coroutine[Any, Any, None]]


type Happening = Received | Receipt | Presence | More | Errand


@dataclass(frozen=True, slots=True)
class Template:
    """What may be said outside the time in which a citizen may be written to freely."""

    name: str
    values: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Something on its way to a citizen."""

    key: str  # what makes it the same parcel
    conversation: str
    answer: Answer
    language: str | None = None
    template: Template | None = None
    fallbacks: tuple[str, ...] = ()  # conversations to try when this one cannot be reached
    ids: tuple[str, ...] = ()  # the platform's ids of the parts already sent
    attempts: int = 0
    unsure: bool = False  # it may have been sent before

    @property
    def channel(self) -> str:
        """The channel that takes it."""
        return self.conversation.partition(":")[0]

    @property
    def sender(self) -> str:
        """The citizen, as the channel knows them."""
        return self.conversation.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of reaching a citizen on a channel."""

    conversation: str
    reachable: bool = True
    heard_at: datetime | None = None
    keyboard: str | None = None  # our last message with buttons under it
    address: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


class Channel(Protocol):
    """A platform on which citizens can be written to."""

    name: str
    confirms: bool  # it tells of what it took, so that an unsure parcel can wait for word

    def parse(self, event: Event) -> list[Happening]:
        """Return what an event tells, nothing for what is none of ours.

        Raises UnreadableEventError.
        """
        ...

    async def acknowledge(self, received: Received) -> None:
        """Show that a message has come (a tap answered, typing); never raises."""
        ...

    async def send(self, parcel: Parcel, contact: Contact) -> tuple[str, ...]:
        """Send a parcel from its part `len(parcel.ids)` on, and return the ids of all parts.

        Raises SendFailedError.
        """
        ...

    def fetch(self, media: MediaRef) -> AsyncIterator[bytes]:
        """Yield a file's bytes.

        Raises MediaGoneError or MediaUnavailableError.
        """
        ...

    async def probe(self) -> None:
        """Check that the channel takes our credentials; raises SendFailedError."""
        ...
