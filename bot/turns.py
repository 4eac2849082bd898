"""One turn: an inbound message, the agent's answer, and what must be remembered of both."""

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Protocol

from bot.messages import Answer, Button, InboundMessage
from bot.texts import Texts

_LOG: Final = logging.getLogger(__name__)
_KEPT_OFFERS: Final = 60  # buttons of the last turns that can still be tapped
_LONGEST_NUMBER: Final = 2  # digits of a choice; more are an answer
LONGEST_TEXT: Final = 8_000


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
    from one that still has to run.
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


class ConversationStore(Protocol):
    """Keeps conversations."""

    async def get(self, conversation_id: str) -> Conversation:
        """Return the conversation, or a new one that has version 0."""
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


class Agent(Protocol):
    """The Rasa assistant."""

    async def reply(self, turn: AgentTurn) -> AgentAnswer:
        """Answer a turn; raises AgentUnavailableError or AgentFailedError."""
        ...


class Turns:
    """Takes one conversation's messages, one at a time."""

    def __init__(
        self,
        conversations: ConversationStore,
        agent: Agent,
        attachments: AttachmentDesk,
        texts: Texts,
        clock: Callable[[], datetime],
    ) -> None:
        self._conversations, self._agent = conversations, agent
        self._attachments, self._texts, self._clock = attachments, texts, clock

    async def take(self, message: InboundMessage) -> Answer:
        """Answer a message; one that was answered before gets the same answer again.

        Raises AgentUnavailableError, and then nothing has been remembered.
        """
        conversation = await self._conversations.get(message.conversation)
        if conversation.last_key == message.key and conversation.last_answer is not None:
            return conversation.last_answer
        if len(message.text) > LONGEST_TEXT:
            language = _spoken(conversation, message)
            answer = Answer(self._texts.say("gateway_text_too_long", language))
            return await self._remember(conversation, message, answer)
        return await self._answered(conversation, message)

    async def _answered(self, conversation: Conversation, message: InboundMessage) -> Answer:
        turn, foreign = await self._agent_turn(conversation, message)
        try:
            said = await self._agent.reply(turn)
        except AgentFailedError:
            _LOG.exception("turn.failed", extra={"conversation_id": conversation.id})
            language = _spoken(conversation, message)
            answer = Answer(self._texts.say("gateway_turn_failed", language))
            return await self._remember(conversation, message, answer)
        conversation = replace(
            conversation, dialogue=said.dialogue, language=said.language or conversation.language
        )
        texts, language = list(said.texts), _spoken(conversation, message)
        if foreign:
            texts.insert(0, self._texts.say("gateway_attachment_unknown", language))
        if not texts:
            texts = [self._texts.say("gateway_nothing_to_say", language)]
        _LOG.info("turn.answered", extra={"conversation_id": conversation.id, **said.understood})
        return await self._offer(conversation, message, texts, said.buttons)

    async def _agent_turn(
        self, conversation: Conversation, message: InboundMessage
    ) -> tuple[AgentTurn, list[str]]:
        known, foreign = await self._attachments.claim(message.conversation, message.attachments)
        offer = _tapped(conversation, message.text)
        silence = self._clock() - (conversation.last_at or self._clock())
        metadata = {
            "channel": message.channel,
            "text": offer.title if offer else message.text,
            "tapped": offer is not None,
            "message_key": message.key,
            "now": message.received_at.isoformat(),
            "silence": int(silence.total_seconds()),
            "language_hint": message.language,
            "attachments": [{"id": f.id, "media": f.media, "name": f.name} for f in known],
            "place": _place(message),
            "context": dict(message.context),
        }
        command = offer.command if offer else None
        return AgentTurn(
            conversation.id, message.key, message.text, command, metadata, conversation.dialogue
        ), foreign

    async def _offer(
        self,
        conversation: Conversation,
        message: InboundMessage,
        texts: Sequence[str],
        buttons: Sequence[Button],
    ) -> Answer:
        number = conversation.turn + 1
        offers = {
            f"b:{number}:{secrets.token_hex(4)}:{place}": Offer(
                number, button.title, button.payload
            )
            for place, button in enumerate(buttons, start=1)
        }
        shown = tuple(Button(offer.title, token) for token, offer in offers.items())
        kept = dict([*conversation.offers.items(), *offers.items()][-_KEPT_OFFERS:])
        answer = Answer("\n\n".join(texts), shown)
        return await self._remember(
            replace(conversation, turn=number, offers=kept), message, answer
        )

    async def _remember(
        self, conversation: Conversation, message: InboundMessage, answer: Answer
    ) -> Answer:
        await self._conversations.save(
            replace(
                conversation,
                last_key=message.key,
                last_answer=answer,
                last_at=message.received_at,
            )
        )
        return answer


def _spoken(conversation: Conversation, message: InboundMessage) -> str | None:
    """Return the language to answer in: the citizen's, or what their channel is set to."""
    return conversation.language or message.language


def _tapped(conversation: Conversation, text: str) -> Offer | None:
    """Find the offered button that a text is: its token, or of the last turn number or title."""
    if text in conversation.offers:
        return conversation.offers[text]
    current = [offer for offer in conversation.offers.values() if offer.turn == conversation.turn]
    for place, offer in enumerate(current, start=1):
        if text.strip() == offer.title or _number(text) == place:
            return offer
    return None


def _number(text: str) -> int | None:
    digits = text.strip().rstrip(".)")
    return int(digits) if len(digits) <= _LONGEST_NUMBER and digits.isdecimal() else None


def _place(message: InboundMessage) -> dict[str, Any] | None:
    return None if message.place is None else asdict(message.place)
