"""A turn: what the agent is asked, what the citizen is answered, and what is remembered."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.conversations import (
    AgentAnswer,
    AgentFailedError,
    AgentUnavailableError,
    AttachmentInfo,
    ConversationChangedError,
)
from bot.messages import Answer, Button, Place
from bot.texts import Texts
from bot.turns import LONGEST_TEXT, Turns
from tests.builders import CITIZEN, NOON, message
from tests.fakes import OK, AttachmentShelf, RecordingConversations, ScriptedAgent, said

TEXTS = Texts(
    {
        key: {"ar": f"{key} ar", "en": f"{key} en"}
        for key in (
            "gateway_text_too_long",
            "gateway_turn_failed",
            "gateway_attachment_unknown",
            "gateway_nothing_to_say",
            "gateway_choice_passed",
        )
    }
)
YES_NO = (Button("نعم", "/affirm"), Button("لا", "/deny"))
PHOTO = AttachmentInfo("photo-1", "image", "حفرة.jpg")


def at_noon() -> datetime:
    return NOON


class Chat:
    """One citizen's turns, each message with an id of its own."""

    def __init__(
        self, *script: AgentAnswer | Exception, clock: Callable[[], datetime] = at_noon
    ) -> None:
        self.agent = ScriptedAgent(list(script))
        self.conversations = RecordingConversations()
        self.shelf = AttachmentShelf()
        self.turns = Turns(self.conversations, self.agent, self.shelf, TEXTS, clock)
        self.sent = 0

    async def hears(self, text: str = "السلام عليكم", **changes: object) -> Answer:
        self.sent += 1
        return await self.turns.take(message(message_id=str(self.sent), text=text, **changes))

    async def hears_again(self) -> Answer:
        return await self.turns.take(message(message_id=str(self.sent)))

    @property
    def kept(self):
        return self.conversations.kept[CITIZEN]

    @property
    def last_asked(self):
        return self.agent.asked[-1]


async def test_what_the_agent_says_is_one_answer_with_a_blank_line_between():
    chat = Chat(said("وصلتني شكواك.", "وين المكان؟"))

    answer = await chat.hears()

    assert answer == Answer("وصلتني شكواك.\n\nوين المكان؟")


async def test_agent_is_told_everything_that_is_known_of_the_message():
    chat = Chat()
    chat.shelf.owned[CITIZEN] = [PHOTO]

    await chat.hears(
        "حفرة",
        attachments=("photo-1",),
        place=Place(29.3759, 47.9774, 12.5, "السالمية"),
        language="ur",
        context={"area": "salmiya"},
    )

    assert chat.last_asked.conversation == CITIZEN
    assert chat.last_asked.key == "telegram:1"
    assert chat.last_asked.text == "حفرة"
    assert chat.last_asked.command is None
    assert chat.last_asked.metadata == {
        "channel": "telegram",
        "text": "حفرة",
        "tapped": False,
        "message_key": "telegram:1",
        "now": "2026-03-02T12:00:00+00:00",
        "silence": 0,
        "context": {"area": "salmiya"},
        "language_hint": "ur",
        "attachments": [{"id": "photo-1", "media": "image", "name": "حفرة.jpg"}],
        "place": {
            "latitude": 29.3759,
            "longitude": 47.9774,
            "accuracy": 12.5,
            "label": "السالمية",
        },
    }


async def test_message_without_a_place_tells_of_none():
    chat = Chat()

    await chat.hears()

    assert chat.last_asked.metadata["place"] is None


async def test_dialogue_is_carried_from_turn_to_turn():
    chat = Chat(said("1", dialogue=b"first"), said("2", dialogue=b"second"))

    for _ in range(3):
        await chat.hears()

    assert [turn.dialogue for turn in chat.agent.asked] == [b"", b"first", b"second"]


async def test_agent_is_told_how_long_the_citizen_was_silent():
    a_day_later = NOON + timedelta(days=1)
    times = iter([NOON, NOON, a_day_later, a_day_later])
    chat = Chat(clock=lambda: next(times))
    await chat.hears()

    await chat.hears()

    assert chat.last_asked.metadata["silence"] == 24 * 60 * 60


# Repeats


async def test_repeated_message_gets_the_same_answer_and_the_agent_is_not_asked_again():
    chat = Chat(said("نعم أو لا؟", buttons=YES_NO))
    first = await chat.hears()

    again = await chat.hears_again()

    assert again == first
    assert len(chat.agent.asked) == 1
    assert chat.conversations.saves == 1


