"""What the embedded engine promises: it starts, holds what it acknowledged, and ends."""

import asyncio
import hashlib
import os
import signal
import sys
from asyncio.subprocess import PIPE
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.channels import Event, MediaRef, Parcel
from bot.conversations import Conversation
from bot.media import MediaJob
from bot.messages import Answer
from storage.attachments import MongoAttachments
from storage.cases import MongoCases
from storage.contacts import MongoContacts
from storage.conversations import MongoConversations
from storage.database import connect
from storage.engine import (
    Engine,
    EngineFailedError,
    EngineHeldError,
    embedded_engine,
    find_uv,
    start_engine,
)
from storage.events import MongoEvents
from storage.guesses import MongoGuesses
from storage.inbox import MongoInbox
from storage.media import MongoMedia
from storage.outbox import MongoOutbox
from storage.resume_codes import MongoResumeCodes
from tests.builders import NOON, filed_case, message

pytestmark = [pytest.mark.mongo, pytest.mark.slow]

EVENT = Event("telegram:1", "telegram", {"update_id": 1}, NOON)
PARCEL = Parcel("answer:1", "telegram:7", Answer("تم"))
JOB = MediaJob("file", "telegram:7", "telegram", MediaRef("ref", "image"))

OWNER = """
import asyncio, pathlib, sys
from storage.engine import embedded_engine

async def main():
    async with embedded_engine(pathlib.Path(sys.argv[1])):
        print("started", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def present() -> datetime:
    return datetime.now(UTC)


async def waiting_ids(uri: str) -> list[str]:
    async with connect(uri, embedded=True) as database:
        return [message.message_id async for message in MongoInbox(database).waiting()]


async def receive(uri: str, message_id: str) -> None:
    async with connect(uri, embedded=True) as database:
        await MongoInbox(database).receive(message(message_id=message_id))


async def test_data_outlives_the_engine(tmp_path: Path):
    async with embedded_engine(tmp_path) as uri:
        await receive(uri, "kept")

    async with embedded_engine(tmp_path) as uri:
        assert await waiting_ids(uri) == ["kept"]


async def test_stopped_engine_leaves_no_process(tmp_path: Path):
    engine = await start_engine(tmp_path)

    await engine.stop()

    with pytest.raises(ProcessLookupError):
        os.killpg(engine.group, 0)


async def test_engine_that_died_can_be_stopped(tmp_path: Path):
    engine = await start_engine(tmp_path)
    os.killpg(engine.group, signal.SIGKILL)

    await engine.stop()

    assert engine.process.returncode is not None


async def test_held_directory_is_refused_and_stays_in_use(tmp_path: Path):
    async with embedded_engine(tmp_path) as uri:
        with pytest.raises(EngineHeldError, match=str(tmp_path)):
            await start_engine(tmp_path, patience=0)

        assert await waiting_ids(uri) == []


async def test_engine_of_a_killed_owner_ends_and_releases_its_data(tmp_path: Path):
    owner = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", OWNER, str(tmp_path)), stdout=PIPE
    )
    assert owner.stdout is not None
    assert await owner.stdout.readline() == b"started\n"

    owner.kill()
    await owner.wait()

    async with embedded_engine(tmp_path) as uri:
        assert await waiting_ids(uri) == []


async def test_engine_starts_at_the_port_given(tmp_path: Path, unused_tcp_port: int):
    async with embedded_engine(tmp_path, port=unused_tcp_port) as uri:
        assert uri == f"mongodb://127.0.0.1:{unused_tcp_port}/shakwa"


async def test_uv_may_be_a_command_of_several_words(tmp_path: Path):
    async with embedded_engine(tmp_path, uv=("env", *find_uv())) as uri:
        assert await waiting_ids(uri) == []


async def test_uv_that_does_not_run_is_told(tmp_path: Path):
    with pytest.raises(EngineFailedError, match="no-such-uv"):
        await start_engine(tmp_path, uv=("/no-such-uv",))


async def write_until_killed(inbox: MongoInbox, writer: int, acknowledged: list[str]) -> None:
    for number in range(10_000):
        message_id = f"{writer}-{number}"
        await inbox.receive(message(message_id=message_id))
        acknowledged.append(message_id)


async def kill_while_writing(engine: Engine) -> list[str]:
    acknowledged: list[str] = []
    async with connect(engine.uri, embedded=True) as database:
        inbox = MongoInbox(database)
        writers = [
            asyncio.create_task(write_until_killed(inbox, writer, acknowledged))
            for writer in range(4)
        ]
        while len(acknowledged) < 300:
            await inbox.find_answer("none")  # a turn of the loop that needs no sleep
        os.killpg(engine.group, signal.SIGKILL)
        for writer in writers:
            writer.cancel()
        await asyncio.gather(*writers, return_exceptions=True)
    await engine.stop()
    return acknowledged


async def test_nothing_acknowledged_is_lost_when_the_engine_is_killed(tmp_path: Path):
    acknowledged = await kill_while_writing(await start_engine(tmp_path))

    async with embedded_engine(tmp_path) as uri:
        kept = await waiting_ids(uri)

    assert len(acknowledged) >= 300
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))


async def test_every_kind_of_document_outlives_a_killed_engine(tmp_path: Path):
    engine = await start_engine(tmp_path)
    async with connect(engine.uri, embedded=True) as database:
        await MongoConversations(database).save(Conversation("web:1", turn=1))
        await MongoCases(database).add(filed_case())
        photo = await MongoAttachments(database, lambda: NOON).keep(
            "web:1", "photo", "image/jpeg", "image", b"photo", hashlib.sha256(b"photo").hexdigest()
        )
        await MongoGuesses(database, present).count("web:1")
        await MongoEvents(database).keep(EVENT)
        await MongoOutbox(database, present).add(PARCEL)
        await MongoMedia(database).expect(JOB)
        await MongoContacts(database).join("web:1", "telegram:7")
        await MongoResumeCodes(database).issue("hash", "web:1", present() + timedelta(hours=1))
        os.killpg(engine.group, signal.SIGKILL)
    await engine.stop()

    async with embedded_engine(tmp_path) as uri, connect(uri, embedded=True) as database:
        assert (await MongoConversations(database).get("web:1")).turn == 1
        assert await MongoCases(database).find(filed_case().number) == filed_case()
        assert await database["guesses"].count_documents({"asker": "web:1"}) == 1
        assert [event async for event in MongoEvents(database).waiting()] == [EVENT]
        assert [parcel async for parcel in MongoOutbox(database, present).pending()] == [PARCEL]
        assert [job async for job in MongoMedia(database).waiting()] == [JOB]
        assert "web:1" in await MongoContacts(database).conversations_of("telegram:7")
        assert await MongoResumeCodes(database).redeem("hash", "web:2", present()) == "web:1"
        _, chunks = await MongoAttachments(database, lambda: NOON).open(photo.id)
        assert [chunk async for chunk in chunks] == [b"photo"]
