"""Turns that steer."""

from typing import Any

import pytest

from actions.asides import (
    AnswerAside,
    AnswerOffice,
    AnswerResponsibleAgency,
    ChangeLanguage,
    ChooseLanguage,
    EditAnswer,
    GoBack,
    NotUnderstood,
    Restart,
)
from actions.jurisdiction import jurisdiction
from tests.actions.builders import PHOTO, POINT, Ran, named, ran, said, tapped, tracker

FORM = "complaint_form"
PHONE = named("phone", "66123456", "+96566123456")
INSIDE = ["greet", "goodbye", "thank", "help", "repeat", "insult"]


# Questions and words on the side


@pytest.mark.parametrize("intent", [*INSIDE, "ask_fees", "emergency", "affirm"])
async def test_a_word_on_the_side_is_answered_by_its_own_response(intent: str):
    done = await ran(AnswerAside(), tracker(said("hello", intent)))

    assert done.said == [f"utter_{intent}"]
    assert done.messages[0]["emergency"] == jurisdiction().emergency
    assert not done.events


@pytest.mark.parametrize("form", ["complaint_form", "case_form", "tracking_form"])
@pytest.mark.parametrize("intent", INSIDE)
async def test_between_two_questions_it_opens_nothing_new(intent: str, form: str):
    done = await ran(AnswerAside(), tracker(said("hello", intent), form=form))

    assert done.said == [f"utter_{intent}_inside"]


async def test_a_question_on_the_side_is_answered_alike_everywhere():
    done = await ran(AnswerAside(), tracker(said("hello", "ask_fees"), form=FORM))

    assert done.said == ["utter_ask_fees"]


async def test_files_and_a_place_beside_it_are_kept():
    message = said("hello", "help", attachments=[PHOTO], place=POINT)

    done = await ran(AnswerAside(), tracker(message))

    assert done.slots == {"attachments": [PHOTO], "place": {**POINT, "text": ""}}


async def test_files_that_the_interview_has_kept_are_not_kept_twice():
    before = tracker(said("hello", "help", attachments=[PHOTO]), form=FORM, attachments=[PHOTO])

    done = await ran(AnswerAside(), before)

    assert not done.slots


# Offices and agencies


@pytest.mark.parametrize(
    ("agency", "key", "hotline"),
    [
        ("municipality", "utter_ask_office_hotline", "139"),
        ("traffic", "utter_ask_office", ""),
    ],
)
async def test_an_office_is_told_with_what_is_known_of_it(agency: str, key: str, hotline: str):
    message = said("hours", "ask_office", entities=[named("agency", "hours", agency)])

    done = await ran(AnswerOffice(), tracker(message, language="en"))

    assert done.said == [key]
    assert done.messages[0]["hotline"] == hotline
    assert done.messages[0]["hours"].startswith("Sunday to Thursday")
    assert done.messages[0]["agency"] == jurisdiction().agency_name(agency, "en")


@pytest.mark.parametrize("agency", [None, "unheard_of"])
async def test_of_an_office_that_nobody_knows_nothing_is_made_up(agency: str | None):
    entities = [named("agency", "hours", agency)] if agency else []

    done = await ran(AnswerOffice(), tracker(said("hours", "ask_office", entities=entities)))

    assert done.said == ["utter_ask_office_unknown"]


async def test_the_responsible_agency_is_named_with_its_mandate():
    message = said("water", ranking=[("water_leak", 0.3), ("drugs", 0.2)])

    done = await ran(AnswerResponsibleAgency(), tracker(message, language="en"))

    assert done.said == ["utter_responsible_agency"]
    assert done.messages[0]["category"] == "Water leak"
    assert done.messages[0]["agency"] == jurisdiction().agency_name("electricity_water", "en")
    assert done.messages[0]["mandate"] == jurisdiction().mandate("electricity_water", "en")


@pytest.mark.parametrize("ranking", [[], [("water_leak", 0.29)], [("unheard_of", 0.9)]])
async def test_without_a_likely_category_the_problem_is_asked_for(
    ranking: list[tuple[str, float]],
):
    done = await ran(AnswerResponsibleAgency(), tracker(said("water", ranking=ranking)))

    assert done.said == ["utter_ask_responsible_agency"]


# Back


async def back(**slots: Any) -> Ran:
    return await ran(GoBack(), tracker(said("back", "back"), form=FORM, **slots))


