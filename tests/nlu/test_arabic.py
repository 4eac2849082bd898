import pytest

from nlu.arabic import fold, fold_digits, fold_with_map, is_persian, proclitics
from nlu.entities.plain import plain_numbers

FOLDINGS = {
    "marks and tatweel fall away": [
        ("الكَهْرَباءُ", "الكهربا"),
        ("أخــي", "اخي"),
        ("هٰذا", "هذا"),
        ("ٱلرحمن", "الرحمن"),
    ],
    "letters take one shape": [
        ("أإآٱ", "اااا"[:1]),
        ("إجراءات", "اجراات"),
        ("مستشفى", "مستشفي"),
        ("مدرسة", "مدرسه"),
        ("مسؤول", "مسوول"),
        ("مسئول", "مسيول"),
        ("شيء", "شي"),
        ("ماء", "ما"),
    ],
    "other keyboards' letters become Arabic in Arabic text": [
        ("السلام علیکم", "السلام عليكم"),
        ("کهرباء المنطقة", "كهربا المنطقه"),
        ("شلونچ", "شلونج"),
        ("يگولون", "يقولون"),
        ("پارك", "بارك"),
        ("ڤيديو", "فيديو"),
    ],
    "Urdu keeps its own letters": [
        ("کل رات سے بجلی نہیں ہے", "کل رات سے بجلی نہیں ہے"),
        ("سالميه میں نہیں", "سالمیہ میں نہیں"),
        ("چار گھنٹے", "چار گھنٹے"),
    ],
    "stretched letters are one": [
        ("يااااارب", "يارب"),
        ("إسبوعيييين", "اسبوعين"),
        ("coooool", "col"),
        ("الله ممكن", "الله ممكن"),
        ("أأأمس", "امس"),
        ("كَــبــيــرررر", "كبير"),
    ],
    "digits are ASCII and never shortened": [
        ("١٢٣ ۴۵۶", "123 456"),
        ("٥٥٥٥١١١١", "55551111"),
        ("१२", "12"),
    ],
    "punctuation becomes a space": [
        ("نعم، لا؛ ربما؟", "نعم لا ربما"),
        ("15-3", "15 3"),
        ("a_b+c", "a b c"),
        ("  كثير   من  ", "كثير من"),
        ("،،،", ""),
        ("", ""),
    ],
    "Latin is small and other letters stay": [
        ("ABC Éa", "abc éa"),
        ("ＡＢ１", "ab1"),
        ("नमस्ते", "नमस्ते"),
    ],
    "what cannot be seen falls away": [
        ("\u202aرقم\u202c", "رقم"),
        ("ب\u200cيت", "بيت"),
        ("⭐\ufe0f", "⭐"),
    ],
    "presentation forms are spelled out": [
        ("ﻻ", "لا"),
        ("ﷲ", "الله"),
        ("ﻛﻬﺮﺑﺎﺀ", "كهربا"),
    ],
    "emoji stay as they are": [("😡😡😡 امس", "😡😡😡 امس")],
}

TABLE = [
    pytest.param(text, expected, id=f"{sentence}: {text}")
    for sentence, rows in FOLDINGS.items()
    for text, expected in rows
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_folding(text: str, expected: str):
    assert fold(text) == expected


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_folding_again_changes_nothing(text: str, expected: str):
    assert fold(fold(text), persian=is_persian(text)) == expected


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_each_folded_character_knows_where_it_came_from(text: str, expected: str):
    folded = fold_with_map(text)

    assert folded.text == expected
    assert len(folded.offsets) == len(folded.ends) == len(expected)
    assert list(folded.offsets) == sorted(folded.offsets)
    for index in range(len(expected)):
        start, end = folded.span(index, index + 1)
        assert 0 <= start < end <= len(text)
        assert fold(text[start:end], persian=is_persian(text)) in ("", expected[index]) or (
            unicode_expands(text[start:end])
        )


def unicode_expands(written: str) -> bool:
    return any(char >= "\ufb50" for char in written)


def test_a_span_takes_the_marks_of_its_last_letter():
    text = "في أَمْسِ، كان"
    folded = fold_with_map(text)
    start = folded.text.index("امس")

    assert text[slice(*folded.span(start, start + 3))] == "أَمْسِ"


def test_a_span_takes_all_of_a_stretched_letter():
    text = "امسسسسس!"
    folded = fold_with_map(text)

    assert text[slice(*folded.span(0, 3))] == "امسسسسس"


@pytest.mark.parametrize(
    ("text", "persian"),
    [
        ("کل شام", True),
        ("دو دن پہلے", True),
        ("سلام خوبی", True),
        ("السلام علیکم", False),
        ("شنو الاجراءات", False),
        ("حبيبتے وينك", False),
        ("hello", False),
        ("١٢٣", False),
        ("", False),
    ],
)
def test_the_script_is_told_by_its_letters(text: str, *, persian: bool):
    assert is_persian(text) is persian


def test_a_lexicon_says_which_script_its_words_are_for():
    assert fold("چار", persian=True) == "چار"
    assert fold("چار", persian=False) == "جار"


@pytest.mark.parametrize("text", ["١٢٣", "۱۲۳", "१२३", "１２３", "123"])
def test_digits_of_every_script_are_known(text: str):
    assert fold_digits(text) == "123"


def test_digits_are_folded_in_their_place():
    assert fold_digits("ق٤ ش١٠ ½ ²") == "ق4 ش10 ½ ²"


def test_plain_numbers_keep_every_character_in_its_place():
    text = "\u202a+٩٦٥\u00a0٦٠٠٠–١٢٣٤\u202c"

    plain = plain_numbers(text)

    assert plain == " +965 6000-1234 "
    assert len(plain) == len(text)


def test_what_is_glued_to_a_word_is_found():
    assert ("وب", "السالميه") in proclitics("وبالسالميه")
    assert ("لل", "السالميه") in proclitics("للسالميه")
    assert ("ه", "الاسبوع") in proclitics("هالاسبوع")
    assert ("من", "حولي") in proclitics("منحولي")


def test_a_short_rest_is_no_word():
    assert proclitics("بيت") == [("", "بيت")]


def test_a_letter_that_needs_the_article_is_not_taken_off_without_it():
    assert [prefix for prefix, _ in proclitics("هدية")] == [""]
