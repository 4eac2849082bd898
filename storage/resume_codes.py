"""Codes by which a citizen goes on in another conversation; only their hashes are kept."""

from datetime import datetime

from pymongo.errors import DuplicateKeyError

from storage.database import Database


class ResumeCodeTakenError(Exception):
    """Another conversation has issued this very code."""


class MongoResumeCodes:
    """Keeps resume codes: each is redeemed by one message, however often that is taken."""

    def __init__(self, database: Database) -> None:
        self._kept = database["resume_codes"]

    async def issue(self, code_hash: str, conversation: str, expires_at: datetime) -> None:
        """Keep a code; one that its conversation issued before stays as it is.

        Raises ResumeCodeTakenError when it is another conversation's.
        """
        issued = {"_id": code_hash, "conversation": conversation, "expires_at": expires_at}
        try:
            await self._kept.insert_one(issued)
        except DuplicateKeyError as error:
            own = {"_id": code_hash, "conversation": conversation}
            if await self._kept.find_one(own, {"_id": 1}) is None:
                raise ResumeCodeTakenError from error

    async def redeem(self, code_hash: str, key: str, now: datetime) -> str | None:
        """Bind a code to the first message that brings it, and return who issued it.

        The same message is told so again, however late; another one is told None, and so is
        whoever brings an unknown or expired code.
        """
        unused = {"_id": code_hash, "key": None, "expires_at": {"$gt": now}}
        await self._kept.update_one(unused, {"$set": {"key": key}})
        code = await self._kept.find_one({"_id": code_hash, "key": key}, {"conversation": 1})
        return code["conversation"] if code else None

    async def carry(self, code_hash: str, draft: bytes, language: str | None) -> None:
        """Keep the draft that a redeemed code carries over; the first one stays."""
        empty = {"_id": code_hash, "key": {"$ne": None}, "draft": None}
        await self._kept.update_one(empty, {"$set": {"draft": draft, "language": language}})

    async def carried(self, code_hash: str) -> tuple[bytes, str | None] | None:
        """Return the draft and its language, if a code carries one."""
        code = await self._kept.find_one({"_id": code_hash, "draft": {"$ne": None}})
        return (code["draft"], code["language"]) if code else None
