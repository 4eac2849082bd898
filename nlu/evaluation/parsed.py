"""Lines as the agent understood them, and what can be said of them beside their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nlu.evaluation.figures import Rate, by_variety, rate
from nlu.evaluation.heldout import Guess, Line, Ranking
from nlu.understanding import PROBLEM

_STRANGE: Final = "out_of_scope"
_LANGUAGES: Final = {"english": "en", "arabizi": "arabizi", "urdu": "ur"}  # all others: Arabic


@dataclass(frozen=True)
class Parsed:
    """One line as it was understood; `taken_for` is the intent that the dialogue acts on."""

    line: Line
    intents: Ranking
    categories: Ranking
    taken_for: str
    language: str
    cpu_ms: float

    @property
    def intent(self) -> Guess:
        """The guess of the intent."""
        return Guess(self.line, self.intents)

    @property
    def category(self) -> Guess:
        """The guess of the category."""
        return Guess(self.line, self.categories)


@dataclass(frozen=True)
class Scope:
    """Who is taken to be reporting a problem: those who do, and those who do not."""

    problems: Rate
    strange: Rate  # nothing to do with complaining
    strange_assumed: Rate  # … and a category would be said aloud
    others: Rate  # any other intent


def languages_right(lines: Sequence[Parsed]) -> dict[str, Rate]:
    """Return, by variety and for all lines, how often the language is told."""
    return by_variety(lines, _languages_right)


def _languages_right(lines: Sequence[Parsed]) -> Rate:
    hits = sum(one.language == _LANGUAGES.get(one.line.variety, "ar") for one in lines)
    return rate(hits, len(lines))


def scope(turns: Sequence[Parsed], problems: Sequence[Parsed], assumed: float) -> Scope:
    """Return how many lines of each kind are taken for a problem."""
    strange = [one for one in turns if one.line.label == _STRANGE]
    others = [one for one in turns if one.line.label != _STRANGE]
    aloud = [one for one in strange if one.category.chance >= assumed]
    return Scope(
        problems=rate(_taken(problems), len(problems)),
        strange=rate(_taken(strange), len(strange)),
        strange_assumed=rate(_taken(aloud), len(strange)),
        others=rate(_taken(others), len(others)),
    )


def _taken(lines: Sequence[Parsed]) -> int:
    return sum(one.taken_for == PROBLEM for one in lines)