async def test_same_words_in_a_new_message_are_a_new_turn():
    chat = Chat(said("1"), said("2"))

    answers = [await chat.hears("نعم"), await chat.hears("نعم")]

    assert [answer.text for answer in answers] == ["1", "2"]


# Buttons


async def test_button_shows_its_title_and_hides_what_the_agent_understands_by_it():
    chat = Chat(said("نعم أو لا؟", buttons=YES_NO))

    answer = await chat.hears()

    assert [button.title for button in answer.buttons] == ["نعم", "لا"]
    assert not {button.payload for button in answer.buttons} & {"/affirm", "/deny"}


async def test_tapped_button_is_the_agents_command_and_reads_as_its_title():
    chat = Chat(said("نعم أو لا؟", buttons=YES_NO))
    answer = await chat.hears()

    await chat.hears(answer.buttons[1].payload)

    assert chat.last_asked.command == "/deny"
    assert chat.last_asked.metadata["text"] == "لا"
    assert chat.last_asked.metadata["tapped"] is True


@pytest.mark.parametrize("typed", ["2", " 2 ", "2.", "2)", "02", "٢", "۲", "لا", " لا "])
async def test_number_or_title_of_a_button_is_a_tap(typed: str):
    chat = Chat(said("نعم أو لا؟", buttons=YES_NO))
    await chat.hears()

    await chat.hears(typed)

    assert chat.last_asked.command == "/deny"


@pytest.mark.parametrize(
    "typed",
    ["", "0", "3", "-1", "²", "002", "2 2", "1.5", "لا أدري", "/deny", "b:1:dead:2", "9" * 400],
)
async def test_what_is_no_button_is_words(typed: str):
    chat = Chat(said("نعم أو لا؟", buttons=YES_NO))
    await chat.hears()

    await chat.hears(typed)

    assert chat.last_asked.command is None
    assert chat.last_asked.text == typed
    assert chat.last_asked.metadata["tapped"] is False


async def test_button_of_an_earlier_turn_can_still_be_tapped():
    chat = Chat(said("نعم أو لا؟", buttons=YES_NO), said("متى؟", buttons=(Button("أمس", "/y"),)))
    asked_first = await chat.hears()
    await chat.hears()

    await chat.hears(asked_first.buttons[0].payload)

    assert chat.last_asked.command == "/affirm"


@pytest.mark.parametrize("typed", ["2", "لا"])
async def test_number_or_title_counts_for_the_last_turn_only(typed: str):
    chat = Chat(said("نعم أو لا؟", buttons=YES_NO), said("متى؟", buttons=(Button("أمس", "/y"),)))
    await chat.hears()
    await chat.hears()

    await chat.hears(typed)

    assert chat.last_asked.command is None


async def test_number_after_a_turn_without_buttons_is_words():
    chat = Chat(said("نعم أو لا؟", buttons=YES_NO), said("كم عمود؟"))
    await chat.hears()
    await chat.hears()

    await chat.hears("2")

    assert chat.last_asked.command is None


async def test_buttons_of_another_conversation_cannot_be_tapped():
    chat = Chat(said("نعم أو لا؟", buttons=YES_NO))
    shown = await chat.hears(sender="8")

    answer = await chat.hears(shown.buttons[0].payload)

    assert answer.text == "gateway_choice_passed ar"
    assert len(chat.agent.asked) == 1


async def test_of_many_buttons_the_last_sixty_are_kept():
    chat = Chat(*(said("?", buttons=YES_NO) for _ in range(31)))
    answers = [await chat.hears() for _ in range(31)]

    assert len(chat.kept.offers) == 60
    assert answers[0].buttons[1].payload not in chat.kept.offers
    assert answers[1].buttons[0].payload in chat.kept.offers


# Language


async def test_language_is_remembered_until_the_agent_tells_another():
    chat = Chat(said("1", language="en"), said("2", language=None), said("3", language="ur"))

    languages: list[str | None] = []
    for _ in range(3):
        await chat.hears()
        languages.append(chat.kept.language)

    assert languages == ["en", "en", "ur"]


