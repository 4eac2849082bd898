"""What every EventStore promises."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels import Event
from bot.reception import EventStore
from storage.database import Database
from storage.events import MongoEvents

pytestmark = pytest.mark.mongo

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TAPPED: dict[str, Any] = {"update_id": 1, "callback_query": {"data": "b:1:00000000:1"}}


def event(key: str = "telegram:1", body: dict[str, Any] | None = None) -> Event:
    return Event(key, key.partition(":")[0], TAPPED if body is None else body, NOW)


@pytest.fixture
def store(database: Database) -> EventStore:
    return MongoEvents(database)


async def waiting(store: EventStore) -> list[Event]:
    return [event async for event in store.waiting()]


async def settled_at(database: Database, key: str) -> dict[str, datetime]:
    document = await database["events"].find_one({"_id": key})
    assert document is not None
    return {name: document[name] for name in ("taken_at", "unparsed_at") if name in document}


async def test_event_is_kept_once(store: EventStore):
    assert await store.keep(event())
    assert not await store.keep(event(body={"update_id": 2}))

    assert await waiting(store) == [event()]


async def test_of_many_deliveries_at_once_one_is_kept(store: EventStore):
    kept = await asyncio.gather(*(store.keep(event()) for _ in range(50)))

    assert sum(kept) == 1
    assert await waiting(store) == [event()]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"a.b": 1, "$set": {"$x.y": 2}, "": 3, "\x00": 4}, id="names"),
        pytest.param({"text": "\ud83d", "\udc00": "half"}, id="lone surrogates"),
        pytest.param({"text": "عمود الإنارة 💡\x00", "none": None, "no": False}, id="words"),
        pytest.param({"id": 2**80, "least": -(2**70), "ratio": 1.5e300}, id="numbers"),
        pytest.param(json.loads('{"a":' * 500 + "1" + "}" * 500), id="depth"),
        pytest.param(json.loads('{"list": [[], {}, [{"wamid": "wamid.HBg=="}]]}'), id="lists"),
    ],
)
async def test_body_comes_back_as_it_was(store: EventStore, body: dict[str, Any]):
    await store.keep(event(body=body))

    assert await waiting(store) == [event(body=body)]


async def test_waiting_events_come_in_order_of_arrival(store: EventStore):
    keys = [f"telegram:{number}" for number in reversed(range(30))]
    for key in keys:
        await store.keep(event(key))

    assert [one.key for one in await waiting(store)] == keys


async def test_settled_events_wait_no_more(store: EventStore):
    for number in range(4):
        await store.keep(event(f"telegram:{number}"))

    await store.settle(["telegram:0", "telegram:2"], parsed=True)
    await store.settle(["telegram:3"], parsed=False)

    assert [one.key for one in await waiting(store)] == ["telegram:1"]


@pytest.mark.parametrize("parsed", [True, False])
async def test_settled_event_is_still_known_as_repeat(store: EventStore, parsed: bool):  # noqa: FBT001 - a parameter
    await store.keep(event())
    await store.settle([event().key], parsed=parsed)

    assert not await store.keep(event())
    assert await waiting(store) == []


async def test_settling_unknown_events_or_none_is_no_error(store: EventStore):
    await store.settle([], parsed=True)
    await store.settle(["telegram:none"], parsed=True)

    assert await waiting(store) == []


async def test_unparsed_event_is_told_from_a_taken_one(store: EventStore, database: Database):
    for key in ("telegram:1", "telegram:2"):
        await store.keep(event(key))

    await store.settle(["telegram:1"], parsed=True)
    await store.settle(["telegram:2"], parsed=False)

    unparsed = await database["events"].find({"state": "unparsed"}).to_list(None)
    assert [one["_id"] for one in unparsed] == ["telegram:2"]


@pytest.mark.parametrize(("parsed", "field"), [(True, "taken_at"), (False, "unparsed_at")])
async def test_event_begins_to_expire_when_it_is_settled(
    store: EventStore,
    database: Database,
    parsed: bool,  # noqa: FBT001 - a parameter
    field: str,
):
    await store.keep(event())
    before = await settled_at(database, event().key)

    await store.settle([event().key], parsed=parsed)

    after = await settled_at(database, event().key)
    assert before == {}
    assert list(after) == [field]
    assert abs(after[field] - datetime.now(UTC)) < timedelta(minutes=5)


async def test_unparsed_events_are_kept_longer_than_taken_ones(database: Database):
    indexes = await database["events"].index_information()

    assert indexes["taken_at_1"]["expireAfterSeconds"] == 8 * 24 * 60 * 60
    assert indexes["unparsed_at_1"]["expireAfterSeconds"] == 30 * 24 * 60 * 60
