"""What an OutboxStore promises when receipts and the channel's own account cross one another."""

import asyncio
import itertools
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels import Delivery, Failure, Parcel, Receipt
from bot.messages import Answer
from bot.parcels import OutboxStore, State
from storage.database import Database
from storage.outbox import MongoOutbox

pytestmark = pytest.mark.mongo

CITIZEN = "whatsapp:96550000000"
KEY = "answer:1"
SENT = Receipt("whatsapp", "wamid.1", KEY, Delivery.SENT)
DELIVERED = replace(SENT, delivery=Delivery.DELIVERED)
READ = replace(SENT, delivery=Delivery.READ)
FAILED = replace(SENT, delivery=Delivery.FAILED, failure=Failure.TRANSIENT, code="131000")


@pytest.fixture
def store(database: Database) -> MongoOutbox:
    # The store drops what is really old: parcels are sent at the present.
    return MongoOutbox(database, lambda: datetime.now(UTC))


def parcel(**changes: Any) -> Parcel:
    return replace(Parcel(KEY, CITIZEN, Answer("وصلت شكواك")), **changes)


async def put(store: OutboxStore, state: State, **changes: Any) -> Parcel:
    one = parcel(**changes)
    await store.add(one)
    await store.change(one, state, "why")
    return one


async def standing(store: MongoOutbox) -> tuple[State, Delivery | None]:
    ((_, state, delivery),) = await store.of_conversation(CITIZEN, 10)
    return state, delivery


async def pending(store: OutboxStore) -> list[Parcel]:
    return [one async for one in store.pending()]


async def test_receipt_finds_its_parcel_by_our_key(store: MongoOutbox):
    await put(store, State.SENDING)

    noted = await store.note(SENT)

    assert noted is not None
    assert noted.key == KEY


async def test_receipt_without_our_key_finds_its_parcel_by_any_of_its_ids(store: MongoOutbox):
    sent = await put(store, State.SENT, ids=("wamid.0", "wamid.1"))

    assert await store.note(replace(SENT, parcel=None)) == sent


@pytest.mark.parametrize(
    "receipt",
    [
        replace(SENT, parcel="nobody's"),
        replace(SENT, parcel=None, message_id="wamid.none"),
        replace(SENT, channel="telegram"),
        replace(SENT, channel="telegram", parcel=None),
    ],
)
async def test_receipt_of_no_parcel_of_ours_changes_nothing(store: MongoOutbox, receipt: Receipt):
    await put(store, State.SENT, ids=("wamid.1",))

    assert await store.note(receipt) is None
    assert await standing(store) == (State.SENT, None)


@pytest.mark.parametrize("order", list(itertools.permutations([SENT, DELIVERED, READ])))
async def test_delivery_only_rises_in_whatever_order_it_is_told(
    store: MongoOutbox, order: tuple[Receipt, ...]
):
    await put(store, State.SENT, ids=("wamid.1",))

    for receipt in order:
        await store.note(receipt)

    assert await standing(store) == (State.SENT, Delivery.READ)


@pytest.mark.parametrize("receipt", [SENT, DELIVERED, READ])
async def test_repeated_receipt_returns_the_parcel_again(store: MongoOutbox, receipt: Receipt):
    sent = await put(store, State.SENT, ids=("wamid.1",))

    assert [await store.note(receipt) for _ in range(3)] == [sent] * 3


async def test_moments_are_those_of_the_first_receipts(database: Database):
    moments = iter(datetime(2026, 11, 22, hour, tzinfo=UTC) for hour in range(24))
    store = MongoOutbox(database, lambda: next(moments))
    await put(store, State.SENT, ids=("wamid.1",))  # at 0
    for receipt in (DELIVERED, READ, DELIVERED, READ):
        await store.note(receipt)
    await store.change(parcel(ids=("wamid.1",)), State.SENT)

    kept = await database["outbox"].find_one({"_id": KEY})

    assert kept is not None
    told = [kept[moment] for moment in ("sent_at", "delivered_at", "read_at", "failed_at")]
    assert [one and one.hour for one in told] == [0, 1, 2, None]


async def test_moment_of_a_parcel_settled_by_word_is_that_of_the_first_word(database: Database):
    moments = iter(datetime(2026, 11, 22, hour, tzinfo=UTC) for hour in range(24))
    store = MongoOutbox(database, lambda: next(moments))
    await put(store, State.SENDING)  # at 0
    for receipt in (SENT, DELIVERED):
        await store.note(receipt)

    kept = await database["outbox"].find_one({"_id": KEY})

    assert kept is not None
    assert kept["sent_at"].hour == 1


async def test_parcel_that_arrived_twice_is_known_by_its_second_message_too(store: MongoOutbox):
    await put(store, State.SENDING)
    await store.note(SENT)
    twice = parcel(ids=("wamid.2",))

    await store.change(twice, State.SENT)

    assert await store.note(replace(SENT, message_id="wamid.2", parcel=None)) == twice


