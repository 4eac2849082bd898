"""Telegram's errors, by what is to be done about them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels import (
    Failure,
    MediaGoneError,
    MediaUnavailableError,
    SendFailedError,
)

# What PTB raises when it does not know Telegram's answer in this form.
UNREADABLE: Final = (AttributeError, KeyError, TypeError, ValueError)
# In this order: a bad request and a time-out are network errors to PTB.
_FAILURES: Final[Mapping[type[TelegramError], Failure]] = {
    RetryAfter: Failure.HALTED,
    Forbidden: Failure.UNREACHABLE,
    ChatMigrated: Failure.UNREACHABLE,
    InvalidToken: Failure.CREDENTIALS,
    BadRequest: Failure.REFUSED,
    TimedOut: Failure.AMBIGUOUS,
    NetworkError: Failure.TRANSIENT,
}
_NEVER_LEFT: Final = (httpx.ConnectTimeout, httpx.PoolTimeout)
_NO_CHAT: Final = "chat not found"
_TOO_LARGE: Final = "file is too big"
_FOR_NOW: Final = "temporarily unavailable"


def send_failed(error: TelegramError, ids: tuple[str, ...] = ()) -> SendFailedError:
    """Return an error as the outbox understands it; `ids` are the parts that were sent."""
    wait = seconds(error.retry_after) if isinstance(error, RetryAfter) else None
    # Its name only: Telegram's own words may quote what was sent, or the token.
    return SendFailedError(failure_of(error), type(error).__name__, retry_after=wait, ids=ids)


def failure_of(error: TelegramError) -> Failure:
    """Return what to do about an error."""
    if isinstance(error.__cause__, TelegramError):
        # The answer was no JSON: it came from something on the way, not from Telegram.
        return Failure.TRANSIENT
    if isinstance(error, BadRequest) and _NO_CHAT in error.message.lower():
        return Failure.UNREACHABLE
    if isinstance(error.__cause__, _NEVER_LEFT):
        return Failure.TRANSIENT
    kinds = (failure for kind, failure in _FAILURES.items() if isinstance(error, kind))
    return next(kinds, Failure.AMBIGUOUS)


def seconds(wait: float | timedelta) -> float:
    """Return a wait in seconds, in whichever form PTB tells it."""
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def fetch_failed(error: TelegramError) -> MediaGoneError | MediaUnavailableError:
    """Return an error of fetching a file as its job understands it."""
    told = error.message.lower()
    if not isinstance(error, BadRequest):
        return MediaUnavailableError(type(error).__name__)
    if _TOO_LARGE in told:
        return MediaGoneError("too_large_telegram")
    if _FOR_NOW in told:
        return MediaUnavailableError(type(error).__name__)
    return MediaGoneError("unreadable")
