"""Telegram's way in: a webhook where Telegram can reach us, polling elsewhere."""

import asyncio
import hmac
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from aiohttp import web
from telegram import BotCommand, WebhookInfo
from telegram.error import RetryAfter, TelegramError

from bot.background import Background
from bot.channels import UnreadableEventError
from bot.routes import Caller, Route
from bot.settings import TelegramSettings
from bot.texts import DEFAULT_LANGUAGE
from bot.webhooks import Keep, answer_kept
from connectors.telegram.channel import TelegramChannel
from connectors.telegram.errors import UNREADABLE, seconds
from connectors.telegram.events import parse_event
from connectors.telegram.polling import Poller, Sleep
from connectors.telegram.updates import KINDS

PATH: Final = "/webhooks/telegram"
HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 300.0
_LOG: Final = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class TelegramConnector:
    """Has updates kept as they come; `keep` must be durable, and keep each key once."""

    def __init__(  # noqa: PLR0913 - what is injected for tests has its defaults
        self,
        channel: TelegramChannel,
        settings: TelegramSettings,
        keep: Keep,
        public_url: str = "",
        clock: Callable[[], datetime] = _now,
        *,
        secret: str = "",
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.channel, self._keep, self._clock, self._sleep = channel, keep, clock, sleep
        self._address = f"{public_url}{PATH}" if public_url.startswith("https://") else ""
        self._secret = settings.webhook_secret or secret
        if not _SECRET.fullmatch(self._secret):
            raise ValueError("the webhook's secret must be 1-256 of A-Z, a-z, 0-9, _ and -")
        self._background = Background()

    @property
    def routes(self) -> list[Route]:
        """The webhook's route; it checks by itself who calls."""
        return [Route("POST", PATH, self.receive, Caller.ANYBODY)]

    async def receive(self, request: web.Request) -> web.Response:
        """200 once an update is kept, 503 when it cannot be; 401 or 400 for what is none."""
        given = request.headers.get(HEADER, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(given, self._secret.encode()):
            _LOG.warning("telegram.unsigned")
            raise web.HTTPUnauthorized
        try:
            event = parse_event(await request.read(), self._clock())
        except UnreadableEventError as error:
            _LOG.warning("telegram.rejected", extra={"reason": str(error)})
            raise web.HTTPBadRequest from error
        return await answer_kept(self._keep, event)

    async def start(self) -> None:
        """Begin to receive; Telegram's own troubles are waited out, and stop nothing here."""
        self._background.start(self._insist())
        if not self._address:
            poller = Poller(self.channel.bot, self._keep, self._clock, self._sleep)
            self._background.start(poller.run())

    async def stop(self) -> None:
        """Stop receiving; what is still to be said may go out, until the channel is closed."""
        await self._background.stop()

    async def _insist(self) -> None:
        """Set up what Telegram keeps for us, however often that must be tried."""
        pause = _FIRST_PAUSE
        while True:
            try:
                return await self._set_up()
            except (TelegramError, *UNREADABLE) as error:
                _LOG.warning("telegram.set_up_delayed", extra={"reason": type(error).__name__})
                asked = seconds(error.retry_after) if isinstance(error, RetryAfter) else 0.0
            await self._sleep(max(pause, asked))
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _set_up(self) -> None:
        bot = self.channel.bot
        await bot.initialize()
        if self._address:
            await self._set_webhook(await bot.get_webhook_info())
        menu = self.channel.commands
        for language in menu.languages:
            commands = [BotCommand(name, does) for name, does in menu.menu(language)]
            everybody = language == DEFAULT_LANGUAGE
            await bot.set_my_commands(commands, language_code=None if everybody else language)
        _LOG.info("telegram.ready", extra={"webhook": bool(self._address)})

    async def _set_webhook(self, info: WebhookInfo) -> None:
        """Set the webhook, but only when it is another: setting it at each start is refused."""
        same = info.url == self._address and set(info.allowed_updates) == set(KINDS)
        # Telegram does not tell its secret, but that we refuse the one it has.
        if same and "401" not in (info.last_error_message or ""):
            return
        await self.channel.bot.set_webhook(
            self._address,
            allowed_updates=KINDS,
            secret_token=self._secret,
            drop_pending_updates=False,
        )
        _LOG.info("telegram.webhook_set")
