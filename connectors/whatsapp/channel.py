"""WhatsApp as a channel: what is sent, whether it may be sent now, and files fetched."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.channels import (
    Contact,
    Event,
    Failure,
    Happening,
    MediaRef,
    MediaUnavailableError,
    More,
    Parcel,
    Received,
    SendFailedError,
)
from bot.texts import DEFAULT_LANGUAGE
from connectors.whatsapp import payloads
from connectors.whatsapp.failures import TEMPLATE_FAULTS
from connectors.whatsapp.graph import GraphClient, StaleUrlError
from connectors.whatsapp.rendering import Message, page_of, render
from connectors.whatsapp.templates import (
    MessageTemplate,
    WrongValuesError,
    load_templates,
    template_message,
)

_LOG: Final = logging.getLogger(__name__)
# Meta's day since the citizen's last message, less what a message may need to get there.
_WINDOW: Final = timedelta(hours=23, minutes=55)
_TEMPLATE_CODES: Final = frozenset(map(str, TEMPLATE_FAULTS))


class WhatsAppChannel:
    """One number on WhatsApp."""

    name = "whatsapp"
    confirms = True

    def __init__(
        self,
        graph: GraphClient,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        templates: Mapping[str, MessageTemplate] | None = None,
    ) -> None:
        self._graph, self._clock = graph, clock
        self._templates = load_templates() if templates is None else templates

    def parse(self, event: Event) -> list[Happening]:
        """Return what an event tells of our number; raises UnreadableEventError."""
        return [_paged(one) for one in payloads.parse(event, self._graph.phone_id)]

    async def acknowledge(self, received: Received) -> None:
        """Show the message as read and that an answer is being written; never raises."""
        try:
            await self._graph.mark_read_and_typing(received.message.message_id)
        except SendFailedError as error:
            extra = {"failure": error.failure.value, "code": error.code}
            _LOG.warning("whatsapp.not_acknowledged", extra=extra)

    async def send(self, parcel: Parcel, contact: Contact) -> tuple[str, ...]:
        """Send a parcel, as a template where nothing else may be sent; raises SendFailedError."""
        if self._may_write(contact):
            try:
                return await self._deliver(parcel, contact, render(parcel)[len(parcel.ids) :])
            except SendFailedError as error:
                if error.failure is not Failure.WINDOW or parcel.template is None:
                    raise
                parcel = replace(parcel, ids=error.ids)
        return await self._send_template(parcel, contact)

    async def fetch(self, media: MediaRef) -> AsyncIterator[bytes]:
        """Yield a file's bytes; raises MediaGoneError or MediaUnavailableError."""
        async with AsyncExitStack() as stack:
            async for chunk in await self._opened(media, stack):
                yield chunk

    async def probe(self) -> None:
        """Check that the number takes our token; raises SendFailedError."""
        await self._graph.probe()

    def _may_write(self, contact: Contact) -> bool:
        heard_at = contact.heard_at
        return heard_at is not None and self._clock() - heard_at < _WINDOW

    async def _opened(self, media: MediaRef, stack: AsyncExitStack) -> AsyncIterator[bytes]:
        """Return a file's bytes from the address that came with it, or from a new one."""
        media_id, _, url = media.ref.partition(" ")
        if self._graph.trusts(url):
            with suppress(StaleUrlError):
                return await stack.enter_async_context(self._graph.download(url))
        url = await self._graph.media_url(media_id)
        try:
            return await stack.enter_async_context(self._graph.download(url))
        except StaleUrlError as error:
            raise MediaUnavailableError("url") from error

    async def _send_template(self, parcel: Parcel, contact: Contact) -> tuple[str, ...]:
        """Send the parcel's template, in Arabic when it is not approved in its own language."""
        message = self._template(parcel)
        name, language = message["template"]["name"], message["template"]["language"]["code"]
        try:
            return await self._deliver(parcel, contact, [message])
        except SendFailedError as error:
            if error.code not in _TEMPLATE_CODES:
                raise
            extra = {"template": name, "language": language, "code": error.code}
            _LOG.error("whatsapp.template_refused", extra=extra)
            if language == DEFAULT_LANGUAGE:
                raise
        return await self._send_template(replace(parcel, language=DEFAULT_LANGUAGE), contact)

    def _template(self, parcel: Parcel) -> Message:
        if parcel.template is None:
            raise SendFailedError(Failure.WINDOW, "window", ids=parcel.ids)
        template = self._templates.get(parcel.template.name)
        if template is None:
            raise SendFailedError(Failure.REFUSED, "unknown_template", ids=parcel.ids)
        spoken = parcel.language in template.wordings
        language = parcel.language if parcel.language and spoken else DEFAULT_LANGUAGE
        payload = next((button.payload for button in parcel.answer.buttons), "")
        try:
            return template_message(template, language, parcel.template.values, payload)
        except WrongValuesError as error:
            raise SendFailedError(Failure.REFUSED, "template_values", ids=parcel.ids) from error

    async def _deliver(
        self, parcel: Parcel, contact: Contact, messages: Sequence[Message]
    ) -> tuple[str, ...]:
        """Send messages one after the other; a failure tells which parts were sent before."""
        ids, to = parcel.ids, _addressee(parcel, contact)
        for message in messages:
            try:
                payload = {**to, **message, "biz_opaque_callback_data": parcel.key}
                ids = (*ids, await self._graph.send(payload, parcel.attempts))
            except SendFailedError as error:
                raise SendFailedError(
                    error.failure, error.code, retry_after=error.retry_after, ids=ids
                ) from error
        return ids


def _paged(happening: Happening) -> Happening:
    """Return a tap on "more" as what it asks for; anything else stays what it is."""
    if not isinstance(happening, Received):
        return happening
    page = page_of(happening.message.text)
    return More(happening, *page) if page else happening


def _addressee(parcel: Parcel, contact: Contact) -> dict[str, str]:
    """Return whom a message is for, by phone where one is known.

    Anything else than a phone in `to` is answered with 200 and then never arrives.
    """
    phone = contact.address.get("phone", "")
    if not phone and parcel.sender.isascii() and parcel.sender.isdigit():
        phone = parcel.sender
    return {"to": phone} if phone else {"recipient": parcel.sender}
