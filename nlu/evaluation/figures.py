"""How often guesses are right: over all lines, over labels, among the first few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, Protocol, TypeVar

from nlu.evaluation.heldout import Guess, Line

ALL: Final = "all"
_SPREAD: Final = 1.96  # standard deviations around 95 of 100 samples


class OfLine(Protocol):
    """Whatever was made of one line."""

    @property
    def line(self) -> Line:
        """The line."""
        ...


Told = TypeVar("Told", bound=OfLine)
Figure = TypeVar("Figure")


@dataclass(frozen=True)
class Rate:
    """So many of so many, and where the true share lies in 95 of 100 such samples."""

    hits: int
    lines: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Score:
    """How well one set of lines is labelled."""

    accuracy: Rate
    macro_f1: float
    among_three: float
    agencies: float | None  # of categories only


@dataclass(frozen=True)
class Confusion:
    """How many lines of a label were given another, or the same."""

    label: str
    guess: str
    lines: int


def rate(hits: int, lines: int) -> Rate:
    """Return a share with its Wilson interval."""
    if not lines:
        return Rate(0, 0, 0.0, 0.0, 1.0)
    share, square = hits / lines, _SPREAD**2 / lines
    middle = (share + square / 2) / (1 + square)
    spread = _SPREAD / (1 + square) * sqrt(share * (1 - share) / lines + square / lines / 4)
    return Rate(hits, lines, share, max(middle - spread, 0.0), min(middle + spread, 1.0))


def accuracy(guesses: Sequence[Guess]) -> Rate:
    """Return how many guesses are right."""
    return rate(sum(guess.right for guess in guesses), len(guesses))


def macro_f1(guesses: Sequence[Guess]) -> float:
    """Return the mean F1 of the labels that are right for some line, each weighing the same."""
    meant = Counter(guess.line.label for guess in guesses)
    said = Counter(guess.label for guess in guesses)
    right = Counter(guess.label for guess in guesses if guess.right)
    scores = [2 * right[label] / (meant[label] + said[label]) for label in meant]
    return sum(scores) / len(scores) if scores else 0.0


def share_among(guesses: Sequence[Guess], first: int) -> float:
    """Return the share of lines whose label is among the first few of the ranking."""
    hits = [guess.line.label in [name for name, _ in guess.ranking[:first]] for guess in guesses]
    return sum(hits) / max(len(hits), 1)


def agency_accuracy(guesses: Sequence[Guess], agency_of: Mapping[str, str]) -> float:
    """Return the share of lines whose guessed category belongs to the right agency."""
    hits = [agency_of.get(guess.label) == agency_of[guess.line.label] for guess in guesses]
    return sum(hits) / max(len(hits), 1)


def score(guesses: Sequence[Guess], agency_of: Mapping[str, str] | None = None) -> Score:
    """Return all figures of one set of lines."""
    return Score(
        accuracy=accuracy(guesses),
        macro_f1=macro_f1(guesses),
        among_three=share_among(guesses, 3),
        agencies=agency_accuracy(guesses, agency_of) if agency_of else None,
    )


def scores(
    guesses: Sequence[Guess], agency_of: Mapping[str, str] | None = None
) -> dict[str, Score]:
    """Return the figures of each variety, and of all lines together."""
    return by_variety(guesses, lambda some: score(some, agency_of))


def by_variety(
    lines: Sequence[Told], tell: Callable[[Sequence[Told]], Figure]
) -> dict[str, Figure]:
    """Return what is told of each variety's lines, and of all lines together."""
    varieties = dict.fromkeys(one.line.variety for one in lines)
    told = {
        variety: tell([one for one in lines if one.line.variety == variety])
        for variety in varieties
    }
    return {**told, ALL: tell(lines)}


def confusions(
    guesses: Sequence[Guess], names: Mapping[str, str] | None = None
) -> list[Confusion]:
    """Return every pair of label and guess that occurs, the commonest first.

    With `names` both sides are told by another name, as categories by their agency.
    """
    known = names or {}
    pairs = Counter(
        (known.get(g.line.label, g.line.label), known.get(g.label, g.label)) for g in guesses
    )
    return [Confusion(label, guess, lines) for (label, guess), lines in pairs.most_common()]
