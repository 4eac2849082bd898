"""The governorates and areas of a country, by every name that people give them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nlu.arabic import NAME_PREFIXES
from nlu.entities.lexicon import load
from nlu.entities.phrases import Phrases
from nlu.entities.tokens import split

_ARTICLES: Final = ("al", "el")
_NAME_KEYS: Final = ("ar", "en", "ur")


@dataclass(frozen=True)
class Area:
    """An area, or a whole governorate where the name is None."""

    name: str | None
    governorate: str
    is_word: bool = False  # the name is an ordinary word too


def load_areas(path: Path) -> Phrases[Area]:
    """Return the areas that a jurisdiction's file of places lists, by their names."""
    areas: Phrases[Area] = Phrases(prefixes=NAME_PREFIXES, names=True)
    for governorate in load(path)["governorates"]:
        code = governorate["code"]
        areas.learn({"ar": list(_names(governorate))}, Area(None, code))
        for listed in governorate["areas"]:
            _learn(areas, listed, code)
    return areas


def _learn(areas: Phrases[Area], listed: Mapping[str, Any], governorate: str) -> None:
    for name in _names(listed):
        # A name of several words is never an ordinary word.
        is_word = bool(listed.get("word")) and len(_without_article(name)) == 1
        areas.learn({"ar": [name]}, Area(listed["ar"], governorate, is_word))


def _names(listed: Mapping[str, Any]) -> Iterator[str]:
    for name in (*(listed.get(key) for key in _NAME_KEYS), *listed.get("also", ())):
        if name is None:
            continue
        yield str(name)
        if _is_one_latin_word(str(name)):
            yield from (f"{article}{gap}{name}" for article in _ARTICLES for gap in ("", " "))


def _is_one_latin_word(name: str) -> bool:
    return name.isascii() and name.isalnum() and not name.lower().startswith(_ARTICLES)


def _without_article(name: str) -> list[str]:
    words = [token.text for token in split(name.lower())]
    return words[1:] if words[0] in _ARTICLES else words
