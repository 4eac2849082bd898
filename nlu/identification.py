"""Telling the languages of citizens apart: Arabic, Arabizi, Urdu, Persian, English, others."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

import langdetect
import yaml

from nlu.arabic import ARTICLE, fold
from nlu.latin_words import LatinWords

langdetect.DetectorFactory.seed = 0  # its guesses vary from run to run without one

_LEXICON: Final = Path(__file__).parent / "lexicon"
_IN_ARABIC_SCRIPT: Final = {"arabic": "ar", "urdu": "ur", "persian": "fa"}
_ARABIC: Final = "ARABIC"
_LATIN: Final = "LATIN"
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_VOWEL_SIGNS: Final = re.compile("[\u0640\u064b-\u065f\u0670]")
_DIGIT_IN_WORD: Final = re.compile(r"[2356789]'?[a-z]|[a-z][2356789]")
# Identifiers of goods, plates and cases mix letters and digits without being Arabizi.
_CODE: Final = re.compile(
    r"\d+|[a-z]{0,3}\d{2,}|[a-z]+\d+|\d+(?:st|nd|rd|th|am|pm|kd|km|gb|mb|g|k|x|d)"
)
# How likely a turn in Latin letters is in each, before it is read.
_CHANCES: Final = {"en": 0.45, "arabizi": 0.3, "hi": 0.06, "tl": 0.05, "fr": 0.04, "tr": 0.03,
                   "other": 0.005}  # fmt: skip
# Speakers of these put English words between their own; English takes a few of theirs.
_BORROWED: Final = {("arabizi", "en"): 0.2, ("hi", "en"): 0.2, ("tl", "en"): 0.2,
                    ("en", "arabizi"): 0.05}  # fmt: skip
# A word or two that nobody listed are told by their looks, if these are clear: at this chance one
# of 60 English words is taken for Arabizi, and three of five words of Arabizi are known.
_ENOUGH_WORDS: Final = 3
_SURE: Final = 0.6
_LANGDETECT_WORDS: Final = 8  # below this it is wrong too often to be asked
_FEW_KNOWN: Final = 0.25
_CLEARLY_ARABIC: Final = 4
_SHORTEST_DEFINITE: Final = 5  # with its article
_DOUBT_PER_WORD: Final = 0.4
_SUREST: Final = 0.99
_READ: Final = 1_000


@dataclass(frozen=True)
class Guess:
    """A language code (`arabizi` and `und` among them), and how sure it is, from 0 to 1."""

    language: str
    confidence: float


class LanguageIdentifier:
    """Identifies the language of short texts, by the words of `nlu/lexicon`."""

    def __init__(self, lexicon: Path = _LEXICON) -> None:
        scripts: dict[str, Any] = _read(lexicon / "scripts.yml")
        self._scripts: dict[str, str] = scripts["scripts"]
        self._arabic = _ArabicScript(scripts)
        lists: dict[str, list[str]] = _read(lexicon / "latin.yml")
        self._names = frozenset(lists.pop("names"))
        self._latin = LatinWords(lists, _CHANCES, borrowed=_BORROWED)

    def identify(self, text: str) -> Guess:
        """Return the likeliest language of a text; `und` when it has no letters."""
        text = text[:_READ].lower()
        letters = Counter(_script(char) for char in text if char.isalpha())
        # A Latin name inside an Arabic sentence does not make it English.
        letters[_ARABIC] *= 2
        script, number = max(letters.items(), key=lambda item: item[1])
        if not number:
            return Guess("und", 0.0)
        if script == _ARABIC:
            return self._arabic.identify(text)
        if script == _LATIN:
            return self._of_latin_script(text)
        language = self._scripts.get(script)
        return Guess(language, _SUREST) if language else Guess("und", 0.0)

    def _of_latin_script(self, text: str) -> Guess:
        words = [word for word in _WORD.findall(text) if not self._is_no_word(word)]
        if not words:
            return Guess("en", 0.5)
        language, chance = self._latin.rank(words)[0]
        known = sum(self._knows(language, word) for word in words)
        if len(words) >= _LANGDETECT_WORDS and known < _FEW_KNOWN * len(words):
            return Guess(_langdetect(text), 0.7)
        if not known and len(words) < _ENOUGH_WORDS and chance < _SURE:
            return Guess("en", 0.5)
        return Guess(language, chance * (_SUREST - _DOUBT_PER_WORD ** len(words)))

    def _is_no_word(self, word: str) -> bool:
        if word in self._names:
            return True
        return bool(_CODE.fullmatch(word)) and not self._latin.knows("arabizi", word)

    def _knows(self, language: str, word: str) -> bool:
        spelled = language == "arabizi" and bool(_DIGIT_IN_WORD.search(word))
        return spelled or self._latin.knows(language, word)


class _ArabicScript:
    """Tells the languages of the Arabic script apart by their letters and short words."""

    def __init__(self, scripts: dict[str, Any]) -> None:
        lists = {code: set(scripts[name]["words"]) for name, code in _IN_ARABIC_SCRIPT.items()}
        self._letters = {
            code: set(scripts[name]["letters"]) for name, code in _IN_ARABIC_SCRIPT.items()
        }
        self._further: dict[str, str] = scripts["further_letters"]
        self._shared = set(scripts["shared_letters"])
        self._common = {fold(word, persian=False) for word in scripts["common"]}
        self._arabic = {fold(word, persian=False) for word in lists["ar"]} - self._common
        known = self._arabic | self._common | set(scripts["common"])
        # Where only the shape of kaf and yeh tells, the first one counts: Urdu shows in more.
        self._foreign = {
            "fa": lists["fa"] - lists["ur"] - known,
            "ur": lists["ur"] - lists["fa"] - known,
        }

    def identify(self, text: str) -> Guess:
        """Return the likeliest language of a text in Arabic letters."""
        scores = {"ar": self._arabic_score(text), **self._foreign_scores(text)}
        for code, letters in self._further.items():
            # Some adorn their Arabic with such letters.
            if not set(text).isdisjoint(letters) and scores["ar"] < _CLEARLY_ARABIC:
                return Guess(code, 0.9)
        best = max(scores, key=scores.__getitem__)
        rest = sum(scores.values()) - scores[best]
        return Guess(best, min(_SUREST, (scores[best] + 1) / (scores[best] + rest + 1)))

    def _arabic_score(self, text: str) -> int:
        # Urdu's words with letters of its own fold into Arabic ones that they are not.
        own = (word for word in _words(text) if self._letters["ur"].isdisjoint(word))
        words = {fold(word, persian=False) for word in own} - self._common
        known = sum(word in self._arabic or _is_definite(word) for word in words)
        return 2 * known + len(self._letters["ar"] & set(text))

    def _foreign_scores(self, text: str) -> dict[str, int]:
        words = set(_words(text))
        shared = len(self._shared & set(text))
        return {
            code: 2 * len(words & known) + 3 * len(self._letters[code] & set(text)) + shared
            for code, known in self._foreign.items()
        }


def _words(text: str) -> list[str]:
    return _WORD.findall(_VOWEL_SIGNS.sub("", text))


def _is_definite(word: str) -> bool:
    return word.startswith(ARTICLE) and len(word) >= _SHORTEST_DEFINITE


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    return unicodedata.name(char, "").split(" ", 1)[0]


def _langdetect(text: str) -> str:
    try:
        return cast("str", langdetect.detect(text))
    except langdetect.LangDetectException:
        return "en"


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))
