"""The sections of the page that are about the held-out text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlu.evaluation.curves import abstention_curves, calibration_curves, pairs_chart
from nlu.evaluation.figures import ALL, Rate, Score
from nlu.evaluation.heat_maps import named_map, plain_map
from nlu.evaluation.markup import (
    NOTHING,
    bar,
    code,
    heading,
    measured,
    number,
    percent,
    picture,
    says,
    section,
    stretch,
    table,
    written,
)
from nlu.evaluation.report import Mistake, Report, Task

_SCORES = ("variety", "lines", "first guess right", "macro-F1", "among the first three")


def varieties(report: Report) -> str:
    """Return how well each variety is understood."""
    return section(
        "varieties",
        "By variety",
        says(
            "The lines were written for measuring and no model has seen them.",
            "All shares are in percent.",
            "The small figures say where the true share lies in 95 of 100 such samples.",
            "Macro-F1 is the mean over the labels of these lines, each with the same weight.",
        ),
        heading("Intents: what a turn wants"),
        table(_SCORES, [_score(name, one) for name, one in report.intents.scores.items()]),
        heading("Categories: what a problem is about"),
        table((*_SCORES, "right agency"), _categories(report)),
        heading("Language of a line"),
        table(("variety", "lines", "told right"), _languages(report)),
    )


def _score(variety: str, score: Score) -> list[str]:
    told = [bar(score.macro_f1), bar(score.among_three)]
    return [_variety(variety), number(score.accuracy.lines), measured(score.accuracy), *told]


def _categories(report: Report) -> list[list[str]]:
    return [
        [*_score(name, one), bar(one.agencies or 0.0)]
        for name, one in report.categories.scores.items()
    ]


def _languages(report: Report) -> list[list[str]]:
    return [
        [_variety(name), number(rate.lines), measured(rate)]
        for name, rate in report.languages.items()
    ]


def _variety(name: str) -> str:
    return "<b>all</b>" if name == ALL else name


def confused(report: Report) -> str:
    """Return what is taken for what."""
    return section(
        "confused",
        "What is taken for what",
        says(
            "A row is what is right, a column what the model says, a number how many lines.",
            "What is right is green; what is wrong is red, and redder with its share of the row.",
        ),
        *_named_maps(report),
        *_categories_confused(report),
    )


def _named_maps(report: Report) -> list[str]:
    agencies = list(dict.fromkeys(report.agency_of.values()))
    intents = sorted({pair.label for pair in report.intents.confusions})
    told = f"{len(intents)} intents; the problems are the lines that have categories."
    return [
        picture(named_map(report.agencies, agencies), f"{len(agencies)} agencies.", "full"),
        picture(named_map(report.intents.confusions, intents), told, "full"),
    ]


def _categories_confused(report: Report) -> list[str]:
    hardest = (
        f"The {len(report.pairs)} pairs of categories that are hardest to tell apart; the number "
        "is how many lines were given the wrong one. Green: one agency has both, so the case "
        "arrives all the same. Red: two agencies."
    )
    every = (
        f"All {len(report.agency_of)} categories, in the taxonomy's order; the lines are between "
        "agencies."
    )
    return [
        picture(pairs_chart(report.pairs, report.agency_of), hardest),
        picture(plain_map(report.categories.confusions, report.agency_of), every),
    ]


def chances(report: Report) -> str:
    """Return whether chances can be believed, and what is done with them."""
    kinds = {"categories": report.categories, "intents": report.intents}
    curves = calibration_curves({name: task.calibration for name, task in kinds.items()})
    return section(
        "chances",
        "Can its chances be believed?",
        says(
            "On the dashed line a chance of 0.7 is right seven times in ten.",
            "Above it the model is too modest, below it too sure.",
            "The error (ECE) is the mean distance from it over 15 stretches.",
        ),
        picture(curves, "How often chances come true; larger points: more lines.", "full"),
        *_silence(kinds),
        heading("Who is taken to report a problem"),
        _scope(report),
    )


def _silence(kinds: Mapping[str, Task]) -> list[str]:
    told = (
        "From the surest guess on the left to all guesses on the right; the point is the "
        "threshold in use."
    )
    curves = abstention_curves({name: task.abstention for name, task in kinds.items()})
    return [
        heading("Keeping silent when unsure"),
        says(*(_threshold(name, task) for name, task in kinds.items())),
        picture(curves, told, "full"),
    ]


def _threshold(name: str, task: Task) -> str:
    told = task.abstention
    share, wrong = percent(told.answered), percent(told.wrong)
    if name == "categories":
        return (
            f"A category is said aloud instead of asked from a chance of {told.threshold:g}: "
            f"that is {share} % of the problems, and {wrong} % of what is said is wrong."
        )
    return (
        f"An intent is acted on from {told.threshold:g}: that is {share} % of the turns, and "
        f"{wrong} % of what is acted on is wrong."
    )


def _scope(report: Report) -> str:
    told = report.scope
    rows = [
        ("problems, as it should be", told.problems),
        ("out of scope, though they are not", told.strange),
        ("… and a category would be said aloud", told.strange_assumed),
        ("all other intents, though they are not", told.others),
    ]
    cells = [[name, number(rate.hits), number(rate.lines), _share(rate)] for name, rate in rows]
    return table(("lines", "taken for a problem", "of", "share"), cells)


def _share(rate: Rate) -> str:
    return f"{percent(rate.share)} {stretch(rate)}" if rate.lines else NOTHING


def mistakes(report: Report) -> str:
    """Return the wrong guesses that the model was surest of."""
    return section(
        "mistakes",
        f"The {len(report.mistakes)} surest mistakes",
        says(
            "These lines measure. Nobody writes training text from them.",
            "Some show a label that two people would argue about.",
        ),
        _mistakes(report.mistakes),
    )


def _mistakes(some: Sequence[Mistake]) -> str:
    head = ("chance", "text", "right", "the model's", "kind")
    rows = [
        [
            f"{one.chance:.2f}",
            written(one.text),
            code(one.label),
            code(one.guess),
            f"{one.kind}<small>{one.variety}</small>",
        ]
        for one in some
    ]
    return table(head, rows, "mistakes")
