"""The pairs of labels that are hardest to tell apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nlu.evaluation.heldout import Guess

MOST: Final = 40

Key = tuple[str, str]


@dataclass(frozen=True)
class Pair:
    """Two labels: how many lines of either were given the other, and how much of their chance.

    Lines alone say little where a label has eleven of them; chance also tells the near misses.
    """

    one: str
    other: str
    lines: int
    chance: float


def most_confused(guesses: Sequence[Guess], most: int = MOST) -> list[Pair]:
    """Return the pairs with the most chance on the wrong side, most first."""
    lines: defaultdict[Key, int] = defaultdict(int)
    chances: defaultdict[Key, float] = defaultdict(float)
    for guess in guesses:
        for place, (label, chance) in enumerate(guess.ranking):
            if label != guess.line.label:
                key = (min(label, guess.line.label), max(label, guess.line.label))
                lines[key] += place == 0
                chances[key] += chance
    pairs = [Pair(*key, lines[key], chance) for key, chance in chances.items()]
    return sorted(pairs, key=lambda pair: -pair.chance)[:most]