async def test_going_back_empties_the_previous_answer():
    done = await back(asked=["description", "category", "place", "remedy"])

    assert done.said == ["utter_going_back"]
    assert done.slots == {"place": None, "review": None, "asked": ["description", "category"]}


@pytest.mark.parametrize(
    ("asked", "emptied"),
    [
        (
            ["description", "category"],
            {"description", "category", "category_page", "detail_1", "detail_2"},
        ),
        (["category", "detail_1"], {"category", "category_page", "detail_1", "detail_2"}),
        (["name", "civil_id"], {"name", "anonymous"}),
        (["occurred", "remedy"], {"occurred"}),
    ],
)
async def test_what_was_read_from_an_answer_goes_with_it(asked: list[str], emptied: set[str]):
    done = await back(asked=asked)

    assert {slot for slot, value in done.slots.items() if value is None} == {*emptied, "review"}


@pytest.mark.parametrize("asked", [None, [], ["description"]])
async def test_there_is_nothing_before_the_first_question(asked: list[str] | None):
    done = await back(asked=asked)

    assert done.said == ["utter_nothing_before"]
    assert not done.events


# Changing answers


async def edit(message: Any, **slots: Any) -> Ran:
    return await ran(EditAnswer(), tracker(message, form=FORM, kind="complaint", **slots))


@pytest.mark.parametrize(
    ("answer", "emptied"),
    [
        ("description", {"description", "category", "category_page", "detail_1", "detail_2"}),
        ("category", {"category", "category_page", "detail_1", "detail_2"}),
        ("place", {"place"}),
        ("occurred", {"occurred"}),
        ("remedy", {"remedy"}),
        ("attachments", {"attachments_done", "attachments"}),
        ("name", {"name", "anonymous"}),
        ("civil_id", {"civil_id"}),
        ("phone", {"phone"}),
    ],
)
async def test_a_named_answer_is_asked_again(answer: str, emptied: set[str]):
    done = await edit(tapped("edit_answer", answer_name=answer))

    assert done.said == ["utter_answer_asked_again"]
    assert done.slots == dict.fromkeys([*emptied, "review"])


@pytest.mark.parametrize("name", [None, "unheard_of"])
async def test_without_a_name_the_citizen_is_asked_which_answer(name: str | None):
    entities = [named("answer_name", "change", name)] if name else []

    done = await edit(said("change", "edit_answer", entities=entities))

    assert done.said == ["utter_ask_which_answer"]
    assert not done.events


async def test_a_new_phone_beside_the_wish_is_taken_at_once():
    message = said(
        "غير التلفون إلى 66123456", entities=[named("answer_name", "التلفون", "phone"), PHONE]
    )

    done = await edit(message, phone="+96550012345")

    assert done.said == ["utter_answer_changed"]
    assert done.slots == {"phone": "+96566123456", "review": None}


async def test_a_new_place_is_its_own_words_and_not_the_wish_to_change_it():
    message = said(
        "غيّر المكان إلى حولي",
        entities=[named("answer_name", "المكان", "place"), named("place", "حولي", {"area": "h"})],
    )

    done = await edit(message, place={"text": "السالمية"})

    assert done.slots == {"place": {"area": "h", "text": "حولي"}, "review": None}


async def test_a_new_time_is_taken_at_once():
    message = said(
        "غيّر الوقت إلى أمس",
        entities=[
            named("answer_name", "الوقت", "occurred"),
            named("time", "أمس", {"text": "أمس"}),
        ],
    )

    done = await edit(message, occurred={"text": "اليوم"})

    assert done.slots == {"occurred": {"text": "أمس"}, "review": None}


async def test_a_civil_id_with_a_slip_is_asked_again():
    message = said(
        "غيّر الرقم المدني 287010112340",
        entities=[
            named("answer_name", "المدني", "civil_id"),
            named("civil_id", "287010112340", valid=False),
        ],
    )

    done = await edit(message, civil_id="287010112348")

    assert done.said == ["utter_answer_asked_again"]
    assert done.slots == {"civil_id": None, "review": None}


async def test_a_value_of_another_kind_changes_nothing_by_itself():
    message = said("غير الاسم 66123456", entities=[named("answer_name", "الاسم", "name"), PHONE])

    done = await edit(message, name="سالم")

    assert done.said == ["utter_answer_asked_again"]
    assert done.slots == {"name": None, "anonymous": None, "review": None}


