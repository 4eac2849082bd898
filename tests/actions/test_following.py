"""Asking after cases."""

from collections.abc import Mapping
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import ABSENT
from actions.cases_client import CasesUnavailableError, CaseView, TooManyGuessesError
from actions.following import (
    CheckStatus,
    ListCases,
    ShowTracked,
    ValidateTracking,
    about,
    find_code,
    tell,
)
from actions.own_case import DoCaseAct, ValidateCaseForm
from actions.turn import Turn
from tests.actions.builders import (
    CITIZEN,
    Ran,
    RecordingCases,
    case_view,
    named,
    once_answered,
    ran,
    said,
    tap,
    tapped,
    tracker,
    turn,
)

FORM = "tracking_form"
REJECTED = ("action_execution_rejected", FORM)
NUMBER = "KW-2026-000002-3"
CODE = "AB3D-7K9M"
POWER = case_view(1)
WATER = case_view(2, category="water_leak")
DRUGS = case_view(3, category="drugs", agency="interior")
CENTRAL = case_view(4, category=None, agency="central")
OWN = [CENTRAL, DRUGS, WATER, POWER]


def numbers(done: Ran) -> list[str]:
    return [message["case_number"] for message in done.messages]


def asks(number: str = NUMBER, after: str = "", intent: str = "check_status") -> dict[str, Any]:
    return said(f"{number} {after}", intent, entities=[named("case_number", number)])


# Status


async def test_the_citizens_own_cases_are_asked_for():
    cases = RecordingCases()

    await ran(CheckStatus(cases), tracker(said("where is it", "check_status")))

    assert cases.asked == [("own", CITIZEN)]


async def test_three_cases_are_told_newest_first():
    done = await ran(
        CheckStatus(RecordingCases(owned=OWN)), tracker(said("where is it", "check_status"))
    )

    assert numbers(done) == [case.case_number for case in OWN[:3]]
    assert done.said == ["utter_status_filed"] * 3
    assert not done.events


async def test_who_has_no_cases_is_told_so():
    done = await ran(CheckStatus(RecordingCases()), tracker(said("where", "check_status")))

    assert done.said == ["utter_no_cases"]


async def test_a_number_of_ones_own_picks_that_case():
    done = await ran(CheckStatus(RecordingCases(owned=OWN)), tracker(asks(WATER.case_number)))

    assert numbers(done) == [WATER.case_number]


@pytest.mark.parametrize(("after", "code"), [("", None), (CODE, CODE)])
@pytest.mark.parametrize("owned", [[], [POWER]])
async def test_a_number_of_somebody_elses_needs_its_code(
    owned: list[CaseView], after: str, code: str | None
):
    done = await ran(CheckStatus(RecordingCases(owned=owned)), tracker(asks(after=after)))

    assert not done.said
    assert done.slots == {"tracked_number": NUMBER, "tracking_code": code}
    assert done.others == [("followup", FORM)]


async def test_within_an_interview_another_form_is_not_begun():
    done = await ran(CheckStatus(RecordingCases()), tracker(asks(), form="complaint_form"))

    assert done.said == ["utter_number_needs_code"]
    assert not done.events


@pytest.mark.parametrize(
    ("agency", "ranking", "picked"),
    [
        (None, [], OWN),
        (None, [("water_leak", 0.15)], [WATER]),
        (None, [("water_leak", 0.14)], OWN),
        (None, [("bribery", 0.9)], OWN),
        (None, [("a", 0.2), ("b", 0.2), ("drugs", 0.2)], [DRUGS]),
        (None, [("a", 0.2), ("b", 0.2), ("c", 0.2), ("drugs", 0.2)], OWN),
        ("electricity_water", [], [WATER, POWER]),
        ("electricity_water", [("water_leak", 0.5)], [WATER]),
        ("electricity_water", [("drugs", 0.5)], [WATER, POWER]),
        ("municipality", [("drugs", 0.5)], [DRUGS]),
        ("municipality", [], OWN),
    ],
)
def test_a_topic_picks_the_cases_that_it_is_about(
    agency: str | None, ranking: list[tuple[str, float]], picked: list[CaseView]
):
    entities = [named("agency", "where", agency)] if agency else []

    assert about(turn("where", entities=entities, ranking=ranking), OWN) == picked


# Telling a case


