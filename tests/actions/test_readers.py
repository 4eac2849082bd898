"""Reading answers."""

from dataclasses import replace
from typing import Any

import pytest

from actions.jurisdiction import OTHER, jurisdiction
from actions.problems import ASSUMED, read_first
from actions.readers import read
from actions.readings import UNREADABLE, Reading
from actions.turn import Turn
from tests.actions.builders import PHOTO, POINT, named, tap, turn

DARK = "الشارع مظلم من أسبوع في السالمية"
TIME = {"text": "من أسبوع", "date": "2026-02-23"}
PLACE = {"area": "السالمية"}
PHONE = named("phone", "50012345", "+96550012345")
CIVIL_ID = named("civil_id", "287010112348", valid=True)
WRONG_ID = named("civil_id", "287010112340", valid=False)
LIGHTING = [("street_lighting", ASSUMED), ("power_outage", 0.1)]
SECOND = {"id": "f2", "media": "image", "name": "second.jpg"}


def answer(question: str, said: Turn, **slots: Any) -> Reading:
    """What a turn answers in a complaint about a power cut, unless the slots say otherwise."""
    known = {"kind": "complaint", "category": "power_outage", **slots}
    return read(question, said, known, jurisdiction())


def begin(said: Turn, **slots: Any) -> Reading:
    return read_first(said, slots, jurisdiction())


def keys(reading: Reading) -> list[str]:
    return [said.response for said in reading.said]


# How an interview begins


@pytest.mark.parametrize(
    ("intent", "kind"),
    [
        ("report_problem", "complaint"),
        ("file_complaint", "complaint"),
        ("attach", "complaint"),
        ("locate", "complaint"),
        ("make_suggestion", "suggestion"),
        ("make_inquiry", "inquiry"),
        ("give_praise", "praise"),
    ],
)
def test_the_first_turn_says_what_the_citizen_came_for(intent: str, kind: str):
    assert begin(turn("hello", intent)).slots["kind"] == kind


def test_the_first_turn_gives_the_complaint_its_filing_key():
    first = turn(DARK, "report_problem")

    assert begin(first).slots["filing_key"] == first.new_filing_key()


@pytest.mark.parametrize(
    ("intent", "words", "chance", "told"),
    [
        ("report_problem", 1, 0.0, True),
        ("make_inquiry", 3, 0.0, True),
        ("make_inquiry", 2, 0.0, False),
        ("make_suggestion", 4, 0.0, True),
        ("make_suggestion", 3, 0.0, False),
        ("give_praise", 4, 0.0, True),
        ("give_praise", 3, 0.0, False),
        ("file_complaint", 8, 0.4, True),
        ("file_complaint", 7, 0.9, False),
        ("file_complaint", 8, 0.39, False),
        ("attach", 9, 0.9, False),
    ],
)
def test_what_already_tells_the_problem_is_not_asked_again(
    intent: str, words: int, chance: float, *, told: bool
):
    text = " ".join(["problems"] * words)

    reading = begin(turn(text, intent, ranking=[("street_lighting", chance)]))

    assert (reading.slots.get("description") == text) is told


def test_a_wish_to_complain_without_any_category_tells_nothing_yet():
    text = " ".join(["problems"] * 9)

    assert "description" not in begin(turn(text, "file_complaint")).slots


def test_a_tap_that_begins_an_interview_tells_nothing_yet():
    reading = begin(tap("report_problem"))

    assert {slot for slot, value in reading.slots.items() if value} == {"kind", "filing_key"}


def test_an_agency_that_is_named_before_the_problem_is_remembered():
    said = turn("أبي أشتكي", "file_complaint", entities=[named("agency", "أبي", "interior")])

    assert begin(said).slots["agency_hint"] == "interior"


def test_a_photo_and_a_place_may_come_first():
    reading = begin(turn("", "attach", attachments=[PHOTO], place=POINT))

    assert reading.slots["attachments"] == [PHOTO]
    assert reading.slots["place"] == {**POINT, "text": ""}


