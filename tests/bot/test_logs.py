"""Log lines: an event and its values, and nothing of the citizen's."""

import json
import logging
import subprocess
import sys
from typing import Any

import pytest

from bot.logs import JsonFormatter
from bot.settings import ROOT

KEY = b"key of the tests"
TALKATIVE = """
import logging
from bot.logs import configure
configure(b"key")
logging.getLogger("bot.turns").info("turn.answered", extra={"conversation_id": "rest:99887766"})
logging.getLogger("aiohttp.access").info("GET /cases/KW-2026-000001-7")
logging.getLogger("bot.turns").debug("turn.detail")
"""


def line(key: bytes = KEY, message: str = "turn.answered", **values: Any) -> dict[str, Any]:
    record = logging.LogRecord("bot.turns", logging.INFO, __file__, 1, message, None, None)
    vars(record).update(values)
    return json.loads(JsonFormatter(key).format(record))


def conversation(key: bytes, conversation_id: str) -> str:
    return line(key, conversation_id=conversation_id)["conversation"]


def failure() -> logging.LogRecord:
    try:
        int("المواطن سالم 99887766")  # the error quotes it
    except ValueError:
        return logging.getLogger("bot.inbox").makeRecord(
            "bot.inbox", logging.ERROR, __file__, 1, "turn.crashed", (), sys.exc_info()
        )
    raise AssertionError


def test_line_tells_the_event_when_it_was_and_its_values():
    told = line(created=1772452800.25, channel="rest", ms=12)

    assert told == {
        "time": "2026-03-02T12:00:00.250+00:00",
        "level": "info",
        "event": "turn.answered",
        "logger": "bot.turns",
        "channel": "rest",
        "ms": 12,
    }


def test_conversation_is_told_apart_but_not_told():
    told = line(conversation_id="telegram:99887766")

    assert "99887766" not in str(told)
    assert "conversation_id" not in told
    assert told["conversation"] != line(conversation_id="telegram:99887767")["conversation"]


def test_conversation_is_the_same_on_every_line():
    assert conversation(KEY, "telegram:7") == conversation(KEY, "telegram:7")


def test_who_does_not_know_the_key_cannot_tell_whose_conversation_it_is():
    assert conversation(KEY, "telegram:7") != conversation(b"another key", "telegram:7")


def test_key_may_be_of_any_length():
    assert conversation(b"k" * 200, "telegram:7")


def test_arabic_stays_readable():
    formatted = JsonFormatter(KEY).format(
        logging.makeLogRecord({"msg": "place.found", "area": "السالمية"})
    )

    assert "السالمية" in formatted


def test_value_that_json_does_not_know_is_told_as_text():
    assert line(reason=ValueError)["reason"] == "<class 'ValueError'>"


def test_error_tells_its_kind_and_place_but_not_its_message():
    told = json.loads(JsonFormatter(KEY).format(failure()))

    assert told["error"].startswith("ValueError at test_logs.py:")
    assert "99887766" not in str(told)


@pytest.fixture(scope="module")
def told_on_standard_error() -> list[dict[str, Any]]:
    process = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", TALKATIVE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in process.stderr.splitlines()]


def test_lines_go_to_standard_error_without_what_may_hold_a_case_number(
    told_on_standard_error: list[dict[str, Any]],
):
    assert [told["event"] for told in told_on_standard_error] == ["turn.answered"]


def test_lines_on_standard_error_do_not_tell_the_conversation(
    told_on_standard_error: list[dict[str, Any]],
):
    assert "99887766" not in str(told_on_standard_error)
