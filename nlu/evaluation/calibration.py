"""Whether chances can be believed, and what is gained by keeping silent below one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nlu.evaluation.heldout import Guess

BINS: Final = 15


@dataclass(frozen=True)
class Bin:
    """The guesses with a chance in one stretch: how likely they were said to be, and were."""

    lines: int
    chance: float
    right: float


@dataclass(frozen=True)
class Calibration:
    """Chances beside what came true; the error is their distance, weighted by lines."""

    error: float
    bins: list[Bin]


@dataclass(frozen=True)
class Abstention:
    """What share is answered and what share of it is wrong, from the surest guess downwards.

    `answered` and `wrong` are those two at the threshold that is in use.
    """

    coverage: list[float]
    risk: list[float]
    threshold: float
    answered: float
    wrong: float


def calibrate(guesses: Sequence[Guess], bins: int = BINS) -> Calibration:
    """Return the calibration over stretches of equal width, the empty ones left out."""
    stretches: list[list[Guess]] = [[] for _ in range(bins)]
    for guess in guesses:
        stretches[min(int(guess.chance * bins), bins - 1)].append(guess)
    told = [_bin(stretch) for stretch in stretches if stretch]
    distance = sum(one.lines * abs(one.chance - one.right) for one in told)
    return Calibration(distance / max(len(guesses), 1), told)


def _bin(guesses: Sequence[Guess]) -> Bin:
    lines = len(guesses)
    chance = sum(guess.chance for guess in guesses) / lines
    return Bin(lines, chance, sum(guess.right for guess in guesses) / lines)


def abstain(guesses: Sequence[Guess], threshold: float) -> Abstention:
    """Return what silence below each chance would cost and gain."""
    surest = sorted(guesses, key=lambda guess: -guess.chance)
    coverage: list[float] = []
    risk: list[float] = []
    wrong = 0
    for place, guess in enumerate(surest, start=1):
        wrong += not guess.right
        coverage.append(place / len(surest))
        risk.append(wrong / place)
    above = sum(guess.chance >= threshold for guess in surest)
    if not above:
        return Abstention(coverage, risk, threshold, 0.0, 0.0)
    return Abstention(coverage, risk, threshold, coverage[above - 1], risk[above - 1])
