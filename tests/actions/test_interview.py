"""The interview's form."""

from collections.abc import Mapping
from typing import Any, cast

import pytest
import yaml
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import Tracker

from actions.interview import FORM, ValidateComplaintForm
from actions.jurisdiction import jurisdiction
from actions.questions import LEAVE, RESUME, questions
from tests.actions.builders import (
    DOMAIN,
    PHOTO,
    POINT,
    Ran,
    named,
    once_answered,
    ran,
    said,
    tapped,
    tracker,
)

DARK = "الشارع مظلم من أسبوع في السالمية"
REJECTED = ("action_execution_rejected", FORM)
NIGHT = 12 * 3600
# A category with everything: two details, a place and a time.
ANSWERS: Mapping[str, Any] = {
    "description": DARK,
    "category": "food_poisoning",
    "detail_1": "مطعم",
    "detail_2": "yes",
    "place": {"text": "السالمية"},
    "occurred": {"text": "أمس"},
    "remedy": "تعويض",
    "attachments_done": True,
    "name": "سالم",
    "civil_id": "",
    "phone": "+96550012345",
}
ORDER = questions({"kind": "complaint", **ANSWERS}, jurisdiction())


def open_at(question: str, message: Mapping[str, Any], **slots: Any) -> Tracker:
    """An interview in which everything up to a question has been answered."""
    last = len(ORDER) - 1 if question in (LEAVE, RESUME) else ORDER.index(question)
    known: dict[str, Any] = {
        "requested_slot": question,
        "filing_key": "k1",
        "kind": "complaint",
        "asked": ORDER[: last + 1],
        **{slot: ANSWERS[slot] for slot in ORDER[:last]},
    }
    return tracker(message, form=FORM, **{**known, **slots})


async def validate(before: Tracker) -> Ran:
    return await ran(ValidateComplaintForm(), before)


def test_the_actions_that_rasa_finds_are_those_of_the_domain():
    domain: dict[str, Any] = yaml.safe_load(DOMAIN.read_text("utf-8"))
    executor = ActionExecutor()

    executor.register_package("actions")

    assert sorted(cast("dict[str, Any]", executor.actions)) == sorted(domain["actions"])


# Beginning


async def test_an_interview_begins_with_what_the_first_turn_tells():
    first = said(DARK, "report_problem", ranking=[("street_lighting", 0.9)])

    begun = await validate(tracker(first, form=FORM))

    assert begun.slots["description"] == DARK
    assert begun.slots["category"] == "street_lighting"
    assert begun.slots["requested_slot"] == "detail_1"
    assert begun.slots["asked"] == ["detail_1"]
    assert begun.said == ["utter_category_assumed"]


async def test_an_interview_that_is_told_nothing_asks_what_happened():
    begun = await validate(tracker(said("أبي أشتكي", "file_complaint"), form=FORM))

    assert begun.slots["requested_slot"] == "description"


async def test_a_problem_told_in_the_middle_of_a_tracking_begins_an_interview():
    gave_way = [
        {"event": "action_execution_rejected", "name": "tracking_form"},
        {"event": "action", "name": "action_deactivate_loop"},
    ]

    begun = await validate(tracker(said(DARK, "report_problem"), form=FORM, after=gave_way))

    assert begun.slots["description"] == DARK
    assert begun.slots["filing_key"]


# Answers


async def test_an_answer_is_kept_and_the_next_question_asked():
    done = await validate(open_at("remedy", said("صلحوه"), misses=2))

    assert done.slots == {
        "remedy": "صلحوه",
        "misses": 0,
        "asked": [*ORDER[: ORDER.index("remedy") + 1], "attachments_done"],
        "requested_slot": "attachments_done",
    }


async def test_an_answer_that_needs_more_asks_the_same_question_without_noting_it_twice():
    done = await validate(open_at("attachments_done", said("نعم", "affirm")))

    assert done.slots == {"misses": 0, "requested_slot": "attachments_done"}
    assert done.said == ["utter_send_files_now"]


