"""Acting on one's own case."""

from collections.abc import Mapping
from typing import Any

import pytest

from actions.cases_client import CaseView
from actions.own_case import ACTS, AskCaseChoice, AskCaseNote, DoCaseAct, ValidateCaseForm
from tests.actions.builders import (
    CITIZEN,
    PHOTO,
    Ran,
    RecordingCases,
    case_view,
    named,
    once_answered,
    ran,
    said,
    tapped,
    tracker,
)

FORM = "case_form"
REJECTED = ("action_execution_rejected", FORM)
OPEN = ["filed", "assigned", "in_progress", "awaiting_citizen"]
ANSWERED = ["resolved", "closed", "rejected"]
FIRST = case_view(1)
SECOND = case_view(2)
CHOICES = [vars(FIRST), vars(SECOND)]
SECOND_PHOTO = {"id": "f2", "media": "image", "name": "second.jpg"}


def rated(words: str, stars: int, intent: str = "answer") -> dict[str, Any]:
    return said(words, intent, entities=[named("rating", words, stars)])


def numbered(number: str, intent: str = "answer") -> dict[str, Any]:
    return said(number, intent, entities=[named("case_number", number)])


# Which case, and what to do with it


async def begin(message: Mapping[str, Any], *owned: CaseView) -> Ran:
    before = tracker(message, form=FORM)
    return await ran(ValidateCaseForm(RecordingCases(owned=owned)), before)


@pytest.mark.parametrize(
    ("act", "possible"),
    [
        ("add_information", [*OPEN, *ANSWERED]),
        ("withdraw_case", OPEN),
        ("reopen_case", ANSWERED),
        ("rate_service", ANSWERED),
    ],
)
@pytest.mark.parametrize("status", [*OPEN, *ANSWERED, "withdrawn"])
async def test_an_act_is_for_cases_that_allow_it(act: str, possible: list[str], status: str):
    done = await begin(said("hello", act), case_view(status=status))

    assert (done.slots.get("case_act") == act) is (status in possible)
    assert done.said == ([] if status in possible else [f"utter_no_case_to_{act}"])


async def test_without_a_case_that_allows_it_the_form_ends():
    done = await begin(said("hello", "reopen_case"), FIRST)

    assert done.slots == {"requested_slot": None}


async def test_who_has_no_cases_is_told_so():
    done = await begin(said("hello", "withdraw_case"))

    assert done.said == ["utter_no_cases"]
    assert done.slots == {"requested_slot": None}


async def test_the_only_case_is_the_one_that_is_meant():
    done = await begin(said("hello", "withdraw_case"), FIRST, case_view(2, status="closed"))

    assert done.slots["case_choice"] == FIRST.case_number


async def test_of_several_cases_one_is_to_be_chosen():
    done = await begin(said("hello", "withdraw_case"), FIRST, SECOND)

    assert done.slots["case_choice"] is None
    assert done.slots["case_options"] == CHOICES


async def test_a_number_that_comes_with_the_wish_is_the_choice():
    done = await begin(numbered(SECOND.case_number, "withdraw_case"), FIRST, SECOND)

    assert done.slots["case_choice"] == SECOND.case_number


async def test_a_number_of_somebody_elses_is_no_choice():
    done = await begin(numbered("KW-2026-000009-3", "withdraw_case"), FIRST, SECOND)

    assert done.slots["case_choice"] is None


async def test_eight_cases_are_offered():
    done = await begin(said("hello", "withdraw_case"), *map(case_view, range(9)))

    assert len(done.slots["case_options"]) == 8


async def test_a_rating_that_comes_with_the_wish_is_kept():
    done = await begin(rated("four", 4, "rate_service"), case_view(status="closed"))

    assert done.slots["case_note"] == "4"


@pytest.mark.parametrize("act", sorted(ACTS - {"rate_service"}))
async def test_a_number_of_stars_means_nothing_elsewhere(act: str):
    done = await begin(rated("four", 4, act), FIRST, case_view(2, status="closed"))

    assert "case_note" not in done.slots


async def test_a_turn_of_another_intent_adds_information():
    done = await begin(said("hello", "attach"), FIRST)

    assert done.slots["case_act"] == "add_information"


