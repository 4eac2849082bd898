"""The held-out text: what a model is measured on and must never be trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
HELD_OUT: Final = ROOT / "tests" / "nlu" / "heldout"

Ranking = Sequence[tuple[str, float]]  # labels with their chances, the likeliest first


@dataclass(frozen=True)
class Line:
    """A text, the label that is right for it, and the variety it is written in."""

    variety: str
    label: str
    text: str


@dataclass(frozen=True)
class Guess:
    """What a model made of one line."""

    line: Line
    ranking: Ranking

    @property
    def label(self) -> str:
        """The label that the model thinks likeliest; empty when it has none."""
        return self.ranking[0][0] if self.ranking else ""

    @property
    def chance(self) -> float:
        """How likely the model thinks that label."""
        return self.ranking[0][1] if self.ranking else 0.0

    @property
    def right(self) -> bool:
        """Whether that label is the line's own."""
        return self.label == self.line.label


def read_lines(folder: Path) -> list[Line]:
    """Return the lines of every `<variety>.tsv` in a folder."""
    return [
        Line(path.stem, *_fields(row))
        for path in sorted(folder.glob("*.tsv"))
        for row in path.read_text("utf-8").splitlines()
        if row
    ]


def _fields(row: str) -> tuple[str, str]:
    label, text = row.split("\t")
    return label, text
