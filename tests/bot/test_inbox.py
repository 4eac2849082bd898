"""The inbox: each conversation's messages in order, whatever fails on the way."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from bot.conversations import Agent, AgentUnavailableError
from bot.inbox import Inbox
from bot.messages import Answer
from bot.texts import Texts
from bot.turns import Turns
from tests.builders import NOON, message
from tests.fakes import (
    AttachmentShelf,
    GatedAgent,
    RecordingConversations,
    RecordingInbox,
    ScriptedAgent,
    said,
)

TEXTS = Texts({"gateway_turn_failed": {"ar": "failed ar", "en": "failed en"}})
ONE, TWO, THREE = (message(message_id=name, text=name) for name in ("one", "two", "three"))
SOMEBODY_ELSE = message(message_id="else", sender="8", text="else")
PATIENCE = 5.0  # seconds: never reached but by a broken inbox


class Office:
    """An inbox on stand-ins, whose pauses take no time."""

    def __init__(self) -> None:
        self.store, self.conversations = RecordingInbox(), RecordingConversations()
        self.pauses: list[float] = []
        self.inboxes: list[Inbox] = []

    def inbox(self, agent: Agent) -> Inbox:
        turns = Turns(self.conversations, agent, AttachmentShelf(), TEXTS, lambda: NOON)
        inbox = Inbox(self.store, turns, TEXTS, self.sleep)
        self.inboxes.append(inbox)
        return inbox

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def answered(self, agent: Agent) -> Answer | None:
        """Have one message taken, and return its answer."""
        inbox = self.inbox(agent)
        await inbox.receive(ONE)
        assert await inbox.wait(ONE.key, PATIENCE)
        return self.store.answers[ONE.key]


@pytest.fixture
async def office() -> AsyncGenerator[Office]:
    office = Office()
    yield office
    for inbox in office.inboxes:
        await inbox.stop()


async def test_received_message_is_kept_and_answered(office: Office):
    inbox = office.inbox(ScriptedAgent([said("وعليكم السلام")]))

    assert await inbox.receive(ONE)
    assert await inbox.wait(ONE.key, PATIENCE)

    assert office.store.received == {ONE.key: ONE}
    assert office.store.answers == {ONE.key: Answer("وعليكم السلام")}


async def test_message_is_kept_before_it_is_taken(office: Office):
    agent = GatedAgent()
    inbox = office.inbox(agent)

    await inbox.receive(ONE)

    assert ONE.key in office.store.received
    assert agent.asked == []


async def test_repeat_is_not_taken(office: Office):
    agent = ScriptedAgent()
    inbox = office.inbox(agent)
    await inbox.receive(ONE)

    assert not await inbox.receive(ONE)
    await inbox.wait(ONE.key, PATIENCE)

    assert len(agent.asked) == 1


# Order


async def test_messages_of_a_conversation_are_taken_one_at_a_time_in_order(office: Office):
    agent = GatedAgent()
    inbox = office.inbox(agent)
    for one in (ONE, TWO, THREE):
        await inbox.receive(one)

    await agent.reached["one"].wait()
    agent.gates["two"].set()
    agent.gates["three"].set()
    before = list(agent.asked)
    agent.gates["one"].set()
    await inbox.wait(THREE.key, PATIENCE)

    assert before == ["one"]
    assert agent.asked == ["one", "two", "three"]


async def test_slow_conversation_does_not_hold_up_another(office: Office):
    agent = GatedAgent()
    inbox = office.inbox(agent)
    agent.gates["else"].set()
    await inbox.receive(ONE)
    await agent.reached["one"].wait()

    await inbox.receive(SOMEBODY_ELSE)

    assert await inbox.wait(SOMEBODY_ELSE.key, PATIENCE)
    assert ONE.key not in office.store.answers


async def test_message_that_comes_after_all_others_are_done_is_taken(office: Office):
    inbox = office.inbox(ScriptedAgent())
    await inbox.receive(ONE)
    await inbox.wait(ONE.key, PATIENCE)

    await inbox.receive(TWO)

    assert await inbox.wait(TWO.key, PATIENCE)


# Waiting


async def test_caller_is_not_kept_waiting_longer_than_it_will(office: Office):
    inbox = office.inbox(GatedAgent())
    await inbox.receive(ONE)

    assert not await inbox.wait(ONE.key, 0)


async def test_message_goes_on_when_its_caller_has_stopped_waiting(office: Office):
    agent = GatedAgent()
    inbox = office.inbox(agent)
    await inbox.receive(ONE)
    await inbox.wait(ONE.key, 0)

    agent.gates["one"].set()

    assert await inbox.wait(ONE.key, PATIENCE)
    assert office.store.answers[ONE.key] == Answer("one")


async def test_nobody_waits_for_what_was_answered_before(office: Office):
    office.store.answers[ONE.key] = Answer("before")
    inbox = office.inbox(ScriptedAgent())

    assert await inbox.wait(ONE.key, PATIENCE)


async def test_nobody_waits_for_what_was_never_received(office: Office):
    inbox = office.inbox(ScriptedAgent())

    assert not await inbox.wait("telegram:never", PATIENCE)


async def test_depth_is_how_many_messages_have_no_answer_yet(office: Office):
    agent = GatedAgent()
    inbox = office.inbox(agent)
    for one in (ONE, TWO, SOMEBODY_ELSE):
        await inbox.receive(one)
    before = inbox.depth

    agent.gates["one"].set()
    await agent.reached["two"].wait()

    assert (before, inbox.depth) == (3, 2)


async def test_finished_conversation_leaves_nothing_in_memory(office: Office):
    inbox = office.inbox(ScriptedAgent())
    await inbox.receive(ONE)
    workers = list(inbox._queues._workers.values())

    await asyncio.gather(*workers)

    assert workers
    assert (inbox._queues.idle, inbox._queues.depth, inbox._done) == (True, 0, {})


# Watching


async def test_who_watches_a_conversation_is_told_of_a_message_and_of_its_answer(office: Office):
    agent = GatedAgent()
    inbox = office.inbox(agent)
    with inbox.watch(ONE.conversation) as changed:
        await inbox.receive(ONE)
        told_of_message = changed.is_set()
        changed.clear()

        agent.gates["one"].set()
        await inbox.wait(ONE.key, PATIENCE)

        assert (told_of_message, changed.is_set()) == (True, True)


async def test_who_watches_a_conversation_is_not_told_of_others(office: Office):
    inbox = office.inbox(ScriptedAgent())
    with inbox.watch(ONE.conversation) as changed:
        await inbox.receive(SOMEBODY_ELSE)
        await inbox.wait(SOMEBODY_ELSE.key, PATIENCE)

        assert not changed.is_set()


async def test_two_can_watch_and_one_can_leave(office: Office):
    inbox = office.inbox(ScriptedAgent())
    with inbox.watch(ONE.conversation) as stays:
        with inbox.watch(ONE.conversation) as leaves:
            pass
        await inbox.receive(ONE)

        assert (stays.is_set(), leaves.is_set()) == (True, False)


async def test_nobody_watching_leaves_nothing_in_memory(office: Office):
    inbox = office.inbox(ScriptedAgent())
    with inbox.watch(ONE.conversation):
        pass

    assert dict(inbox._watchers) == {}


# Failures


async def test_absent_agent_is_asked_again_until_it_answers(office: Office):
    absences = [AgentUnavailableError() for _ in range(300)]

    answer = await office.answered(ScriptedAgent([*absences, said("أخيرا")]))

    assert answer == Answer("أخيرا")


async def test_pauses_grow_up_to_five_seconds(office: Office):
    absences = [AgentUnavailableError() for _ in range(7)]

    await office.answered(ScriptedAgent([*absences]))

    assert office.pauses == [0.25, 0.5, 1, 2, 4, 5, 5]


async def test_turn_that_lost_to_another_process_is_taken_again(office: Office):
    office.conversations.changes = 1
    agent = ScriptedAgent([said("lost"), said("kept")])

    answer = await office.answered(agent)

    assert answer == Answer("kept")


async def test_answer_that_could_not_be_kept_is_kept_later_without_asking_again(office: Office):
    office.store.failures = 2
    agent = ScriptedAgent([said("once")])

    answer = await office.answered(agent)

    assert answer == Answer("once")
    assert len(agent.asked) == 1


async def test_crash_holds_up_the_messages_after_it_but_loses_none(office: Office):
    agent = ScriptedAgent([RuntimeError(), said("first"), said("second")])
    inbox = office.inbox(agent)
    await inbox.receive(ONE)
    await inbox.receive(TWO)

    await inbox.wait(TWO.key, PATIENCE)

    assert [turn.text for turn in agent.asked] == ["one", "one", "two"]
    assert office.store.answers == {ONE.key: Answer("first"), TWO.key: Answer("second")}


async def test_message_that_crashes_for_a_quarter_of_an_hour_is_given_up(office: Office):
    agent = ScriptedAgent([RuntimeError() for _ in range(200)])
    inbox = office.inbox(agent)
    await inbox.receive(message(message_id="poison", language="en"))
    await inbox.receive(TWO)

    await inbox.wait(TWO.key, PATIENCE)

    assert office.store.answers["telegram:poison"] == Answer("failed en")
    assert office.store.answers[TWO.key] == Answer("تم")
    assert 15 * 60 < sum(office.pauses) < 18 * 60


async def test_message_is_not_given_up_while_it_may_still_succeed(office: Office):
    agent = ScriptedAgent([*(RuntimeError() for _ in range(199)), said("at last")])

    answer = await office.answered(agent)

    assert answer == Answer("at last")


# Stopping and starting


async def test_stopped_inbox_leaves_unanswered_what_it_was_at(office: Office):
    agent = GatedAgent()
    inbox = office.inbox(agent)
    await inbox.receive(ONE)
    await agent.reached["one"].wait()

    await inbox.stop()

    assert office.store.answers == {}
    assert inbox._queues.idle


async def test_next_start_takes_up_in_order_what_was_left_unanswered(office: Office):
    agent = ScriptedAgent()
    for one in (ONE, TWO, SOMEBODY_ELSE):
        await office.store.receive(one)
    await office.store.finish(ONE.key, Answer("before"))
    await office.store.receive(THREE)
    inbox = office.inbox(agent)

    count = await inbox.recover()
    await inbox.wait(THREE.key, PATIENCE)
    await inbox.wait(SOMEBODY_ELSE.key, PATIENCE)

    assert count == 3
    taken = [turn.text for turn in agent.asked if turn.conversation == ONE.conversation]
    assert taken == ["two", "three"]
    assert SOMEBODY_ELSE.key in office.store.answers


async def test_turn_saved_before_a_crash_is_not_taken_twice(office: Office):
    first = office.inbox(ScriptedAgent([said("saved")]))
    await first.receive(ONE)
    await first.wait(ONE.key, PATIENCE)
    del office.store.answers[ONE.key]  # as after a crash between saving and marking as done
    agent = ScriptedAgent()
    second = office.inbox(agent)

    await second.recover()
    await second.wait(ONE.key, PATIENCE)

    assert agent.asked == []
    assert office.store.answers[ONE.key] == Answer("saved")
