"""Telling an answer from a turn that steers."""

import pytest

from actions.steering import LEAVING, STEERING, holds_answer, leaves, steers
from tests.actions.builders import named, turn

FREE = ["description", "place", "occurred", "remedy", "detail_1", "detail_2"]
SHORT = ["category", "attachments_done", "name", "civil_id", "phone", "review"]
LONG = "one two three four five six seven eight nine"
VALUES = {"phone": "50012345", "civil_id": "287010112348", "place": "Salmiya", "time": "yesterday"}


@pytest.mark.parametrize("intent", sorted(STEERING))
def test_a_sure_turn_of_these_intents_steers(intent: str):
    assert steers(turn("hello", intent), "review")


@pytest.mark.parametrize("intent", ["report_problem", "affirm", "deny", "skip", "done", "cancel"])
def test_a_turn_of_any_other_intent_is_an_answer(intent: str):
    assert not steers(turn("hello", intent), "review")


@pytest.mark.parametrize("intent", sorted(LEAVING))
def test_a_sure_wish_to_stop_leaves(intent: str):
    assert leaves(turn("hello", intent), "review")


def test_a_wish_to_go_back_does_not_leave():
    assert not leaves(turn("hello", "back"), "review")


@pytest.mark.parametrize("question", FREE)
@pytest.mark.parametrize(
    ("text", "chance", "meant"),
    [
        ("hello", 0.61, True),
        ("hello", 0.59, False),
        (LONG, 0.86, True),
        (LONG, 0.84, False),
        (LONG.removesuffix(" nine"), 0.61, True),
    ],
)
def test_where_anything_may_be_written_a_command_must_be_surer_the_longer_it_is(
    question: str, text: str, chance: float, *, meant: bool
):
    assert steers(turn(text, "help", chance), question) is meant
    assert leaves(turn(text, "cancel", chance), question) is meant


@pytest.mark.parametrize("question", SHORT)
@pytest.mark.parametrize("text", ["hello", LONG])
@pytest.mark.parametrize(("chance", "meant"), [(0.46, True), (0.44, False)])
def test_where_little_may_be_written_a_command_is_taken_sooner(
    question: str, text: str, chance: float, *, meant: bool
):
    assert steers(turn(text, "help", chance), question) is meant


def test_an_emergency_is_taken_soon_wherever_it_is_told():
    assert steers(turn(LONG, "emergency", 0.46), "description")


@pytest.mark.parametrize(
    ("question", "entity"),
    [
        ("place", "place"),
        ("occurred", "time"),
        ("phone", "phone"),
        ("civil_id", "civil_id"),
        ("name", "phone"),
        ("name", "civil_id"),
    ],
)
def test_what_holds_the_answer_is_an_answer_whatever_its_intent(question: str, entity: str):
    answer = turn(VALUES[entity], "help", entities=[named(entity, VALUES[entity])])

    assert holds_answer(answer, question)
    assert not steers(answer, question)


@pytest.mark.parametrize("intent", ["emergency", "check_status"])
def test_an_emergency_or_a_case_number_steers_even_beside_an_answer(intent: str):
    said = turn("50012345", intent, entities=[named("phone", "50012345")])

    assert steers(said, "phone")


def test_a_value_that_was_not_asked_for_is_no_answer():
    said = turn("50012345", "help", entities=[named("phone", "50012345")])

    assert not holds_answer(said, "place")
    assert steers(said, "place")


@pytest.mark.parametrize("question", [*FREE, *SHORT])
def test_a_tapped_command_is_always_meant(question: str):
    assert steers(turn("title", "help", 0.1, tapped=True), question)
    assert leaves(turn("title", "cancel", 0.1, tapped=True), question)


def test_name_and_numbers_are_an_answer_even_where_they_look_like_an_edit():
    said = turn(
        "سالم العنزي 287010112349 50012345",
        "edit_answer",
        entities=[named("civil_id", "287010112349"), named("phone", "50012345")],
    )

    assert not steers(said, "name")


def test_an_edit_that_names_its_answer_steers():
    said = turn(
        "رقم التلفون غلط، الصحيح 50012345",
        "edit_answer",
        entities=[named("answer_name", "رقم التلفون", "phone"), named("phone", "50012345")],
    )

    assert steers(said, "name")