async def test_a_photo_that_comes_with_the_wish_is_kept():
    done = await begin(said("hello", "add_information", attachments=[PHOTO]), FIRST)

    assert done.slots["case_files"] == [PHOTO]


# The choice and the words


async def answer(message: Mapping[str, Any], asked: str, act: str, **slots: Any) -> Ran:
    known: dict[str, Any] = {"case_act": act, "case_options": CHOICES, "requested_slot": asked}
    before = tracker(message, form=FORM, **{**known, **slots})
    return await ran(ValidateCaseForm(RecordingCases()), before)


async def test_one_of_the_offered_cases_is_chosen():
    done = await answer(numbered(SECOND.case_number), "case_choice", "withdraw_case")

    assert done.slots == {"case_choice": SECOND.case_number}


@pytest.mark.parametrize("message", [numbered("KW-2026-000009-3"), said("hello", "unread")])
async def test_a_case_that_was_not_offered_is_asked_for_again(message: Mapping[str, Any]):
    done = await answer(message, "case_choice", "withdraw_case")

    assert done.slots == {"case_choice": None, "requested_slot": "case_choice"}


@pytest.mark.parametrize(
    ("act", "message", "note"),
    [
        ("add_information", said("the lamp fell"), "the lamp fell"),
        ("reopen_case", said("nothing was repaired", "report_problem"), "nothing was repaired"),
        ("add_information", said("", "attach", attachments=[PHOTO]), "\N{PAPERCLIP}"),
        ("add_information", said("", "unread"), None),
        ("add_information", said("title", tapped=True), None),
        ("withdraw_case", said("yes", "affirm"), "yes"),
        ("withdraw_case", said("withdraw it", "withdraw_case"), "yes"),
        ("withdraw_case", said("done", "done"), "yes"),
        ("withdraw_case", said("perhaps", "unread"), None),
        ("rate_service", rated("four", 4), "4"),
        ("rate_service", said("perhaps", "unread"), None),
    ],
)
async def test_each_act_reads_what_it_needs(
    act: str, message: Mapping[str, Any], note: str | None
):
    done = await answer(message, "case_note", act)

    assert done.slots.get("case_note") == note
    assert ("requested_slot" in done.slots) is (note is None)
    assert not done.said


async def test_files_are_kept_with_the_words_and_with_those_that_came_before():
    message = said("the lamp fell", attachments=[SECOND_PHOTO])

    done = await answer(message, "case_note", "add_information", case_files=[PHOTO])

    assert done.slots == {"case_note": "the lamp fell", "case_files": [PHOTO, SECOND_PHOTO]}


@pytest.mark.parametrize("asked", ["case_choice", "case_note"])
@pytest.mark.parametrize("act", sorted(ACTS))
@pytest.mark.parametrize("intent", ["cancel", "restart", "deny", "skip"])
async def test_the_case_can_be_left_alone(asked: str, act: str, intent: str):
    done = await answer(said("no", intent), asked, act)

    assert done.said == ["utter_case_left_alone"]
    assert done.slots == {"case_act": None, "requested_slot": None}


@pytest.mark.parametrize("intent", ["help", "emergency", "report_problem", "file_complaint"])
async def test_a_turn_that_steers_or_tells_a_problem_is_left_to_the_rules(intent: str):
    done = await answer(said("hello", intent), "case_choice", "withdraw_case")

    assert done.others == [REJECTED]
    assert not done.slots


MESSAGES = [
    numbered(SECOND.case_number),
    said("the lamp fell", attachments=[PHOTO]),
    said("hello", "unread"),
    said("yes", "affirm"),
    said("no", "deny"),
    said("hello", "help"),
    rated("four", 4, "rate_service"),
    tapped("cancel"),
]


@pytest.mark.parametrize("act", [None, *sorted(ACTS)])
@pytest.mark.parametrize("asked", ["case_choice", "case_note"])
@pytest.mark.parametrize("message", MESSAGES)
async def test_a_turn_that_was_answered_is_not_read_again(
    act: str | None, asked: str, message: Mapping[str, Any]
):
    cases = RecordingCases(owned=[FIRST, SECOND])
    opened: dict[str, Any] = {"case_act": act, "case_options": CHOICES, "requested_slot": asked}
    before = tracker(message, form=FORM, **(opened if act else {}))
    first = await ran(ValidateCaseForm(cases), before)
    cases.asked.clear()

    second = await ran(ValidateCaseForm(cases), once_answered(before, first))

    assert not second.events
    assert not second.said
    assert not cases.asked


