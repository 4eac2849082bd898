"""One turn: an inbound message, the agent's answer, and what must be remembered of both."""

import logging
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Protocol

from bot.messages import Answer, Button, InboundMessage
from bot.texts import Texts

_LOG: Final = logging.getLogger(__name__)
_KEPT_OFFERS: Final = 60  # buttons of the last turns that can still be tapped
_LONGEST_NUMBER: Final = 2  # digits of a choice; more are an answer
LONGEST_TEXT: Final = 8_000
_TOKEN: Final = re.compile(r"b:\d+:[0-9a-f]{8}:\d+")
_REPEAT: Final = "/repeat"  # asks the open question again
_ASIDE: Final = 0  # the turn of offers that belong to none; only their tokens are taps


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


class Turns:
    """Takes one conversation's messages, one at a time."""

    def __init__(  # noqa: PLR0913, PLR0917 - a turn touches all of these
        self,
        conversations: ConversationStore,
        agent: Agent,
        attachments: AttachmentDesk,
        texts: Texts,
        clock: Callable[[], datetime],
        drafts: Drafts | None = None,
        values: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._conversations, self._agent = conversations, agent
        self._attachments, self._texts, self._clock = attachments, texts, clock
        self._drafts, self._values = drafts, values

    async def take(self, message: InboundMessage) -> Answer:
        """Answer a message; one that was answered before gets the same answer again.

        Raises AgentUnavailableError, and then nothing has been remembered.
        """
        conversation = await self._conversations.get(message.conversation)
        if conversation.last_key == message.key and conversation.last_answer is not None:
            return conversation.last_answer
        language = _spoken(conversation, message)
        message = self._remarked(conversation, message)
        if len(message.text) > LONGEST_TEXT:
            answer = self._aside(conversation, ("gateway_text_too_long",), language)
        elif message.remarks and not _says_anything(message):
            answer = self._aside(conversation, message.remarks, language)
        else:
            return await self._draft_or_turn(conversation, message)
        return await self._remember(conversation, message, answer)

    async def offer(self, conversation_id: str, buttons: Sequence[Button]) -> tuple[Button, ...]:
        """Return buttons whose taps this conversation will know, outside any turn of its own.

        Given are titles with the agent's own commands.
        """
        while True:
            conversation = await self._conversations.get(conversation_id)
            offers = _offers(_ASIDE, buttons)
            try:
                await self._conversations.save(_offering(conversation, offers))
            except ConversationChangedError:
                continue
            return _shown(offers)

    def _remarked(self, conversation: Conversation, message: InboundMessage) -> InboundMessage:
        """Return the message with remarks on what in it can no longer be followed."""
        if _TOKEN.fullmatch(message.text) and message.text not in conversation.offers:
            return _only_remark(message, "gateway_choice_passed")
        if message.edits and not _corrects(conversation, message):
            return _only_remark(message, "gateway_edit_too_late")
        return message

    def _aside(
        self, conversation: Conversation, keys: Sequence[str], language: str | None
    ) -> Answer:
        """Return what the gateway says itself, with the open choices still under it."""
        open_one = conversation.last_answer or Answer("")
        texts = [self._texts.say(key, language, **self._values) for key in keys]
        return Answer("\n\n".join(texts), open_one.buttons, open_one.asks)

    async def _draft_or_turn(self, conversation: Conversation, message: InboundMessage) -> Answer:
        """Answer a message about moving a draft, or any other one."""
        if self._drafts is None:
            return await self._answered(conversation, message)
        language = _spoken(conversation, message)
        if answer := await self._drafts.answer(message, language):
            return await self._remember(conversation, message, answer)
        try:
            draft = await self._drafts.carry(message)
        except BadCodeError as error:
            answer = self._aside(conversation, (f"gateway_code_{error}",), language)
            return await self._remember(conversation, message, answer)
        if draft is None:
            return await self._answered(conversation, message)
        moved = replace(
            conversation, dialogue=draft.dialogue, language=draft.language or conversation.language
        )
        welcome = replace(message, text="", remarks=("gateway_draft_moved",))
        return await self._answered(moved, welcome, command=_REPEAT)

    async def _answered(
        self, conversation: Conversation, message: InboundMessage, command: str | None = None
    ) -> Answer:
        if message.edits and conversation.before is not None:
            conversation = replace(conversation, dialogue=conversation.before)
        turn, foreign = await self._agent_turn(conversation, message)
        turn = replace(turn, command=command) if command else turn
        try:
            said = await self._agent.reply(turn)
        except AgentFailedError:
            _LOG.exception("turn.failed", extra={"conversation_id": conversation.id})
            language = _spoken(conversation, message)
            answer = Answer(self._texts.say("gateway_turn_failed", language))
            return await self._remember(conversation, message, answer)
        conversation = replace(
            conversation,
            dialogue=said.dialogue,
            before=None if said.acted else conversation.dialogue,
            language=said.language or conversation.language,
        )
        texts, language = list(said.texts), _spoken(conversation, message)
        remarks = [*message.remarks, *(["gateway_attachment_unknown"] if foreign else [])]
        texts[:0] = [self._texts.say(key, language, **self._values) for key in remarks]
        if not texts:
            texts = [self._texts.say("gateway_nothing_to_say", language)]
        _LOG.info("turn.answered", extra={"conversation_id": conversation.id, **said.understood})
        return await self._offer(conversation, message, texts, said)

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
        said: AgentAnswer,
    ) -> Answer:
        number = conversation.turn + 1
        offers = _offers(number, said.buttons)
        answer = Answer("\n\n".join(texts), _shown(offers), said.understood.get("question"))
        offering = _offering(replace(conversation, turn=number), offers)
        return await self._remember(offering, message, answer)

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


def _offers(turn: int, buttons: Sequence[Button]) -> dict[str, Offer]:
    return {
        f"b:{turn}:{secrets.token_hex(4)}:{place}": Offer(turn, button.title, button.payload)
        for place, button in enumerate(buttons, start=1)
    }


def _shown(offers: Mapping[str, Offer]) -> tuple[Button, ...]:
    return tuple(Button(offer.title, token) for token, offer in offers.items())


def _offering(conversation: Conversation, offers: Mapping[str, Offer]) -> Conversation:
    kept = dict([*conversation.offers.items(), *offers.items()][-_KEPT_OFFERS:])
    return replace(conversation, offers=kept)


def _says_anything(message: InboundMessage) -> bool:
    return bool(message.text or message.attachments or message.place)


def _only_remark(message: InboundMessage, key: str) -> InboundMessage:
    return replace(message, text="", attachments=(), place=None, remarks=(key,))


def _corrects(conversation: Conversation, message: InboundMessage) -> bool:
    """Say whether a message corrects the last one, and that one can still be taken back."""
    original = replace(message, message_id=message.edits or "")
    return conversation.last_key == original.key and conversation.before is not None


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