def test_a_photo_may_come_with_the_problem():
    reading = begin(turn(DARK, "report_problem", ranking=LIGHTING, attachments=[PHOTO]))

    assert reading.slots["attachments"] == [PHOTO]
    assert reading.slots["description"] == DARK
    assert keys(reading) == ["utter_category_assumed"]


@pytest.mark.parametrize(
    ("context", "slots"),
    [
        ({"agency": "interior"}, {"agency_hint": "interior"}),
        ({"agency": "unheard_of"}, {}),
        ({"place": "Gate 4"}, {"place": {"text": "Gate 4"}}),
        ({"other": "thing"}, {}),
    ],
)
def test_the_link_that_opened_the_chat_fills_what_it_knows(
    context: dict[str, str], slots: dict[str, Any]
):
    told = begin(turn(DARK, "report_problem", context=context)).slots
    untold = begin(turn("أبي أشتكي", "file_complaint", context=context)).slots

    for filled in (told, untold):
        kept = {slot: filled[slot] for slot in ("agency_hint", "place") if filled.get(slot)}
        assert kept == slots


def test_the_agency_of_the_link_favours_its_categories():
    ranking = [("power_outage", 0.5), ("drugs", 0.3)]
    said = turn(DARK, "report_problem", ranking=ranking, context={"agency": "interior"})

    assert begin(said).slots["category_options"] == ["drugs", "power_outage"]


def test_an_agency_that_is_named_goes_before_that_of_the_link():
    named_one = [named("agency", "أبي", "health")]
    context = {"agency": "interior"}

    reading = begin(turn("أبي أشتكي", "file_complaint", entities=named_one, context=context))

    assert reading.slots["agency_hint"] == "health"


# Description


def test_a_description_brings_place_time_wish_and_category_with_it():
    said = turn(
        DARK,
        "report_problem",
        entities=[
            named("place", "السالمية", PLACE),
            named("time", "من أسبوع", TIME),
            named("wish", "مظلم", "repair"),
        ],
        ranking=LIGHTING,
    )

    reading = answer("description", said, category=None)

    assert reading.slots == {
        "description": DARK,
        "category_words": [],
        "place": {**PLACE, "text": "السالمية"},
        "occurred": TIME,
        "remedy": "repair",
        "category_options": ["street_lighting", "power_outage"],
        "category": "street_lighting",
    }
    assert keys(reading) == ["utter_category_assumed"]


@pytest.mark.parametrize(("confidence", "assumed"), [(0.79, False), (0.8, True)])
def test_an_opening_that_may_be_no_problem_is_asked_about(confidence: float, *, assumed: bool):
    said = replace(turn(DARK, "report_problem", ranking=LIGHTING), confidence=confidence)

    reading = answer("description", said, category=None)

    assert ("category" in reading.slots) is assumed


def test_what_was_asked_for_is_a_problem_however_it_is_told():
    said = replace(turn(DARK, "report_problem", ranking=LIGHTING), confidence=0.5)

    reading = answer("description", said, category=None, requested_slot="description")

    assert reading.slots["category"] == "street_lighting"


def test_what_was_told_before_is_not_read_over():
    said = turn(
        DARK, entities=[named("place", "السالمية", PLACE), named("time", "من أسبوع", TIME)]
    )

    reading = answer("description", said, place={"text": "Hawalli"}, occurred={"text": "today"})

    assert {"place", "occurred"}.isdisjoint(reading.slots)


def test_a_category_that_is_not_sure_is_left_to_be_asked():
    reading = answer("description", turn(DARK, ranking=[("street_lighting", ASSUMED - 0.01)]))

    assert "category" not in reading.slots
    assert reading.slots["category_options"] == ["street_lighting"]
    assert not reading.said


def test_nine_categories_are_kept_to_be_offered():
    codes = list(jurisdiction().categories)[:12]

    reading = answer("description", turn(DARK, ranking=[(code, 0.08) for code in codes]))

    assert reading.slots["category_options"] == codes[:9]


