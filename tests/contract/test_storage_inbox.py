"""What every InboxStore promises."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.inbox import InboxStore
from bot.messages import Answer, Button, InboundMessage, Place
from storage.database import Database
from storage.inbox import MongoInbox
from tests.builders import CITIZEN, message

pytestmark = pytest.mark.mongo

NOW = datetime.now(UTC).replace(microsecond=0)  # the store drops what is really old
NOTICE = Answer("حُلّت شكواك", (Button("قيّم", "b:0:00000000:1"),))
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


async def test_message_keeps_remarks_and_what_it_corrects(store: InboxStore):
    sent = message(remarks=("gateway_file_too_large",), edits="telegram:0")
    await store.receive(sent)

    assert await waiting(store) == [sent]


async def test_answer_keeps_the_question_that_it_asks(store: InboxStore):
    asking = Answer("أين؟", asks="place")
    await store.receive(message())

    await store.finish(message().key, asking)

    assert await store.find_answer(message().key) == asking


async def test_message_that_was_kept_before_it_could_be_remarked_on_is_read(
    store: InboxStore, database: Database
):
    await store.receive(message(remarks=("gateway_file_too_large",), edits="telegram:0"))
    await database["inbox"].update_one({}, {"$unset": {"remarks": "", "edits": ""}})

    assert await waiting(store) == [message()]


async def test_answer_that_was_kept_before_it_could_ask_is_read(
    store: InboxStore, database: Database
):
    await store.receive(message())
    await store.finish(message().key, ANSWER)
    await database["inbox"].update_one({}, {"$unset": {"answer.asks": ""}})

    assert await store.find_answer(message().key) == ANSWER


async def test_notice_is_collected_with_the_answers_in_order(store: InboxStore):
    await store.receive(message(message_id="1"))
    await store.tell(CITIZEN, "notice:KW-1:2", NOTICE, NOW)
    await store.receive(message(message_id="2"))
    for name in ("1", "2"):
        await store.finish(f"telegram:{name}", ANSWER)

    collected = await store.collect(CITIZEN)

    assert collected == [
        ("telegram:1", ANSWER),
        ("notice:KW-1:2", NOTICE),
        ("telegram:2", ANSWER),
    ]


async def test_notice_that_was_collected_is_collected_no_more(store: InboxStore):
    await store.tell(CITIZEN, "notice:KW-1:2", NOTICE, NOW)

    await store.mark_collected(["notice:KW-1:2"])

    assert await store.collect(CITIZEN) == []


async def test_notice_is_told_once(store: InboxStore):
    await asyncio.gather(*(store.tell(CITIZEN, "notice", NOTICE, NOW) for _ in range(20)))
    await store.mark_collected(["notice"])
    await store.tell(CITIZEN, "notice", ANSWER, NOW)

    assert await store.collect(CITIZEN) == []
    assert await store.find_answer("notice") == NOTICE


async def test_notice_waits_for_no_turn(store: InboxStore):
    await store.tell(CITIZEN, "notice", NOTICE, NOW)

    assert await waiting(store) == []


async def test_notice_is_seen_by_its_own_conversation_only(store: InboxStore):
    await store.tell(CITIZEN, "notice", NOTICE, NOW)

    assert await store.collect("telegram:8") == []


async def test_log_tells_notices_from_what_the_citizen_wrote(database: Database):
    inbox = MongoInbox(database)
    await inbox.receive(message(received_at=NOW))
    await inbox.tell(CITIZEN, "telegram:notice:1", NOTICE, NOW)

    wrote, told = await inbox.history(CITIZEN, 10)

    assert (wrote.message, wrote.answer, wrote.notice) == (message(received_at=NOW), None, False)
    empty = InboundMessage("telegram", "notice:1", "7", NOW)
    assert (told.message, told.answer, told.notice) == (empty, NOTICE, True)
    assert told.message.key == "telegram:notice:1"
    assert told.order > wrote.order


async def test_message_begins_to_expire_when_it_is_done(store: InboxStore, database: Database):
    await store.receive(message())
    waiting = await database["inbox"].find_one({"_id": message().key})
    await store.finish(message().key, ANSWER)
    await store.tell(CITIZEN, "notice", NOTICE, NOW)

    done = await database["inbox"].find_one({"_id": message().key})
    notice = await database["inbox"].find_one({"_id": "notice"})
    assert waiting is not None
    assert done is not None
    assert notice is not None
    assert "done_at" not in waiting  # the store drops whatever has this field and is old enough
    assert abs(done["done_at"] - datetime.now(UTC)) < timedelta(minutes=5)
    assert notice["done_at"] == NOW


async def test_done_messages_are_kept_for_as_long_as_they_may_be_repeated(database: Database):
    indexes = await database["inbox"].index_information()

    assert [name for name, one in indexes.items() if "expireAfterSeconds" in one] == ["done_at_1"]
    assert indexes["done_at_1"]["expireAfterSeconds"] == 8 * 24 * 60 * 60