@pytest.mark.parametrize("act", sorted(ACTS))
@pytest.mark.parametrize("asked", ["case_choice", "case_note"])
@pytest.mark.parametrize("message", MESSAGES)
async def test_a_turn_fills_a_slot_or_is_rejected_for_rasa_rejects_it_otherwise(
    act: str, asked: str, message: Mapping[str, Any]
):
    done = await answer(message, asked, act)

    assert set(done.slots) - {"requested_slot"} or done.others == [REJECTED]


# Asking


async def test_the_cases_are_offered_as_buttons():
    done = await ran(AskCaseChoice(), tracker(case_options=CHOICES, language="en"))

    assert done.said == ["utter_ask_case_choice"]
    assert done.payloads == [
        f'/answer{{"case_number": "{case.case_number}"}}' for case in (FIRST, SECOND)
    ]
    assert done.messages[0]["buttons"][0]["title"] == f"{FIRST.case_number} Power outage"


@pytest.mark.parametrize("act", sorted(ACTS))
async def test_the_words_are_asked_for_in_the_words_of_the_act(act: str):
    done = await ran(AskCaseNote(), tracker(case_act=act, case_choice=FIRST.case_number))

    assert done.said == [f"utter_ask_note_{act}"]
    assert done.messages[0]["case_number"] == FIRST.case_number


# Doing


async def do(cases: RecordingCases, act: str, note: str | None, **slots: Any) -> Ran:
    known: dict[str, Any] = {
        "case_act": act,
        "case_choice": FIRST.case_number,
        "case_note": note,
    }
    return await ran(DoCaseAct(cases), tracker(said("hello"), **{**known, **slots}))


@pytest.mark.parametrize(
    ("act", "note", "sent", "rating"),
    [
        ("add_information", "the lamp fell", "the lamp fell", 0),
        ("reopen_case", "nothing was repaired", "nothing was repaired", 0),
        ("withdraw_case", "yes", "", 0),
        ("rate_service", "4", "", 4),
    ],
)
async def test_the_act_is_done_with_what_it_needs(act: str, note: str, sent: str, rating: int):
    cases = RecordingCases()

    await do(cases, act, note, case_files=[PHOTO])

    request = {
        "conversation": CITIZEN,
        "act": act,
        "note": sent,
        "attachments": ["f1"],
        "rating": rating,
    }
    assert cases.asked == [("act", FIRST.case_number, request)]


@pytest.mark.parametrize(
    ("act", "keys"),
    [
        ("add_information", ["utter_done_add_information"]),
        ("withdraw_case", ["utter_done_withdraw_case"]),
        ("rate_service", ["utter_done_rate_service"]),
        ("reopen_case", ["utter_done_reopen_case", "utter_status_in_progress"]),
    ],
)
async def test_what_was_done_is_said(act: str, keys: list[str]):
    done = await do(RecordingCases(acted=case_view(status="in_progress")), act, "4")

    assert done.said == keys
    assert done.messages[0]["case_number"] == FIRST.case_number


async def test_an_act_that_the_case_does_not_allow_is_said_to_be_refused():
    done = await do(RecordingCases(acted=None), "withdraw_case", "yes")

    assert done.said == ["utter_case_act_refused"]


@pytest.mark.parametrize("acted", [FIRST, None])
async def test_everything_is_emptied_whatever_comes_of_it(acted: CaseView | None):
    done = await do(RecordingCases(acted=acted), "withdraw_case", "yes")

    emptied = ("case_act", "case_choice", "case_note", "case_options", "case_files")
    assert done.slots == dict.fromkeys(emptied)


@pytest.mark.parametrize("slots", [{"case_act": None}, {"case_choice": None}, {"case_note": None}])
async def test_an_act_that_was_left_alone_does_nothing(slots: dict[str, None]):
    cases = RecordingCases()

    done = await do(cases, "withdraw_case", "yes", **slots)

    assert not cases.asked
    assert not done.said
