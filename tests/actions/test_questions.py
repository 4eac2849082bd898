"""Which questions an interview asks."""

from typing import Any

import pytest

from actions.jurisdiction import jurisdiction
from actions.questions import (
    QUESTION_OF,
    category_of,
    detail_question,
    is_optional,
    nameless,
    next_question,
    questions,
)
from tests.actions.builders import tracker

WHO = ["name", "civil_id", "phone", "review"]
END = ["remedy", "attachments_done", *WHO]


@pytest.mark.parametrize(
    ("slots", "asked"),
    [
        ({}, ["place", "occurred", *END]),
        ({"category": "other"}, ["place", "occurred", *END]),
        ({"category": "power_outage"}, ["detail_1", "place", "occurred", *END]),
        ({"category": "traffic_fine"}, ["detail_1", "detail_2", *END]),
        ({"category": "water_leak"}, ["place", *END]),
        ({"category": "pension"}, ["occurred", *END]),
        ({"category": "mobile_id"}, END),
        (
            {"category": "drugs", "anonymous": True},
            ["place", "occurred", "remedy", "attachments_done", "name", "review"],
        ),
        ({"kind": "suggestion", "category": "power_outage"}, WHO),
        ({"kind": "inquiry"}, WHO),
        ({"kind": "praise", "anonymous": True}, ["name", "review"]),
    ],
)
def test_an_interview_asks_what_its_category_needs(slots: dict[str, Any], asked: list[str]):
    slots = {"kind": "complaint", **slots}

    assert questions(slots, jurisdiction()) == ["description", "category", *asked]


@pytest.mark.parametrize(
    ("slots", "question"),
    [
        ({}, "description"),
        ({"description": "it is dark"}, "category"),
        ({"description": "it is dark", "category": "water_leak"}, "place"),
        # An answer that was skipped is an answer.
        ({"description": "a", "category": "pension", "occurred": ""}, "remedy"),
        ({"description": "a", "category": "mobile_id", "remedy": "b"}, "attachments_done"),
    ],
)
def test_the_first_question_without_an_answer_is_next(slots: dict[str, Any], question: str):
    assert next_question({"kind": "complaint", **slots}, jurisdiction()) == question


def test_nothing_is_asked_once_all_is_said():
    slots = {"kind": "inquiry", **dict.fromkeys(["description", "category", *WHO], "said")}

    assert next_question(slots, jurisdiction()) is None


def test_each_detail_has_its_own_question():
    slots = {"category": "traffic_fine"}

    first = detail_question("detail_1", slots, jurisdiction())
    second = detail_question("detail_2", slots, jurisdiction())

    assert (first.key, second.key) == ("fine_number", "plate")


@pytest.mark.parametrize("slots", [{}, {"category": "other"}])
def test_there_is_no_detail_to_ask_without_a_category(slots: dict[str, Any]):
    with pytest.raises(LookupError):
        detail_question("detail_1", slots, jurisdiction())


@pytest.mark.parametrize("code", [None, "other", "unheard_of"])
def test_what_no_category_was_found_for_has_none(code: str | None):
    assert category_of({"category": code}, jurisdiction()) is None


@pytest.mark.parametrize(
    ("question", "category", "optional"),
    [
        ("occurred", "power_outage", True),
        ("remedy", "power_outage", True),
        ("civil_id", "power_outage", True),
        ("detail_1", "power_outage", True),
        ("detail_1", "bribery", False),
        ("detail_2", "bribery", True),
        ("description", "power_outage", False),
        ("category", "power_outage", False),
        ("place", "power_outage", False),
        ("name", "power_outage", False),
        ("phone", "power_outage", False),
        ("review", "power_outage", False),
    ],
)
def test_what_can_be_skipped(question: str, category: str, *, optional: bool):
    assert is_optional(question, {"category": category}, jurisdiction()) is optional


@pytest.mark.parametrize(
    ("slots", "possible"),
    [
        ({"kind": "complaint", "category": "bribery"}, True),
        ({"kind": "complaint", "category": "power_outage"}, False),
        ({"kind": "complaint", "category": "other"}, False),
        ({"kind": "complaint"}, False),
        ({"kind": "inquiry", "category": "power_outage"}, False),
        ({"kind": "suggestion"}, True),
        ({"kind": "praise"}, True),
    ],
)
def test_a_name_may_be_withheld_where_the_jurisdiction_says_so(
    slots: dict[str, Any], *, possible: bool
):
    assert nameless(slots, jurisdiction()) is possible


def test_every_answer_that_can_be_named_has_a_question_of_the_interview():
    slots = {**tracker().slots, "kind": "complaint"}

    assert set(QUESTION_OF.values()) <= set(questions(slots, jurisdiction()))
