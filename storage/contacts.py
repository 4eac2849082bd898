"""How citizens can be reached, what their messages cost, and who is one person.

Every update is one document's own. A join is kept with one of the two conversations, and read
in both directions: so no failure can leave one half of it behind, and no two joins collide.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, unquote

from pymongo.errors import DuplicateKeyError

from bot.channels import Contact
from bot.messages import clean
from storage.database import Database, Document

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_BILLS_KNOWN: Final = 50  # messages whose price may be told again


class MongoContacts:
    """Keeps contacts; a Contacts."""

    def __init__(self, database: Database) -> None:
        self._kept = database["contacts"]

    async def get(self, conversation: str) -> Contact:
        """Return what is known; a reachable contact never heard of when nothing is."""
        document = await self._kept.find_one({"_id": conversation})
        return contact_from(document) if document else Contact(conversation)

    async def heard(self, conversation: str, at: datetime, address: Mapping[str, str]) -> None:
        """Remember that a citizen wrote, and is reachable with it."""
        told = {f"address.{_field(name)}": clean(value) for name, value in address.items()}
        await self._update(
            conversation, {"$set": {"reachable": True, **told}, "$max": {"heard_at": at}}
        )

    async def set_reachable(self, conversation: str, *, reachable: bool) -> None:
        """Remember that a citizen can be reached on this channel, or not any more."""
        await self._update(conversation, {"$set": {"reachable": reachable}})

    async def close_window(self, conversation: str) -> None:
        """Remember that a citizen may not be written to freely, whatever our clock says."""
        await self._update(conversation, {"$set": {"heard_at": None}})

    async def set_keyboard(self, conversation: str, message_id: str | None) -> None:
        """Remember which of our messages has buttons under it."""
        await self._update(conversation, {"$set": {"keyboard": message_id}})

    async def bill(self, conversation: str, message_id: str, price: str) -> None:
        """Count a message that was billed under a category, however often that is told."""
        # Sent, delivered and read each tell the price, one soon after the other.
        unbilled = {"_id": conversation, "billed": {"$ne": message_id}}
        counted = {
            "$inc": {f"costs.{_field(price)}": 1},
            "$push": {"billed": {"$each": [message_id], "$slice": -_BILLS_KNOWN}},
        }
        try:
            await self._kept.update_one(unbilled, counted, upsert=True)
        except DuplicateKeyError:  # billed before, or kept by somebody else in this moment
            await self._kept.update_one(unbilled, counted)

    async def costs(self, conversation: str) -> dict[str, int]:
        """Return how many messages were billed under each category."""
        document = await self._kept.find_one({"_id": conversation}, {"costs": 1}) or {}
        return _named(document.get("costs"))

    async def join(self, one: str, other: str) -> None:
        """Remember that two conversations, and all that were joined to them, are one person's."""
        await self._update(one, {"$addToSet": {"joined": other}})

    async def conversations_of(self, conversation: str) -> list[str]:
        """Return a person's conversations, the most recently heard one first."""
        known, asked, heard = {conversation}, set[str](), dict[str, datetime]()
        while unasked := known - asked:
            async for document in self._near(unasked):
                heard[document["_id"]] = document.get("heard_at") or _NEVER
                known |= {document["_id"], *document.get("joined", ())}
            asked |= unasked
        return sorted(known, key=lambda one: (heard.get(one, _NEVER), one), reverse=True)

    async def _near(self, conversations: Collection[str]) -> AsyncIterator[Document]:
        """Yield these conversations, and those that were joined to one of them."""
        for side in ("_id", "joined"):
            found = self._kept.find(
                {side: {"$in": list(conversations)}}, {"heard_at": 1, "joined": 1}
            )
            async for document in found:
                yield document

    async def _update(self, conversation: str, update: Document) -> None:
        await self._kept.update_one({"_id": conversation}, update, upsert=True)


def contact_from(document: Document) -> Contact:
    """Return the contact that a document keeps."""
    return Contact(
        conversation=document["_id"],
        reachable=document.get("reachable", True),
        heard_at=document.get("heard_at"),
        keyboard=document.get("keyboard"),
        address=_named(document.get("address")),
    )


def _field(name: str) -> str:
    """Return a field name that stands for any name, be it empty or full of dots and dollars."""
    return "_" + quote(name, safe="").replace(".", "%2E")


def _named[T](fields: Mapping[str, T] | None) -> dict[str, T]:
    return {unquote(field[1:]): value for field, value in (fields or {}).items()}
