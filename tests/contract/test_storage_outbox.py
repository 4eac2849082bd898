"""What every OutboxStore promises, and what staff and alerts ask of parcels.

What receipts and the channel's account do to one another is told in test_storage_receipts.py.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels import Delivery, Failure, Parcel, Receipt, Template
from bot.messages import Answer, Button
from bot.parcels import OutboxStore, State
from storage.database import Database
from storage.outbox import MongoOutbox

pytestmark = pytest.mark.mongo

CITIZEN = "whatsapp:96550000000"


class Clock:
    """Stands still until it is set; begins now, for the store drops what is really old."""

    def __init__(self) -> None:
        now = datetime.now(UTC)
        self.time = now.replace(microsecond=now.microsecond // 1_000 * 1_000)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: Database, clock: Clock) -> MongoOutbox:
    return MongoOutbox(database, clock)


def parcel(key: str = "answer:1", **changes: Any) -> Parcel:
    return replace(Parcel(key, CITIZEN, Answer("وصلت شكواك")), **changes)


async def pending(store: OutboxStore) -> list[Parcel]:
    return [one async for one in store.pending()]


async def put(store: OutboxStore, state: State, key: str = "answer:1", **changes: Any) -> Parcel:
    one = parcel(key, **changes)
    await store.add(one)
    await store.change(one, state, "why")
    return one


async def test_parcel_is_kept_once(store: MongoOutbox):
    assert await store.add(parcel())
    assert not await store.add(parcel(answer=Answer("again")))

    assert await pending(store) == [parcel()]


async def test_of_many_at_once_one_is_kept(store: MongoOutbox):
    added = await asyncio.gather(*(store.add(parcel()) for _ in range(50)))

    assert sum(added) == 1
    assert await pending(store) == [parcel()]


async def test_pending_parcels_come_whole(store: MongoOutbox):
    whole = parcel(
        answer=Answer("هل نرسلها؟", (Button("نعم", "b:1:00000000:1"),), asks="confirm"),
        language="ur",
        template=Template("case_news", {"case.number": "24-1", "$name": "سالم", "": "x"}),
        fallbacks=("telegram:7", "web:1"),
        ids=("wamid.1", "wamid.2"),
        attempts=3,
    )
    await store.add(whole)

    assert await pending(store) == [whole]


async def test_pending_parcels_come_oldest_first(store: MongoOutbox):
    keys = [str(number) for number in reversed(range(30))]
    for key in keys:
        await store.add(parcel(key, conversation=f"whatsapp:{int(key) % 3}"))

    assert [one.key for one in await pending(store)] == keys


async def test_parcel_that_was_being_sent_is_pending_and_unsure(store: MongoOutbox):
    await put(store, State.SENDING, "1")
    await store.add(parcel("2"))

    assert [(one.key, one.unsure) for one in await pending(store)] == [("1", True), ("2", False)]


@pytest.mark.parametrize("state", [State.SENT, State.PARKED, State.DEAD])
async def test_settled_parcels_are_not_pending(store: MongoOutbox, state: State):
    await put(store, state)

    assert await pending(store) == []
    assert not await store.add(parcel())


async def test_parcels_may_change_while_the_pending_ones_are_read(store: MongoOutbox):
    for number in range(250):  # more than the store sends at once
        await store.add(parcel(str(number)))

    seen: list[str] = []
    async for one in store.pending():
        seen.append(one.key)
        if len(seen) == 1:
            later = (store.change(parcel(str(number)), State.SENDING) for number in range(250))
            await asyncio.gather(*later)

    assert seen == [str(number) for number in range(250)]


async def test_change_keeps_the_parcel_as_it_is_now(store: MongoOutbox):
    await store.add(parcel(fallbacks=("telegram:7",), template=Template("news", {"a": "b"})))
    now = parcel(
        conversation="telegram:7", answer=Answer("plain"), ids=("5",), attempts=2, language="ar"
    )

    await store.change(now, State.WAITING, "window")

    assert await pending(store) == [now]


async def test_changing_an_unknown_parcel_is_no_error(store: MongoOutbox):
    await store.change(parcel(), State.SENT)

    assert not await store.is_sent(parcel().key)


@pytest.mark.parametrize("state", [State.WAITING, State.SENDING, State.PARKED, State.DEAD])
async def test_sent_parcel_stays_sent(store: MongoOutbox, state: State):
    await put(store, State.SENT)

    await store.change(parcel(), state, "late")

    assert await store.is_sent(parcel().key)
    assert await pending(store) == []


@pytest.mark.parametrize("state", [State.WAITING, State.SENDING, State.PARKED, State.DEAD])
async def test_parcel_in_any_other_state_is_not_sent(store: MongoOutbox, state: State):
    await put(store, state)

    assert not await store.is_sent(parcel().key)


async def test_unknown_parcel_is_not_sent(store: MongoOutbox):
    assert not await store.is_sent("none")


async def test_many_changes_at_once_leave_one_whole(store: MongoOutbox):
    await store.add(parcel())
    tried = [parcel(attempts=number, ids=(str(number),)) for number in range(20)]

    await asyncio.gather(*(store.change(one, State.WAITING) for one in tried))

    (kept,) = await pending(store)
    assert kept in tried


async def test_parked_parcels_of_a_conversation_come_oldest_first(store: MongoOutbox):
    for key in ("3", "1", "2"):
        await put(store, State.PARKED, key, ids=("part",))
    await put(store, State.PARKED, "other", conversation="whatsapp:1")
    await store.add(parcel("waiting"))

    parked = await store.parked(CITIZEN)

    assert parked == [parcel(key, ids=("part",)) for key in ("3", "1", "2")]


async def test_parcel_that_waits_again_is_parked_no_more(store: MongoOutbox):
    await store.change(await put(store, State.PARKED), State.WAITING)

    assert await store.parked(CITIZEN) == []
    assert await pending(store) == [parcel()]


async def test_dead_letters_come_newest_first_with_their_reasons(store: MongoOutbox, clock: Clock):
    for key in ("1", "2", "3"):
        await store.add(parcel(key))
    for key in ("2", "3", "1"):
        clock.time += timedelta(minutes=1)
        await store.change(parcel(key), State.DEAD, f"refused:{key}")

    dead = await store.dead(2)

    assert [(one.parcel.key, one.reason) for one in dead] == [
        ("1", "refused:1"),
        ("3", "refused:3"),
    ]
    assert [one.at for one in dead] == [clock.time, clock.time - timedelta(minutes=1)]


async def test_dead_letters_of_one_moment_come_in_order_too(store: MongoOutbox):
    for key in ("1", "2", "3"):
        await put(store, State.DEAD, key)

    assert [one.parcel.key for one in await store.dead(10)] == ["3", "2", "1"]


async def test_revived_letter_waits_as_if_never_tried(store: MongoOutbox):
    await put(store, State.DEAD, attempts=8, ids=("part",))

    revived = await store.revive(parcel().key)

    assert revived == parcel(ids=("part",))
    assert await pending(store) == [revived]
    assert await store.dead(10) == []


@pytest.mark.parametrize("state", [State.WAITING, State.SENDING, State.SENT, State.PARKED])
async def test_only_dead_letters_are_revived(store: MongoOutbox, state: State):
    await put(store, state)

    assert await store.revive(parcel().key) is None
    assert await store.revive("none") is None


async def test_of_many_revivals_at_once_one_counts(store: MongoOutbox):
    await put(store, State.DEAD)

    revived = await asyncio.gather(*(store.revive(parcel().key) for _ in range(10)))

    assert sum(one is not None for one in revived) == 1


async def test_parcels_without_a_word_are_counted(store: MongoOutbox, clock: Clock):
    for key in ("silent", "sent", "failed", "parked"):
        await store.add(parcel(key))
    for key in ("silent", "sent", "failed"):
        await store.change(parcel(key, ids=(key,)), State.SENT)
    await store.change(parcel("parked"), State.PARKED)
    await store.note(Receipt("whatsapp", "sent", None, Delivery.SENT))
    await store.note(Receipt("whatsapp", "failed", None, Delivery.FAILED, Failure.WINDOW))

    assert await store.unconfirmed("whatsapp", clock.time + timedelta(seconds=1)) == 1
    assert await store.unconfirmed("whatsapp", clock.time) == 0
    assert await store.unconfirmed("telegram", clock.time + timedelta(seconds=1)) == 0


async def test_time_without_a_word_begins_when_the_parcel_was_sent(
    store: MongoOutbox, clock: Clock
):
    await store.add(parcel())
    clock.time += timedelta(hours=1)
    await store.change(parcel(), State.SENT)

    assert await store.unconfirmed("whatsapp", clock.time) == 0


async def test_parcel_sent_once_more_is_without_a_word_again(store: MongoOutbox, clock: Clock):
    await put(store, State.SENT, ids=("first",))
    await store.note(Receipt("whatsapp", "first", None, Delivery.FAILED, Failure.TRANSIENT))
    clock.time += timedelta(hours=1)
    await store.change(parcel(ids=("second",)), State.SENT)

    assert await store.unconfirmed("whatsapp", clock.time) == 0
    assert await store.unconfirmed("whatsapp", clock.time + timedelta(seconds=1)) == 1


async def test_staff_see_how_far_a_conversations_parcels_got_newest_first(store: MongoOutbox):
    await put(store, State.SENT, "1", ids=("wamid.1",))
    await store.note(Receipt("whatsapp", "wamid.1", None, Delivery.READ))
    await put(store, State.DEAD, "2")
    await put(store, State.SENDING, "3")
    await put(store, State.SENT, "other", conversation="whatsapp:1")

    told = await store.of_conversation(CITIZEN, 10)

    assert told == [
        (parcel("3", unsure=True), State.SENDING, None),
        (parcel("2"), State.DEAD, None),
        (parcel("1", ids=("wamid.1",)), State.SENT, Delivery.READ),
    ]
    assert await store.of_conversation(CITIZEN, 1) == told[:1]


async def test_only_sent_parcels_expire(store: MongoOutbox, database: Database, clock: Clock):
    for state in State:
        await put(store, state, state.value, ids=(state.value,))
    await put(store, State.SENT, "failed", ids=("failed",))
    await store.note(Receipt("whatsapp", "failed", None, Delivery.FAILED, Failure.WINDOW))

    # The index drops whatever has this time and leaves what has none.
    expiring = await database["outbox"].find({"sent_at": {"$ne": None}}).to_list(None)
    indexes = await database["outbox"].index_information()
    assert [(one["_id"], one["sent_at"]) for one in expiring] == [("sent", clock.time)]
    assert indexes["sent_at_1"]["expireAfterSeconds"] == 30 * 24 * 60 * 60