def test_categories_that_the_jurisdiction_does_not_know_are_left_out():
    reading = answer("description", turn(DARK, ranking=[("unheard_of", 0.9), ("drugs", 0.05)]))

    assert reading.slots["category_options"] == ["drugs"]
    assert "category" not in reading.slots


@pytest.mark.parametrize("where", ["turn", "slot"])
def test_the_categories_of_a_named_agency_go_first(where: str):
    ranking = [("power_outage", 0.5), ("drugs", 0.3), ("residency", 0.1)]
    entities = [named("agency", "السالمية", "interior")] if where == "turn" else []
    hint = "interior" if where == "slot" else None

    reading = answer(
        "description", turn(DARK, ranking=ranking, entities=entities), agency_hint=hint
    )

    assert reading.slots["category_options"] == ["drugs", "residency", "power_outage"]


@pytest.mark.parametrize("text", ["", "؟؟؟", "12345678", "الو", "hello"])
def test_fewer_than_six_letters_describe_nothing(text: str):
    assert answer("description", turn(text)) == UNREADABLE


def test_six_letters_may_describe_a_problem():
    assert answer("description", turn("no bins")).slots["description"] == "no bins"


@pytest.mark.parametrize(
    "question", ["description", "detail_1", "place", "occurred", "remedy", "attachments_done"]
)
def test_the_title_of_an_old_button_is_no_answer(question: str):
    said = turn("Waste not collected", "answer", tapped=True)

    assert answer(question, said) == UNREADABLE


# Category


def test_a_tapped_category_is_chosen():
    reading = answer("category", tap("answer", category="water_leak"), category=None)

    assert reading.slots == {"category": "water_leak"}
    assert keys(reading) == ["utter_category_chosen"]


@pytest.mark.parametrize(
    ("language", "category", "agency"),
    [
        ("en", "Water leak", "Ministry of Electricity, Water and Renewable Energy"),
        ("ar", "تسرب مياه", "وزارة الكهرباء والماء"),
        (None, "تسرب مياه", "وزارة الكهرباء والماء"),
    ],
)
def test_category_and_agency_are_named_in_the_citizens_language(
    language: str | None, category: str, agency: str
):
    reading = answer("category", tap("answer", category="water_leak"), language=language)

    values = reading.said[0].values
    assert (values["category"], values["agency"]) == (category, agency)
    assert values["mandate"]


def test_a_category_may_be_told_in_other_words():
    reading = answer("category", turn(DARK, ranking=LIGHTING), category=None)

    assert reading.slots == {"category": "street_lighting"}
    assert keys(reading) == ["utter_category_chosen"]


def test_other_words_that_settle_nothing_are_unreadable():
    said = turn(DARK, ranking=[("street_lighting", ASSUMED - 0.01)])

    assert answer("category", said) == UNREADABLE


def test_a_tapped_category_that_is_not_known_is_unreadable():
    assert answer("category", tap("answer", category="unheard_of")) == UNREADABLE


NONE_OF_THESE = [tap("answer", category="none"), turn("ولا وحدة", "deny"), turn("مدري", "skip")]


@pytest.mark.parametrize("said", NONE_OF_THESE)
def test_none_of_these_shows_the_next_options(said: Turn):
    reading = answer("category", said, category_options=["a", "b", "c", "d"])

    assert reading == Reading({"category_page": 1})


@pytest.mark.parametrize("said", NONE_OF_THESE)
@pytest.mark.parametrize(
    "slots",
    [
        {"category_options": ["a", "b", "c"]},
        {"category_options": None},
        {"category_options": ["a", "b", "c", "d"], "category_page": 1},
    ],
)
def test_when_nothing_is_left_to_offer_a_person_chooses(said: Turn, slots: dict[str, Any]):
    reading = answer("category", said, **slots)

    assert reading.slots == {"category": OTHER}
    assert keys(reading) == ["utter_category_other"]


# Details


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4471", "4471"),
        ("الرقم ٤٤٧١ على الفاتورة", "4471"),
        ("44 71-20/5", "4471205"),
        ("it is 12, or 123456", "123456"),
        ("123", None),
        ("1234567890123", None),
        ("no number", None),
    ],
)
def test_a_number_is_read_in_any_digits_if_its_length_fits(text: str, number: str | None):
    reading = answer("detail_1", turn(text), category="utility_bill")

    assert reading.slots.get("detail_1") == number


