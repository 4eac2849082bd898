"""The questions whose wording depends on what is known."""

from typing import Any

import pytest
from rasa_sdk.interfaces import Action

from actions.asking import (
    ABSENT,
    AskAttachmentsDone,
    AskCategory,
    AskDescription,
    AskDetail,
    AskName,
    AskPlace,
    AskReview,
    AskSecondDetail,
    payload,
    review_values,
)
from actions.jurisdiction import jurisdiction
from tests.actions.builders import PHOTO, POINT, Ran, ran, tracker

OPTIONS = [
    "water_leak",
    "power_outage",
    "drugs",
    "bribery",
    "pension",
    "baggage",
    "residency",
    "bullying",
    "mobile_id",
]


async def ask(action: Action, **slots: Any) -> Ran:
    return await ran(action, tracker(**slots))


def choose(code: str) -> str:
    return payload("answer", category=code)


@pytest.mark.parametrize(
    ("action", "slots", "key"),
    [
        (AskDescription(), {}, "utter_ask_description_complaint"),
        (AskDescription(), {"kind": "complaint"}, "utter_ask_description_complaint"),
        (AskDescription(), {"kind": "suggestion"}, "utter_ask_description_suggestion"),
        (AskDescription(), {"kind": "inquiry"}, "utter_ask_description_inquiry"),
        (AskDescription(), {"kind": "praise"}, "utter_ask_description_praise"),
        (AskDescription(), {"attachments": [PHOTO]}, "utter_ask_description_after_file"),
        (AskDescription(), {"place": POINT}, "utter_ask_description_after_file"),
        (
            AskDescription(),
            {"kind": "praise", "attachments": [PHOTO]},
            "utter_ask_description_praise",
        ),
        (AskDetail(), {"category": "bribery"}, "utter_ask_detail"),
        (AskDetail(), {"category": "utility_bill"}, "utter_ask_detail_optional"),
        (AskDetail(), {"category": "power_outage"}, "utter_ask_detail_yes_no"),
        (AskSecondDetail(), {"category": "bribery"}, "utter_ask_detail_optional"),
        (AskPlace(), {}, "utter_ask_place_and_time"),
        (AskPlace(), {"occurred": {"text": "today"}}, "utter_ask_place"),
        (AskPlace(), {"occurred": ""}, "utter_ask_place"),
        (AskAttachmentsDone(), {}, "utter_ask_attachments"),
        (AskAttachmentsDone(), {"attachments": [PHOTO]}, "utter_ask_more_attachments"),
        (AskName(), {"category": "power_outage"}, "utter_ask_identity"),
        (AskName(), {"category": "power_outage", "phone": "50012345"}, "utter_ask_name_only"),
        (AskName(), {"category": "bribery"}, "utter_ask_identity_or_nameless"),
        (
            AskName(),
            {"category": "bribery", "phone": "50012345"},
            "utter_ask_identity_or_nameless",
        ),
        (AskName(), {"kind": "suggestion"}, "utter_ask_identity_or_nameless"),
        (AskReview(), {"description": "it is dark"}, "utter_review"),
    ],
)
async def test_a_question_is_asked_in_the_words_that_fit(
    action: Action, slots: dict[str, Any], key: str
):
    asked = await ask(action, **slots)

    assert asked.said == [key]
    assert not asked.events


@pytest.mark.parametrize(
    ("action", "slot"),
    [
        (AskDescription(), "description"),
        (AskCategory(), "category"),
        (AskDetail(), "detail_1"),
        (AskSecondDetail(), "detail_2"),
        (AskPlace(), "place"),
        (AskAttachmentsDone(), "attachments_done"),
        (AskName(), "name"),
        (AskReview(), "review"),
    ],
)
def test_the_form_finds_each_question_by_its_slot(action: Action, slot: str):
    assert action.name() == f"action_ask_complaint_form_{slot}"


async def test_the_three_likeliest_categories_are_offered_first():
    asked = await ask(AskCategory(), category_options=OPTIONS)

    assert asked.said == ["utter_ask_category", "utter_none_of_these"]
    assert asked.payloads == [choose(code) for code in OPTIONS[:3]]


async def test_after_none_of_these_the_others_are_offered():
    asked = await ask(AskCategory(), category_options=OPTIONS, category_page=1)

    assert asked.payloads == [choose(code) for code in OPTIONS[3:]]


async def test_without_a_guess_nothing_is_offered_but_none_of_these():
    asked = await ask(AskCategory())

    assert asked.said == ["utter_ask_category", "utter_none_of_these"]
    assert not asked.payloads


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Water leak · Ministry of Electricity, Water and Renewable Energy"),
        (None, "تسرب مياه · وزارة الكهرباء والماء"),
    ],
)
async def test_a_category_is_offered_with_its_agency(language: str | None, title: str):
    asked = await ask(AskCategory(), category_options=["water_leak"], language=language)

    assert asked.messages[0]["buttons"][0]["title"] == title


