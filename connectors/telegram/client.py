"""The client of Telegram's Bot API: PTB's bot without its application."""

import logging
import os
from collections.abc import Sequence
from typing import Any, Final

from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import BaseRequest, HTTPXRequest

from bot.settings import TelegramSettings

type Bot = ExtBot[Any]

_ANSWER: Final = 10.0  # seconds that Telegram may take for an answer
_CONNECT: Final = 5.0
_CONNECTIONS: Final = 64
_LONG_POLL: Final = 50  # seconds that Telegram holds a request until there are updates
_UPDATES: Final = "getUpdates"
# They write the token, which is in every URL, and whole answers, which hold what citizens said.
# Whatever matters of that comes to us as an exception.
_TALKATIVE: Final = ("httpcore", "httpx", "telegram")
_TIMEDELTA: Final = "PTB_TIMEDELTA"  # by which `retry_after` has the type that it will have


def build_bot(
    settings: TelegramSettings, *, answer: float = _ANSWER, request: BaseRequest | None = None
) -> Bot:
    """Build the bot of one deployment; what it cannot send at once is for the outbox to retry."""
    os.environ.setdefault(_TIMEDELTA, "1")
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return ExtBot(
        settings.token,
        base_url=f"{settings.api}/bot",
        base_file_url=f"{settings.api}/file/bot",
        request=request or _request(answer, _CONNECTIONS),
        get_updates_request=request or _request(answer, 1),
        rate_limiter=AIORateLimiter(max_retries=0),
    )


def _request(answer: float, connections: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=_CONNECT,
        read_timeout=answer,
        write_timeout=answer,
        pool_timeout=_CONNECT,
    )


async def fetch_updates(bot: Bot, offset: int | None, kinds: Sequence[str]) -> list[Any]:
    """Wait for updates from an offset on, and return them raw.

    PTB's own method parses them, and one that it cannot parse would come back for ever.
    """
    asked = {"offset": offset, "timeout": _LONG_POLL, "allowed_updates": list(kinds)}
    patience = _LONG_POLL + _ANSWER
    return await bot._post(_UPDATES, asked, read_timeout=patience)  # noqa: SLF001 - see above