async def test_consent_ends_the_interview():
    done = await validate(open_at("review", said("نعم", "affirm")))

    assert done.slots["review"] is True
    assert done.slots["requested_slot"] is None


async def test_what_is_said_about_an_answer_carries_its_values():
    first = said(DARK, "report_problem", ranking=[("street_lighting", 0.9)])

    begun = await validate(tracker(first, form=FORM, language="en"))

    assert begun.messages[0]["category"] == "Street lighting"


@pytest.mark.parametrize(
    ("question", "misses", "keys"),
    [
        ("place", None, ["utter_hint_place"]),
        ("place", 0, ["utter_hint_place"]),
        ("place", 1, ["utter_hint_place", "utter_ways_out"]),
        ("occurred", 1, ["utter_hint_occurred", "utter_ways_out_skip"]),
        ("detail_2", 1, ["utter_hint_detail_2", "utter_ways_out_skip"]),
        ("detail_1", 1, ["utter_hint_detail_1", "utter_ways_out"]),
        ("place", 2, ["utter_offer_person"]),
        ("occurred", 7, ["utter_offer_person"]),
    ],
)
async def test_help_grows_with_each_answer_that_cannot_be_read(
    question: str, misses: int | None, keys: list[str]
):
    done = await validate(open_at(question, said("", "unread"), misses=misses))

    assert done.said == keys
    assert done.slots == {"misses": (misses or 0) + 1, "requested_slot": question}


# Turns that are no answers


@pytest.mark.parametrize("intent", ["help", "back", "edit_answer", "restart", "check_status"])
async def test_a_turn_that_steers_is_left_to_the_rules(intent: str):
    done = await validate(open_at("place", said("هلا", intent)))

    assert done.others == [REJECTED]
    assert not done.slots
    assert not done.said


async def test_files_beside_a_turn_that_steers_are_kept():
    done = await validate(open_at("place", said("هلا", "help", attachments=[PHOTO])))

    assert done.slots == {"attachments": [PHOTO]}
    assert done.others == [REJECTED]


async def test_no_to_the_review_means_that_something_is_to_be_changed():
    done = await validate(open_at("review", said("لا", "deny")))

    assert done.others == [REJECTED]


async def test_no_to_another_question_is_an_answer():
    done = await validate(open_at("remedy", said("لا", "deny")))

    assert done.slots["remedy"] == ""


@pytest.mark.parametrize("intent", ["cancel", "withdraw_case"])
async def test_a_wish_to_stop_is_asked_back(intent: str):
    done = await validate(open_at("place", said("الغ", intent, attachments=[PHOTO])))

    assert done.slots == {"attachments": [PHOTO], "misses": 0, "requested_slot": LEAVE}


@pytest.mark.parametrize("intent", ["affirm", "cancel", "withdraw_case", "done"])
async def test_who_wants_to_stop_indeed_is_let_go(intent: str):
    done = await validate(open_at(LEAVE, said("نعم", intent)))

    assert done.slots == {"outcome": "cancelled", "requested_slot": None}


@pytest.mark.parametrize("intent", ["deny", "report_problem", "unread"])
async def test_who_does_not_want_to_stop_goes_on_where_it_was(intent: str):
    done = await validate(open_at(LEAVE, said("لا", intent, attachments=[PHOTO])))

    assert done.said == ["utter_going_on"]
    assert done.slots == {"attachments": [PHOTO], "misses": 0, "requested_slot": "review"}


# A long silence


@pytest.mark.parametrize(
    ("silence", "asked"), [(NIGHT, RESUME), (NIGHT + 1, RESUME), (NIGHT - 1, "attachments_done")]
)
async def test_after_a_night_the_citizen_is_asked_whether_to_go_on(silence: int, asked: str):
    done = await validate(open_at("remedy", said("صلحوه", silence=silence)))

    assert done.slots["requested_slot"] == asked


