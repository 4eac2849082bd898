"""Whatever comes in place of an update: it is kept, or refused by name, and breaks nothing."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import Errand, Presence, Received, UnreadableEventError
from connectors.telegram.commands import Commands
from connectors.telegram.events import as_event, parse_event
from connectors.telegram.updates import UpdateReader
from tests.builders import NOON
from tests.doubles.telegram_updates import text

PAYLOADS: Final = [
    json.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parent / "payloads" / "telegram").glob("*.json"))
]
KINDS: Final = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "channel_post",
    "anything",
)
SCALARS: Final = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANYTHING: Final = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
UPDATE_IDS: Final = st.integers(-(2**63), 2**63 - 1)


async def _refuse(_chat: int, _language: str | None) -> None:
    raise AssertionError("nothing is done while reading")


READER: Final = UpdateReader(Commands.load(), _refuse)


def read(body: Any) -> None:
    """Read an update as it comes, and check what it tells."""
    try:
        event = as_event(body, NOON)
        happenings = READER.read(event)
    except UnreadableEventError:
        return
    assert all(isinstance(one, Received | Presence | Errand) for one in happenings)
    json.dumps(event.body, ensure_ascii=False).encode()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each value inside a value."""
    inside: dict[Any, Any] = {}
    if isinstance(value, dict):
        inside = cast("dict[Any, Any]", value)
    elif isinstance(value, list):
        inside = dict(enumerate(cast("list[Any]", value)))
    for key, one in inside.items():
        yield (*path, key)
        yield from places(one, (*path, key))


def changed(payload: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    altered = copy.deepcopy(payload)
    *way, last = path
    holder: Any = altered
    for key in way:
        holder = holder[key]
    holder[last] = value
    return altered


@given(ANYTHING)
def test_anything_is_read_or_refused(body: Any):
    read(body)


@given(UPDATE_IDS, st.sampled_from(KINDS), ANYTHING)
def test_anything_inside_an_update_is_read_or_refused(update_id: int, kind: str, content: Any):
    read({"update_id": update_id, kind: content})


@given(st.data(), ANYTHING)
def test_update_with_anything_in_any_place_is_read_or_refused(data: st.DataObject, value: Any):
    payload = data.draw(st.sampled_from(PAYLOADS))
    path = data.draw(st.sampled_from(list(places(payload))))

    read(changed(payload, path, value))


@given(st.binary() | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_an_event_or_refused(raw: bytes):
    try:
        event = parse_event(raw, NOON)
    except UnreadableEventError:
        return
    assert event.key == f"telegram:{event.body['update_id']}"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"update_id": "1"}',
        b'{"update_id": true}',
        b'{"update_id": 1.0}',
        b'{"update_id": null}',
        b'{"update_id": 9223372036854775808}',
        b'{"update_id": ' + b"9" * 5000 + b"}",
        b'{"update_id": 1, "message": "\xff"}',
        b'{"update_id": 1, "message": ' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"update_id": 1, "message": ' + b"[" * 100_000,
    ],
)
def test_what_is_no_update_is_refused_without_being_quoted(raw: bytes):
    with pytest.raises(UnreadableEventError) as refused:
        parse_event(raw, NOON)

    assert str(refused.value) in {"not JSON", "not an object", "no update_id", "too deep"}


def test_event_is_known_by_its_update():
    body = text(7, "هلا")

    event = parse_event(json.dumps(body).encode(), NOON)

    assert event.key == f"telegram:{body['update_id']}"
    assert (event.channel, event.body, event.received_at) == ("telegram", body, NOON)


def test_escaped_and_plain_arabic_are_the_same_update():
    body = text(7, "هلا 👋")

    escaped, plain = (json.dumps(body, ensure_ascii=ascii_) for ascii_ in (True, False))

    assert parse_event(escaped.encode(), NOON).body == parse_event(plain.encode(), NOON).body


def test_event_holds_nothing_that_a_store_cannot_keep():
    raw = b'{"update_id": 1, "a\\u0000": "b\\ud83d\\u0000c", "n": [18446744073709551616, 1.5]}'

    assert parse_event(raw, NOON).body == {"update_id": 1, "a": "bc", "n": [None, 1.5]}