@pytest.mark.parametrize("receipt", [SENT, DELIVERED, READ])
async def test_word_that_comes_before_the_channels_own_settles_the_parcel(
    store: MongoOutbox, receipt: Receipt
):
    await put(store, State.SENDING)

    await store.note(receipt)
    by_word = await standing(store)
    await store.change(parcel(ids=("wamid.1",)), State.SENT)

    assert by_word == (State.SENT, receipt.delivery)
    assert await standing(store) == by_word


@pytest.mark.parametrize("state", [State.SENDING, State.WAITING, State.PARKED, State.DEAD])
async def test_parcel_whose_word_came_during_a_time_out_stays_sent(
    store: MongoOutbox, state: State
):
    await put(store, State.SENDING)
    await store.note(SENT)

    await store.change(parcel(attempts=1), state, "timeout")

    assert await store.is_sent(KEY)
    assert await pending(store) == []


@pytest.mark.parametrize("state", [State.WAITING, State.PARKED, State.DEAD])
async def test_late_word_of_a_parcel_that_seemed_not_to_have_left_settles_it(
    store: MongoOutbox, state: State
):
    await put(store, state)

    await store.note(SENT)

    assert await standing(store) == (State.SENT, Delivery.SENT)


@pytest.mark.parametrize("state", [State.WAITING, State.SENDING, State.PARKED, State.DEAD])
async def test_word_of_a_first_part_settles_nothing(store: MongoOutbox, state: State):
    await put(store, state, ids=("wamid.1",))  # and there is another part to send

    await store.note(READ)

    assert not await store.is_sent(KEY)
    assert await standing(store) == (state, Delivery.READ)


async def test_parcel_of_which_only_a_first_part_left_is_not_taken_for_sent(
    store: MongoOutbox, database: Database
):
    await put(store, State.SENDING)
    await store.note(SENT)  # of the first part, before the channel counts it
    first_part = parcel(ids=("wamid.1",), attempts=1)

    await store.change(first_part, State.WAITING, "second part: 500")

    assert await pending(store) == [first_part]
    assert await database["outbox"].count_documents({"sent_at": None}) == 1  # or it would expire


async def test_first_part_of_a_second_attempt_is_not_taken_for_all_of_it(store: MongoOutbox):
    await put(store, State.SENT, ids=("wamid.1",))
    await store.note(FAILED)
    await store.change(parcel(), State.SENDING)
    await store.note(replace(SENT, message_id="wamid.2"))
    first_part = parcel(ids=("wamid.2",), attempts=1)

    await store.change(first_part, State.WAITING, "second part: 500")

    assert await pending(store) == [first_part]


async def test_failure_makes_a_sent_parcel_wait_whole(store: MongoOutbox):
    await put(store, State.SENT, ids=("wamid.0", "wamid.1"))

    failed = await store.note(FAILED)

    assert failed == parcel()
    assert await pending(store) == [parcel()]
    assert await standing(store) == (State.WAITING, Delivery.FAILED)


@pytest.mark.parametrize("state", [State.WAITING, State.SENDING, State.PARKED, State.DEAD])
async def test_failed_parcel_may_change_as_it_must(store: MongoOutbox, state: State):
    await put(store, State.SENT, ids=("wamid.1",))
    await store.note(FAILED)

    await store.change(parcel(attempts=1), state, "131000")

    assert (await standing(store))[0] is state


async def test_failure_without_a_reason_is_left_to_an_operator(store: MongoOutbox):
    await put(store, State.SENT, ids=("wamid.1",))

    await store.note(replace(FAILED, failure=None))

    (letter,) = await store.dead(10)
    assert (letter.parcel, letter.reason) == (parcel(), "failed:131000")


async def test_failure_is_told_once(store: MongoOutbox):
    await put(store, State.SENT, ids=("wamid.1",))
    first = await store.note(FAILED)

    assert first is not None
    assert await store.note(FAILED) is None
    assert await store.note(replace(FAILED, parcel=None)) is None


async def test_of_many_repeats_of_a_failure_at_once_one_is_told(store: MongoOutbox):
    await put(store, State.SENT, ids=("wamid.1",))

    told = await asyncio.gather(*(store.note(FAILED) for _ in range(20)))

    assert sum(one is not None for one in told) == 1


async def test_repeated_failure_of_a_first_attempt_leaves_the_second_alone(store: MongoOutbox):
    await put(store, State.SENT, ids=("wamid.1",))
    await store.note(FAILED)
    await store.change(parcel(ids=("wamid.2",)), State.SENT)

    assert await store.note(FAILED) is None
    assert await store.note(DELIVERED) is None
    assert await standing(store) == (State.SENT, None)


async def test_second_attempt_is_noted_as_if_there_were_no_first(store: MongoOutbox):
    await put(store, State.SENT, ids=("wamid.1",))
    await store.note(SENT)
    await store.note(FAILED)
    await store.change(parcel(ids=("wamid.2",)), State.SENT)
    silent = await standing(store)

    await store.note(replace(SENT, message_id="wamid.2"))
    once = await standing(store)
    again = await store.note(replace(FAILED, message_id="wamid.2"))

    assert silent == (State.SENT, None)
    assert once == (State.SENT, Delivery.SENT)
    assert again == parcel()


