"""Where Meta delivers: what is signed is kept as it came, and read only later."""

import hashlib
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, cast

from aiohttp import web

from bot.channels import Event, UnreadableEventError
from bot.routes import Caller, Route
from bot.settings import WhatsAppSettings
from bot.webhooks import INTEGERS, Keep, answer_kept, keepable
from connectors.whatsapp.payloads import CHANNEL
from connectors.whatsapp.signature import HEADER, is_same, is_signed

PATH: Final = "/webhooks/whatsapp"
LARGEST: Final = 4 * 2**20  # bytes; Meta's own limit is 3 MB
_OBJECT: Final = "whatsapp_business_account"
_LOG: Final = logging.getLogger(__name__)


class WebhookRejectedError(Exception):
    """A request is none of Meta's webhooks; trying again would not help."""


class WhatsAppWebhook:
    """Takes Meta's deliveries; `keep` must be durable and keep each `Event.key` once."""

    def __init__(
        self,
        settings: WhatsAppSettings,
        keep: Keep,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings, self._keep, self._clock = settings, keep, clock

    @property
    def routes(self) -> list[Route]:
        """The webhook's routes; both check by themselves who calls."""
        return [
            Route("GET", PATH, self.verify, Caller.ANYBODY),
            Route("POST", PATH, self.receive, Caller.ANYBODY),
        ]

    async def verify(self, request: web.Request) -> web.Response:
        """Echo the challenge with which Meta makes sure that the address is ours; else 403."""
        asked, expected = request.query, self._settings.verify_token
        known = bool(expected) and is_same(asked.get("hub.verify_token", ""), expected)
        if not known or asked.get("hub.mode") != "subscribe" or "hub.challenge" not in asked:
            raise web.HTTPForbidden
        return web.Response(
            text=asked["hub.challenge"], headers={"X-Content-Type-Options": "nosniff"}
        )

    async def receive(self, request: web.Request) -> web.Response:
        """200 once a delivery is kept, 503 when it is not; 413, 401 or 400 for what is none."""
        raw = await _read(request)
        if not is_signed(raw, request.headers.get(HEADER, ""), self._settings.app_secret):
            _LOG.warning("whatsapp.unsigned")
            raise web.HTTPUnauthorized
        try:
            body = parse_body(raw)
        except WebhookRejectedError as error:
            _LOG.warning("whatsapp.rejected", extra={"reason": str(error)})
            raise web.HTTPBadRequest from error
        key = f"{CHANNEL}:{hashlib.sha256(raw).hexdigest()}"
        return await answer_kept(self._keep, Event(key, CHANNEL, body, self._clock()))


async def _read(request: web.Request) -> bytes:
    """Return the body, of which the application's own limit would let too much in."""
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > LARGEST:
            raise web.HTTPRequestEntityTooLarge(max_size=LARGEST, actual_size=len(raw))
    return bytes(raw)


def parse_body(raw: bytes) -> dict[str, Any]:
    """Return a delivery as an object that any store can keep; raises WebhookRejectedError."""
    try:
        body: Any = json.loads(raw, parse_int=_number, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        # Not the error itself: it may quote what a citizen wrote.
        raise WebhookRejectedError("not JSON") from error
    if not isinstance(body, dict) or cast("dict[str, Any]", body).get("object") != _OBJECT:
        raise WebhookRejectedError("not WhatsApp")
    try:
        return keepable(cast("dict[str, Any]", body))
    except UnreadableEventError as error:
        raise WebhookRejectedError(str(error)) from error


def _number(digits: str) -> float:
    number = int(digits)
    return number if number in INTEGERS else float(digits)


def _refused(constant: str) -> float:
    # Python reads NaN and the infinities, but they are no JSON.
    raise ValueError(constant)
