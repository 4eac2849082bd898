"""Telegram's errors: which of them surely left nothing behind, and how long to wait."""

from datetime import timedelta

import httpx
import pytest
from telegram.error import (
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from bot.channels import Failure
from connectors.telegram.errors import failure_of, seconds, send_failed


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (caused(TimedOut(), httpx.ConnectTimeout("")), Failure.TRANSIENT),
        (caused(TimedOut(), httpx.PoolTimeout("")), Failure.TRANSIENT),
        (caused(TimedOut(), httpx.ReadTimeout("")), Failure.AMBIGUOUS),
        (caused(TimedOut(), httpx.WriteTimeout("")), Failure.AMBIGUOUS),
        (caused(NetworkError(""), httpx.ConnectError("")), Failure.TRANSIENT),
        (NetworkError("Bad Gateway"), Failure.TRANSIENT),
        (caused(Forbidden("Forbidden"), TelegramError("Invalid")), Failure.TRANSIENT),
        (Forbidden("Forbidden: bot was blocked by the user"), Failure.UNREACHABLE),
        (ChatMigrated(-100), Failure.UNREACHABLE),
        (InvalidToken(), Failure.CREDENTIALS),
        (TelegramError("Invalid server response"), Failure.AMBIGUOUS),
        (Conflict("Conflict"), Failure.AMBIGUOUS),
    ],
)
def test_error_tells_what_may_have_arrived(error: TelegramError, failure: Failure):
    assert failure_of(error) is failure


@pytest.mark.parametrize("wait", [35, 35.0, timedelta(seconds=35)])
def test_wait_is_read_in_both_of_the_librarys_forms(wait: float | timedelta):
    assert seconds(wait) == 35.0


def test_parts_already_sent_are_told():
    assert send_failed(TimedOut(), ("1", "2")).ids == ("1", "2")
