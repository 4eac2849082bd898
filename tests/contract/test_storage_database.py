"""What holding the database promises."""

from typing import Any, cast

import pytest
from pymongo.errors import DuplicateKeyError
from pymongo.results import InsertOneResult

from storage.database import (
    Collection,
    Database,
    Document,
    StoreUnavailableError,
    connect,
    ensure_indexes,
    ping,
)
from storage.inbox import MongoInbox
from tests.builders import message

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


async def test_message_that_the_driver_inserted_again_is_no_repeat(database: Database):
    twice = cast("Any", {"inbox": InsertsTwice(database["inbox"])})

    assert await MongoInbox(twice).receive(message())
    with pytest.raises(DuplicateKeyError):
        await twice["inbox"].insert_one({"_id": message().key})