@pytest.mark.parametrize(("intent", "value"), [("affirm", "yes"), ("deny", "no"), ("skip", "")])
def test_yes_no_and_an_optional_question_left_out(intent: str, value: str):
    assert answer("detail_1", turn("hello", intent)).slots == {"detail_1": value}


def test_neither_yes_nor_no_is_unreadable():
    assert answer("detail_1", turn("perhaps")) == UNREADABLE


def test_words_are_kept_as_the_citizen_wrote_them():
    reading = answer("detail_1", turn("بلدية الكويت"), category="bribery")

    assert reading.slots == {"detail_1": "بلدية الكويت"}


@pytest.mark.parametrize("intent", ["skip", "deny", "done"])
def test_a_question_that_is_needed_cannot_be_left_out(intent: str):
    assert answer("detail_1", turn("hello", intent), category="bribery") == UNREADABLE


@pytest.mark.parametrize("intent", ["skip", "deny", "done"])
def test_an_optional_question_can_be_left_out(intent: str):
    reading = answer("detail_2", turn("hello", intent), category="bribery", detail_1="here")

    assert reading.slots == {"detail_2": ""}


def test_a_number_that_looks_like_skipping_is_still_the_number():
    assert answer("detail_1", turn("4471", "skip"), category="utility_bill").slots == {
        "detail_1": "4471"
    }


def test_the_second_detail_is_read_by_its_own_question():
    reading = answer("detail_2", turn("20-12345"), category="traffic_fine", detail_1="4471")

    assert reading.slots == {"detail_2": "20-12345"}


# Place and time


def test_a_place_is_kept_in_the_citizens_words_beside_what_was_read():
    said = turn("السالمية قطعة ٤", entities=[named("place", "السالمية", PLACE)])

    assert answer("place", said).slots == {"place": {**PLACE, "text": "السالمية قطعة ٤"}}


def test_a_place_that_nobody_knows_is_kept_as_it_is():
    assert answer("place", turn("ورا الجمعية")).slots == {"place": {"text": "ورا الجمعية"}}


def test_place_and_time_may_come_in_one_answer():
    said = turn(
        "السالمية من أسبوع",
        entities=[named("place", "السالمية", PLACE), named("time", "من أسبوع", TIME)],
    )

    assert answer("place", said).slots == {
        "place": {**PLACE, "text": "السالمية من أسبوع"},
        "occurred": TIME,
    }


def test_a_time_that_is_known_is_not_read_over_beside_the_place():
    said = turn("بيتنا من أسبوع", entities=[named("time", "من أسبوع", TIME)])

    reading = answer("place", said, occurred={"text": "today"})

    assert reading.slots == {"place": {"text": "بيتنا من أسبوع"}}


def test_only_a_time_is_no_place():
    said = turn("من أسبوع", entities=[named("time", "من أسبوع", TIME)])

    assert answer("place", said).slots == {"occurred": TIME}


@pytest.mark.parametrize("text", ["", "؟!"])
def test_signs_alone_are_no_place(text: str):
    assert answer("place", turn(text)) == UNREADABLE


def test_a_shared_point_is_a_place_and_keeps_the_words_before_it():
    reading = answer("place", turn("", "locate", place=POINT), place={"text": "ورا الجمعية"})

    assert reading.slots == {"place": {**POINT, "text": "ورا الجمعية"}}


def test_a_shared_point_with_a_label_is_called_by_it():
    venue = {**POINT, "label": "Mubarak Hospital"}

    assert answer("place", turn("", place=venue)).slots["place"]["text"] == "Mubarak Hospital"


def test_a_time_is_kept_as_it_was_read():
    said = turn("من أسبوع", entities=[named("time", "من أسبوع", TIME)])

    assert answer("occurred", said).slots == {"occurred": TIME}


