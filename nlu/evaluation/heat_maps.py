"""Pictures of confusion: what is taken for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final, cast

import numpy as np
from matplotlib import colors
from numpy.typing import NDArray

from nlu.evaluation.figures import Confusion
from nlu.evaluation.pictures import FAINT, INK, RIGHT, WRONG, drawing

_SIDE: Final = 9.5  # inches
_DARK: Final = 0.55  # from here on a number is written in white
_MANY: Final = 1000  # lines; more digits do not fit into a cell
_SMALL: Final = 7  # points

Matrix = NDArray[Any]


def named_map(confusions: Sequence[Confusion], labels: Sequence[str]) -> str:
    """Return a picture with a name at each row and a number in each cell."""
    counts = count(confusions, labels)
    with drawing(_SIDE, _SIDE, "png") as picture:
        axes = picture.figure.add_subplot()
        axes.imshow(_colours(_shares(counts)))
        _name(axes, labels)
        _number(axes, counts)
    return picture.address


def plain_map(confusions: Sequence[Confusion], group_of: Mapping[str, str]) -> str:
    """Return a picture without names, with lines between the groups of the labels."""
    labels = list(group_of)
    with drawing(8, 8, "png") as picture:
        axes = picture.figure.add_subplot()
        axes.imshow(_colours(_shares(count(confusions, labels))), interpolation="nearest")
        for edge in _edges(list(group_of.values())):
            axes.axhline(edge - 0.5, color=FAINT, linewidth=0.5)
            axes.axvline(edge - 0.5, color=FAINT, linewidth=0.5)
        axes.set(xticks=[], yticks=[], xlabel="the model's category", ylabel="the right category")
    return picture.address


def count(confusions: Sequence[Confusion], labels: Sequence[str]) -> Matrix:
    """Return a row for each label, a column for each guess."""
    places = {label: place for place, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), int)
    for pair in confusions:
        if pair.label in places and pair.guess in places:
            counts[places[pair.label], places[pair.guess]] += pair.lines
    return counts


def _shares(counts: Matrix) -> Matrix:
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def _colours(shares: Matrix) -> Matrix:
    """Return what is right in one colour, what is wrong in another, both deeper with the share."""
    straight = np.eye(len(shares), dtype=bool)[..., np.newaxis]
    deep: Matrix = np.where(straight, _rgb(RIGHT), _rgb(WRONG))
    # A root, so that a few wrong ones of many can still be seen.
    strength = np.where(straight, shares[..., np.newaxis], np.sqrt(shares[..., np.newaxis]))
    return 1 - strength * (1 - deep)


def _rgb(colour: str) -> Matrix:
    return np.asarray(cast("Any", colors).to_rgb(colour))


def _name(axes: Any, labels: Sequence[str]) -> None:
    places = range(len(labels))
    axes.set_xticks(places, labels, rotation=90, fontsize=_SMALL + 0.5)
    axes.set_yticks(places, labels, fontsize=_SMALL + 0.5)
    axes.set(xlabel="what the model says", ylabel="what is right")
    axes.set_xticks([place - 0.5 for place in places], minor=True)
    axes.set_yticks([place - 0.5 for place in places], minor=True)
    axes.grid(which="minor", color="#eef1f4", linewidth=0.5)
    axes.tick_params(which="both", length=0)


def _number(axes: Any, counts: Matrix) -> None:
    shares = _shares(counts)
    for row, column in np.argwhere(counts > 0).tolist():
        strong = shares[row, column] if row == column else np.sqrt(shares[row, column])
        axes.text(
            column,
            row,
            _short(int(counts[row, column])),
            ha="center",
            va="center",
            fontsize=_SMALL,
            color="white" if strong > _DARK else INK,
        )


def _short(lines: int) -> str:
    return str(lines) if lines < _MANY else f"{lines / _MANY:.1f}k"


def _edges(groups: Sequence[str]) -> list[int]:
    sizes = [len(list(group)) for _, group in groupby(groups)]
    return np.cumsum(sizes)[:-1].tolist()