async def test_what_comes_after_a_silence_is_no_answer_but_its_files_are_kept():
    message = said("صلحوه", silence=NIGHT, attachments=[PHOTO], place=POINT)

    done = await validate(open_at("remedy", message))

    assert "remedy" not in done.slots
    assert done.slots["attachments"] == [PHOTO]
    assert done.slots["place"]["latitude"] == POINT["latitude"]


async def test_a_tap_after_a_silence_is_meant():
    message = {**tapped("skip"), "metadata": {"tapped": True, "silence": NIGHT}}

    done = await validate(open_at("remedy", message))

    assert done.slots["remedy"] == ""


@pytest.mark.parametrize("intent", ["affirm", "done"])
async def test_who_wants_to_go_on_does(intent: str):
    done = await validate(open_at(RESUME, said("نعم", intent, attachments=[PHOTO])))

    assert done.said == ["utter_going_on"]
    assert done.slots == {"attachments": [PHOTO], "misses": 0, "requested_slot": "review"}


@pytest.mark.parametrize("intent", ["restart", "deny", "cancel"])
async def test_who_does_not_want_to_go_on_begins_anew(intent: str):
    done = await validate(open_at(RESUME, said("لا", intent)))

    assert done.slots == {"outcome": "restarted", "requested_slot": None}


@pytest.mark.parametrize("intent", ["attach", "report_problem", "help"])
async def test_anything_else_is_asked_again_and_its_files_are_kept(intent: str):
    done = await validate(open_at(RESUME, said("هلا", intent, attachments=[PHOTO])))

    assert done.slots == {"attachments": [PHOTO], "misses": 0, "requested_slot": RESUME}


# Promises that hold for every turn at every question

MESSAGES = [
    said(DARK, "report_problem", ranking=[("street_lighting", 0.9)]),
    said("", "attach", attachments=[PHOTO]),
    said("", "locate", place=POINT),
    said("", "unread"),
    said("50012345", entities=[named("phone", "50012345")]),
    said("287010112340", entities=[named("civil_id", "287010112340", valid=False)]),
    said("أمس", entities=[named("time", "أمس", {"text": "أمس"})]),
    said("هلا", "restart", silence=NIGHT),
    tapped("answer", category="none"),
    tapped("answer", category="water_leak"),
    tapped("answer", anonymous="yes"),
    *(said("hello", intent) for intent in ("affirm", "deny", "skip", "done", "cancel", "help")),
]


@pytest.mark.parametrize("question", [*ORDER, LEAVE, RESUME])
@pytest.mark.parametrize("message", MESSAGES)
async def test_a_turn_that_was_answered_is_not_read_again(
    question: str, message: Mapping[str, Any]
):
    before = open_at(question, message)
    first = await validate(before)

    second = await validate(once_answered(before, first))

    assert set(second.slots) <= {"requested_slot"}
    assert not second.said
    assert not second.others


@pytest.mark.parametrize("message", MESSAGES)
async def test_a_beginning_that_was_answered_is_not_read_again(message: Mapping[str, Any]):
    before = tracker(message, form=FORM)
    first = await validate(before)

    second = await validate(once_answered(before, first))

    assert set(second.slots) <= {"requested_slot"}
    assert not second.said


@pytest.mark.parametrize("question", [*ORDER, LEAVE, RESUME])
@pytest.mark.parametrize("message", MESSAGES)
async def test_a_turn_fills_a_slot_or_is_rejected_for_rasa_rejects_it_otherwise(
    question: str, message: Mapping[str, Any]
):
    done = await validate(open_at(question, message))

    assert set(done.slots) - {"requested_slot"} or done.others == [REJECTED]


@pytest.mark.parametrize("question", [*ORDER, LEAVE, RESUME])
@pytest.mark.parametrize("message", [m for m in MESSAGES if m["metadata"].get("attachments")])
async def test_no_file_is_ever_lost(question: str, message: Mapping[str, Any]):
    done = await validate(open_at(question, message))

    assert done.slots["attachments"] == [PHOTO]
