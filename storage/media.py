"""Files that are expected from a platform, until they are kept or lost."""

from collections.abc import AsyncIterator, Iterable
from enum import StrEnum
from typing import Any

from pymongo import ASCENDING

from bot.channels import MediaRef
from bot.conversations import AttachmentInfo
from bot.media import MediaJob
from bot.messages import clean
from storage.arrivals import keep_arrival
from storage.database import Database, Document


class Coming(StrEnum):
    """Where an expected file stands."""

    WAITING = "waiting"
    KEPT = "kept"
    LOST = "lost"


class MongoMedia:
    """Keeps the files that are expected; a MediaStore."""

    def __init__(self, database: Database) -> None:
        self._kept = database["media"]

    async def expect(self, job: MediaJob) -> bool:
        """Keep a new job; False if one with its id is there."""
        state = {"state": Coming.WAITING.value, "attachment": None, "reason": ""}
        return await keep_arrival(self._kept, job_document(job) | state)

    async def waiting(self) -> AsyncIterator[MediaJob]:
        """Yield the jobs that are not done, oldest first."""
        found = self._kept.find({"state": Coming.WAITING.value})
        async for document in found.sort("order", ASCENDING):
            yield job_from(document)

    async def kept(self, job_id: str, attachment_id: str) -> None:
        """Remember under which id the file is now kept."""
        await self._settle({"_id": job_id}, Coming.KEPT, attachment=attachment_id)

    async def lost(self, job_id: str, reason: str) -> None:
        """Remember that the file will never come; one that came is not lost."""
        waiting = {"_id": job_id, "state": Coming.WAITING.value}
        await self._settle(waiting, Coming.LOST, reason=reason)

    async def expected(self, conversation: str, ids: Iterable[str]) -> dict[str, AttachmentInfo]:
        """Return what is known of a conversation's expected files, whether they came or not."""
        own = {"_id": {"$in": list(ids)}, "conversation": conversation}
        found = self._kept.find(own, {"ref": 1})
        return {document["_id"]: _info(document) async for document in found}

    async def find(self, job_id: str) -> tuple[Coming, str | None] | None:
        """Return where an expected file stands, and the id under which it is kept."""
        document = await self._kept.find_one({"_id": job_id}, {"state": 1, "attachment": 1})
        return (Coming(document["state"]), document["attachment"]) if document else None

    async def _settle(self, job: Document, state: Coming, **how: Any) -> None:
        await self._kept.update_one(job, {"$set": {"state": state.value, **how}})


def job_document(job: MediaJob) -> Document:
    """Return the document that keeps a job."""
    ref = job.ref
    return {
        "_id": job.id,
        "conversation": job.conversation,
        "channel": job.channel,
        "ref": {
            "ref": ref.ref,
            "media": ref.media,
            "name": clean(ref.name),  # the citizen's own words
            "sha256": ref.sha256,
        },
        "attempts": job.attempts,
    }


def job_from(document: Document) -> MediaJob:
    """Return the job that a document keeps."""
    return MediaJob(
        id=document["_id"],
        conversation=document["conversation"],
        channel=document["channel"],
        ref=MediaRef(**document["ref"]),
        attempts=document["attempts"],
    )


def _info(document: Document) -> AttachmentInfo:
    ref = document["ref"]
    return AttachmentInfo(document["_id"], ref["media"], ref["name"])
