"""Which language a turn is in, and Arabizi in Arabic letters."""

import pytest

from nlu.arabic import fold
from nlu.identification import LanguageIdentifier
from nlu.transliteration import to_arabic

IDENTIFIER = LanguageIdentifier()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("الكهرباء مقطوعة عندنا من الفجر", "ar"),
        ("چذي صار وايد گاعدين", "ar"),
        ("عايز اعرف الشكوى وصلت لفين", "ar"),
        ("بدي احكي مع موظف لو سمحت", "ar"),
        ("شکرا", "ar"),  # an Arabic word with the Persian kaf of some keyboards
        ("تطبيق Sahel ما يفتح معاي", "ar"),
        ("بجلی نہیں ہے", "ur"),
        ("ہمارے علاقے میں پانی بند ہے", "ur"),
        ("آب قطع شده است", "fa"),
        ("my water is cut since 3 days", "en"),
        ("hello", "en"),
        ("ok", "en"),
        ("el kahraba ma2to3a mn el fajr", "arabizi"),
        ("3ndi shakwa 3ala el baladiya", "arabizi"),
        ("wain shakwaty", "arabizi"),
        ("abi ashtiki", "arabizi"),
        ("2 KD was deducted from my card", "en"),
        ("my order number is A55 and the plate 7K", "en"),
        ("je voudrais déposer une plainte contre la mairie de mon quartier", "fr"),
        ("", "und"),
        ("👍👍", "und"),
        ("٩٩٨٨٧٧٦٦", "und"),
        ("?!", "und"),
    ],
)
def test_the_language_of_a_turn_is_told(text: str, language: str) -> None:
    assert IDENTIFIER.identify(text).language == language


def test_a_guess_at_a_text_without_letters_is_worth_nothing() -> None:
    assert IDENTIFIER.identify("123 👍").confidence == 0


@pytest.mark.parametrize(
    ("arabizi", "arabic"),
    [
        ("kahraba", "كهربه"),
        ("el kahraba", "الكهربه"),
        ("3ndi", "عندي"),
        ("7afra", "حفره"),
        ("shakwa", "شكوه"),
        ("5araab", "خراب"),
        ("share3", "شرع"),
        ("99887766", "99887766"),
    ],
)
def test_arabizi_is_spelled_in_arabic_letters(arabizi: str, arabic: str) -> None:
    assert fold(to_arabic(arabizi)) == fold(arabic)


def test_text_in_arabic_letters_stays_as_it_is() -> None:
    assert to_arabic("الماي مقطوع") == "الماي مقطوع"
