"""Arabizi into Arabic letters, so that one model reads both."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_LEXICON = Path(__file__).parent / "lexicon" / "arabizi.yml"
_WORD = re.compile(r"[a-z0-9']+")
_NUMBER = re.compile(r"\d+")
_ARTICLE = re.compile(r"\b(el|al|il)[\s-]+(?=[a-z0-9])")  # written apart from its noun


@lru_cache(maxsize=1)
def _lexicon() -> tuple[re.Pattern[str], dict[str, str], dict[str, dict[str, str]]]:
    facts: dict[str, Any] = yaml.safe_load(_LEXICON.read_text("utf-8"))
    signs = {str(sign): str(letter) for sign, letter in facts["signs"].items()}
    longest_first = sorted([*signs, *"aeiou"], key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), signs, facts["vowels"]


def to_arabic(text: str) -> str:
    """Return the text with its Latin words spelled in Arabic letters, near enough to be read."""
    joined = _ARTICLE.sub(r"\1", text.lower())
    return _WORD.sub(lambda match: _spelled(match[0]), joined)


def _spelled(word: str) -> str:
    if _NUMBER.fullmatch(word):
        return word
    pattern, signs, vowels = _lexicon()

    def letter(match: re.Match[str]) -> str:
        sign = match[0]
        if sign in signs and not (match.start() == 0 and sign in ("ee", "ii", "oo", "ou")):
            return signs[sign]
        if match.start() == 0:
            return vowels["first"].get(sign, signs.get(sign, ""))
        place = "last" if match.end() == len(word) else "inside"
        return vowels[place].get(sign, "")

    return pattern.sub(letter, word)