@pytest.mark.parametrize("language", ["ar", "en", "ur"])
async def test_a_detail_is_asked_in_the_jurisdictions_words(language: str):
    question = jurisdiction().categories["bribery"].questions[0]

    asked = await ask(AskDetail(), category="bribery", language=language)

    assert asked.messages[0]["question"] == question.ask[language]


def test_a_detail_without_words_in_a_language_is_asked_in_arabic():
    question = jurisdiction().categories["bribery"].questions[0]

    assert "fr" not in question.ask
    assert review_values({"category": "bribery", "detail_1": "here"}, "fr")["details"] == (
        f"{question.label['ar']}: here"
    )


@pytest.mark.parametrize(
    ("intent", "entities", "command"),
    [
        ("affirm", {}, "/affirm"),
        ("answer", {"category": "none"}, '/answer{"category": "none"}'),
        ("answer", {"place": "حولي"}, '/answer{"place": "حولي"}'),
    ],
)
def test_a_button_sends_its_intent_and_entities(
    intent: str, entities: dict[str, str], command: str
):
    assert payload(intent, **entities) == command


def test_the_review_repeats_every_answer():
    slots = {
        "description": "it is dark",
        "category": "bribery",
        "category_options": ["bribery", "nepotism"],
        "category_words": ["paid", "officer"],
        "detail_1": "Municipality",
        "detail_2": "50",
        "place": {"text": "Salmiya"},
        "occurred": {"text": "yesterday", "date": "2026-03-01"},
        "remedy": "repair",
        "attachments": [PHOTO, PHOTO],
        "name": "Salem",
        "civil_id": "287010112348",
        "phone": "50012345",
    }
    first, second = jurisdiction().categories["bribery"].questions

    assert review_values(slots, "en") == {
        "description": "it is dark",
        "category": "Bribery",
        "agency": jurisdiction().agency_name("anti_corruption", "en"),
        "words": "\u00abpaid\u00bb \u00abofficer\u00bb",
        "details": f"{first.label['en']}: Municipality\n{second.label['en']}: 50",
        "place": "Salmiya",
        "occurred": "yesterday (\u20682026-03-01\u2069)",
        "remedy": "repair",
        "attachments": "2",
        "name": "Salem",
        "civil_id": "287010112348",
        "phone": "50012345",
    }


def test_a_category_that_the_citizen_chose_is_not_said_to_be_known_by_their_words():
    slots = {
        "category": "nepotism",
        "category_options": ["bribery", "nepotism"],
        "category_words": ["paid"],
    }

    assert review_values(slots, "en")["words"] == ABSENT


@pytest.mark.parametrize("empty", [None, ""])
def test_what_was_not_answered_is_marked_as_absent(empty: str | None):
    slots = dict.fromkeys(["remedy", "occurred", "civil_id", "detail_1"], empty)

    values = review_values({"category": "other", **slots}, "ar")

    assert set(values.values()) == {ABSENT}


async def test_the_review_says_the_answers():
    asked = await ask(AskReview(), description="it is dark", name="Salem")

    assert asked.messages[0]["description"] == "it is dark"
    assert asked.messages[0]["name"] == "Salem"


@pytest.mark.parametrize(("length", "shown"), [(300, 300), (301, 301), (5000, 301)])
def test_a_long_description_is_shortened(length: int, shown: int):
    description = review_values({"description": "x" * length}, "ar")["description"]

    assert len(description) == shown
    assert description.endswith("…") is (length > 300)


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ({"text": "Salmiya", "latitude": 29.3, "longitude": 48.0}, "Salmiya"),
        ({**POINT, "text": ""}, "29.33000, 48.07000"),
        ({}, ABSENT),
    ],
)
def test_a_place_is_shown_in_words_or_else_by_its_point(place: dict[str, Any], shown: str):
    assert review_values({"place": place}, "ar")["place"] == shown


@pytest.mark.parametrize(
    ("occurred", "shown"),
    [
        ({"text": "yesterday", "date": "2026-03-01"}, "yesterday (\u20682026-03-01\u2069)"),
        ({"text": "on 2026-03-01", "date": "2026-03-01"}, "on 2026-03-01"),
        ({"text": "in Ramadan", "date": None}, "in Ramadan"),
        ({"text": "in Ramadan"}, "in Ramadan"),
        ({}, ABSENT),
    ],
)
def test_a_time_is_shown_with_the_day_that_it_was_read_as(occurred: dict[str, Any], shown: str):
    assert review_values({"occurred": occurred}, "ar")["occurred"] == shown
