"""How an answer looks on Telegram: its parts, the choices under it, what can be shared."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardMarkup, ReplyKeyboardMarkup

from bot.messages import Answer, Button
from connectors.telegram.rendering import (
    LONGEST_TEXT,
    UnsendableError,
    load_labels,
    render_answer,
    split,
)

LABELS: Final = load_labels()


def size(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def choices(*titles: str) -> tuple[Button, ...]:
    return tuple(Button(title, f"b:1:00000000:{place}") for place, title in enumerate(titles, 1))


def markup(answer: Answer, language: str | None = "ar") -> dict[str, Any]:
    """The keyboard under an answer's last part, as Telegram gets it."""
    last = render_answer(answer, language, LABELS)[-1].markup
    return {} if last is None else last.to_dict()


def titles(answer: Answer) -> list[list[str]]:
    return [[button["text"] for button in row] for row in markup(answer)["inline_keyboard"]]


# Parts


def test_short_text_is_one_part():
    assert [part.text for part in render_answer(Answer("تم"), "ar", LABELS)] == ["تم"]


def test_nothing_to_say_is_no_part():
    assert render_answer(Answer(" \n"), "ar", LABELS) == []


def test_choices_without_words_stand_under_a_mark():
    (part,) = render_answer(Answer("", choices("نعم")), "ar", LABELS)

    assert part.text == "…"
    assert part.markup is not None


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("12345 7890", ["12345 7890"]),
        ("one two\n\nsix", ["one two", "six"]),
        ("one\n\ntwo\nsix", ["one", "two\nsix"]),
        ("12 4567890 2", ["12 4567890", "2"]),
        ("one\n\ntwo six eight", ["one", "two six", "eight"]),
        ("one\ntwo six", ["one", "two six"]),
        ("one two six", ["one two", "six"]),
        ("1234567890 2", ["1234567890", "2"]),
        ("12345678901234", ["1234567890", "1234"]),
        ("1234567890\n\n\n\n2", ["1234567890", "2"]),
        ("😀😀😀😀😀😀", ["😀😀😀😀😀", "😀"]),
        ("123456789😀", ["123456789", "😀"]),
        ("  padded  ", ["padded"]),
        ("", []),
    ],
)
def test_text_is_cut_at_the_end_of_what_belongs_together(text: str, pieces: list[str]):
    assert split(text, 10) == pieces


@given(st.text(), st.integers(2, 30))
def test_cut_text_fits_and_loses_nothing_but_space(text: str, longest: int):
    pieces = split(text, longest)

    assert all(0 < size(piece) <= longest for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_limit_is_telegrams_own_and_counts_as_telegram_does():
    assert len(render_answer(Answer("😀" * 2048), "ar", LABELS)) == 1
    assert len(render_answer(Answer("😀" * 2049), "ar", LABELS)) == 2
    assert LONGEST_TEXT == 4096


def test_choices_stand_under_the_last_part_only():
    parts = render_answer(Answer("كلمة " * 2000, choices("نعم", "لا")), "ar", LABELS)

    assert len(parts) == 3
    assert [part.markup is None for part in parts] == [True, True, False]


# Choices


def test_tap_sends_back_the_buttons_token():
    keyboard = markup(Answer("؟", choices("نعم", "لا")))["inline_keyboard"]

    assert keyboard == [
        [
            {"text": "نعم", "callback_data": "b:1:00000000:1"},
            {"text": "لا", "callback_data": "b:1:00000000:2"},
        ]
    ]


def test_short_titles_stand_two_in_a_row():
    assert titles(Answer("؟", choices("نعم", "لا", "س" * 18))) == [["نعم", "لا"], ["س" * 18]]


def test_one_long_title_gives_each_a_row_of_its_own():
    assert titles(Answer("؟", choices("نعم", "لا", "س" * 19))) == [["نعم"], ["لا"], ["س" * 19]]


def test_many_choices_are_all_shown():
    assert sum(map(len, titles(Answer("؟", choices(*map(str, range(1, 13))))))) == 12


@pytest.mark.parametrize("payload", ["ش" * 32, "b" * 64])
def test_payload_may_have_sixty_four_bytes(payload: str):
    assert titles(Answer("؟", (Button("نعم", payload),))) == [["نعم"]]


@pytest.mark.parametrize("payload", ["ش" * 32 + "b", "b" * 65])
def test_longer_payload_is_never_sent(payload: str):
    with pytest.raises(UnsendableError):
        render_answer(Answer("؟", (Button("نعم", payload),)), "ar", LABELS)


# What can be shared with a tap


def test_place_is_asked_for_with_a_button_that_shares_it():
    keyboard = markup(Answer("وين؟", asks="place"))

    assert keyboard["keyboard"] == [[{"text": LABELS["place"]["ar"], "request_location": True}]]
    assert keyboard["one_time_keyboard"] is True
    assert keyboard["resize_keyboard"] is True


@pytest.mark.parametrize("asks", ["phone", "contact"])
def test_phone_is_asked_for_with_a_button_that_shares_it(asks: str):
    keyboard = markup(Answer("رقمك؟", asks=asks))["keyboard"]

    assert keyboard == [[{"text": LABELS["phone"]["ar"], "request_contact": True}]]


@pytest.mark.parametrize("asks", [None, "description", "name", "civil_id"])
def test_other_questions_have_no_such_button(asks: str | None):
    assert markup(Answer("؟", asks=asks)) == {}


def test_choices_go_before_sharing():
    (part,) = render_answer(Answer("وين؟", choices("هني"), "place"), "ar", LABELS)

    assert isinstance(part.markup, InlineKeyboardMarkup)


@pytest.mark.parametrize(
    ("language", "spoken"), [("ar", "ar"), ("en", "en"), ("ur", "ur"), (None, "ar"), ("fr", "ar")]
)
def test_sharing_is_offered_in_the_citizens_language(language: str | None, spoken: str):
    (part,) = render_answer(Answer("?", asks="phone"), language, LABELS)

    assert isinstance(part.markup, ReplyKeyboardMarkup)
    assert part.markup.keyboard[0][0].text == LABELS["phone"][spoken]


def test_labels_are_said_in_every_language():
    assert {name: set(spoken) for name, spoken in LABELS.items()} == {
        "place": {"ar", "en", "ur"},
        "phone": {"ar", "en", "ur"},
    }
