"""Messages: what is taken out of them, what names them, and what their repr does not tell."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Answer, Place, clean
from tests.builders import message

ANY_TEXT = st.text(st.characters(exclude_categories=()))
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  السلام عليكم \n", "السلام عليكم"),
        ("سطر\nسطر", "سطر\nسطر"),
        ("عمود\tعمود", "عمود\tعمود"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\x00b\x07c\x1bd\x7fe\x85f", "abcdef"),
        ("\u202eabc\u202c", "abc"),
        ("\u2066abc\u2069", "abc"),
        ("\ud800 lone \udfff", "lone"),
        ("a\ufffeb\uffffc", "abc"),
        ("\x00 \u202e ", ""),
        ("می\u200cخواهم", "می\u200cخواهم"),  # a joiner that belongs to the word
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("\u200fعربي\u200e", "\u200fعربي\u200e"),
    ],
)
def test_text_loses_what_could_break_the_store_or_deceive_a_reader_and_nothing_else(
    sent: str, kept: str
):
    assert clean(sent) == kept


@given(ANY_TEXT)
def test_clean_text_can_be_stored_and_shown(text: str):
    cleaned = clean(text)

    assert cleaned.encode().decode() == cleaned
    assert not BIDI_CONTROLS & set(cleaned)
    assert {c for c in cleaned if unicodedata.category(c) == "Cc"} <= {"\n", "\t"}


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(text: str):
    assert clean(clean(text)) == clean(text)


def test_message_is_known_by_channel_and_id():
    assert message(channel="web", message_id="17").key == "web:17"


def test_conversation_is_one_citizen_on_one_channel():
    assert message(channel="web", sender="7").conversation == "web:7"


def test_repr_of_a_message_tells_neither_what_was_written_nor_where_from():
    shown = repr(message(text="رقمي 55512345", place=Place(29.3759, 47.9774)))

    assert "55512345" not in shown
    assert "29.3759" not in shown


def test_repr_of_an_answer_does_not_tell_its_text():
    assert "55512345" not in repr(Answer("رقمك 55512345"))
