"""One turn: an inbound message, the agent's answer, and what must be remembered of both."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from bot.conversations import (
    Agent,
    AgentAnswer,
    AgentFailedError,
    AgentTurn,
    AttachmentDesk,
    BadCodeError,
    Conversation,
    ConversationChangedError,
    ConversationStore,
    Drafts,
)
from bot.messages import Answer, Button, InboundMessage
from bot.offers import TOKEN, offering, offers_of, shown, tapped
from bot.texts import Texts

_LOG: Final = logging.getLogger(__name__)
LONGEST_TEXT: Final = 8_000
_REPEAT: Final = "/repeat"  # asks the open question again
_ASIDE: Final = 0  # the turn of offers that belong to none; only their tokens are taps


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
            offers = offers_of(_ASIDE, buttons)
            try:
                await self._conversations.save(offering(conversation, offers))
            except ConversationChangedError:
                continue
            return shown(offers)

    def _remarked(self, conversation: Conversation, message: InboundMessage) -> InboundMessage:
        """Return the message with remarks on what in it can no longer be followed."""
        if TOKEN.fullmatch(message.text) and message.text not in conversation.offers:
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
        offer = tapped(conversation, message.text)
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
        offers = offers_of(number, said.buttons)
        answer = Answer("\n\n".join(texts), shown(offers), said.understood.get("question"))
        offered = offering(replace(conversation, turn=number), offers)
        return await self._remember(offered, message, answer)

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


def _place(message: InboundMessage) -> dict[str, Any] | None:
    return None if message.place is None else asdict(message.place)
