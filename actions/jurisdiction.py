"""The jurisdiction's agencies, categories and extra questions, as the interview needs them."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Final, Mapping, Tuple

import yaml

OTHER: Final = "other"  # a problem that no category was found for
_ROOT: Final = Path(__file__).parents[1] / "jurisdictions"
_ARABIC: Final = "ar"


@dataclass(frozen=True)
class Question:
    """One extra question of a category."""

    key: str
    reads: str  # digits, text, plate, amount or yes_no
    optional: bool
    shortest: int
    longest: int
    ask: Mapping[str, str]
    label: Mapping[str, str]


@dataclass(frozen=True)
class Category:
    """What a complaint can be about, and what its agency needs to know."""

    code: str
    agency: str
    names: Mapping[str, str]
    nameless: bool
    questions: Tuple[Question, ...]
    asks_place: bool
    asks_time: bool


@dataclass(frozen=True)
class Jurisdiction:
    """One country's agencies and categories."""

    categories: Mapping[str, Category]
    agencies: Mapping[str, Mapping[str, Any]]
    offices: Mapping[str, Mapping[str, Any]]
    emergency: str
    languages: Tuple[str, ...]

    def category_name(self, code: str, language: str) -> str:
        """Return a category's name in a language; Arabic where it has none in that."""
        names = self.categories[code].names
        return names.get(language) or names[_ARABIC]

    def agency_of(self, category: str) -> str:
        """Return the code of the agency that works a category's cases."""
        return self.categories[category].agency

    def agency_name(self, code: str, language: str) -> str:
        """Return an agency's name in a language."""
        agency = self.agencies[code]
        return str(agency.get(language) or agency[_ARABIC])

    def mandate(self, agency: str, language: str) -> str:
        """Return the sentence that says what an agency is responsible for."""
        mandate: Mapping[str, str] = self.agencies[agency]["mandate"]
        return mandate.get(language) or mandate[_ARABIC]


@lru_cache(maxsize=1)
def jurisdiction() -> Jurisdiction:
    """Return the jurisdiction that SHAKWA_JURISDICTION names; Kuwait's by default."""
    return load(_ROOT / os.environ.get("SHAKWA_JURISDICTION", "kuwait"))


def load(folder: Path) -> Jurisdiction:
    """Read a jurisdiction's folder."""
    taxonomy = _read(folder / "taxonomy.yml")
    asked = _read(folder / "questions.yml")
    questions = {key: _question(key, facts) for key, facts in asked["questions"].items()}
    categories = {
        facts["code"]: _category(agency["code"], facts, asked["categories"], questions)
        for agency in taxonomy["agencies"]
        for facts in agency["categories"]
    }
    return Jurisdiction(
        categories=categories,
        agencies={agency["code"]: agency for agency in taxonomy["agencies"]},
        offices=_read(folder / "offices.yml")["agencies"],
        emergency=str(taxonomy["emergency"]),
        languages=tuple(taxonomy["languages"]),
    )


def _category(
    agency: str,
    facts: Mapping[str, Any],
    asked: Mapping[str, Mapping[str, Any]],
    questions: Mapping[str, Question],
) -> Category:
    asks = asked[facts["code"]]
    return Category(
        code=facts["code"],
        agency=agency,
        names=facts,
        nameless=bool(facts.get("nameless")),
        questions=tuple(questions[key] for key in asks["ask"]),
        asks_place=bool(asks["place"]),
        asks_time=bool(asks["time"]),
    )


def _question(key: str, facts: Mapping[str, Any]) -> Question:
    return Question(
        key=key,
        reads=facts["reads"],
        optional=bool(facts.get("optional")),
        shortest=int(facts.get("min", 1)),
        longest=int(facts.get("max", 200)),
        ask=facts["ask"],
        label=facts["label"],
    )


def _read(path: Path) -> Dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        return yaml.safe_load(file)
