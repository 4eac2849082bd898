"""What platforms delivered, as it came, for as long as it may be delivered again."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Final

from pymongo import ASCENDING

from bot.channels import Event
from storage.arrivals import keep_arrival
from storage.database import Database, Document

_NEW: Final = "new"
_TAKEN: Final = "taken"
_UNPARSED: Final = "unparsed"


class MongoEvents:
    """Keeps events; an EventStore."""

    def __init__(self, database: Database) -> None:
        self._kept = database["events"]

    async def keep(self, event: Event) -> bool:
        """Keep an event; False if it was kept before."""
        return await keep_arrival(self._kept, event_document(event) | {"state": _NEW})

    async def waiting(self) -> AsyncIterator[Event]:
        """Yield the events that were not taken yet, oldest first."""
        async for document in self._kept.find({"state": _NEW}).sort("order", ASCENDING):
            yield event_from(document)

    async def settle(self, keys: Sequence[str], *, parsed: bool) -> None:
        """Mark events as taken, or as unparsed; from then on they expire."""
        state = _TAKEN if parsed else _UNPARSED
        await self._kept.update_many(
            {"_id": {"$in": list(keys)}},
            {"$set": {"state": state}, "$currentDate": {f"{state}_at": True}},
        )


def event_document(event: Event) -> Document:
    """Return the document that keeps an event."""
    return {
        "_id": event.key,
        "channel": event.channel,
        # As text, in ASCII: whatever a platform sends comes back, be it field names with dots
        # and dollars, lone surrogates, huge numbers or more depth than a document may have.
        "body": json.dumps(dict(event.body)),
        "received_at": event.received_at,
    }


def event_from(document: Document) -> Event:
    """Return the event that a document keeps."""
    return Event(
        key=document["_id"],
        channel=document["channel"],
        body=json.loads(document["body"]),
        received_at=document["received_at"],
    )
