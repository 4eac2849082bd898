"""The end of the interview."""

from collections.abc import Mapping
from typing import Any

import pytest
from rasa_sdk.interfaces import Tracker

from actions.cases_client import CasesUnavailableError, Filed, Incomplete
from actions.filing import EndInterview, filing
from actions.interview import FORM
from tests.actions.builders import (
    CITIZEN,
    FILED,
    PHOTO,
    RecordingCases,
    ran,
    said,
    tracker,
)

ENDED = [
    ("action", "action_session_start"),
    ("session_started", None),
    ("followup", "action_listen"),
]
COMPLETE: Mapping[str, Any] = {
    "language": "en",
    "kind": "complaint",
    "filing_key": "k1",
    "description": "it is dark",
    "category": "bribery",
    "detail_1": "Municipality",
    "detail_2": "",
    "place": {"text": "Salmiya"},
    "occurred": {"text": "yesterday"},
    "remedy": "repair",
    "attachments": [PHOTO],
    "name": "Salem",
    "civil_id": "287010112348",
    "phone": "50012345",
    "review": True,
}


def agreed(**changes: Any) -> Tracker:
    """An interview that the citizen has agreed to file."""
    return tracker(said("yes", "affirm", channel="telegram"), **{**COMPLETE, **changes})


async def test_a_complaint_that_is_agreed_to_is_filed():
    cases = RecordingCases()

    await ran(EndInterview(cases), agreed())

    assert cases.asked == [("file", filing(agreed()))]


async def test_the_citizen_is_told_number_code_agency_and_day():
    done = await ran(EndInterview(RecordingCases()), agreed())

    assert done.said == ["utter_complaint_filed"]
    told = {key: done.messages[0][key] for key in ("case_number", "tracking_code", "due")}
    assert told == {
        "case_number": FILED.case_number,
        "tracking_code": FILED.tracking_code,
        "due": FILED.due,
    }
    assert done.messages[0]["agency"] == "Ministry of Electricity, Water and Renewable Energy"


async def test_a_complaint_for_the_central_unit_names_no_agency():
    central = Filed("KW-2026-000001-3", "central", "AB3D-7K9M", "2026-04-01")
    before = agreed(category="other", detail_1=None, detail_2=None)

    done = await ran(EndInterview(RecordingCases(filed=central)), before)

    assert done.said == ["utter_complaint_filed_central"]
    assert done.messages[0]["agency"] == ""


async def test_a_filed_complaint_ends_the_session_and_leaves_only_the_language():
    done = await ran(EndInterview(RecordingCases()), agreed())

    assert done.others == ENDED
    assert done.slots == {"language": "en"}


async def test_a_cancelled_interview_files_nothing():
    cases = RecordingCases()

    done = await ran(EndInterview(cases), agreed(outcome="cancelled"))

    assert not cases.asked
    assert done.said == ["utter_cancelled"]
    assert done.others == ENDED
    assert done.slots == {"language": "en"}


async def test_an_interview_that_begins_anew_files_nothing():
    cases = RecordingCases()

    done = await ran(EndInterview(cases), agreed(outcome="restarted"))

    assert not cases.asked
    assert done.said == ["utter_restarted"]
    assert done.others == [
        ("reset_slots", None),
        ("active_loop", None),
        ("followup", "action_listen"),
    ]
    assert done.slots == {"language": "en"}


async def test_without_the_case_api_nothing_is_lost_and_the_review_is_asked_again():
    cases = RecordingCases(filed=CasesUnavailableError())

    done = await ran(EndInterview(cases), agreed())

    assert done.said == ["utter_filing_failed"]
    assert done.slots == {"review": None}
    assert done.others == [("followup", FORM)]


@pytest.mark.parametrize(
    ("missing", "emptied"),
    [
        (("phone",), {"phone"}),
        (("description",), {"description", "category", "category_page", "detail_1", "detail_2"}),
        # Or the next filing would be nameless again, and refused again, for ever.
        (("name",), {"name", "anonymous"}),
        (("name", "phone"), {"name", "anonymous", "phone"}),
    ],
)
async def test_what_is_missing_is_asked_for_and_then_the_review(
    missing: tuple[str, ...], emptied: set[str]
):
    cases = RecordingCases(filed=Incomplete(missing))

    done = await ran(EndInterview(cases), agreed(anonymous=True))

    assert done.slots == {**dict.fromkeys(emptied), "review": None}
    assert done.others == [("followup", FORM)]
    assert not done.said


def test_a_filing_says_everything():
    assert filing(agreed()) == {
        "filing_key": "k1",
        "conversation": CITIZEN,
        "channel": "telegram",
        "language": "en",
        "kind": "complaint",
        "description": "it is dark",
        "category": "bribery",
        "details": {"government_body": "Municipality"},
        "place": {"text": "Salmiya"},
        "occurred": {"text": "yesterday"},
        "remedy": "repair",
        "attachments": ["f1"],
        "anonymous": False,
        "name": "Salem",
        "civil_id": "287010112348",
        "phone": "50012345",
        "consented": True,
    }


@pytest.mark.parametrize(
    ("slot", "value", "field", "filed"),
    [
        ("language", None, "language", "ar"),
        ("kind", None, "kind", "complaint"),
        ("kind", "praise", "kind", "praise"),
        ("place", None, "place", {}),
        ("occurred", "", "occurred", {}),
        ("remedy", None, "remedy", ""),
        ("attachments", None, "attachments", []),
        ("name", "", "name", None),
        ("civil_id", "", "civil_id", None),
        ("phone", None, "phone", None),
        ("anonymous", True, "anonymous", True),
        ("review", None, "consented", False),
    ],
)
def test_what_was_not_answered_is_filed_as_empty(
    slot: str, value: object, field: str, filed: object
):
    assert filing(agreed(**{slot: value}))[field] == filed


def test_a_complaint_of_no_category_is_filed_without_one():
    filed = filing(agreed(category="other", detail_1=None, detail_2=None))

    assert filed["category"] is None
    assert filed["details"] == {}


def test_without_a_channel_the_filing_came_by_rest():
    before = agreed()
    before.latest_message = {}

    assert filing(before)["channel"] == "rest"
