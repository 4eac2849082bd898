"""What the attachment desk promises, and what else is kept of a file."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest

from bot.channels import MediaRef
from bot.conversations import AttachmentInfo
from bot.media import MediaJob
from storage.attachments import (
    AttachmentAlteredError,
    AttachmentExpectedError,
    AttachmentMissingError,
    MongoAttachments,
)
from storage.database import Database
from storage.media import MongoMedia
from tests.builders import CITIZEN, NOON

pytestmark = pytest.mark.mongo

PHOTO = bytes(range(256)) * 4_000  # four chunks of GridFS
PHOTO_HASH = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
def desk(database: Database) -> MongoAttachments:
    return MongoAttachments(database, lambda: NOON)


@pytest.fixture
def media(database: Database) -> MongoMedia:
    return MongoMedia(database)


def job(id_: str = "expected", conversation: str = CITIZEN) -> MediaJob:
    return MediaJob(id_, conversation, "telegram", MediaRef("ref", "image", "expected.jpg"))


async def keep(
    desk: MongoAttachments, conversation: str = CITIZEN, content: bytes = PHOTO, name: str = "صورة"
) -> AttachmentInfo:
    sha256 = hashlib.sha256(content).hexdigest()
    return await desk.keep(conversation, name, "image/jpeg", "image", content, sha256)


async def read(desk: MongoAttachments, attachment_id: str) -> bytes:
    _, chunks = await desk.open(attachment_id)
    return b"".join([chunk async for chunk in chunks])


async def pieces(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def broken_off() -> AsyncIterator[bytes]:
    yield PHOTO
    raise ConnectionResetError


async def stored(database: Database) -> tuple[int, int]:
    files, chunks = database["attachments.files"], database["attachments.chunks"]
    return await files.count_documents({}), await chunks.count_documents({})


async def test_bytes_come_back_as_they_were(desk: MongoAttachments):
    kept = await keep(desk)

    assert await read(desk, kept.id) == PHOTO


@pytest.mark.parametrize("size", [1_000, 255 * 1024, 300_000, len(PHOTO)])
async def test_bytes_may_come_in_pieces_of_any_size(desk: MongoAttachments, size: int):
    kept = await desk.keep(
        CITIZEN, "photo", "image/jpeg", "image", pieces(PHOTO, size), PHOTO_HASH
    )

    assert await read(desk, kept.id) == PHOTO


async def test_empty_file_is_a_file(desk: MongoAttachments):
    kept = await keep(desk, content=b"")

    assert await read(desk, kept.id) == b""


async def test_all_is_told_of_a_file(desk: MongoAttachments):
    kept = await keep(desk, name="تقرير.pdf")

    attachment, _ = await desk.open(kept.id)

    assert kept == AttachmentInfo(kept.id, "image", "تقرير.pdf")
    assert (attachment.id, attachment.conversation) == (kept.id, CITIZEN)
    assert (attachment.name, attachment.media, attachment.media_type) == (
        "تقرير.pdf",
        "image",
        "image/jpeg",
    )
    assert (attachment.size, attachment.sha256) == (len(PHOTO), PHOTO_HASH)
    assert attachment.uploaded_at == NOON


async def test_unknown_file_is_not_opened(desk: MongoAttachments):
    with pytest.raises(AttachmentMissingError):
        await desk.open("unknown")


async def test_same_bytes_of_two_citizens_are_stored_once(
    desk: MongoAttachments, database: Database
):
    first = await keep(desk, "web:1")
    second = await keep(desk, "web:2")

    assert first.id != second.id
    assert await read(desk, second.id) == PHOTO
    assert await stored(database) == (1, 4)


async def test_same_bytes_of_one_citizen_are_one_file(desk: MongoAttachments):
    first = await keep(desk, name="first")

    assert await keep(desk, name="second") == first


async def test_same_bytes_at_once_are_stored_once(desk: MongoAttachments, database: Database):
    kept = await asyncio.gather(*(keep(desk, f"web:{number}") for number in range(12)))

    assert [await read(desk, one.id) for one in kept] == [PHOTO] * 12
    assert await stored(database) == (1, 4)


async def test_same_bytes_of_one_citizen_at_once_are_one_file(desk: MongoAttachments):
    kept = await asyncio.gather(*(keep(desk) for _ in range(12)))

    assert len({one.id for one in kept}) == 1


async def test_bytes_with_another_hash_are_refused_and_not_stored(
    desk: MongoAttachments, database: Database
):
    with pytest.raises(AttachmentAlteredError):
        await desk.keep(CITIZEN, "photo", "image/jpeg", "image", PHOTO[:-1], PHOTO_HASH)

    assert await stored(database) == (0, 0)


async def test_upload_that_broke_off_leaves_nothing_and_may_be_repeated(
    desk: MongoAttachments, database: Database
):
    with pytest.raises(ConnectionResetError):
        await desk.keep(CITIZEN, "photo", "image/jpeg", "image", broken_off(), PHOTO_HASH)
    left = await stored(database)

    kept = await keep(desk)

    assert left == (0, 0)
    assert await read(desk, kept.id) == PHOTO


async def test_own_files_are_claimed_in_the_order_asked_for(desk: MongoAttachments):
    first, second = await keep(desk, content=b"1"), await keep(desk, content=b"2")

    assert await desk.claim(CITIZEN, [second.id, first.id, second.id]) == ([second, first], [])


async def test_files_of_another_conversation_are_not_claimed(desk: MongoAttachments):
    own, foreign = await keep(desk), await keep(desk, "web:other")

    known, unknown = await desk.claim(CITIZEN, [foreign.id, own.id, "invented"])

    assert (known, unknown) == ([own], [foreign.id, "invented"])


async def test_nothing_is_claimed_when_nothing_is_asked_for(desk: MongoAttachments):
    assert await desk.claim(CITIZEN, []) == ([], [])


async def test_expected_file_is_claimed_before_and_after_it_came(
    desk: MongoAttachments, media: MongoMedia
):
    info = AttachmentInfo("expected", "image", "expected.jpg")
    await media.expect(job())
    before = await desk.claim(CITIZEN, ["expected"])

    await media.kept("expected", (await keep(desk)).id)

    assert before == ([info], [])
    assert await desk.claim(CITIZEN, ["expected"]) == before


async def test_lost_file_is_still_the_conversations_own(desk: MongoAttachments, media: MongoMedia):
    await media.expect(job())
    await media.lost("expected", "too_large")

    known, unknown = await desk.claim(CITIZEN, ["expected"])

    assert ([info.id for info in known], unknown) == (["expected"], [])


async def test_files_and_expected_files_are_claimed_in_the_order_asked_for(
    desk: MongoAttachments, media: MongoMedia
):
    own = await keep(desk)
    await media.expect(job())
    await media.expect(job("foreign", "telegram:8"))

    known, unknown = await desk.claim(CITIZEN, ["expected", "foreign", own.id, "expected"])

    assert ([info.id for info in known], unknown) == (["expected", own.id], ["foreign"])


async def test_expected_file_is_opened_as_the_one_that_came(
    desk: MongoAttachments, media: MongoMedia
):
    await media.expect(job())
    kept = await keep(desk)
    await media.kept("expected", kept.id)

    attachment, _ = await desk.open("expected")

    assert (attachment.id, attachment.sha256) == (kept.id, PHOTO_HASH)
    assert await read(desk, "expected") == PHOTO


async def test_file_that_has_not_come_is_not_opened_yet(desk: MongoAttachments, media: MongoMedia):
    await media.expect(job())

    with pytest.raises(AttachmentExpectedError):
        await desk.open("expected")


@pytest.mark.parametrize("attachment", [None, "deleted"])
async def test_file_that_will_never_come_is_missing_for_good(
    desk: MongoAttachments, media: MongoMedia, attachment: str | None
):
    await media.expect(job())
    if attachment:
        await media.kept("expected", attachment)
    else:
        await media.lost("expected", "gone")

    with pytest.raises(AttachmentMissingError) as missing:
        await desk.open("expected")

    assert missing.type is AttachmentMissingError
