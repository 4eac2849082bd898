"""Which language a turn is in, and Arabizi in Arabic letters."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from nlu.arabic import fold
from nlu.identification import LanguageIdentifier
from nlu.transliteration import to_arabic

IDENTIFIER = LanguageIdentifier()
TURNS = Path(__file__).parent / "languages"
OURS = ("ar", "arabizi", "en", "ur", "fa", "und")
# The turns were written after the words of nlu/lexicon: keep them out of it.
FLOORS = {"ar": 0.99, "arabizi": 0.97, "en": 0.97, "ur": 0.97, "fa": 0.97, "other": 0.97}
ARABIC = ("kuwaiti", "msa", "egyptian", "levantine", "iraqi", "moroccan")


def turns(pattern: str) -> Iterator[tuple[str, str]]:
    for file in sorted(TURNS.glob(pattern)):
        for line in file.read_text("utf-8").splitlines():
            language, text = line.split("\t")
            yield language, text


def told(text: str) -> str:
    language = IDENTIFIER.identify(text).language
    return language if language in OURS else "other"


def share(pattern: str, language: str) -> tuple[float, list[str]]:
    texts = [text for labelled, text in turns(pattern) if labelled == language]
    missed = [text for text in texts if told(text) != language]
    return 1 - len(missed) / len(texts), missed


@pytest.mark.parametrize(("language", "floor"), FLOORS.items())
def test_a_language_is_told_as_often_as_promised(language: str, floor: float) -> None:
    right, missed = share("*.tsv", language)

    assert right >= floor, missed


@pytest.mark.parametrize("variety", ARABIC)
def test_arabic_of_every_variety_is_arabic(variety: str) -> None:
    right, missed = share(f"arabic_{variety}.tsv", "ar")

    assert right >= 0.99, missed


def test_every_language_has_turns_enough() -> None:
    counts: dict[str, int] = defaultdict(int)
    for file in TURNS.glob("*.tsv"):
        counts[file.stem] = sum(1 for _ in turns(file.name))

    assert {f"arabic_{variety}" for variety in ARABIC} < counts.keys()
    assert min(counts.values()) >= 40


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("الكهرباء مقطوعة عندنا من الفجر", "ar"),
        ("چذي صار وايد گاعدين", "ar"),
        ("عايز اعرف الشكوى وصلت لفين", "ar"),
        ("بدي احكي مع موظف لو سمحت", "ar"),
        ("سلام من متى الماي ما رجع", "ar"),  # three words that Persian has too
        ("بطاقتي استُعملت دوّز", "ar"),  # vowel signs do not part a word
        ("شکرا", "ar"),  # an Arabic word with the Persian kaf of some keyboards
        ("تطبيق Sahel ما يفتح", "ar"),
        ("بجلی نہیں ہے", "ur"),
        ("ہمارے علاقے میں پانی بند ہے", "ur"),
        ("بس اتنا ہی", "ur"),
        ("آب قطع شده است", "fa"),
        ("ئێمە ئاومان نییە", "ckb"),
        ("my water is cut since 3 days", "en"),
        ("hello", "en"),
        ("ok", "en"),
        ("Fahaheel", "en"),  # a name is no language's
        ("el kahraba ma2to3a mn el fajr", "arabizi"),
        ("3ndi shakwa 3ala el baladiya", "arabizi"),
        ("wain shakwaty", "arabizi"),
        ("abi ashtiki", "arabizi"),
        ("la2", "arabizi"),
        ("el net 6afi mn ams w call center ma yred", "arabizi"),
        ("2 KD was deducted from my card", "en"),
        ("my order number is A55 and the plate 7K", "en"),
        ("je voudrais déposer une plainte contre la mairie de mon quartier", "fr"),
        ("mujhe shikayat karni hai", "hi"),
        ("wala pong tubig dito", "tl"),
        ("su yok", "tr"),
        ("у меня нет воды", "ru"),
        ("পানি নেই", "bn"),
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


def test_a_longer_turn_makes_the_guess_surer() -> None:
    short, long = map(IDENTIFIER.identify, ("water", "there is no water in my building since"))

    assert short.confidence < 0.8 < long.confidence


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
