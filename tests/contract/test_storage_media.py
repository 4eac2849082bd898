"""What every MediaStore promises, and what it tells of expected files."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.channels import MediaRef
from bot.conversations import AttachmentInfo
from bot.media import MediaJob, MediaStore
from storage.database import Database
from storage.media import Coming, MongoMedia
from tests.builders import CITIZEN

pytestmark = pytest.mark.mongo

PHOTO = MediaRef("AgACAgQAAxkB.$", "image", "صورة.jpg", "ab" * 32)


@pytest.fixture
def store(database: Database) -> MongoMedia:
    return MongoMedia(database)


def job(id_: str = "file", **changes: Any) -> MediaJob:
    return replace(MediaJob(id_, CITIZEN, "telegram", PHOTO), **changes)


async def waiting(store: MediaStore) -> list[MediaJob]:
    return [job async for job in store.waiting()]


async def test_file_is_expected_once(store: MongoMedia):
    assert await store.expect(job())
    assert not await store.expect(job(channel="again"))

    assert await waiting(store) == [job()]


async def test_of_many_at_once_one_is_expected(store: MongoMedia):
    expected = await asyncio.gather(*(store.expect(job()) for _ in range(50)))

    assert sum(expected) == 1


async def test_waiting_jobs_come_whole_and_oldest_first(store: MongoMedia):
    jobs = [
        job("2", ref=MediaRef("ref", "document"), attempts=3),
        job("3", conversation="whatsapp:1", channel="whatsapp"),
        job("1"),
    ]
    for one in jobs:
        await store.expect(one)

    assert await waiting(store) == jobs


async def test_half_a_character_in_a_name_holds_nothing_up(store: MongoMedia):
    await store.expect(job(ref=replace(PHOTO, name="صورة\ud83d.jpg")))

    assert await waiting(store) == [job()]


async def test_file_that_came_or_was_lost_waits_no_more(store: MongoMedia):
    for id_ in ("came", "lost", "waits"):
        await store.expect(job(id_))

    await store.kept("came", "attachment")
    await store.lost("lost", "too_large")

    assert await waiting(store) == [job("waits")]
    assert not await store.expect(job("came"))
    assert not await store.expect(job("lost"))


async def test_it_is_told_where_a_file_stands(store: MongoMedia):
    for id_ in ("came", "lost", "waits"):
        await store.expect(job(id_))
    await store.kept("came", "attachment")
    await store.lost("lost", "too_large")

    assert await store.find("came") == (Coming.KEPT, "attachment")
    assert await store.find("lost") == (Coming.LOST, None)
    assert await store.find("waits") == (Coming.WAITING, None)
    assert await store.find("unknown") is None


async def test_file_that_came_is_not_lost_any_more(store: MongoMedia):
    await store.expect(job())
    await store.kept(job().id, "attachment")

    await store.lost(job().id, "unreadable")

    assert await store.find(job().id) == (Coming.KEPT, "attachment")


async def test_file_that_came_after_all_is_kept(store: MongoMedia):
    await store.expect(job())
    await store.lost(job().id, "unreadable")

    await store.kept(job().id, "attachment")

    assert await store.find(job().id) == (Coming.KEPT, "attachment")


async def test_unknown_file_neither_comes_nor_is_lost(store: MongoMedia):
    await store.kept("unknown", "attachment")
    await store.lost("unknown", "gone")

    assert await store.find("unknown") is None


async def test_expected_files_are_told_to_their_own_conversation(store: MongoMedia):
    await store.expect(job("own"))
    await store.expect(job("foreign", conversation="telegram:8"))

    expected = await store.expected(CITIZEN, ["own", "foreign", "unknown"])

    assert expected == {"own": AttachmentInfo("own", "image", "صورة.jpg")}