@pytest.mark.parametrize(
    ("case", "told"),
    [
        (
            POWER,
            {
                "response": "utter_status_filed",
                "category": "Power outage",
                "agency": "Ministry of Electricity, Water and Renewable Energy",
                "note": ABSENT,
            },
        ),
        (
            case_view(status="resolved", note="Repaired."),
            {"response": "utter_status_resolved", "note": "Repaired."},
        ),
        (CENTRAL, {"category": ABSENT, "agency": ABSENT}),
        (case_view(category="unheard_of"), {"category": ABSENT}),
    ],
)
def test_a_case_is_told_with_what_is_known(case: CaseView, told: dict[str, str]):
    dispatcher = CollectingDispatcher()

    tell(dispatcher, case, "en")

    message = dispatcher.messages[0]
    same = {field: vars(case)[field] for field in ("case_number", "filed_on", "due")}
    assert {**message, **told, **same} == message


# The list


async def test_each_case_is_a_button_that_tells_where_it_stands():
    done = await ran(ListCases(RecordingCases(owned=OWN)), tracker(language="en"))

    assert done.said == ["utter_your_cases"]
    assert done.messages[0]["count"] == "4"
    assert done.payloads[2] == f'/check_status{{"case_number": "{WATER.case_number}"}}'
    titles = [button["title"] for button in done.messages[0]["buttons"]]
    assert titles[2] == f"{WATER.case_number} Water leak"
    assert titles[0] == CENTRAL.case_number


async def test_eight_cases_are_offered_and_all_are_counted():
    own = [case_view(serial) for serial in range(9)]

    done = await ran(ListCases(RecordingCases(owned=own)), tracker())

    assert len(done.payloads) == 8
    assert done.messages[0]["count"] == "9"


async def test_an_empty_list_is_said_to_be_empty():
    done = await ran(ListCases(RecordingCases()), tracker())

    assert done.said == ["utter_no_cases"]


# When the case API is away


@pytest.mark.parametrize(
    ("kind", "emptied"),
    [
        (CheckStatus, []),
        (ListCases, []),
        (ShowTracked, ["tracked_number", "tracking_code"]),
        (ValidateCaseForm, ["requested_slot"]),
        (
            DoCaseAct,
            ["case_act", "case_choice", "case_note", "case_options", "case_files"],
        ),
    ],
)
async def test_cases_that_cannot_be_reached_are_not_called_none(kind: Any, emptied: list[str]):
    away = CasesUnavailableError()
    slots: dict[str, Any] = {
        "tracked_number": NUMBER,
        "tracking_code": CODE,
        "case_act": "withdraw_case",
        "case_choice": NUMBER,
        "case_note": "yes",
    }
    cases = RecordingCases(owned=away, opened=away, acted=away)

    done = await ran(kind(cases), tracker(said("hello", "check_status"), **slots))

    assert done.said == ["utter_cases_unavailable"]
    assert done.slots == dict.fromkeys(emptied)


# Tracking a case filed elsewhere


async def track(message: Mapping[str, Any], asked: str | None = None, **slots: Any) -> Ran:
    before = tracker(message, form=FORM, requested_slot=asked, **slots)
    return await ran(ValidateTracking(RecordingCases()), before)


@pytest.mark.parametrize(
    ("message", "filled"),
    [
        (asks(), {"tracked_number": NUMBER}),
        (asks(after=CODE), {"tracked_number": NUMBER, "tracking_code": CODE}),
        (said(CODE), {"tracking_code": CODE}),
        (asks(intent="report_problem"), {"tracked_number": NUMBER}),
    ],
)
@pytest.mark.parametrize("asked", [None, "tracked_number", "tracking_code"])
async def test_number_and_code_are_read_wherever_they_stand(
    asked: str | None, message: Mapping[str, Any], filled: dict[str, str]
):
    done = await track(message, asked)

    assert done.slots == filled
    assert not done.said


@pytest.mark.parametrize("asked", ["tracked_number", "tracking_code"])
async def test_anything_else_is_helped_with_and_asked_again(asked: str):
    done = await track(said("hello", "unread"), asked)

    assert done.said == [f"utter_hint_{asked}"]
    assert done.slots == {asked: None, "requested_slot": asked}


