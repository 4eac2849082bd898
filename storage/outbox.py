"""Parcels on their way to citizens, and how far they got."""

import secrets
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from pymongo import ASCENDING, DESCENDING

from bot.channels import Delivery, Parcel, Receipt
from bot.parcels import DeadLetter, State
from storage.arrivals import keep_arrival
from storage.database import Database, Document
from storage.deliveries import UNATTENDED, changed, noted
from storage.parcel_documents import parcel_document, parcel_from


class MongoOutbox:
    """Keeps parcels; an OutboxStore."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._kept, self._now = database["outbox"], now

    async def add(self, parcel: Parcel) -> bool:
        """Keep a new parcel; False if one with its key is there."""
        mark = {"mark": secrets.token_hex(8)}
        return await keep_arrival(self._kept, parcel_document(parcel) | mark)

    async def pending(self) -> AsyncIterator[Parcel]:
        """Yield the parcels to send, oldest first; those that were being sent are unsure."""
        states = [State.WAITING.value, State.SENDING.value]
        found = self._kept.find({"state": {"$in": states}}).sort("order", ASCENDING)
        # All at once: the first ones are sent, and so change, while the next are yielded.
        for document in await found.to_list(None):
            yield parcel_from(document)

    async def change(self, parcel: Parcel, state: State, reason: str = "") -> None:
        """Keep a parcel as it is now; one that is sent stays so."""
        at = self._now()
        await self._edit(
            {"_id": parcel.key}, lambda kept: changed(kept, parcel, state, reason, at)
        )

    async def find(self, key: str) -> Parcel | None:
        """Return the parcel of this key."""
        document = await self._kept.find_one({"_id": key})
        return parcel_from(document) if document else None

    async def is_sent(self, key: str) -> bool:
        """Say whether a parcel has arrived, by its channel's word."""
        sent = {"_id": key, "state": State.SENT.value}
        return await self._kept.find_one(sent, {"_id": 1}) is not None

    async def note(self, receipt: Receipt) -> Parcel | None:
        """Keep how far a message got, and return the parcel it was for, if it is ours.

        A failure is told once: None when the parcel is seen to already.
        """
        at = self._now()
        ours = {"_id": receipt.parcel} if receipt.parcel else {"ids": receipt.message_id}
        edited = await self._edit(
            {**ours, "channel": receipt.channel}, lambda kept: noted(kept, receipt, at)
        )
        if edited is None:
            return None
        before, after = edited
        seen_to = receipt.delivery is Delivery.FAILED and before["state"] not in UNATTENDED
        return None if seen_to else parcel_from(after)

    async def parked(self, conversation: str) -> list[Parcel]:
        """Return what waits until this citizen writes, oldest first."""
        waiting = {"conversation": conversation, "state": State.PARKED.value}
        found = self._kept.find(waiting).sort("order", ASCENDING)
        return [parcel_from(document) async for document in found]

    async def dead(self, limit: int) -> list[DeadLetter]:
        """Return the newest dead letters."""
        newest = [("changed_at", DESCENDING), ("order", DESCENDING)]
        found = self._kept.find({"state": State.DEAD.value}).sort(newest).limit(limit)
        return [
            DeadLetter(parcel_from(document), document["reason"], document["changed_at"])
            async for document in found
        ]

    async def revive(self, key: str) -> Parcel | None:
        """Make a dead letter wait again; None when there is no such."""
        changes = {
            "state": State.WAITING.value,
            "reason": "",
            "changed_at": self._now(),
            "attempts": 0,
        }
        edited = await self._edit({"_id": key, "state": State.DEAD.value}, lambda _: changes)
        return parcel_from(edited[1]) if edited else None

    async def unconfirmed(self, channel: str, before: datetime) -> int:
        """Count a channel's parcels sent before a moment of which no receipt told anything."""
        # Only what is sent has the time at which it was.
        silent = {"channel": channel, "delivery": None, "sent_at": {"$lt": before}}
        return await self._kept.count_documents(silent)

    async def of_conversation(
        self, conversation: str, limit: int
    ) -> list[tuple[Parcel, State, Delivery | None]]:
        """Return a conversation's parcels and how far each got, newest first."""
        found = self._kept.find({"conversation": conversation}).sort("order", DESCENDING)
        return [_standing(document) async for document in found.limit(limit)]

    async def _edit(
        self, which: Document, rule: Callable[[Document], Document]
    ) -> tuple[Document, Document] | None:
        """Change a parcel by a rule; return it before and after, None when nothing changes.

        The rule is asked again when somebody else changes the parcel at the same time.
        """
        while (kept := await self._kept.find_one(which)) and (changes := rule(kept)):
            if await self._swap(kept, changes):
                return kept, kept | changes
        return None

    async def _swap(self, kept: Document, changes: Document) -> bool:
        """Change a parcel if it still is what was read."""
        mark = secrets.token_hex(8)
        read = {"_id": kept["_id"], "mark": kept["mark"]}
        result = await self._kept.update_one(read, {"$set": changes | {"mark": mark}})
        if result.modified_count:
            return True
        # The driver may have done it twice after a lost connection; then the mark is ours.
        ours = {"_id": kept["_id"], "mark": mark}
        return await self._kept.find_one(ours, {"_id": 1}) is not None


def _standing(document: Document) -> tuple[Parcel, State, Delivery | None]:
    delivery = Delivery(document["delivery"]) if document["delivery"] else None
    return parcel_from(document), State(document["state"]), delivery
