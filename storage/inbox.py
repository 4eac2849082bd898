"""Received messages, until they are answered and for as long as they may be repeated."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import datetime
from typing import Final

from pymongo import ASCENDING, DESCENDING

from bot.messages import Answer, InboundMessage, Logged, Place
from storage.answers import answer_document, answer_from
from storage.arrivals import keep_arrival
from storage.database import Database, Document

_NEW: Final = "new"
_DONE: Final = "done"
_COLLECTED_AT_ONCE: Final = 200


class MongoInbox:
    """Keeps received messages and their answers; an InboxStore."""

    def __init__(self, database: Database) -> None:
        self._kept = database["inbox"]

    async def receive(self, message: InboundMessage) -> bool:
        """Keep a message; False if one with its key was received before."""
        state = {"status": _NEW, "collected": False}
        return await keep_arrival(self._kept, message_document(message) | state)

    async def finish(self, key: str, answer: Answer) -> None:
        """Keep the answer to a message and mark the message as done."""
        done = {"status": _DONE, "answer": answer_document(answer)}
        update = {"$set": done, "$currentDate": {"done_at": True}}  # it expires from now on
        await self._kept.update_one({"_id": key}, update)

    async def tell(self, conversation: str, key: str, answer: Answer, at: datetime) -> None:
        """Keep an answer to nothing that the citizen wrote; one with its key is kept once."""
        channel, _, sender = conversation.partition(":")
        nothing = InboundMessage(channel, key.removeprefix(f"{channel}:"), sender, at)
        notice = {
            "_id": key,
            "status": _DONE,
            "collected": False,
            "notice": True,
            "answer": answer_document(answer),
            "done_at": at,
        }
        await keep_arrival(self._kept, message_document(nothing) | notice)

    async def find_answer(self, key: str) -> Answer | None:
        """Return the answer to a message that is done."""
        document = await self._kept.find_one({"_id": key, "status": _DONE}, {"answer": 1})
        return answer_from(document["answer"]) if document else None

    async def collect(self, conversation: str) -> list[tuple[str, Answer]]:
        """Return key and answer of the done messages not collected yet, oldest first.

        At most 200 at a time; the next ones follow once these are marked.
        """
        uncollected = {"conversation": conversation, "status": _DONE, "collected": False}
        found = self._kept.find(uncollected, {"answer": 1}).sort("order", ASCENDING)
        documents = await found.limit(_COLLECTED_AT_ONCE).to_list(None)
        return [(document["_id"], answer_from(document["answer"])) for document in documents]

    async def mark_collected(self, keys: list[str]) -> None:
        """Remember that these answers reached their channel."""
        await self._kept.update_many({"_id": {"$in": keys}}, {"$set": {"collected": True}})

    async def waiting(self) -> AsyncIterator[InboundMessage]:
        """Yield the messages without an answer, in the order in which they were received."""
        async for document in self._kept.find({"status": _NEW}).sort("order", ASCENDING):
            yield message_from(document)

    async def history(self, conversation: str, limit: int) -> list[Logged]:
        """Return the newest messages of a conversation with their answers, oldest first."""
        newest = self._kept.find({"conversation": conversation}).sort("order", DESCENDING)
        documents = await newest.limit(limit).to_list(None)
        return [_logged(document) for document in reversed(documents)]


def _logged(document: Document) -> Logged:
    answer = document.get("answer")
    return Logged(
        document["order"],
        message_from(document),
        answer_from(answer) if answer else None,
        notice=document.get("notice", False),
    )


def message_document(message: InboundMessage) -> Document:
    """Return the document that keeps a message."""
    return {
        "_id": message.key,
        "channel": message.channel,
        "message_id": message.message_id,
        "sender": message.sender,
        "conversation": message.conversation,
        "received_at": message.received_at,
        "text": message.text,
        "attachments": list(message.attachments),
        "place": asdict(message.place) if message.place else None,
        "language": message.language,
        "context": dict(message.context),
        "remarks": list(message.remarks),
        "edits": message.edits,
    }


def message_from(document: Document) -> InboundMessage:
    """Return the message that a document keeps."""
    return InboundMessage(
        channel=document["channel"],
        message_id=document["message_id"],
        sender=document["sender"],
        received_at=document["received_at"],
        text=document["text"],
        attachments=tuple(document["attachments"]),
        place=Place(**document["place"]) if document["place"] else None,
        language=document["language"],
        context=document.get("context") or {},
        remarks=tuple(document.get("remarks") or ()),
        edits=document.get("edits"),
    )
