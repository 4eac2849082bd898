"""Taking a file in while it streams: its kind from its bytes, its size held as it comes."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from typing import IO, Final, Protocol

from aiohttp import BodyPartReader

from bot.conversations import AttachmentInfo
from bot.files import HEAD, LARGEST, FileKind, FileRefusedError, check_archive, sniff
from bot.messages import clean

_CHUNK: Final = 2**16
_IN_MEMORY: Final = 2**20
_LONGEST_NAME: Final = 200


class AttachmentKeeper(Protocol):
    """Keeps uploaded files."""

    async def keep(  # noqa: PLR0913, PLR0917 - an upload has this many properties
        self,
        conversation: str,
        name: str,
        media_type: str,
        media: str,
        chunks: AsyncIterator[bytes],
        sha256: str,
    ) -> AttachmentInfo:
        """Keep a file and return its note."""
        ...


async def keep_upload(
    keeper: AttachmentKeeper, conversation: str, part: BodyPartReader
) -> AttachmentInfo:
    """Keep the file in a multipart part; raises FileRefusedError."""
    info, _ = await keep_stream(keeper, conversation, part.filename or "", _part_chunks(part))
    return info


async def keep_stream(
    keeper: AttachmentKeeper, conversation: str, name: str, chunks: AsyncIterator[bytes]
) -> tuple[AttachmentInfo, str]:
    """Keep a file that streams in, and return its note and its hash; raises FileRefusedError."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        kind, sha256 = await _received(chunks, file)
        file.seek(0)
        kind = await asyncio.to_thread(check_archive, kind, file)
        file.seek(0)
        info = await keeper.keep(
            conversation,
            (clean(name) or "file")[:_LONGEST_NAME],
            kind.media_type,
            kind.media,
            _chunks(file),
            sha256,
        )
        return info, sha256


async def _part_chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(_CHUNK):
        yield chunk
    if not part.at_eof():  # the request ended before the file did
        raise FileRefusedError("unreadable")


async def _received(chunks: AsyncIterator[bytes], file: IO[bytes]) -> tuple[FileKind, str]:
    """Write a stream to a file; raises FileRefusedError as soon as it must."""
    head, size, hashed, kind = b"", 0, hashlib.sha256(), None
    async for chunk in chunks:
        head = head if kind else head + chunk
        if kind is None and len(head) >= HEAD:
            kind = sniff(head[:HEAD])
        size += len(chunk)
        if size > (kind.limit if kind else LARGEST):
            raise FileRefusedError("too_large")
        hashed.update(chunk)
        file.write(chunk)
    return kind or sniff(head), hashed.hexdigest()


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
