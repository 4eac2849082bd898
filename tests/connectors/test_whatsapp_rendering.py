"""Answers as WhatsApp messages: within every limit, one message a turn, no button lost."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import Parcel
from bot.messages import Answer, Button
from connectors.whatsapp.rendering import Message, page_of, render
from tests.doubles.graph_limits import check

KEY = "answer:whatsapp:wamid.HBgMOTY1NTAwMDAwMDAxFQIAERgSQzZGNUVFOTgxMUUyMkI3MzVBAA=="
SALEM = "whatsapp:KW.13491208655302741918"


def parcel(text: str = "؟", *titles: str, asks: str | None = None, **more: Any) -> Parcel:
    buttons = tuple(Button(title, f"b:1:0a1b2c3d:{n}") for n, title in enumerate(titles, start=1))
    return Parcel(KEY, SALEM, Answer(text, buttons, asks), **more)


def next_page(answer: Answer, offset: int) -> Answer:
    return replace(answer, buttons=answer.buttons[offset:])


def titled(count: int) -> list[str]:
    return [f"خيار {n}" for n in range(1, count + 1)]


def sections(message: Message) -> list[dict[str, str]]:
    return message["interactive"]["action"]["sections"][0]["rows"]


def replies(message: Message) -> list[dict[str, str]]:
    return [button["reply"] for button in message["interactive"]["action"]["buttons"]]


def body(message: Message) -> str:
    holder = message["interactive"]["body"] if "interactive" in message else message["text"]
    return holder["text" if "interactive" in message else "body"]


def kinds(messages: list[Message]) -> list[str]:
    return [m["interactive"]["type"] if "interactive" in m else m["type"] for m in messages]


def taken(messages: list[Message]) -> list[Message]:
    """Return the messages, once the fake Graph has taken them all."""
    for message in messages:
        check({"messaging_product": "whatsapp", "to": "96550000001", **message})
    return messages


def test_a_text_is_one_message():
    assert taken(render(parcel("تم"))) == [{"type": "text", "text": {"body": "تم"}}]


def test_three_short_choices_are_buttons_in_one_message():
    (message,) = taken(render(parcel("نكمل؟", "نعم", "لا", "ما أدري")))

    assert message["interactive"]["type"] == "button"
    assert body(message) == "نكمل؟"
    assert replies(message)[0] == {"id": "b:1:0a1b2c3d:1", "title": "نعم"}


@pytest.mark.parametrize(
    "titles",
    [titled(4), ["نعم", "لا", "أبي أعرف شنو يصير بعدها"], ["نعم", "نعم"]],
    ids=["four", "long", "alike"],
)
def test_choices_that_do_not_fit_on_buttons_are_a_list(titles: list[str]):
    assert kinds(taken(render(parcel("؟", *titles)))) == ["list"]


def test_a_row_that_had_to_be_cut_is_whole_in_its_description():
    long = "وزارة الكهرباء والماء والطاقة المتجددة"

    (message,) = taken(render(parcel("؟", long, "غيرها")))

    cut, short = sections(message)
    assert cut["title"] == "وزارة الكهرباء والماء و…"
    assert cut["description"] == long
    assert "description" not in short


def test_a_description_is_cut_to_what_a_row_may_have():
    (message,) = taken(render(parcel("؟", "ن" * 100)))

    assert sections(message)[0]["description"] == "ن" * 71 + "…"


def test_rows_that_are_cut_alike_are_told_apart():
    street = "شارع عبدالله السالم قطعة رقم"

    (message,) = taken(render(parcel("؟", f"{street} 1", f"{street} 2", f"{street} 3")))

    assert [row["title"] for row in sections(message)] == [
        "شارع عبدالله السالم قطع…",
        "شارع عبدالله السالم… (2)",
        "شارع عبدالله السالم… (3)",
    ]
    assert [row["description"] for row in sections(message)] == [
        f"{street} {n}" for n in (1, 2, 3)
    ]


def test_marks_do_not_count_against_a_title_and_letters_stay():
    (message,) = taken(
        render(parcel("؟", "مُتَأَكِّدٌ مِنْ ذَلِكَ", "كـــلا", "قرا\u0653ن"))
    )  # a madda apart

    assert kinds([message]) == ["button"]
    assert [reply["title"] for reply in replies(message)] == ["متأكد من ذلك", "كلا", "قرآن"]


def test_a_title_of_nothing_but_marks_is_its_number():
    (message,) = taken(render(parcel("؟", "نعم", " \u064b\n")))

    assert replies(message)[1]["title"] == "2"


def test_a_title_stands_on_one_line():
    (message,) = taken(render(parcel("؟", "نعم\n  أوافق")))

    assert replies(message)[0]["title"] == "نعم أوافق"


def test_ten_choices_need_no_second_page():
    (message,) = taken(render(parcel("؟", *titled(10))))

    assert [row["title"] for row in sections(message)] == titled(10)


def test_of_more_than_ten_choices_nine_are_shown_and_the_way_to_the_others():
    (message,) = taken(render(parcel("؟", *titled(11))))

    *rows, more = sections(message)
    assert [row["title"] for row in rows] == titled(9)
    assert more == {"id": f"more:{KEY}:9", "title": "المزيد"}


def test_the_next_page_has_the_other_choices():
    first = parcel("؟", *titled(11))
    (message,) = render(first)

    page = page_of(sections(message)[-1]["id"])
    assert page is not None
    key, offset = page
    (rest,) = taken(render(replace(first, key="next", answer=next_page(first.answer, offset))))

    assert key == KEY
    assert [reply["title"] for reply in replies(rest)] == ["خيار 10", "خيار 11"]


def test_a_page_has_a_next_page_too():
    assert page_of("more:more:whatsapp:wamid.1:9") == ("more:whatsapp:wamid.1", 9)


@pytest.mark.parametrize(
    "text", ["more", "more:", "more::9", "more:key:", "more:key:-1", "المزيد"]
)
def test_other_words_ask_for_no_page(text: str):
    assert page_of(text) is None


@pytest.mark.parametrize(
    ("language", "label", "more"),
    [
        ("ar", "اختر من القائمة", "المزيد"),
        ("en", "Choose from the list", "More"),
        ("ur", "فہرست سے چنیں", "مزید"),
        (None, "اختر من القائمة", "المزيد"),
        ("fr", "اختر من القائمة", "المزيد"),
    ],
)
def test_a_list_speaks_the_citizens_language(language: str | None, label: str, more: str):
    (message,) = taken(render(parcel("؟", *titled(12), language=language)))

    assert message["interactive"]["action"]["button"] == label
    assert sections(message)[-1]["title"] == more


def test_the_place_is_asked_for_with_its_own_control():
    (message,) = taken(render(parcel("وين المشكلة؟", asks="place")))

    assert message["interactive"] == {
        "type": "location_request_message",
        "action": {"name": "send_location"},
        "body": {"text": "وين المشكلة؟"},
    }


def test_choices_beside_a_place_are_not_lost():
    assert kinds(taken(render(parcel("وين؟", "تخطّي", asks="place")))) == ["button"]


def test_the_phone_is_asked_for_in_words():
    assert kinds(taken(render(parcel("رقمك؟", asks="phone")))) == ["text"]


def test_the_longest_text_is_still_one_message():
    assert len(taken(render(parcel("ن" * 4096)))) == 1


def test_a_longer_text_is_parted_at_the_end_of_a_paragraph():
    first, second = "أ" * 3000, "ب" * 2000

    messages = taken(render(parcel(f"{first}\n\n{second}")))

    assert [body(message) for message in messages] == [first, second]


def test_without_paragraphs_a_text_is_parted_between_words():
    text = "كلمة " * 1000

    messages = taken(render(parcel(text)))

    assert " ".join(body(message) for message in messages) == text.strip()


def test_a_paragraph_early_in_a_text_does_not_make_a_message_of_its_own():
    text = "نعم.\n\n" + "كلمة " * 1500

    assert len(taken(render(parcel(text)))) == 2


@pytest.mark.parametrize("asks", [None, "place"])
def test_the_control_stands_under_the_last_part_of_a_long_text(asks: str | None):
    text = "شرح " * 250 + "\n\n" + "أكثر " * 150 + "\n\nأي واحد؟"
    titles = [] if asks else ["نعم", "لا"]

    messages = taken(render(parcel(text, *titles, asks=asks)))

    assert kinds(messages) == ["text", "location_request_message" if asks else "button"]
    assert body(messages[-1]) == ("أكثر " * 150).strip() + " \n\nأي واحد؟"


def test_an_end_too_far_from_the_end_leaves_no_room_for_the_control():
    messages = taken(render(parcel("شرح\n\n" + "ب " * 512 + "ج", "نعم")))

    assert [len(body(message)) for message in messages] == [6, 1023]


def test_the_control_stands_under_as_much_as_it_can():
    messages = taken(render(parcel("شرح\n\n" + "بب " * 341 + "ب", "نعم")))

    assert [len(body(message)) for message in messages] == [3, 1024]


def test_choices_without_words_get_some():
    (message,) = taken(render(parcel("", "نعم", "لا")))

    assert body(message) == "اختر من القائمة"


@pytest.mark.parametrize("asks", [None, "place"])
def test_nothing_to_say_is_no_message(asks: str | None):
    assert render(parcel(" \n", asks=asks)) == []


PAYLOADS = st.text("b:0123456789abcdef", min_size=1, max_size=64)
BUTTONS = st.lists(
    st.builds(Button, st.text(max_size=90) | st.sampled_from(["نعم", "المزيد", "نعم…"]), PAYLOADS),
    max_size=35,
    unique_by=lambda button: button.payload,
)
TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(["\n\n", "\n", " ", "ن" * 700, "كلمة", "🏚" * 1500]), max_size=12
).map("".join)
ANSWERS = st.builds(
    Answer, TEXTS, BUTTONS.map(tuple), st.none() | st.sampled_from(["place", "phone", "photo"])
)


@given(ANSWERS, st.none() | st.sampled_from(["ar", "en", "ur"]))
def test_whatever_is_said_is_taken_and_no_button_is_lost(answer: Answer, language: str | None):
    shown: list[str] = []
    left: Answer | None = answer
    while left is not None:
        messages = taken(render(Parcel(KEY, SALEM, left, language)))
        payloads = _payloads(messages)
        page = page_of(payloads[-1]) if payloads else None
        shown += payloads[:-1] if page else payloads
        left = next_page(left, page[1]) if page else None

    assert shown == [button.payload for button in answer.buttons]


@given(TEXTS, BUTTONS.map(tuple))
def test_no_word_is_lost(text: str, buttons: tuple[Button, ...]):
    messages = taken(render(Parcel(KEY, SALEM, Answer(text, buttons))))

    if text.strip():
        assert "".join("".join(map(body, messages)).split()) == "".join(text.split())


def _payloads(messages: list[Message]) -> list[str]:
    """Return what the last message offers to tap; the others offer nothing."""
    assert all(message["type"] == "text" for message in messages[:-1])
    if not messages or "interactive" not in messages[-1]:
        return []
    action = messages[-1]["interactive"]["action"]
    rows = [row for section in action.get("sections", []) for row in section["rows"]]
    return [one["id"] for one in [*[b["reply"] for b in action.get("buttons", [])], *rows]]