async def test_a_new_photo_takes_the_place_of_the_old_ones():
    message = said(
        "غير الصورة",
        entities=[named("answer_name", "الصورة", "attachments")],
        attachments=[PHOTO],
    )

    done = await edit(message, attachments=[{"id": "f0"}, PHOTO])

    assert done.slots == {"attachments_done": None, "attachments": [PHOTO], "review": None}


# Beginning again


async def test_beginning_again_empties_the_draft_but_for_the_language():
    done = await ran(Restart(), tracker(said("again", "restart"), form=FORM, language="ur"))

    assert done.said == ["utter_restarted"]
    assert done.slots == {"language": "ur"}
    assert done.others == [
        ("reset_slots", None),
        ("active_loop", None),
        ("followup", "action_listen"),
    ]


# Languages


@pytest.mark.parametrize(
    ("wanted", "key"),
    [("en", "utter_language_changed"), ("fr", "utter_languages"), (None, "utter_languages")],
)
async def test_a_change_of_language_is_confirmed_if_it_is_one_of_ours(
    wanted: str | None, key: str
):
    entities = [named("language", "speak", wanted)] if wanted else []

    done = await ran(
        ChangeLanguage(), tracker(said("speak", "change_language", entities=entities))
    )

    assert done.said == [key]
    assert not done.events


SENTENCE = "the light in our street is broken"


@pytest.mark.parametrize(
    ("text", "written", "current", "hint", "chosen"),
    [
        # The first words decide, however few and unsure.
        ("hi", ("en", 0.5), None, None, "en"),
        ("hi", ("en", 0.5), None, "ur", "en"),
        ("هلا", ("ar", 0.95), None, "en", "ar"),
        ("shlonkom", ("arabizi", 0.7), None, None, "ar"),
        ("salam", ("fa", 0.8), None, None, "ar"),
        ("bonjour", ("fr", 0.7), None, None, "en"),
        # What has no letters says nothing.
        ("123", ("und", 0.0), None, "ur", "ur"),
        ("123", ("und", 0.0), None, "fr", "ar"),
        ("123", ("und", 0.0), None, None, "ar"),
        ("123", ("und", 0.0), "en", "ur", "en"),
        # Later only a whole sentence, surely in another language, changes it.
        (SENTENCE, ("en", 0.8), "ar", None, "en"),
        (SENTENCE, ("en", 0.79), "ar", None, "ar"),
        ("one two three", ("en", 0.99), "ar", None, "ar"),
        ("one two three four", ("en", 0.99), "ar", None, "en"),
        (SENTENCE, ("fr", 0.9), "ar", None, "en"),
    ],
)
async def test_the_language_of_a_conversation(
    text: str, written: tuple[str, float], current: str | None, hint: str | None, chosen: str
):
    message = said(text, language=written, language_hint=hint)

    done = await ran(ChooseLanguage(), tracker(message, language=current))

    assert done.slots == ({} if chosen == current else {"language": chosen})
    assert not done.said


@pytest.mark.parametrize(("wanted", "chosen"), [("ur", {"language": "ur"}), ("fr", {})])
async def test_a_language_that_is_asked_for_is_taken_if_it_is_one_of_ours(
    wanted: str, chosen: dict[str, str]
):
    message = said("أردو", "change_language", entities=[named("language", "أردو", wanted)])

    done = await ran(ChooseLanguage(), tracker(message, language="ar"))

    assert done.slots == chosen


async def test_the_name_of_a_language_alone_asks_for_nothing():
    message = said("أردو", "report_problem", entities=[named("language", "أردو", "ur")])

    done = await ran(ChooseLanguage(), tracker(message, language="ar"))

    assert not done.slots


async def test_the_title_of_a_button_does_not_tell_the_citizens_language():
    message = said("Waste not collected here", "answer", language=("en", 0.9), tapped=True)

    done = await ran(ChooseLanguage(), tracker(message))

    assert done.slots == {"language": "ar"}


# What nobody understands


@pytest.mark.parametrize(
    ("misses", "key"),
    [
        (None, "utter_not_understood"),
        (0, "utter_not_understood"),
        (1, "utter_not_understood_menu"),
        (2, "utter_offer_person"),
        (9, "utter_offer_person"),
    ],
)
async def test_help_grows_with_each_turn_that_is_not_understood(misses: int | None, key: str):
    done = await ran(NotUnderstood(), tracker(said("?", "unread"), misses=misses))

    assert done.said == [key]
    assert done.slots == {"misses": (misses or 0) + 1}
    assert done.others == [("followup", "action_listen")]
