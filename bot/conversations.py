"""What a turn works with: the conversation, the agent, the citizen's files and drafts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.messages import Answer, Button, InboundMessage


class AgentUnavailableError(Exception):
    """The agent could not be reached or did not answer in time; asking again may help."""


class AgentFailedError(Exception):
    """The agent met this message with an error; asking again would not help."""


class ConversationChangedError(Exception):
    """The conversation was saved by somebody else since it was read."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A button that was shown: what it said and what the agent understands by it."""

    turn: int
    title: str
    command: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a conversation remembers between turns.

    `last_key` and `last_answer` let a turn that was saved, but not marked as done, be told
    from one that still has to run. `before` is the dialogue as it was before that turn, for a
    citizen who corrects what they just wrote; None when the turn did what cannot be undone.
    """

    id: str
    version: int = 0
    turn: int = 0
    language: str | None = None
    dialogue: bytes = field(default=b"", repr=False)  # the agent's own, opaque here
    offers: Mapping[str, Offer] = field(default_factory=dict[str, Offer])
    last_key: str = ""
    last_answer: Answer | None = None
    last_at: datetime | None = None
    before: bytes | None = field(default=None, repr=False)


class ConversationStore(Protocol):
    """Keeps conversations."""

    async def get(self, conversation_id: str) -> Conversation:
        """Return the conversation, or a new one that has version 0."""
        ...

    async def language_of(self, conversation_id: str) -> str | None:
        """Return the language that a conversation is held in, as far as it is known."""
        ...

    async def save(self, conversation: Conversation) -> None:
        """Keep a conversation read at `conversation.version`, as the next version.

        Raises ConversationChangedError when another version has been kept since.
        """
        ...


@dataclass(frozen=True, slots=True)
class AttachmentInfo:
    """What the agent needs to know of a file that the citizen sent."""

    id: str
    media: str  # image, document, audio or video
    name: str


class AttachmentDesk(Protocol):
    """Knows the files that a conversation has uploaded."""

    async def claim(
        self, conversation: str, ids: Sequence[str]
    ) -> tuple[list[AttachmentInfo], list[str]]:
        """Return the files of this conversation, and the ids that are not its own."""
        ...


@dataclass(frozen=True, slots=True)
class AgentTurn:
    """What the agent is asked: typed words, or the command of a tapped button."""

    conversation: str
    key: str
    text: str = field(repr=False)
    command: str | None
    metadata: Mapping[str, Any] = field(repr=False)
    dialogue: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AgentAnswer:
    """What the agent says, and the dialogue as it now stands."""

    texts: tuple[str, ...] = field(repr=False)
    buttons: tuple[Button, ...]  # payload: the agent's own command
    dialogue: bytes = field(repr=False)
    language: str | None
    understood: Mapping[str, Any]
    acted: bool = False  # something was filed or done that the next turn cannot take back


class Drafts(Protocol):
    """Carries a citizen's draft from one of their conversations to another."""

    async def answer(self, message: InboundMessage, language: str | None) -> Answer | None:
        """Return a code that moves the draft, when that is what the citizen asks for."""
        ...

    async def carry(self, message: InboundMessage) -> "Draft | None":
        """Return the draft whose code the citizen sent; None when the message is no code.

        Raises BadCodeError. The same message gets the same draft again.
        """
        ...


@dataclass(frozen=True, slots=True)
class Draft:
    """A dialogue on its way to another conversation."""

    dialogue: bytes = field(repr=False)
    language: str | None


class BadCodeError(Exception):
    """The code is wrong, used or too old; the reason ends a `gateway_code_…` key."""


class Agent(Protocol):
    """The Rasa assistant."""

    async def reply(self, turn: AgentTurn) -> AgentAnswer:
        """Answer a turn; raises AgentUnavailableError or AgentFailedError."""
        ...
