"""Telegram as a push channel: reads what came, sends parcels, fetches files."""

from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import suppress
from typing import Any, Final

from telegram import LinkPreviewOptions
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.channels import (
    Contact,
    Event,
    Failure,
    Happening,
    MediaRef,
    MediaUnavailableError,
    Parcel,
    Received,
    SendFailedError,
)
from bot.texts import Texts
from connectors.telegram.client import Bot
from connectors.telegram.commands import Commands
from connectors.telegram.errors import UNREADABLE, fetch_failed, send_failed
from connectors.telegram.events import CHANNEL
from connectors.telegram.rendering import (
    Part,
    UnsendableError,
    load_labels,
    render_answer,
    split,
)
from connectors.telegram.updates import UpdateReader

_FETCHING: Final = 60.0  # seconds that a file may pause while it comes
# A preview would have Telegram visit the page of a citizen's case.
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


class TelegramChannel:
    """Talks with citizens through one bot."""

    name: str = CHANNEL
    confirms: bool = False

    def __init__(self, bot: Bot, texts: Texts) -> None:
        self.bot, self._texts = bot, texts
        self.commands, self._labels = Commands.load(), load_labels()
        self._reader = UpdateReader(self.commands, self._refuse)
        self._refused: set[int] = set()  # groups that were told

    def parse(self, event: Event) -> list[Happening]:
        """Return what an update tells; raises UnreadableEventError."""
        return self._reader.read(event)

    async def acknowledge(self, received: Received) -> None:
        """Answer a tap at once, or show that an answer is being written; never raises."""
        receipt = received.receipt
        if "callback" in receipt:
            await _quietly(self.bot.answer_callback_query(receipt["callback"]))
            await self._settle(receipt)
        elif "chat" in receipt:
            await _quietly(self.bot.send_chat_action(receipt["chat"], ChatAction.TYPING))

    async def send(self, parcel: Parcel, contact: Contact) -> tuple[str, ...]:
        """Send a parcel from its part `len(parcel.ids)` on; raises SendFailedError."""
        try:
            chat, parts = (
                _chat(parcel),
                render_answer(parcel.answer, parcel.language, self._labels),
            )
        except UnsendableError as error:
            raise SendFailedError(Failure.REFUSED, str(error), ids=parcel.ids) from error
        if contact.keyboard and not parcel.ids:
            await self._clear(chat, contact.keyboard)
        ids = parcel.ids
        for part in parts[len(ids) :]:
            ids = (*ids, await self._send(chat, part, ids))
        return ids

    async def fetch(self, media: MediaRef) -> AsyncIterator[bytes]:
        """Yield a file's bytes; raises MediaGoneError or MediaUnavailableError."""
        try:
            file = await self.bot.get_file(media.ref)
            content = await file.download_as_bytearray(read_timeout=_FETCHING)
        except TelegramError as error:
            raise fetch_failed(error) from error
        except (*UNREADABLE, RuntimeError) as error:  # PTB's word for a file without a path
            raise MediaUnavailableError(type(error).__name__) from error
        yield bytes(content)

    async def probe(self) -> None:
        """Check that Telegram takes our token; raises SendFailedError."""
        try:
            await self.bot.get_me()
        except TelegramError as error:
            raise send_failed(error) from error

    async def close(self) -> None:
        """Close the connections to Telegram, also those of a bot that never got ready."""
        await self.bot.shutdown()
        await self.bot.request.shutdown()

    async def _send(self, chat: int, part: Part, sent: tuple[str, ...]) -> str:
        try:
            message = await self.bot.send_message(
                chat, part.text, reply_markup=part.markup, link_preview_options=_NO_PREVIEW
            )
        except TelegramError as error:
            raise send_failed(error, sent) from error
        except UNREADABLE as error:
            raise SendFailedError(Failure.AMBIGUOUS, "unreadable", ids=sent) from error
        return str(message.message_id)

    async def _clear(self, chat: int, message: str) -> None:
        """Take the choices away from a message that is answered or overtaken."""
        if message.isascii() and message.isdigit():
            await _quietly(self.bot.edit_message_reply_markup(chat, int(message)))

    async def _settle(self, receipt: Mapping[str, Any]) -> None:
        """Show under a message which of its choices was tapped, and take them away."""
        if "message" not in receipt:
            return
        chat, message = receipt["chat"], receipt["message"]
        await self._clear(chat, str(message))
        if "text" not in receipt or "label" not in receipt:
            return
        chosen = f"{receipt['text']}\n\n✓ {receipt['label']}"
        if split(chosen) == [chosen]:
            await _quietly(
                self.bot.edit_message_text(chosen, chat, message, link_preview_options=_NO_PREVIEW)
            )

    async def _refuse(self, chat: int, language: str | None) -> None:
        """Say once in a group that we talk in private only, and leave it."""
        if chat not in self._refused:
            self._refused.add(chat)
            text = self._texts.say("gateway_group_refused", language)
            await _quietly(self.bot.send_message(chat, text))
        await _quietly(self.bot.leave_chat(chat))


async def _quietly(doing: Awaitable[object]) -> None:
    """Do what is good to have: the citizen's answer does not wait for it, nor fail with it."""
    with suppress(TelegramError, *UNREADABLE):
        await doing


def _chat(parcel: Parcel) -> int:
    try:
        return int(parcel.sender)
    except ValueError as error:
        raise UnsendableError("chat") from error
