"""What every ConversationStore promises."""

import asyncio
from dataclasses import replace

import pytest

from bot.conversations import Conversation, ConversationChangedError, ConversationStore, Offer
from bot.messages import Answer, Button
from storage.conversations import MongoConversations
from storage.database import Database
from tests.builders import CITIZEN, NOON

pytestmark = pytest.mark.mongo

REMEMBERED = Conversation(
    id=CITIZEN,
    turn=3,
    language="ar",
    dialogue=b"\x00" + "حوار".encode() * 1_000,
    offers={
        "b:3:ffffffff:1": Offer(3, "نعم", "/affirm"),
        "b:3:ffffffff:2": Offer(3, "لا", '/deny{"slot.$name": "1"}'),
        "b:1:00000000:1": Offer(1, "شكوى", "/file_complaint"),
    },
    last_key="telegram:1",
    last_answer=Answer("هل نرسلها؟", (Button("نعم", "b:3:ffffffff:1"),)),
    last_at=NOON,
)


@pytest.fixture
def store(database: Database) -> ConversationStore:
    return MongoConversations(database)


async def test_unknown_conversation_is_new(store: ConversationStore):
    assert await store.get(CITIZEN) == Conversation(CITIZEN)


async def test_conversation_comes_back_whole_as_next_version(store: ConversationStore):
    await store.save(REMEMBERED)

    assert await store.get(CITIZEN) == replace(REMEMBERED, version=1)


async def test_language_is_known_by_itself_once_it_is_kept(store: ConversationStore):
    assert await store.language_of("web:1") is None

    await store.save(Conversation("web:1", language="ur", dialogue=b"long"))

    assert await store.language_of("web:1") == "ur"
    assert await store.language_of("web:2") is None


async def test_offers_keep_their_order(store: ConversationStore):
    await store.save(REMEMBERED)

    kept = await store.get(CITIZEN)

    assert list(kept.offers) == list(REMEMBERED.offers)


async def test_each_save_is_one_version_more(store: ConversationStore):
    await store.save(Conversation(CITIZEN))
    await store.save(replace(await store.get(CITIZEN), turn=1))

    assert await store.get(CITIZEN) == Conversation(CITIZEN, version=2, turn=1)


async def test_new_conversation_is_saved_by_one_of_two(store: ConversationStore):
    await store.save(Conversation(CITIZEN, turn=1))

    with pytest.raises(ConversationChangedError):
        await store.save(Conversation(CITIZEN, turn=2))

    assert (await store.get(CITIZEN)).turn == 1


async def test_stale_conversation_is_refused_and_changes_nothing(store: ConversationStore):
    await store.save(Conversation(CITIZEN))
    read = await store.get(CITIZEN)
    await store.save(replace(read, turn=1))

    with pytest.raises(ConversationChangedError):
        await store.save(replace(read, turn=2))

    assert (await store.get(CITIZEN)).turn == 1


async def test_of_many_savers_at_once_one_wins(store: ConversationStore):
    await store.save(Conversation(CITIZEN))
    read = await store.get(CITIZEN)

    saves = (store.save(replace(read, turn=turn)) for turn in range(1, 31))
    outcomes = await asyncio.gather(*saves, return_exceptions=True)

    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, ConversationChangedError) for outcome in outcomes) == 29
    assert (await store.get(CITIZEN)).turn == outcomes.index(None) + 1


async def test_conversations_do_not_touch_one_another(store: ConversationStore):
    await store.save(Conversation("web:1", turn=1))
    await store.save(Conversation("web:2", turn=2))

    assert (await store.get("web:1")).turn == 1
