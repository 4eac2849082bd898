"""What holding the database promises."""

from typing import Any, cast

import pytest
from pymongo.errors import DuplicateKeyError
from pymongo.results import InsertOneResult, UpdateResult

from bot.channels import Delivery, Event, Failure, MediaRef, Parcel, Receipt
from bot.media import MediaJob
from bot.messages import Answer
from bot.parcels import State
from storage.database import (
    _INDEXES,
    Collection,
    Database,
    Document,
    StoreUnavailableError,
    connect,
    ensure_indexes,
    ping,
)
from storage.events import MongoEvents
from storage.inbox import MongoInbox
from storage.media import MongoMedia
from storage.outbox import MongoOutbox
from storage.resume_codes import MongoResumeCodes
from tests.builders import CITIZEN, NOON, message

pytestmark = pytest.mark.mongo


class InsertsTwice:
    """A collection that inserts again what was kept, as the driver does after a lost answer."""

    def __init__(self, collection: Collection) -> None:
        self.insert_once, self.find_one = collection.insert_one, collection.find_one

    async def insert_one(self, document: Document) -> InsertOneResult:
        await self.insert_once(document)
        return await self.insert_once(document)


async def test_uri_names_the_database(engine_uri: str):
    address = engine_uri.removesuffix("shakwa")
    async with connect(f"{address}elsewhere") as named, connect(address) as unnamed:
        assert (named.name, unnamed.name) == ("elsewhere", "shakwa")


async def test_server_that_is_not_there_is_told(unused_tcp_port: int):
    with pytest.raises(StoreUnavailableError):
        async with connect(f"mongodb://127.0.0.1:{unused_tcp_port}/shakwa"):
            pass


async def test_server_answers_a_ping(database: Database):
    await ping(database)


async def test_times_come_back_in_utc(database: Database):
    await MongoInbox(database).receive(message())

    document = await database["inbox"].find_one({"_id": message().key})

    assert document is not None
    assert document["received_at"] == message().received_at
    assert document["received_at"].utcoffset().total_seconds() == 0


async def test_indexes_may_be_ensured_again(database: Database):
    before = await database["cases"].index_information()

    await ensure_indexes(database)

    assert await database["cases"].index_information() == before


async def test_documents_that_a_dead_client_was_changing_are_freed(engine_uri: str):
    async with connect(engine_uri) as dead:
        await dead["cases"].insert_one({"_id": "locked", "lines": 0})
        async with await dead.client.start_session() as session:
            session.start_transaction()
            await dead["cases"].update_one(
                {"_id": "locked"}, {"$inc": {"lines": 1}}, session=session
            )

            async with connect(engine_uri, embedded=True) as alive:
                changed = await alive["cases"].update_one(
                    {"_id": "locked"}, {"$inc": {"lines": 1}}
                )
                await alive["cases"].delete_one({"_id": "locked"})

    assert changed.modified_count == 1


def twice(database: Database, name: str) -> Any:
    return cast("Any", {name: InsertsTwice(database[name])})


async def test_message_that_the_driver_inserted_again_is_no_repeat(database: Database):
    inbox = twice(database, "inbox")

    assert await MongoInbox(inbox).receive(message())
    with pytest.raises(DuplicateKeyError):
        await inbox["inbox"].insert_one({"_id": message().key})


async def test_nothing_else_that_the_driver_inserted_again_is_a_repeat(database: Database):
    event = Event("telegram:1", "telegram", {}, NOON)
    parcel = Parcel("answer:1", CITIZEN, Answer("تم"))
    job = MediaJob("file", CITIZEN, "telegram", MediaRef("ref", "image"))

    assert await MongoEvents(twice(database, "events")).keep(event)
    assert await MongoOutbox(twice(database, "outbox"), lambda: NOON).add(parcel)
    assert await MongoMedia(twice(database, "media")).expect(job)
    await MongoResumeCodes(twice(database, "resume_codes")).issue("hash", CITIZEN, NOON)


async def test_no_index_lets_documents_expire_by_a_filter(database: Database):
    # The embedded engine drops what such a filter leaves out.
    every = [await database[name].index_information() for name in _INDEXES]
    expiring = [
        one for indexes in every for one in indexes.values() if "expireAfterSeconds" in one
    ]

    assert len(expiring) == 6
    assert not any("partialFilterExpression" in one for one in expiring)


class UpdatesTwice:
    """A collection that updates again what was changed, as the driver does on that engine."""

    def __init__(self, collection: Collection) -> None:
        self.find_one, self.insert_one = collection.find_one, collection.insert_one
        self.update_once = collection.update_one

    async def update_one(self, which: Document, update: Document) -> UpdateResult:
        await self.update_once(which, update)
        return await self.update_once(which, update)


async def test_failure_that_the_driver_noted_again_is_told(database: Database):
    updating = cast("Any", {"outbox": UpdatesTwice(database["outbox"])})
    outbox = MongoOutbox(updating, lambda: NOON)
    parcel = Parcel("answer:1", CITIZEN, Answer("تم"))
    await outbox.add(parcel)
    await outbox.change(parcel, State.SENDING)
    failed = Receipt("telegram", "1", parcel.key, Delivery.FAILED, Failure.WINDOW)

    told = [await outbox.note(failed) for _ in range(2)]

    assert told == [parcel, None]
