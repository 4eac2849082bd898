"""Turns beside the agent: late taps, edits, what could not be read, drafts that move."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from bot.conversations import BadCodeError, Draft, Offer
from bot.messages import Answer, Button, InboundMessage
from bot.settings import ROOT
from bot.texts import load_texts
from bot.turns import Turns
from tests.builders import CITIZEN, NOON, message
from tests.fakes import AttachmentShelf, RecordingConversations, ScriptedAgent, said

TEXTS = load_texts(ROOT / "nlu" / "data" / "responses" / "gateway.yml")
YES = Button("نعم", "/affirm")


@dataclass
class ScriptedDrafts:
    """Knows one code, and what asks for one."""

    carried: list[str] = field(default_factory=list[str])
    wrong: str = ""

    async def answer(self, message: InboundMessage, language: str | None) -> Answer | None:
        return Answer("GO-234567") if message.text == "رمز" else None

    async def carry(self, message: InboundMessage) -> Draft | None:
        if self.wrong:
            raise BadCodeError(self.wrong)
        if message.text != "GO-234567":
            return None
        self.carried.append(message.key)
        return Draft(b"from elsewhere", "en")


@dataclass
class Desk:
    """Turns with all that they stand on."""

    agent: ScriptedAgent = field(default_factory=ScriptedAgent)
    conversations: RecordingConversations = field(default_factory=RecordingConversations)
    drafts: ScriptedDrafts = field(default_factory=ScriptedDrafts)

    @property
    def turns(self) -> Turns:
        return Turns(
            self.conversations,
            self.agent,
            AttachmentShelf(),
            TEXTS,
            lambda: NOON,
            self.drafts,
            {"upload": "https://chat.example/widget/"},
        )

    async def says(self, text: str, number: int = 1, **changes: object) -> Answer:
        return await self.turns.take(message(text=text, message_id=str(number), **changes))


def say(key: str, **values: str) -> str:
    return TEXTS.say(key, "ar", **values)


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_tap_on_a_button_that_nobody_knows_is_said_to_have_passed(desk: Desk) -> None:
    desk.agent.script = [said("أرسلها؟", buttons=(YES,))]
    shown = await desk.says("هلا")

    answer = await desk.says("b:1:deadbeef:1", 2)

    assert answer == Answer(say("gateway_choice_passed"), shown.buttons)
    assert len(desk.agent.asked) == 1


async def test_what_could_not_be_read_is_answered_with_the_open_choices(desk: Desk) -> None:
    desk.agent.script = [said("أرسلها؟", buttons=(YES,))]
    shown = await desk.says("هلا")

    answer = await desk.says("", 2, remarks=("gateway_choice_passed",))

    assert answer.buttons == shown.buttons


async def test_a_remark_beside_words_comes_before_their_answer(desk: Desk) -> None:
    desk.agent.script = [said("وصلت")]

    answer = await desk.says("شوف الصورة", remarks=("gateway_turn_failed",))

    assert answer.text == f"{say('gateway_turn_failed')}\n\nوصلت"


async def test_an_edit_of_the_last_message_is_answered_instead_of_it(desk: Desk) -> None:
    desk.agent.script = [said("أولًا", dialogue=b"one"), said("ثانيًا", dialogue=b"two")]
    await desk.says("السالمية", 1)
    await desk.says("قطعة ٣", 2)

    await desk.says("قطعة ٤", 3, edits="2")

    assert desk.agent.asked[-1].dialogue == b"one"
    assert desk.agent.asked[-1].text == "قطعة ٤"


async def test_an_edit_of_an_edit_is_answered_instead_of_both(desk: Desk) -> None:
    desk.agent.script = [said("١", dialogue=b"one"), said("٢", dialogue=b"two"), said("٣")]
    await desk.says("السالمية", 1)
    await desk.says("قطعة ٣", 2)
    await desk.says("قطعة ٤", 3, edits="2")

    await desk.says("قطعة ٥", 4, edits="2")

    assert desk.agent.asked[-1].dialogue == b"one"


async def test_an_edit_of_an_older_message_changes_nothing_and_says_so(desk: Desk) -> None:
    desk.agent.script = [said("١"), said("٢")]
    await desk.says("السالمية", 1)
    await desk.says("قطعة ٣", 2)

    answer = await desk.says("حولي", 3, edits="1")

    assert answer.text == say("gateway_edit_too_late")
    assert len(desk.agent.asked) == 2


async def test_what_was_filed_is_not_taken_back_by_an_edit(desk: Desk) -> None:
    desk.agent.script = [said("تم تسجيلها", acted=True)]
    await desk.says("أوافق", 1)

    answer = await desk.says("لا", 2, edits="1")

    assert answer.text == say("gateway_edit_too_late")


async def test_the_open_question_goes_with_the_answer(desk: Desk) -> None:
    desk.agent.script = [said("وين؟", understood={"question": "place"})]

    assert (await desk.says("هلا")).asks == "place"


async def test_a_wish_to_go_on_elsewhere_is_answered_without_the_agent(desk: Desk) -> None:
    answer = await desk.says("رمز")

    assert answer.text == "GO-234567"
    assert not desk.agent.asked


async def test_a_moved_draft_goes_on_with_its_open_question(desk: Desk) -> None:
    desk.agent.script = [said("Where is it?", language="en")]

    answer = await desk.says("GO-234567")

    asked = desk.agent.asked[0]
    assert (asked.dialogue, asked.command) == (b"from elsewhere", "/repeat")
    assert answer.text.endswith("Where is it?")
    assert answer.text.startswith(TEXTS.say("gateway_draft_moved", "en"))


@pytest.mark.parametrize("reason", ["unknown", "guessed", "same"])
async def test_a_wrong_code_says_why(desk: Desk, reason: str) -> None:
    desk.drafts.wrong = reason

    answer = await desk.says("GO-999999")

    assert answer.text == say(f"gateway_code_{reason}")
    assert not desk.agent.asked


async def test_buttons_offered_outside_a_turn_can_be_tapped_and_not_typed(desk: Desk) -> None:
    buttons: Sequence[Button] = await desk.turns.offer(
        CITIZEN, [Button("أرد", "/add_information")]
    )
    assert desk.conversations.kept[CITIZEN].offers == {
        buttons[0].payload: Offer(0, "أرد", "/add_information")
    }

    await desk.says(buttons[0].payload, 1)

    assert desk.agent.asked[-1].command == "/add_information"


async def test_an_offer_waits_out_a_turn_that_was_saved_first(desk: Desk) -> None:
    desk.conversations.changes = 1

    buttons = await desk.turns.offer(CITIZEN, [YES])

    assert buttons[0].payload in desk.conversations.kept[CITIZEN].offers


async def test_the_link_for_large_files_is_in_the_remark(desk: Desk) -> None:
    answer = await desk.says("", remarks=("gateway_file_too_large_telegram",))

    assert "https://chat.example/widget/" in answer.text
