"""The one connection to MongoDB, and the indexes that the stores rely on."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import ConnectionFailure

type Document = dict[str, Any]
type Collection = AsyncIOMotorCollection[Document]
type Database = AsyncIOMotorDatabase[Document]

_DEFAULT_NAME: Final = "shakwa"
_SELECTION_MS: Final = 5_000
_CONNECT_MS: Final = 5_000
_ANSWER_MS: Final = 30_000

# Platforms deliver a message again for up to a week; until then its key must be known.
MESSAGES_KEPT: Final = timedelta(days=8)
GUESSES_COUNTED: Final = timedelta(minutes=15)
UNPARSED_KEPT: Final = timedelta(days=30)  # events that somebody has to look at
PARCELS_KEPT: Final = timedelta(days=30)
CODES_KEPT: Final = timedelta(days=1)  # after they have expired, with the draft they carry


def _expiring(field: str, kept: timedelta) -> IndexModel:
    """Return the index by which documents are dropped; those without the field stay.

    Only so are some kept for ever: the embedded engine drops whatever has the field and is
    old enough, also what is outside the filter of a partial index.
    """
    return IndexModel([(field, ASCENDING)], expireAfterSeconds=int(kept.total_seconds()))


_INDEXES: Final[Mapping[str, Sequence[IndexModel]]] = {
    "inbox": (
        IndexModel([("status", ASCENDING), ("order", ASCENDING)]),
        IndexModel([("conversation", ASCENDING), ("order", ASCENDING)]),
        IndexModel(
            [
                ("conversation", ASCENDING),
                ("status", ASCENDING),
                ("collected", ASCENDING),
                ("order", ASCENDING),
            ]
        ),
        _expiring("done_at", MESSAGES_KEPT),
    ),
    "events": (
        IndexModel([("state", ASCENDING), ("order", ASCENDING)]),
        _expiring("taken_at", MESSAGES_KEPT),
        _expiring("unparsed_at", UNPARSED_KEPT),
    ),
    "outbox": (
        IndexModel([("state", ASCENDING), ("order", ASCENDING)]),
        IndexModel([("conversation", ASCENDING), ("state", ASCENDING), ("order", ASCENDING)]),
        IndexModel([("conversation", ASCENDING), ("order", ASCENDING)]),
        IndexModel([("ids", ASCENDING)]),
        IndexModel([("channel", ASCENDING), ("delivery", ASCENDING), ("sent_at", ASCENDING)]),
        IndexModel(
            [("changed_at", DESCENDING), ("order", DESCENDING)],
            partialFilterExpression={"state": "dead"},
        ),
        _expiring("sent_at", PARCELS_KEPT),
    ),
    "contacts": (IndexModel([("joined", ASCENDING)]),),
    "media": (IndexModel([("state", ASCENDING), ("order", ASCENDING)]),),
    "resume_codes": (_expiring("expires_at", CODES_KEPT),),
    "cases": (
        IndexModel([("complaint.filing_key", ASCENDING)], unique=True),
        IndexModel([("year", ASCENDING), ("serial", ASCENDING)], unique=True),
        IndexModel(
            [
                ("complaint.conversation", ASCENDING),
                ("filed_at", DESCENDING),
                ("serial", DESCENDING),
            ]
        ),
        IndexModel(
            [("filed_at", ASCENDING), ("serial", ASCENDING)],
            partialFilterExpression={"untold": True},
        ),
    ),
    "guesses": (
        IndexModel([("asker", ASCENDING), ("at", ASCENDING)]),
        _expiring("at", GUESSES_COUNTED),
    ),
    "attachments": (
        IndexModel([("conversation", ASCENDING), ("sha256", ASCENDING)], unique=True),
    ),
    # GridFS keeps the bytes of one hash under one name; of two uploads the second is refused.
    "attachments.files": (IndexModel([("filename", ASCENDING)], unique=True),),
}


class StoreUnavailableError(Exception):
    """MongoDB could not be reached in time."""


@asynccontextmanager
async def connect(uri: str, *, embedded: bool = False) -> AsyncGenerator[Database]:
    """Hold the database that the URI names, or `shakwa`, with its indexes in place.

    `embedded` says that it runs on the embedded engine and that nobody else uses it.
    Raises StoreUnavailableError when nothing answers.
    """
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
        uri,
        appname="shakwa",
        tz_aware=True,
        w="majority",  # a platform is told 200 only for what survives
        serverSelectionTimeoutMS=_SELECTION_MS,
        connectTimeoutMS=_CONNECT_MS,
        socketTimeoutMS=_ANSWER_MS,
    )
    try:
        database = client.get_default_database(_DEFAULT_NAME)
        await ping(database)
        if embedded:
            await free_abandoned(database)
        await ensure_indexes(database)
        yield database
    finally:
        client.close()


async def ping(database: Database) -> None:
    """Check that the server answers; raises StoreUnavailableError."""
    try:
        await database.command("ping")
    except ConnectionFailure as error:
        raise StoreUnavailableError from error


async def free_abandoned(database: Database) -> None:
    """End the sessions that a killed process left behind, for the embedded engine only.

    That engine keeps documents locked that a dead client was changing; MongoDB does not,
    and there the sessions of other processes would be ended too.
    """
    await database.client.admin.command("killAllSessions", [])


async def ensure_indexes(database: Database) -> None:
    """Create the indexes that are not there yet."""
    for name, indexes in _INDEXES.items():
        await database[name].create_indexes(list(indexes))
