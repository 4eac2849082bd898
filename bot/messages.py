"""What passes between a channel and a turn, whatever the channel."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

# Control characters but newline and tab, the bidi overrides that can turn a read-back text
# around, and lone surrogates, which no store can keep.
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def clean(text: str) -> str:
    """Return the text without what could break the store or deceive a reader."""
    return _UNSAFE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


@dataclass(frozen=True, slots=True)
class Place:
    """A point that a citizen shared, in degrees; accuracy in metres when known."""

    latitude: float
    longitude: float
    accuracy: float | None = None
    label: str = ""


def parse_point(given: Mapping[str, Any]) -> tuple[float, float]:
    """Return latitude and longitude in degrees.

    Raises KeyError, TypeError or ValueError when they are absent, no numbers or not on Earth.
    """
    latitude, longitude = float(given["latitude"]), float(given["longitude"])
    # NaN is nowhere: it is not within any bounds either.
    on_earth = abs(latitude) <= 90 and abs(longitude) <= 180  # noqa: PLR2004 - degrees
    if not on_earth:
        raise ValueError(latitude, longitude)
    return latitude, longitude


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message of a citizen; `channel` and `message_id` together are unique."""

    channel: str
    message_id: str
    sender: str
    received_at: datetime
    text: str = field(default="", repr=False)
    attachments: tuple[str, ...] = ()
    place: Place | None = field(default=None, repr=False)
    language: str | None = None  # what the channel was set to, when nothing better is known
    context: Mapping[str, str] = field(default_factory=dict[str, str])  # what a link prefilled
    remarks: tuple[str, ...] = ()  # keys of gateway texts with which the answer begins
    edits: str | None = None  # the id of the message that this one corrects

    @property
    def key(self) -> str:
        """The key under which the message is received once."""
        return f"{self.channel}:{self.message_id}"

    @property
    def conversation(self) -> str:
        """One citizen on one channel."""
        return f"{self.channel}:{self.sender}"


@dataclass(frozen=True, slots=True)
class Button:
    """A choice offered to the citizen; the payload is what a tap sends back."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a turn says: one text, with the choices under it."""

    text: str = field(repr=False)
    buttons: tuple[Button, ...] = ()
    asks: str | None = None  # the open question, for channels that have a control for it


@dataclass(frozen=True, slots=True)
class Logged:
    """A message as the inbox keeps it: its place in the conversation, and its answer if any."""

    order: int
    message: InboundMessage
    answer: Answer | None
    notice: bool = False  # told by us: the message is empty, for nobody wrote it
