"""Fetching updates, where Telegram cannot reach us: on a developer's own machine."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from telegram.error import Conflict, RetryAfter, TelegramError

from bot.channels import Failure, UnreadableEventError
from bot.webhooks import Keep
from connectors.telegram.client import Bot, fetch_updates
from connectors.telegram.errors import failure_of, seconds
from connectors.telegram.events import as_event
from connectors.telegram.updates import KINDS

type Sleep = Callable[[float], Awaitable[None]]

_FIRST_PAUSE: Final = 1.0  # seconds
_LONGEST_PAUSE: Final = 30.0
_LOG: Final = logging.getLogger(__name__)


class Poller:
    """Fetches updates and has them kept, one after another."""

    def __init__(self, bot: Bot, keep: Keep, clock: Callable[[], datetime], sleep: Sleep) -> None:
        self._bot, self._keep, self._clock, self._sleep = bot, keep, clock, sleep
        self._offset: int | None = None
        self._pause, self._ready = _FIRST_PAUSE, False

    async def run(self) -> None:
        """Fetch until cancelled, or until Telegram refuses the token.

        PTB's own updater ends for good when one update cannot be queued, and looks alive.
        """
        while True:
            try:
                await self._fetch()
            except TelegramError as error:
                if failure_of(error) is Failure.CREDENTIALS:
                    _LOG.critical("telegram.token_refused")
                    return
                await self._sleep(self._after(error))
            except Exception:  # noqa: BLE001 - whatever it was, what came must be fetched again
                _LOG.exception("telegram.not_kept")
                await self._sleep(self._longer())
            else:
                self._pause = _FIRST_PAUSE

    async def _fetch(self) -> None:
        if not self._ready:
            await self._bot.delete_webhook(drop_pending_updates=False)
            self._ready = True
        for update in await fetch_updates(self._bot, self._offset, KINDS):
            await self._take(update)

    async def _take(self, update: Any) -> None:
        """Keep an update; only then Telegram is told that it need not come again."""
        following = int(update["update_id"]) + 1
        try:
            event = as_event(update, self._clock())
        except UnreadableEventError as error:
            _LOG.warning("telegram.rejected", extra={"reason": str(error)})
        else:
            await self._keep(event)
        self._offset = following

    def _after(self, error: TelegramError) -> float:
        """Return how long to leave Telegram alone after an error."""
        _LOG.warning("telegram.polling_delayed", extra={"reason": type(error).__name__})
        if isinstance(error, RetryAfter):
            return seconds(error.retry_after)
        if isinstance(error, Conflict):
            # Somebody else fetches with our token, or has set a webhook: then it must go again.
            _LOG.error("telegram.conflict")
            self._ready = False
            return _LONGEST_PAUSE
        return self._longer()

    def _longer(self) -> float:
        pause = self._pause
        self._pause = min(pause * 2, _LONGEST_PAUSE)
        return pause
