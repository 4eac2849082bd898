"""The outbox: everything that is said arrives once, in order, or an operator sees why not."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from bot.channels import Contact, Delivery, Failure, More, Receipt, Received
from bot.confirmations import Confirmations
from bot.failures import plain
from bot.messages import Answer
from bot.outbox import Outbox
from bot.parcels import State
from bot.pauses import Pauses
from tests.builders import NOON, message
from tests.push import (
    BUTTONS,
    ContactBook,
    Pacing,
    ParcelShelf,
    ScriptedChannel,
    failing,
    parcel,
    until,
)


class Desk:
    """An outbox with all that it stands on."""

    def __init__(self, *channels: ScriptedChannel, word: float = 30.0) -> None:
        self.channels = {channel.name: channel for channel in channels or (ScriptedChannel(),)}
        self.store, self.contacts, self.pacing = ParcelShelf(), ContactBook(), Pacing()
        self.behind: list[bool] = []
        self.confirmations = Confirmations(
            self.store, lambda _channel: bool(self.behind) and self.behind.pop(), word
        )
        self.outbox = Outbox(
            self.store,
            self.contacts,
            self.channels,
            sleep=self.pacing.sleep,
            chance=lambda: 1.0,
            # A pause ends when its seconds were slept, not when they have passed.
            pauses=Pauses(self.pacing.sleep, lambda: self.pacing.now),
            confirmations=self.confirmations,
        )

    @property
    def channel(self) -> ScriptedChannel:
        return next(iter(self.channels.values()))

    async def puts(self, *parcels: object) -> None:
        for one in parcels:
            await self.outbox.put(one)  # pyright: ignore[reportArgumentType]
        await self.rest()

    async def rest(self) -> None:
        await until(lambda: self.outbox._queues.idle)

    def state(self, key: str = "a") -> State:
        return self.store.states[key]


@pytest.fixture
async def desk() -> AsyncGenerator[Desk]:
    desk = Desk()
    yield desk
    await desk.outbox.stop()


def whatsapp(**changes: object) -> ScriptedChannel:
    return ScriptedChannel(name="whatsapp", confirms=True, **changes)  # pyright: ignore[reportArgumentType]


async def test_a_parcel_is_sent_and_marked(desk: Desk) -> None:
    await desk.puts(parcel())

    assert [one.key for one in desk.channel.sent] == ["a"]
    assert desk.state() is State.SENT
    assert desk.store.kept["a"].ids == ("id-1",)


async def test_a_parcel_put_twice_is_sent_once(desk: Desk) -> None:
    await desk.puts(parcel(), parcel())

    assert len(desk.channel.sent) == 1


async def test_channels_that_fetch_have_no_parcels_of_turns(desk: Desk) -> None:
    assert not await desk.outbox.put(parcel(conversation="sms:1"))


async def test_a_conversation_keeps_its_order_when_its_first_parcel_fails(desk: Desk) -> None:
    desk.channel.script = [failing(Failure.TRANSIENT)]

    await desk.puts(parcel("a"), parcel("b"), parcel("c"))

    assert [one.key for one in desk.channel.sent] == ["a", "b", "c"]


async def test_one_conversation_that_waits_holds_up_no_other(desk: Desk) -> None:
    desk.channel.gate = asyncio.Event()
    await desk.outbox.put(parcel("a", "telegram:1"))
    await until(lambda: len(desk.channel.tried) == 1)

    await desk.outbox.put(parcel("b", "telegram:2"))

    await until(lambda: len(desk.channel.tried) == 2)
    desk.channel.gate.set()


async def test_only_a_few_parcels_of_a_channel_are_on_their_way_at_once(desk: Desk) -> None:
    desk.channel.gate = asyncio.Event()
    for number in range(50):
        await desk.outbox.put(parcel(f"p{number}", f"telegram:{number}"))
    await until(lambda: desk.channel.at_once == 8)

    desk.channel.gate.set()
    await desk.rest()

    assert desk.channel.most_at_once == 8
    assert len(desk.channel.sent) == 50


async def test_pauses_double_with_each_failure(desk: Desk) -> None:
    desk.channel.script = [failing(Failure.TRANSIENT) for _ in range(4)]

    await desk.puts(parcel())

    assert desk.pacing.slept == [2.0, 4.0, 8.0, 16.0]


async def test_what_fails_too_often_is_a_dead_letter_that_can_be_sent_again(desk: Desk) -> None:
    desk.channel.script = [failing(Failure.TRANSIENT) for _ in range(8)]
    await desk.puts(parcel())
    assert desk.state() is State.DEAD
    assert [one.reason for one in await desk.outbox.dead()] == ["transient:code"]

    assert await desk.outbox.send_again("a")
    await desk.rest()

    assert desk.state() is State.SENT
    assert not await desk.outbox.send_again("a")


async def test_a_citizen_who_gets_too_many_waits_as_long_as_the_platform_asks(desk: Desk) -> None:
    desk.channel.script = [failing(Failure.BUSY, retry_after=16.0)]

    await desk.puts(parcel())

    assert desk.pacing.slept == [16.0]
    assert desk.state() is State.SENT


async def test_a_rate_error_pauses_the_whole_channel_and_costs_no_try(desk: Desk) -> None:
    desk.channel.script = [failing(Failure.HALTED, retry_after=7.0)]

    await desk.puts(parcel("a", "telegram:1"), parcel("b", "telegram:2"))

    assert max(desk.pacing.slept) == 7.0
    assert desk.store.kept["a"].attempts == 0
    assert {one.key for one in desk.channel.sent} == {"a", "b"}


async def test_a_dead_credential_kills_no_parcel(desk: Desk) -> None:
    desk.channel.script = [failing(Failure.CREDENTIALS) for _ in range(20)]

    await desk.puts(parcel())

    assert desk.state() is State.SENT
    assert desk.store.kept["a"].attempts == 0


async def test_a_citizen_who_blocked_us_is_marked_and_the_parcel_is_dead(desk: Desk) -> None:
    desk.channel.script = [failing(Failure.UNREACHABLE)]

    await desk.puts(parcel())

    assert not (await desk.contacts.get("telegram:7")).reachable
    assert desk.state() is State.DEAD


async def test_a_notice_goes_to_the_next_conversation_and_to_one_only() -> None:
    desk = Desk(ScriptedChannel(script=[failing(Failure.UNREACHABLE)]), whatsapp())

    await desk.puts(parcel(fallbacks=("whatsapp:96550000000",)))

    assert [one.key for one in desk.channels["whatsapp"].sent] == ["a"]
    assert not desk.channels["telegram"].sent
    assert desk.state() is State.SENT


async def test_a_fallback_on_a_channel_that_is_not_configured_is_passed_over() -> None:
    desk = Desk(ScriptedChannel(script=[failing(Failure.UNREACHABLE)]), whatsapp())

    await desk.puts(parcel(fallbacks=("viber:1", "whatsapp:96550000000")))

    assert [one.conversation for one in desk.channels["whatsapp"].sent] == ["whatsapp:96550000000"]


async def test_what_may_not_be_sent_now_waits_until_the_citizen_writes(desk: Desk) -> None:
    desk.channel.script = [failing(Failure.WINDOW)]
    await desk.puts(parcel())
    assert desk.state() is State.PARKED

    await desk.outbox.heard("telegram:7")
    await desk.rest()

    assert desk.state() is State.SENT


async def test_a_shape_that_is_refused_is_sent_as_plain_words(desk: Desk) -> None:
    desk.channel.script = [failing(Failure.REFUSED)]

    await desk.puts(parcel(answer=Answer("أرسلها؟", BUTTONS)))

    assert [one.answer for one in desk.channel.sent] == [Answer("أرسلها؟\n\n1. نعم\n2. لا")]


async def test_plain_words_that_are_refused_are_a_dead_letter(desk: Desk) -> None:
    desk.channel.script = [failing(Failure.REFUSED)]

    await desk.puts(parcel())

    assert desk.state() is State.DEAD


async def test_parts_that_were_sent_are_not_sent_again(desk: Desk) -> None:
    desk.channel.script = [failing(Failure.TRANSIENT, ids=("first",))]

    await desk.puts(parcel())

    assert desk.channel.sent[0].ids == ("first",)


async def test_an_unsure_parcel_waits_for_word_and_is_not_sent_twice() -> None:
    desk = Desk(whatsapp(script=[failing(Failure.AMBIGUOUS)]))
    await desk.outbox.put(parcel(conversation="whatsapp:1"))
    await until(lambda: bool(desk.confirmations._awaited))

    await desk.outbox.receipt(Receipt("whatsapp", "wamid.1", "a", Delivery.SENT))
    await desk.rest()

    assert len(desk.channel.tried) == 1
    assert desk.state() is State.SENT


async def test_an_unsure_parcel_of_which_no_word_comes_is_sent_again() -> None:
    desk = Desk(whatsapp(script=[failing(Failure.AMBIGUOUS)]), word=0.0)

    await desk.puts(parcel(conversation="whatsapp:1"))

    assert len(desk.channel.sent) == 1
    assert len(desk.channel.tried) == 2


async def test_no_word_means_nothing_while_receipts_wait_to_be_read() -> None:
    desk = Desk(whatsapp(script=[failing(Failure.AMBIGUOUS)]), word=0.0)
    desk.behind = [True] * 5

    await desk.puts(parcel(conversation="whatsapp:1"))

    assert not desk.behind
    assert len(desk.channel.sent) == 1


async def test_word_that_came_before_the_time_out_counts_too() -> None:
    desk = Desk(whatsapp())
    await desk.store.add(parcel(conversation="whatsapp:1"))
    await desk.store.change(parcel(conversation="whatsapp:1"), State.SENT)

    desk.outbox._queue(parcel(conversation="whatsapp:1", unsure=True))
    await desk.rest()

    assert not desk.channel.tried


async def test_without_receipts_an_unsure_parcel_is_sent_again(desk: Desk) -> None:
    desk.channel.script = [failing(Failure.AMBIGUOUS)]

    await desk.puts(parcel())

    assert len(desk.channel.sent) == 1


async def test_what_was_waiting_or_being_sent_at_a_crash_is_taken_up() -> None:
    desk = Desk(whatsapp(), word=0.0)
    for key in ("waiting", "sending", "sent"):
        await desk.store.add(parcel(key, f"whatsapp:{key}"))
    await desk.store.change(parcel("sending", "whatsapp:sending"), State.SENDING)
    await desk.store.change(parcel("sent", "whatsapp:sent"), State.SENT)

    assert await desk.outbox.recover() == 2
    await desk.rest()

    assert {one.key for one in desk.channel.sent} == {"waiting", "sending"}


async def test_a_message_that_failed_after_all_goes_elsewhere() -> None:
    desk = Desk(whatsapp(), ScriptedChannel())
    await desk.puts(parcel(conversation="whatsapp:1", fallbacks=("telegram:7",)))

    await desk.outbox.receipt(
        Receipt("whatsapp", "id-1", None, Delivery.FAILED, Failure.UNREACHABLE, "131026")
    )
    await desk.rest()

    assert [one.conversation for one in desk.channels["telegram"].sent] == ["telegram:7"]


async def test_a_window_that_was_closed_after_all_is_remembered_and_tried_otherwise() -> None:
    desk = Desk(whatsapp())
    await desk.contacts.heard("whatsapp:1", NOON, {})
    await desk.puts(parcel(conversation="whatsapp:1"))

    await desk.outbox.receipt(
        Receipt("whatsapp", "id-1", None, Delivery.FAILED, Failure.WINDOW, "131047")
    )
    await desk.rest()

    assert (await desk.contacts.get("whatsapp:1")).heard_at is None
    assert len(desk.channel.tried) == 2


async def test_what_a_message_cost_is_counted_for_its_conversation() -> None:
    desk = Desk(whatsapp())
    await desk.puts(parcel(conversation="whatsapp:1"))

    await desk.outbox.receipt(Receipt("whatsapp", "id-1", None, Delivery.SENT, price="service"))

    assert desk.contacts.bills == {("whatsapp:1", "id-1", "service")}


async def test_word_of_one_part_does_not_settle_the_others() -> None:
    desk = Desk(whatsapp(script=[failing(Failure.AMBIGUOUS, ids=("first",))]), word=0.05)

    async def is_sent(key: str) -> bool:
        return False  # the store knows that a part is missing

    desk.store.is_sent = is_sent
    await desk.outbox.put(parcel(conversation="whatsapp:1"))
    await until(lambda: bool(desk.confirmations._awaited))

    await desk.outbox.receipt(Receipt("whatsapp", "first", "a", Delivery.SENT))
    await desk.rest()

    assert desk.channel.sent[0].ids == ("first",)


async def test_a_message_that_was_lost_for_now_is_sent_again_without_holding_up_receipts() -> None:
    desk = Desk(whatsapp())
    await desk.puts(parcel(conversation="whatsapp:1"))

    await desk.outbox.receipt(
        Receipt("whatsapp", "id-1", None, Delivery.FAILED, Failure.BUSY, "131056")
    )
    assert not desk.pacing.slept
    await desk.rest()

    assert [one.attempts for one in desk.channel.sent] == [0, 1]


async def test_a_message_that_is_lost_again_and_again_is_a_dead_letter() -> None:
    desk = Desk(whatsapp())
    await desk.puts(parcel(conversation="whatsapp:1", attempts=7))

    await desk.outbox.receipt(
        Receipt("whatsapp", "id-1", None, Delivery.FAILED, Failure.TRANSIENT, "131000")
    )
    await desk.rest()

    assert desk.state() is State.DEAD


async def test_a_receipt_for_what_is_not_ours_is_nothing(desk: Desk) -> None:
    await desk.outbox.receipt(Receipt("whatsapp", "foreign", None, Delivery.READ))

    assert not desk.store.kept


async def test_the_message_with_buttons_is_remembered_to_retire_them(desk: Desk) -> None:
    await desk.puts(parcel(answer=Answer("?", BUTTONS)))
    assert (await desk.contacts.get("telegram:7")).keyboard == "id-1"

    await desk.puts(parcel("b"))

    assert (await desk.contacts.get("telegram:7")).keyboard is None


async def test_more_shows_the_choices_that_did_not_fit(desk: Desk) -> None:
    await desk.puts(parcel(answer=Answer("أي وحدة؟", BUTTONS)))
    asked = message(message_id="9")

    assert await desk.outbox.put_more(asked.key, "telegram:7", More(Received(asked), "a", 1))
    await desk.rest()

    assert desk.channel.sent[-1].answer == Answer("أي وحدة؟", BUTTONS[1:])


async def test_more_of_somebody_elses_parcel_is_not_shown(desk: Desk) -> None:
    await desk.puts(parcel(conversation="telegram:8", answer=Answer("؟", BUTTONS)))
    asked = message(message_id="9")

    assert not await desk.outbox.put_more(asked.key, "telegram:7", More(Received(asked), "a", 1))


async def test_a_stop_lets_what_is_on_its_way_arrive(desk: Desk) -> None:
    desk.channel.gate = asyncio.Event()
    await desk.outbox.put(parcel())
    await until(lambda: desk.channel.at_once == 1)
    stopping = asyncio.create_task(desk.outbox.stop())
    await asyncio.sleep(0)

    desk.channel.gate.set()
    await stopping

    assert desk.state() is State.SENT


async def test_a_store_that_fails_loses_no_parcel(desk: Desk) -> None:
    class Shaky(ContactBook):
        failures = 1

        async def get(self, conversation: str) -> Contact:
            if self.failures:
                self.failures -= 1
                raise OSError
            return await super().get(conversation)

    desk.outbox._contacts = Shaky()

    await desk.puts(parcel())

    assert desk.state() is State.SENT


def test_plain_words_keep_an_answer_without_choices_as_it_is() -> None:
    assert plain(Answer("تم")) == Answer("تم")


async def test_a_parcel_on_its_way_elsewhere_starts_afresh() -> None:
    desk = Desk(ScriptedChannel(script=[failing(Failure.UNREACHABLE)]), whatsapp())

    await desk.puts(replace(parcel(fallbacks=("whatsapp:1",)), ids=("old",), attempts=5))

    assert desk.channels["whatsapp"].tried[0].ids == ()
    assert desk.channels["whatsapp"].tried[0].attempts == 0
