"""The governorates and areas of a country, by every name that people give them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from nlu.arabic import NAME_PREFIXES
from nlu.entities.lexicon import load
from nlu.entities.phrases import Phrases
from nlu.entities.places.spellings import Spellings
from nlu.entities.tokens import split

_ARTICLES: Final = ("al", "el")
_NAME_KEYS: Final = ("ar", "en", "ur")
_SPELLED_KEYS: Final = ("ar", "en")
_ONLY_ARABIC: Final = "ar"


@dataclass(frozen=True)
class Area:
    """An area, or a whole governorate where the name is None."""

    name: str | None
    governorate: str
    is_word: bool = False  # the name is an ordinary word too
    is_wide: bool = False  # the governorate is called by this area's name


def load_areas(path: Path, spellings: Spellings) -> Phrases[Area]:
    """Return the areas that a jurisdiction's file of places lists, by their names.

    A name that the file spells itself is that area's, whatever others may be spelled like.
    """
    areas: Phrases[Area] = Phrases(prefixes=NAME_PREFIXES, names=True)
    governorates = load(path)["governorates"]
    for governorate in governorates:
        areas.learn({"ar": list(_names(governorate))}, Area(None, governorate["code"]))
    for area, listed in _listed(governorates):
        _learn(areas, area, _names(listed), listed)
    for area, listed in _listed(governorates):
        _learn(areas, area, _spelled(listed, spellings), listed)
    return areas


def _listed(governorates: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Area, Mapping[str, Any]]]:
    for governorate in governorates:
        for listed in governorate["areas"]:
            is_wide = governorate["ar"].endswith(f" {listed['ar']}")
            yield Area(listed["ar"], governorate["code"], is_wide=is_wide), listed


def _learn(
    areas: Phrases[Area], area: Area, names: Iterator[str], listed: Mapping[str, Any]
) -> None:
    for name in names:
        is_word = _is_word(name, listed.get("word"))
        areas.learn({"ar": [name]}, replace(area, is_word=is_word))


def _is_word(name: str, marked: object) -> bool:
    # A name of several words is never an ordinary word.
    if not marked or (marked == _ONLY_ARABIC and name.isascii()):
        return False
    return len(_without_article(name)) == 1


def _names(listed: Mapping[str, Any]) -> Iterator[str]:
    for name in (*(listed.get(key) for key in _NAME_KEYS), *listed.get("also", ())):
        if name is not None:
            yield from _with_article(str(name))


def _spelled(listed: Mapping[str, Any], spellings: Spellings) -> Iterator[str]:
    for key in _SPELLED_KEYS:
        for name in sorted(spellings.of(listed[key]) - {listed[key].lower()}):
            yield from _with_article(name)


def _with_article(name: str) -> Iterator[str]:
    yield name
    if _is_one_latin_word(name):
        yield from (f"{article}{gap}{name}" for article in _ARTICLES for gap in ("", " "))


def _is_one_latin_word(name: str) -> bool:
    return name.isascii() and name.isalnum() and not name.lower().startswith(_ARTICLES)


def _without_article(name: str) -> list[str]:
    words = [token.text for token in split(name.lower())]
    return words[1:] if words[0] in _ARTICLES else words