async def test_failures_of_all_parts_are_told_once(store: MongoOutbox):
    await put(store, State.SENT, ids=("wamid.1", "wamid.2"))

    told = [await store.note(replace(FAILED, message_id=one)) for one in ("wamid.1", "wamid.2")]

    assert told == [parcel(), None]


async def test_late_failure_of_a_counted_part_is_not_the_next_attempts(store: MongoOutbox):
    await put(store, State.SENT, ids=("wamid.1", "wamid.2"))
    await store.note(FAILED)
    await store.change(parcel(ids=("wamid.3", "wamid.4")), State.SENT)

    assert await store.note(replace(FAILED, message_id="wamid.2")) is None
    assert await standing(store) == (State.SENT, None)


async def test_late_failure_of_a_part_that_only_word_told_of_is_not_the_next_attempts(
    store: MongoOutbox,
):
    await put(store, State.SENDING)
    await store.note(replace(SENT, message_id="wamid.2"))
    await store.note(FAILED)
    await store.change(parcel(ids=("wamid.3", "wamid.4")), State.SENT)

    assert await store.note(replace(FAILED, message_id="wamid.2")) is None
    assert await standing(store) == (State.SENT, None)


async def test_failures_of_all_parts_before_the_channels_own_account_are_told_once(
    store: MongoOutbox,
):
    await put(store, State.SENDING)

    told = [await store.note(replace(FAILED, message_id=one)) for one in ("wamid.1", "wamid.2")]

    assert told == [parcel(), None]


@pytest.mark.parametrize("before", [DELIVERED, READ])
async def test_message_that_arrived_cannot_fail_any_more(store: MongoOutbox, before: Receipt):
    await put(store, State.SENT, ids=("wamid.1",))
    await store.note(before)

    assert await store.note(FAILED) is None
    assert await standing(store) == (State.SENT, before.delivery)


async def test_part_that_failed_is_not_hidden_by_one_that_arrived(store: MongoOutbox):
    await put(store, State.SENT, ids=("wamid.1", "wamid.2"))
    await store.note(READ)

    failed = await store.note(replace(FAILED, message_id="wamid.2"))

    assert failed == parcel()


async def test_failure_that_comes_before_the_channels_own_account_is_not_overruled(
    store: MongoOutbox,
):
    await put(store, State.SENDING)

    failed = await store.note(FAILED)
    await store.change(parcel(ids=("wamid.1",)), State.SENT)

    assert failed == parcel()
    assert await pending(store) == [parcel()]


async def test_all_parts_of_an_attempt_end_with_it(store: MongoOutbox):
    await put(store, State.SENDING)
    await store.note(FAILED)
    await store.change(parcel(ids=("wamid.1", "wamid.2")), State.SENT)
    await store.change(parcel(ids=("wamid.3", "wamid.4")), State.SENT)

    assert await store.note(replace(FAILED, message_id="wamid.2")) is None
    assert await standing(store) == (State.SENT, None)


async def test_last_account_of_an_attempt_that_failed_does_not_bring_back_its_parts(
    store: MongoOutbox,
):
    await put(store, State.SENDING)
    await store.note(FAILED)

    await store.change(parcel(ids=("wamid.1",), attempts=1), State.WAITING, "second part: 500")

    assert await pending(store) == [parcel()]


@pytest.mark.parametrize("state", [State.WAITING, State.PARKED, State.DEAD])
async def test_failure_of_what_is_seen_to_already_is_not_told(store: MongoOutbox, state: State):
    await put(store, state, ids=("wamid.1",))

    assert await store.note(FAILED) is None
    assert await standing(store) == (state, Delivery.FAILED)


async def test_parked_parcel_whose_first_part_failed_is_sent_whole(store: MongoOutbox):
    await put(store, State.PARKED, ids=("wamid.1",))

    await store.note(FAILED)

    assert await store.parked(CITIZEN) == [parcel()]


async def test_receipts_of_a_conversation_that_the_parcel_has_left_are_of_no_account(
    store: MongoOutbox,
):
    await put(store, State.SENT, ids=("wamid.1",))
    await store.note(FAILED)
    moved = parcel(conversation="telegram:7")
    await store.change(moved, State.WAITING, "unreachable")

    assert await store.note(FAILED) is None
    assert await store.note(READ) is None
    assert await pending(store) == [moved]


async def test_word_of_another_of_a_persons_numbers_does_not_count_for_the_next(
    store: MongoOutbox,
):
    await put(store, State.SENDING, ids=("wamid.1",))
    await store.note(SENT)
    moved = parcel(conversation="whatsapp:2")
    await store.change(moved, State.WAITING, "unreachable")

    assert await store.note(DELIVERED) is None
    assert await pending(store) == [moved]


async def test_receipts_and_changes_at_once_lose_nothing(store: MongoOutbox):
    await put(store, State.SENDING)
    sent = parcel(ids=("wamid.1",))

    receipts = (store.note(one) for one in (SENT, DELIVERED, READ, SENT))
    await asyncio.gather(store.change(sent, State.SENT), *receipts)

    assert await standing(store) == (State.SENT, Delivery.READ)
    assert await store.of_conversation(CITIZEN, 1) == [(sent, State.SENT, Delivery.READ)]