def test_a_time_that_cannot_be_read_is_kept_in_words():
    assert answer("occurred", turn("أيام رمضان")).slots == {"occurred": {"text": "أيام رمضان"}}


@pytest.mark.parametrize("intent", ["skip", "deny", "done"])
@pytest.mark.parametrize("question", ["occurred", "remedy", "civil_id"])
def test_what_is_not_needed_may_be_left_out(question: str, intent: str):
    assert answer(question, turn("hello", intent)).slots == {question: ""}


@pytest.mark.parametrize("intent", ["skip", "deny", "done"])
def test_a_time_that_sounds_like_skipping_is_still_a_time(intent: str):
    said = turn("ما أذكر يمكن من أسبوع", intent, entities=[named("time", "من أسبوع", TIME)])

    assert answer("occurred", said).slots == {"occurred": TIME}


def test_a_wish_is_kept_in_the_citizens_words():
    assert answer("remedy", turn("صلحوا العمود")).slots == {"remedy": "صلحوا العمود"}


@pytest.mark.parametrize("question", ["occurred", "remedy"])
def test_nothing_at_all_is_no_answer(question: str):
    assert answer(question, turn("", "unread")) == UNREADABLE


# Files


@pytest.mark.parametrize("question", ["place", "name", "attachments_done", "review", "category"])
def test_files_are_kept_whatever_was_asked(question: str):
    reading = answer(question, turn("", "attach", attachments=[SECOND]), attachments=[PHOTO])

    assert reading.slots["attachments"] == [PHOTO, SECOND]
    assert keys(reading)[0] == "utter_files_kept"


def test_files_are_kept_beside_a_question_left_out():
    reading = answer("remedy", turn("تخطي", "skip", attachments=[PHOTO]))

    assert reading.slots == {"attachments": [PHOTO], "remedy": ""}


def test_after_a_file_there_may_be_more():
    assert (
        "attachments_done" not in answer("attachments_done", turn("", attachments=[PHOTO])).slots
    )


@pytest.mark.parametrize("intent", ["done", "skip", "deny"])
def test_no_more_files_is_an_answer(intent: str):
    assert answer("attachments_done", turn("hello", intent)).slots == {"attachments_done": True}


def test_yes_to_files_waits_for_them():
    reading = answer("attachments_done", turn("نعم", "affirm"))

    assert not reading.slots
    assert keys(reading) == ["utter_send_files_now"]


def test_words_instead_of_files_belong_to_the_complaint():
    reading = answer("attachments_done", turn("والعمود مكسور من فوق"), description=DARK)

    assert reading.slots == {"description": f"{DARK}\nوالعمود مكسور من فوق"}
    assert keys(reading) == ["utter_added_to_description"]


def test_a_few_words_instead_of_files_are_unreadable():
    assert answer("attachments_done", turn("طيب خير إن")) == UNREADABLE


# Who complains


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("سالم فهد العنزي", "سالم فهد العنزي"),
        ("اسمي سالم العنزي ورقمي", "سالم العنزي"),
        ("My name is Salem Al-Enezi", "Salem Al-Enezi"),
        ("O'Brien, John", "O'Brien John"),
        ("سالم 123 العنزي!", "سالم العنزي"),
        ("a", None),
        ("اسمي", None),
        ("1234", None),
        ("one two three four five six seven eight", None),
        ("bir two three four five six seven", "bir two three four five six seven"),
    ],
)
def test_a_name_is_what_is_left_of_the_words(text: str, name: str | None):
    assert answer("name", turn(text)).slots.get("name") == name


def test_name_civil_id_and_phone_may_come_in_one_message():
    said = turn("سالم العنزي 287010112348 50012345", entities=[PHONE, CIVIL_ID])

    assert answer("name", said).slots == {
        "name": "سالم العنزي",
        "phone": "+96550012345",
        "civil_id": "287010112348",
    }


def test_numbers_without_a_name_are_kept():
    said = turn("287010112348 50012345", entities=[PHONE, CIVIL_ID])

    assert answer("name", said).slots == {"phone": "+96550012345", "civil_id": "287010112348"}


