"""Taking a file in while it streams: its kind from its bytes, its size held as it comes."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from typing import IO, Final, Protocol

from aiohttp import BodyPartReader

from bot.files import HEAD, LARGEST, FileKind, FileRefusedError, check_archive, sniff
from bot.messages import clean
from bot.turns import AttachmentInfo

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
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        kind, sha256 = await _received(part, file)
        file.seek(0)
        kind = await asyncio.to_thread(check_archive, kind, file)
        file.seek(0)
        return await keeper.keep(
            conversation,
            (clean(part.filename or "") or "file")[:_LONGEST_NAME],
            kind.media_type,
            kind.media,
            _chunks(file),
            sha256,
        )


async def _received(part: BodyPartReader, file: IO[bytes]) -> tuple[FileKind, str]:
    """Write a part to a file while it streams in; raises FileRefusedError as soon as it must."""
    head, size, hashed, kind = b"", 0, hashlib.sha256(), None
    while chunk := await part.read_chunk(_CHUNK):
        head = head if kind else head + chunk
        if kind is None and len(head) >= HEAD:
            kind = sniff(head[:HEAD])
        size += len(chunk)
        if size > (kind.limit if kind else LARGEST):
            raise FileRefusedError("too_large")
        hashed.update(chunk)
        file.write(chunk)
    if not part.at_eof():  # the request ended before the file did
        raise FileRefusedError("unreadable")
    return kind or sniff(head), hashed.hexdigest()


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