@pytest.mark.parametrize("intent", ["cancel", "deny", "skip", "withdraw_case"])
async def test_tracking_can_be_given_up(intent: str):
    done = await track(said("no", intent), "tracking_code")

    assert done.said == ["utter_tracking_stopped"]
    assert done.slots == {"tracking_code": None, "requested_slot": None}


@pytest.mark.parametrize("intent", ["help", "emergency", "report_problem", "file_complaint"])
async def test_a_turn_that_steers_or_tells_a_problem_is_left_to_the_rules(intent: str):
    done = await track(said("hello", intent), "tracking_code")

    assert done.others == [REJECTED]
    assert not done.said


TRACKING = [
    asks(),
    asks(after=CODE),
    said(CODE),
    said("hello", "unread"),
    said("no", "cancel"),
    said("hello", "help"),
    tapped("cancel"),
]


@pytest.mark.parametrize("asked", [None, "tracked_number", "tracking_code"])
@pytest.mark.parametrize("message", TRACKING)
async def test_a_turn_that_was_answered_is_not_read_again(
    asked: str | None, message: Mapping[str, Any]
):
    before = tracker(message, form=FORM, requested_slot=asked)
    validate = ValidateTracking(RecordingCases())
    first = await ran(validate, before)

    second = await ran(validate, once_answered(before, first))

    assert not second.events
    assert not second.said


@pytest.mark.parametrize("asked", ["tracked_number", "tracking_code"])
@pytest.mark.parametrize("message", TRACKING)
async def test_a_turn_fills_a_slot_or_is_rejected_for_rasa_rejects_it_otherwise(
    asked: str, message: Mapping[str, Any]
):
    done = await track(message, asked)

    assert set(done.slots) - {"requested_slot"} or done.others == [REJECTED]


@pytest.mark.parametrize(
    ("said_", "code"),
    [
        (turn("AB3D-7K9M"), "AB3D-7K9M"),
        (turn("ab3d7k9m"), "ab3d7k9m"),
        (turn("the code is AB3D 7K9M."), "AB3D 7K9M"),
        (turn("ABCDEFGH"), "ABCDEFGH"),
        (turn("رمزي:AB3D-7K9M"), "AB3D-7K9M"),
        (turn("complain"), None),
        (turn("electric"), None),
        (turn("AB3D-7K9"), None),
        (turn("AB3D-7K9MX"), None),
        (turn(""), None),
        (turn("AB3D-7K9M", tapped=True), None),
        (tap("check_status", case_number="KW-2026-000002-3"), None),
        (turn("2026-0000", entities=[named("case_number", "2026-0000")]), None),
        (turn("KW-2026-000002-3", entities=[named("case_number", "KW-2026-000002-3")]), None),
        (
            turn(
                "KW-2026-000002-3 AB3D-7K9M", entities=[named("case_number", "KW-2026-000002-3")]
            ),
            "AB3D-7K9M",
        ),
    ],
)
def test_a_code_is_told_from_words_and_numbers(said_: Turn, code: str | None):
    assert find_code(said_) == code


async def show(cases: RecordingCases, **slots: Any) -> Ran:
    known: dict[str, Any] = {"tracked_number": NUMBER, "tracking_code": CODE, **slots}
    return await ran(ShowTracked(cases), tracker(said("hello"), **known))


async def test_a_case_is_shown_for_its_number_and_code():
    cases = RecordingCases(opened=WATER)

    done = await show(cases)

    assert cases.asked == [("with_code", CITIZEN, NUMBER, CODE)]
    assert numbers(done) == [WATER.case_number]


@pytest.mark.parametrize(
    ("opened", "key"),
    [
        (None, "utter_number_or_code_wrong"),
        (TooManyGuessesError(), "utter_too_many_guesses"),
        (WATER, "utter_status_filed"),
    ],
)
async def test_number_and_code_are_forgotten_whatever_comes_of_them(opened: Any, key: str):
    done = await show(RecordingCases(opened=opened))

    assert done.said == [key]
    assert done.slots == {"tracked_number": None, "tracking_code": None}


@pytest.mark.parametrize("slot", ["tracked_number", "tracking_code"])
async def test_tracking_that_was_given_up_guesses_nothing(slot: str):
    cases = RecordingCases(opened=WATER)

    done = await show(cases, **{slot: None})

    assert not cases.asked
    assert not done.said