def test_a_civil_id_with_a_slip_is_told_and_not_kept():
    reading = answer("name", turn("سالم 287010112340", entities=[WRONG_ID]))

    assert reading.slots == {"name": "سالم"}
    assert keys(reading) == ["utter_civil_id_wrong"]


NO_NAME = [
    tap("answer", anonymous="yes"),
    turn("بدون اسم", entities=[named("anonymous", "بدون اسم", "yes")]),
    turn("لا", "deny"),
    turn("تخطي", "skip"),
    turn("ممكن بدون اسم؟", "ask_anonymous"),
]


@pytest.mark.parametrize("said", NO_NAME)
def test_a_name_may_be_withheld_where_that_is_a_right(said: Turn):
    reading = answer("name", said, category="bribery")

    assert reading.slots["anonymous"] is True
    assert reading.slots["name"] == ""
    assert keys(reading) == ["utter_anonymous_kept"]


def test_who_withholds_the_name_leaves_no_number_behind_either():
    reading = answer("name", NO_NAME[0], category="bribery", phone="+96550012345", civil_id="2")

    assert {**reading.slots, "phone": None, "civil_id": None} == reading.slots
    assert {"phone", "civil_id"} <= set(reading.slots)


@pytest.mark.parametrize("said", NO_NAME)
def test_elsewhere_the_name_is_needed(said: Turn):
    reading = answer("name", said)

    assert not reading.slots
    assert keys(reading) == ["utter_name_needed"]


@pytest.mark.parametrize("intent", ["skip", "deny", "ask_anonymous"])
@pytest.mark.parametrize("category", ["bribery", "power_outage"])
def test_who_gives_a_number_does_not_withhold_the_name(category: str, intent: str):
    said = turn("رقمي 50012345", intent, entities=[PHONE])

    assert answer("name", said, category=category).slots == {"phone": "+96550012345"}


def test_the_title_of_an_old_button_is_no_name():
    assert answer("name", turn("Waste not collected", tapped=True)) == UNREADABLE


@pytest.mark.parametrize("intent", ["answer", "skip", "deny", "done"])
def test_a_civil_id_is_read_whatever_it_sounds_like(intent: str):
    said = turn("رقمي المدني 287010112348", intent, entities=[CIVIL_ID])

    assert answer("civil_id", said).slots == {"civil_id": "287010112348"}


def test_a_civil_id_with_a_slip_is_asked_again():
    reading = answer("civil_id", turn("287010112340", entities=[WRONG_ID]))

    assert not reading.slots
    assert keys(reading) == ["utter_civil_id_wrong"]


def test_words_are_no_civil_id():
    assert answer("civil_id", turn("ما أدري وين البطاقة")) == UNREADABLE


def test_a_phone_is_kept_as_it_was_read():
    assert answer("phone", turn("50012345", entities=[PHONE])).slots == {"phone": "+96550012345"}


@pytest.mark.parametrize(
    ("text", "key"), [("5001", "utter_phone_wrong"), ("٥٠٠١", "utter_phone_wrong")]
)
def test_digits_that_are_no_phone_are_called_wrong(text: str, key: str):
    assert keys(answer("phone", turn(text))) == [key]


@pytest.mark.parametrize("category", ["bribery", "power_outage"])
@pytest.mark.parametrize("intent", ["answer", "skip", "deny"])
def test_with_a_name_a_phone_is_needed_for_no_case_is_filed_without(category: str, intent: str):
    reading = answer("phone", turn("ما أبي أعطيه", intent), category=category, name="سالم")

    assert not reading.slots
    assert keys(reading) == ["utter_phone_needed"]


# The review


@pytest.mark.parametrize("intent", ["affirm", "done"])
def test_the_review_is_agreed_to(intent: str):
    assert answer("review", turn("نعم", intent)).slots == {"review": True}


@pytest.mark.parametrize("intent", ["answer", "skip", "thank", "report_problem"])
def test_nothing_else_is_consent(intent: str):
    assert answer("review", turn("طيب", intent)) == UNREADABLE