# A turn never ends in silence


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_silent_agent_is_spoken_for_in_the_citizens_language(language: str):
    chat = Chat(said(language=language))

    answer = await chat.hears()

    assert answer == Answer(f"gateway_nothing_to_say {language}")


async def test_silent_agent_of_no_language_is_spoken_for_in_the_channels():
    chat = Chat(said(language=None))

    answer = await chat.hears(language="en")

    assert answer == Answer("gateway_nothing_to_say en")


async def test_failed_turn_is_owned_up_to_in_the_citizens_language():
    chat = Chat(said("1", language="en"), AgentFailedError(500, "action_file"))
    await chat.hears()

    answer = await chat.hears()

    assert answer == Answer("gateway_turn_failed en")


async def test_failed_first_turn_is_owned_up_to_in_the_channels_language():
    chat = Chat(AgentFailedError(500, "action_file"))

    answer = await chat.hears(language="en")

    assert answer == Answer("gateway_turn_failed en")


async def test_failed_turn_is_not_tried_again():
    chat = Chat(AgentFailedError(500, "action_file"))
    first = await chat.hears()

    again = await chat.hears_again()

    assert again == first
    assert len(chat.agent.asked) == 1


async def test_failed_turn_leaves_dialogue_and_buttons_as_they_were():
    chat = Chat(said("نعم أو لا؟", buttons=YES_NO, dialogue=b"before"), AgentFailedError())
    await chat.hears()
    await chat.hears("كلام لا يفهم")

    await chat.hears("1")

    assert chat.last_asked.command == "/affirm"
    assert chat.last_asked.dialogue == b"before"


async def test_absent_agent_leaves_nothing_remembered():
    chat = Chat(AgentUnavailableError())

    with pytest.raises(AgentUnavailableError):
        await chat.hears()

    assert chat.conversations.kept == {}


async def test_conversation_that_somebody_else_saved_is_not_saved_over():
    chat = Chat()
    chat.conversations.changes = 1

    with pytest.raises(ConversationChangedError):
        await chat.hears()

    assert chat.conversations.kept == {}


# Text that is too long


async def test_longest_text_is_read():
    chat = Chat()

    await chat.hears("ا" * LONGEST_TEXT)

    assert len(chat.agent.asked) == 1


@pytest.mark.parametrize(
    ("remembered", "hint", "spoken"),
    [(None, None, "ar"), (None, "en", "en"), ("en", "ar", "en"), (None, "fr", "ar")],
)
async def test_longer_text_is_refused_in_the_language_that_is_known(
    remembered: str | None, hint: str | None, spoken: str
):
    chat = Chat(said("1", language=remembered))
    await chat.hears()

    answer = await chat.hears("ا" * (LONGEST_TEXT + 1), language=hint)

    assert answer == Answer(f"gateway_text_too_long {spoken}")
    assert len(chat.agent.asked) == 1


async def test_refused_text_leaves_the_buttons_as_they_were():
    chat = Chat(said("نعم أو لا؟", buttons=YES_NO))
    await chat.hears()
    await chat.hears("ا" * (LONGEST_TEXT + 1))

    await chat.hears("1")

    assert chat.last_asked.command == "/affirm"


# Files


async def test_file_of_another_conversation_is_told_of_and_not_handed_on():
    chat = Chat(OK)
    chat.shelf.owned = {CITIZEN: [PHOTO], "telegram:8": [AttachmentInfo("theirs", "image", "x")]}

    answer = await chat.hears(attachments=("theirs", "photo-1"))

    assert answer == Answer("gateway_attachment_unknown ar\n\nتم")
    handed_on = chat.last_asked.metadata["attachments"]
    assert [file["id"] for file in handed_on] == ["photo-1"]


async def test_unknown_file_is_told_of_in_the_channels_language():
    chat = Chat(said("ok", language=None))

    answer = await chat.hears(attachments=("unknown",), language="en")

    assert answer == Answer("gateway_attachment_unknown en\n\nok")


# The log


async def test_turn_is_logged_with_its_labels_and_without_its_words(
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.INFO, logger="bot.turns")
    chat = Chat(said("جواب سري", understood={"intent": "greet", "category": "lighting"}))

    await chat.hears("كلام سري")

    (record,) = caplog.records
    logged = vars(record)
    assert record.getMessage() == "turn.answered"
    assert (logged["conversation_id"], logged["intent"]) == (CITIZEN, "greet")
    assert "سري" not in str(logged)
