"""Conversations between turns, each one document that is saved only by who read it last."""

import zlib
from typing import Final

from pymongo.errors import DuplicateKeyError

from bot.conversations import Conversation, ConversationChangedError, Offer
from storage.answers import answer_document, answer_from
from storage.database import Database, Document

_NEW: Final = 0  # the version of a conversation that was never kept


class MongoConversations:
    """Keeps conversations; a ConversationStore."""

    def __init__(self, database: Database) -> None:
        self._kept = database["conversations"]

    async def get(self, conversation_id: str) -> Conversation:
        """Return the conversation, or a new one that has version 0."""
        document = await self._kept.find_one({"_id": conversation_id})
        return conversation_from(document) if document else Conversation(conversation_id)

    async def language_of(self, conversation_id: str) -> str | None:
        """Return the language that a conversation is held in, as far as it is known."""
        # The dialogue beside it is large, and would be read and unpacked for nothing.
        document = await self._kept.find_one({"_id": conversation_id}, {"language": 1})
        return document["language"] if document else None

    async def save(self, conversation: Conversation) -> None:
        """Keep a conversation read at `conversation.version`, as the next version.

        Raises ConversationChangedError when another version has been kept since.
        """
        document = conversation_document(conversation)
        document["version"] = conversation.version + 1
        if conversation.version == _NEW:
            await self._insert(document)
        else:
            await self._replace(document, conversation.version)

    async def _insert(self, document: Document) -> None:
        try:
            await self._kept.insert_one(document)
        except DuplicateKeyError as error:
            raise ConversationChangedError from error

    async def _replace(self, document: Document, version: int) -> None:
        read = {"_id": document.pop("_id"), "version": version}
        result = await self._kept.update_one(read, {"$set": document})
        if result.modified_count != 1:
            raise ConversationChangedError


def conversation_document(conversation: Conversation) -> Document:
    """Return the document that keeps a conversation."""
    last_answer = conversation.last_answer
    return {
        "_id": conversation.id,
        "version": conversation.version,
        "turn": conversation.turn,
        "language": conversation.language,
        # The agent's dialogue is repetitive text and by far the largest part.
        "dialogue": zlib.compress(conversation.dialogue),
        # A list: the order of the offers counts, and their tokens are no field names.
        "offers": [
            {"token": token, "turn": offer.turn, "title": offer.title, "command": offer.command}
            for token, offer in conversation.offers.items()
        ],
        "last_key": conversation.last_key,
        "last_answer": answer_document(last_answer) if last_answer else None,
        "last_at": conversation.last_at,
        "before": None if conversation.before is None else zlib.compress(conversation.before),
    }


def conversation_from(document: Document) -> Conversation:
    """Return the conversation that a document keeps."""
    last_answer, before = document["last_answer"], document.get("before")
    return Conversation(
        id=document["_id"],
        version=document["version"],
        turn=document["turn"],
        language=document["language"],
        dialogue=zlib.decompress(document["dialogue"]),
        offers={
            offer["token"]: Offer(offer["turn"], offer["title"], offer["command"])
            for offer in document["offers"]
        },
        last_key=document["last_key"],
        last_answer=answer_from(last_answer) if last_answer else None,
        last_at=document["last_at"],
        before=None if before is None else zlib.decompress(before),
    )
