"""Files that citizens sent: their bytes once, and a note of every upload."""

import hashlib
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bson import ObjectId
from gridfs.errors import FileExists
from motor.motor_asyncio import AsyncIOMotorGridFSBucket
from motor.motor_gridfs import AgnosticGridIn
from pymongo.errors import DuplicateKeyError

from bot.conversations import AttachmentInfo
from storage.database import Database, Document
from storage.media import Coming, MongoMedia

_BUCKET: Final = "attachments"


class AttachmentMissingError(Exception):
    """No file was kept under this id."""


class AttachmentExpectedError(AttachmentMissingError):
    """The file is still on its way to us."""


class AttachmentAlteredError(Exception):
    """The bytes that came are not those that the hash promised."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is known of a file that a conversation uploaded."""

    id: str
    conversation: str
    sha256: str
    name: str = field(repr=False)
    media: str  # image, document, audio or video
    media_type: str
    size: int
    uploaded_at: datetime


class MongoAttachments:
    """Keeps files; an AttachmentDesk."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._uploads, self._files = database[_BUCKET], database[f"{_BUCKET}.files"]
        self._bucket = AsyncIOMotorGridFSBucket(database, _BUCKET)
        self._expected, self._now = MongoMedia(database), now

    async def keep(  # noqa: PLR0913, PLR0917  an upload has this many properties
        self,
        conversation: str,
        name: str,
        media_type: str,
        media: str,
        chunks: AsyncIterable[bytes] | bytes,
        sha256: str,
    ) -> AttachmentInfo:
        """Keep a file; one that the conversation sent before keeps its first id and name.

        Raises AttachmentAlteredError when the bytes do not have this hash (hexadecimal).
        """
        size = await self._find_size(sha256)
        if size is None:
            size = await self._store(chunks, sha256)
        upload: Document = {
            "_id": secrets.token_urlsafe(16),
            "conversation": conversation,
            "sha256": sha256,
            "name": name,
            "media": media,
            "media_type": media_type,
            "size": size,
            "uploaded_at": self._now(),
        }
        return _info(await self._noted(upload))

    async def claim(
        self, conversation: str, ids: Sequence[str]
    ) -> tuple[list[AttachmentInfo], list[str]]:
        """Return the files of this conversation, and the ids that are not its own.

        A file that is expected from a platform is the conversation's from the beginning.
        """
        if not ids:  # as with most messages
            return [], []
        own = {"_id": {"$in": list(ids)}, "conversation": conversation}
        found = {upload["_id"]: _info(upload) async for upload in self._uploads.find(own)}
        asked = list(dict.fromkeys(ids))
        if others := [id_ for id_ in asked if id_ not in found]:
            found |= await self._expected.expected(conversation, others)
        return [found[id_] for id_ in asked if id_ in found], [
            id_ for id_ in asked if id_ not in found
        ]

    async def open(self, attachment_id: str) -> tuple[Attachment, AsyncIterator[bytes]]:
        """Return what is known of a file, and its bytes.

        Raises AttachmentMissingError, or AttachmentExpectedError while it has not come.
        """
        upload = await self._uploads.find_one({"_id": attachment_id})
        if upload is None:
            kept = await self._kept_as(attachment_id)
            upload = await self._uploads.find_one({"_id": kept})
        if upload is None:
            raise AttachmentMissingError(attachment_id)
        attachment = _attachment_from(upload)
        return attachment, self._read(attachment.sha256)

    async def _kept_as(self, expected_id: str) -> str:
        """Return the id under which an expected file is kept."""
        match await self._expected.find(expected_id):
            case (Coming.KEPT, str(kept)):
                return kept
            case (Coming.WAITING, _):
                raise AttachmentExpectedError(expected_id)
            case _:
                raise AttachmentMissingError(expected_id)

    async def _read(self, sha256: str) -> AsyncIterator[bytes]:
        async for chunk in await self._bucket.open_download_stream_by_name(sha256):
            yield chunk

    async def _find_size(self, sha256: str) -> int | None:
        document = await self._files.find_one({"filename": sha256}, {"length": 1})
        return int(document["length"]) if document else None

    async def _store(self, chunks: AsyncIterable[bytes] | bytes, sha256: str) -> int:
        # Each try has an id of its own. Were the hash the id, the chunks of a try that died
        # would stand in the way for ever, and clearing up after a lost race would take the
        # winner's chunks along.
        file_id = ObjectId()
        stream = self._bucket.open_upload_stream_with_id(file_id, sha256)
        async with AsyncExitStack() as undo:
            undo.push_async_callback(stream.abort)
            size = await _write(stream, chunks, sha256)
            with suppress(FileExists):  # the same bytes came twice at once, and once is enough
                await stream.close()
            if await self._files.find_one({"_id": file_id}, {"filename": 1}):
                undo.pop_all()
        return size

    async def _noted(self, upload: Document) -> Document:
        try:
            await self._uploads.insert_one(upload)
        except DuplicateKeyError:
            before = {"conversation": upload["conversation"], "sha256": upload["sha256"]}
            return await self._uploads.find_one(before) or upload
        return upload


async def _write(stream: AgnosticGridIn, chunks: AsyncIterable[bytes] | bytes, sha256: str) -> int:
    hashed, size = hashlib.sha256(), 0
    async for chunk in _stream(chunks):
        hashed.update(chunk)
        size += len(chunk)
        await stream.write(chunk)
    if hashed.hexdigest() != sha256:
        raise AttachmentAlteredError(sha256)
    return size


async def _stream(chunks: AsyncIterable[bytes] | bytes) -> AsyncIterator[bytes]:
    if isinstance(chunks, bytes):
        yield chunks
        return
    async for chunk in chunks:
        yield chunk


def _info(upload: Document) -> AttachmentInfo:
    return AttachmentInfo(upload["_id"], upload["media"], upload["name"])


def _attachment_from(upload: Document) -> Attachment:
    return Attachment(
        id=upload["_id"],
        conversation=upload["conversation"],
        sha256=upload["sha256"],
        name=upload["name"],
        media=upload["media"],
        media_type=upload["media_type"],
        size=upload["size"],
        uploaded_at=upload["uploaded_at"],
    )
