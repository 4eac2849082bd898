"""Pictures of chances: whether they come true, what silence is worth, what divides them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from nlu.evaluation.calibration import Abstention, Calibration
from nlu.evaluation.pairs import Pair
from nlu.evaluation.pictures import FAINT, INK, RIGHT, WRONG, drawing

_WIDTH: Final = 4.2  # inches for each kind of label
_LARGEST: Final = 160  # a point's size, for all lines in one


def calibration_curves(kinds: Mapping[str, Calibration]) -> str:
    """Return chances beside what came true, with the number of lines below."""
    with drawing(_WIDTH * len(kinds), 4.6) as picture:
        grid = picture.figure.add_gridspec(
            2, len(kinds), height_ratios=(4, 1), hspace=0.12, wspace=0.3
        )
        for place, (name, told) in enumerate(kinds.items()):
            above = picture.figure.add_subplot(grid[0, place])
            _draw_chances(above, name, told)
            _draw_lines(picture.figure.add_subplot(grid[1, place], sharex=above), told)
    return picture.address


def _draw_chances(axes: Any, name: str, told: Calibration) -> None:
    chances, rights = [b.chance for b in told.bins], [b.right for b in told.bins]
    lines = sum(one.lines for one in told.bins)
    sizes = [20 + _LARGEST * one.lines / lines for one in told.bins]
    axes.plot([0, 1], [0, 1], color=FAINT, linestyle="--", linewidth=1)
    axes.plot(chances, rights, color=RIGHT, linewidth=1.5)
    axes.scatter(chances, rights, s=sizes, color=RIGHT, alpha=0.8, zorder=3, clip_on=False)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="share that is right")
    axes.set_title(f"{name}: error {100 * told.error:.1f} points")
    axes.tick_params(labelbottom=False)


def _draw_lines(axes: Any, told: Calibration) -> None:
    axes.bar([b.chance for b in told.bins], [b.lines for b in told.bins], width=0.045, color=FAINT)
    axes.set(xlabel="chance that the model gives", ylabel="lines")


def abstention_curves(kinds: Mapping[str, Abstention]) -> str:
    """Return the share that is wrong over the share that is answered, the threshold marked."""
    with drawing(_WIDTH * len(kinds), 3.2) as picture:
        for place, (name, told) in enumerate(kinds.items(), start=1):
            axes = picture.figure.add_subplot(1, len(kinds), place)
            _draw_risk(axes, name, told)
        picture.figure.tight_layout()
    return picture.address


def _draw_risk(axes: Any, name: str, told: Abstention) -> None:
    axes.plot(told.coverage, told.risk, color=RIGHT, linewidth=1.5)
    axes.plot([told.answered], [told.wrong], marker="o", color=WRONG, markersize=7)
    axes.axvline(told.answered, color=WRONG, linewidth=0.8, linestyle=":")
    axes.annotate(
        f"from {told.threshold:g}: {100 * told.answered:.0f} % answered,\n"
        f"{100 * told.wrong:.1f} % of it wrong",
        (told.answered, told.wrong),
        xytext=(0.04, 0.84),
        textcoords="axes fraction",
        fontsize=8,
        color=INK,
        arrowprops={"arrowstyle": "-", "color": WRONG, "linewidth": 0.6},
    )
    axes.set(xlim=(0, 1.01), xlabel="share that is answered", ylabel="share of it that is wrong")
    axes.set_ylim(0, 1.15 * max([*told.risk, 0.02]))
    axes.set_title(name)


def pairs_chart(pairs: Sequence[Pair], group_of: Mapping[str, str]) -> str:
    """Return a bar of chance for each pair, with how many lines were given the wrong one."""
    shown = list(pairs)[::-1]
    colours = [RIGHT if group_of.get(p.one) == group_of.get(p.other) else WRONG for p in shown]
    with drawing(7, 0.6 + 0.2 * len(shown)) as picture:
        axes = picture.figure.add_subplot()
        places = range(len(shown))
        axes.barh(places, [pair.chance for pair in shown], color=colours, height=0.7)
        axes.set_yticks(places, [f"{pair.one}  ↔  {pair.other}" for pair in shown], fontsize=8)
        for place, pair in zip(places, shown):  # noqa: B905 - as many as there are pairs
            axes.text(pair.chance, place, f" {pair.lines}", va="center", fontsize=8)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("chance given to the other, summed over the lines of both")
        axes.margins(y=0.01)
    return picture.address
