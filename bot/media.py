"""Files that a platform keeps for us: fetched by jobs of their own, however often that takes.

A message goes on with the ids of its files at once; the bytes come when they come. So a slow
or broken download holds up no conversation, and a crash forgets none.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from bot.background import Background
from bot.channels import Channel, MediaGoneError, MediaRef, MediaUnavailableError
from bot.files import FileRefusedError
from bot.messages import InboundMessage
from bot.uploads import AttachmentKeeper, keep_stream

_LOG: Final = logging.getLogger(__name__)
_AT_ONCE: Final = 4
_MOST_TRIES: Final = 12
_FIRST_PAUSE: Final = 1.0  # seconds
_LONGEST_PAUSE: Final = 600.0


@dataclass(frozen=True, slots=True)
class MediaJob:
    """One file to fetch; its id is the attachment's."""

    id: str
    conversation: str
    channel: str
    ref: MediaRef
    attempts: int = 0


class MediaStore(Protocol):
    """Keeps the files that are expected."""

    async def expect(self, job: MediaJob) -> bool:
        """Keep a new job; False if one with its id is there."""
        ...

    def waiting(self) -> AsyncIterator[MediaJob]:
        """Yield the jobs that are not done, oldest first."""
        ...

    async def kept(self, job_id: str, attachment_id: str) -> None:
        """Remember under which id the file is now kept."""
        ...

    async def lost(self, job_id: str, reason: str) -> None:
        """Remember that the file will never come."""
        ...


class MediaJobs:
    """Fetches what is expected, a few files at a time."""

    def __init__(  # noqa: PLR0913, PLR0917 - a file passes all of these
        self,
        store: MediaStore,
        keeper: AttachmentKeeper,
        channels: Mapping[str, Channel],
        tell: Callable[[MediaJob, str], Awaitable[None]],
        count: Callable[[str], None] = lambda _outcome: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store, self._keeper, self._channels = store, keeper, channels
        self._tell, self._count, self._sleep = tell, count, sleep
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._background = Background()

    async def start(self) -> int:
        """Take up the files that had not come before the last stop; return how many."""
        jobs = [job async for job in self._store.waiting() if job.channel in self._channels]
        for job in jobs:
            self._background.start(self._see_through(job))
        return len(jobs)

    async def stop(self) -> None:
        """Stop fetching; what has not come stays in the store."""
        await self._background.stop()

    async def expect(self, message: InboundMessage, media: Sequence[MediaRef]) -> tuple[str, ...]:
        """Return the ids of a message's files, the same each time, and begin to fetch them."""
        jobs = [
            MediaJob(_id(message, place), message.conversation, message.channel, ref)
            for place, ref in enumerate(media)
        ]
        for job in jobs:
            if await self._store.expect(job):
                self._background.start(self._see_through(job))
        return tuple(job.id for job in jobs)

    async def _see_through(self, job: MediaJob) -> None:
        pause = _FIRST_PAUSE
        while job.attempts < _MOST_TRIES:
            try:
                async with self._slots:
                    return await self._fetch(job)
            except (MediaGoneError, FileRefusedError) as error:
                return await self._give_up(job, error.reason)
            except MediaUnavailableError:
                _LOG.warning("media.delayed", extra={"channel": job.channel})
            except Exception:  # noqa: BLE001 - whatever it was, the file is tried again
                _LOG.exception("media.crashed", extra={"channel": job.channel})
            job = replace(job, attempts=job.attempts + 1)
            await self._sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        return await self._give_up(job, "unreadable")

    async def _fetch(self, job: MediaJob) -> None:
        chunks = self._channels[job.channel].fetch(job.ref)
        info, sha256 = await keep_stream(self._keeper, job.conversation, job.ref.name, chunks)
        if job.ref.sha256 and job.ref.sha256 != sha256:
            raise MediaUnavailableError("altered")
        await self._store.kept(job.id, info.id)
        self._count("kept")

    async def _give_up(self, job: MediaJob, reason: str) -> None:
        self._count(reason)
        await self._tell(job, reason)
        await self._store.lost(job.id, reason)


def _id(message: InboundMessage, place: int) -> str:
    # Derived, so that an event that is taken twice expects each file once.
    return hashlib.blake2b(f"{message.key}/{place}".encode(), digest_size=12).hexdigest()
