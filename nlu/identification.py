"""Telling the languages of citizens apart: Arabic, Arabizi, Urdu, Persian, English, others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import langdetect
import yaml

langdetect.DetectorFactory.seed = 0  # its guesses vary from run to run without one

_LEXICON = Path(__file__).parent / "lexicon"
_ARABIC_SCRIPT = re.compile("[\u0621-\u063a\u0641-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff]")
_LATIN = re.compile(r"[a-z]")
_DIGIT_IN_WORD = re.compile(r"[2356789]'?[a-z]|[a-z][2356789]")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# Identifiers of goods, plates and cases mix letters and digits without being Arabizi.
_CODE = re.compile(r"[a-z]{0,3}\d{2,}|[a-z]+\d+|\d+(?:st|nd|rd|th|am|pm|kd|km|gb|mb|g|k|x|d)")
_LANGDETECT_WORDS = 8  # below this it is wrong too often to be asked
_READ = 1_000


@dataclass(frozen=True)
class Guess:
    """A language code (`arabizi` and `und` among them), and how sure it is, from 0 to 1."""

    language: str
    confidence: float


class LanguageIdentifier:
    """Identifies the language of short texts, by the words of `nlu/lexicon`."""

    def __init__(self, lexicon: Path = _LEXICON) -> None:
        scripts: dict[str, Any] = _read(lexicon / "scripts.yml")
        latin: dict[str, Any] = _read(lexicon / "arabizi.yml")
        self._urdu_letters = set(scripts["urdu"]["letters"])
        self._persian_letters = set(scripts["persian"]["letters"])
        self._shared_letters = set(scripts["shared_letters"])
        self._urdu = {str(word) for word in scripts["urdu"]["words"]}
        self._persian = {str(word) for word in scripts["persian"]["words"]}
        self._arabizi = {str(word) for word in latin["words"]}
        self._english = {str(word) for word in latin["english"]}

    def identify(self, text: str) -> Guess:
        """Return the likeliest language of a text; `und` when it has no letters."""
        text = text[:_READ].lower()
        arabic = len(_ARABIC_SCRIPT.findall(text))
        latin = len(_LATIN.findall(text))
        if not arabic and not latin:
            return Guess("und", 0.0)
        # A Latin name inside an Arabic sentence does not make it English.
        if arabic * 2 >= latin:
            return self._of_arabic_script(text)
        return self._of_latin_script(text)

    def _of_arabic_script(self, text: str) -> Guess:
        words = set(_WORD.findall(text))
        urdu = 2 * len(self._urdu_letters & set(text)) + len(words & self._urdu)
        persian = 2 * len(self._persian_letters & set(text)) + len(words & self._persian)
        if urdu == persian == 0:
            return Guess("ar", 0.95)
        # Some keyboards write Arabic with the Persian kaf and yeh: letters alone prove nothing.
        foreign = bool(self._shared_letters & set(text)) or max(urdu, persian) > 1
        if not foreign:
            return Guess("ar", 0.7)
        return Guess("ur", 0.95) if urdu >= persian else Guess("fa", 0.8)

    def _of_latin_script(self, text: str) -> Guess:
        words = _WORD.findall(text)
        english = sum(word in self._english for word in words)
        arabizi = sum(self._is_arabizi(word) for word in words)
        # Short words of Arabizi are words of French and Italian too: in a long sentence one is
        # too little.
        if arabizi > english and (arabizi > 1 or len(words) < _LANGDETECT_WORDS):
            return Guess("arabizi", min(0.99, 0.6 + 0.1 * arabizi))
        if english or len(words) < _LANGDETECT_WORDS:
            return Guess("en", min(0.99, 0.5 + 0.1 * english + 0.05 * len(words)))
        return Guess(_langdetect(text), 0.7)

    def _is_arabizi(self, word: str) -> bool:
        if word in self._english:
            return False
        if word in self._arabizi:
            return True
        return bool(_DIGIT_IN_WORD.search(word)) and not _CODE.fullmatch(word)


def _langdetect(text: str) -> str:
    try:
        return cast("str", langdetect.detect(text))
    except langdetect.LangDetectException:
        return "en"


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))
