"""Reading a turn."""

from typing import Any

import pytest

from actions.turn import Turn, was_answered
from tests.actions.builders import ASIDE, PHOTO, POINT, named, said, tap, tracker, turn


def action(name: str) -> dict[str, Any]:
    return {"event": "action", "name": name}


def rejected(form: str) -> dict[str, Any]:
    return {"event": "action_execution_rejected", "name": form}


_SINCE: list[tuple[list[dict[str, Any]], bool]] = [
    ([], False),
    ([{"event": "slot", "name": "language", "value": "ar"}], False),
    ([action("complaint_form")], False),
    ([action("case_form")], False),
    ([action("tracking_form")], False),
    ([action("action_listen")], False),
    ([ASIDE], True),
    ([rejected("complaint_form"), ASIDE, action("complaint_form")], True),
    ([action("action_go_back"), {"event": "slot", "name": "asked", "value": []}], True),
    # A form that gives way to another has answered nothing.
    ([rejected("tracking_form"), action("action_deactivate_loop")], False),
    ([ASIDE, {"event": "user"}], False),
]


def test_a_turn_is_what_was_sent_and_what_was_understood():
    phone = named("phone", "50012345", "+96550012345")

    read = turn(
        " رقمي 50012345 ",
        "edit_answer",
        0.7,
        entities=[phone],
        ranking=[("power_outage", 0.9)],
        language=("ar", 0.95),
        attachments=[PHOTO],
        place=POINT,
        silence=90,
        language_hint="en",
        message_key="rest:7:5",
        context={"agency": "interior"},
    )

    assert read == Turn(
        text="رقمي 50012345",
        intent="edit_answer",
        confidence=0.7,
        tapped=False,
        entities=[{"entity": "phone", "value": "+96550012345", "start": 6, "end": 14}],
        attachments=[PHOTO],
        place=POINT,
        ranking=[("power_outage", 0.9)],
        language="ar",
        language_confidence=0.95,
        language_hint="en",
        silence=90,
        key="rest:7:5",
        context={"agency": "interior"},
        deciding=[],
    )


def test_a_message_about_which_nothing_is_known_is_a_turn_all_the_same():
    read = Turn.of(tracker({}))

    assert read == Turn(
        text="",
        intent="",
        confidence=0.0,
        tapped=False,
        entities=[],
        attachments=[],
        place=None,
        ranking=[],
        language="und",
        language_confidence=0.0,
        language_hint=None,
        silence=0,
        key="",
        context={},
        deciding=[],
    )


def test_without_the_gateways_metadata_text_and_key_are_rasas():
    read = Turn.of(tracker({"text": "hello", "message_id": "rasa-1", "metadata": None}))

    assert (read.text, read.key) == ("hello", "rasa-1")


def test_the_gateways_words_go_before_rasas_command():
    message = {**said("File a complaint"), "text": "/file_complaint"}

    assert Turn.of(tracker(message)).text == "File a complaint"


def test_the_citizens_words_are_counted():
    assert turn("the power is out").words == 4


def test_a_tap_has_no_words_of_the_citizens():
    assert tap("affirm").words == 0


def test_the_first_entity_of_a_kind_is_meant():
    read = turn("50012345 66123456", entities=[named("phone", "50012345"), named("phone", "66")])

    assert read.value("phone") == "50012345"


def test_an_entity_that_is_not_there_has_no_value():
    assert turn("hello").value("phone") is None


def test_a_turn_means_any_of_the_intents_that_it_is_asked_for():
    read = turn("no", "deny")

    assert read.means("skip", "deny")
    assert not read.means("skip", "affirm")


def test_a_turn_taken_again_begins_the_same_complaint():
    assert (
        turn("a", message_key="k1").new_filing_key()
        == turn("b", message_key="k1").new_filing_key()
    )


def test_each_turn_begins_a_complaint_of_its_own():
    assert (
        turn("a", message_key="k1").new_filing_key()
        != turn("a", message_key="k2").new_filing_key()
    )


@pytest.mark.parametrize(("events", "answered"), _SINCE)
def test_a_turn_is_answered_once_an_action_that_is_no_form_has_run(
    events: list[dict[str, Any]], *, answered: bool
):
    assert was_answered(tracker(after=events)) is answered


def test_a_conversation_without_a_turn_has_none_answered():
    before = tracker()
    before.events.clear()

    assert not was_answered(before)
