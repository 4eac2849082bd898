"""What every InboxStore promises."""

import asyncio

import pytest

from bot.inbox import InboxStore
from bot.messages import Answer, Button, InboundMessage, Place
from storage.database import Database
from storage.inbox import MongoInbox
from tests.builders import CITIZEN, message

pytestmark = pytest.mark.mongo

ANSWER = Answer("وعليكم السلام", (Button("شكوى", "b:1:00000000:1"),))


@pytest.fixture
def store(database: Database) -> InboxStore:
    return MongoInbox(database)


async def waiting(store: InboxStore) -> list[InboundMessage]:
    return [message async for message in store.waiting()]


async def test_message_is_received_once(store: InboxStore):
    assert await store.receive(message())
    assert not await store.receive(message(text="again"))

    assert await waiting(store) == [message()]


async def test_of_many_deliveries_at_once_one_is_received(store: InboxStore):
    received = await asyncio.gather(*(store.receive(message()) for _ in range(50)))

    assert sum(received) == 1
    assert await waiting(store) == [message()]


async def test_same_id_on_another_channel_is_another_message(store: InboxStore):
    assert await store.receive(message(channel="telegram"))
    assert await store.receive(message(channel="whatsapp"))


async def test_waiting_messages_come_whole(store: InboxStore):
    sent = message(
        attachments=("one", "two"),
        place=Place(29.3759, 47.9774, 12.5, "الكويت"),
        language="ur",
        text="٣ أعمدة\nمطفأة",
    )
    await store.receive(sent)

    assert await waiting(store) == [sent]


async def test_waiting_messages_come_in_order_of_reception(store: InboxStore):
    names = [str(number) for number in reversed(range(30))]
    for name in names:
        await store.receive(message(message_id=name, sender=str(int(name) % 3)))

    assert [waiting.message_id for waiting in await waiting(store)] == names


async def test_answered_message_waits_no_more(store: InboxStore):
    await store.receive(message(message_id="1"))
    await store.receive(message(message_id="2"))

    await store.finish("telegram:1", ANSWER)

    assert await waiting(store) == [message(message_id="2")]


async def test_answered_message_is_still_known_as_repeat(store: InboxStore):
    await store.receive(message())
    await store.finish(message().key, ANSWER)

    assert not await store.receive(message())


async def test_answer_is_found_once_the_message_is_done(store: InboxStore):
    await store.receive(message())
    before = await store.find_answer(message().key)

    await store.finish(message().key, ANSWER)

    assert before is None
    assert await store.find_answer(message().key) == ANSWER


async def test_no_answer_is_found_to_an_unknown_message(store: InboxStore):
    assert await store.find_answer("telegram:none") is None


async def test_answers_are_collected_oldest_first(store: InboxStore):
    for name in ("3", "1", "2"):
        await store.receive(message(message_id=name))
    for name in ("2", "3", "1"):
        await store.finish(f"telegram:{name}", Answer(name))

    collected = await store.collect(CITIZEN)

    assert collected == [(f"telegram:{name}", Answer(name)) for name in ("3", "1", "2")]


async def test_only_what_is_not_marked_is_collected(store: InboxStore):
    for name in ("1", "2"):
        await store.receive(message(message_id=name))
        await store.finish(f"telegram:{name}", ANSWER)

    await store.mark_collected(["telegram:1"])

    assert await store.collect(CITIZEN) == [("telegram:2", ANSWER)]


async def test_answers_of_others_and_waiting_messages_are_not_collected(store: InboxStore):
    await store.receive(message(message_id="1"))
    await store.receive(message(message_id="2", sender="8"))
    await store.finish("telegram:2", ANSWER)

    assert await store.collect(CITIZEN) == []


async def test_marking_nothing_as_collected_is_no_error(store: InboxStore):
    await store.mark_collected([])


async def test_only_done_messages_expire(database: Database):
    indexes = await database["inbox"].index_information()

    expiring = indexes["received_at_1"]

    assert expiring["expireAfterSeconds"] == 8 * 24 * 60 * 60
    assert expiring["partialFilterExpression"] == {"status": "done"}
