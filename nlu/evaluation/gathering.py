"""Gathers the figures of a model from what it understood of the held-out lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Final

from nlu.evaluation.asking import THRESHOLDS
from nlu.evaluation.calibration import abstain, calibrate
from nlu.evaluation.facts import ModelFacts, latency
from nlu.evaluation.figures import ALL, confusions, scores
from nlu.evaluation.heldout import Guess
from nlu.evaluation.pairs import most_confused
from nlu.evaluation.parsed import Parsed, languages_right, scope
from nlu.evaluation.report import Contender, Mistake, Report, Task
from nlu.understanding import PROBLEM

WORST: Final = 60


def gather(
    model: ModelFacts,
    turns: Sequence[Parsed],
    problems: Sequence[Parsed],
    agency_of: Mapping[str, str],
) -> Report:
    """Return the report on turns with their intents and problems with their categories."""
    everything = [*turns, *problems]
    intents, categories = [one.intent for one in turns], [one.category for one in problems]
    return Report(
        made_at=f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
        model=model,
        agency_of=agency_of,
        latency=latency([one.cpu_ms for one in everything]),
        languages=languages_right(everything),
        intents=_intents(intents, [_as_problem(one) for one in problems]),
        categories=_categories(categories, agency_of),
        agencies=confusions(categories, agency_of),
        pairs=most_confused(categories),
        scope=scope(turns, problems, THRESHOLDS["categories"]),
        mistakes=worst({"intent": intents, "category": categories}),
    )


def _intents(guesses: Sequence[Guess], problems: Sequence[Guess]) -> Task:
    return Task(
        scores=scores(guesses),
        calibration=calibrate(guesses),
        abstention=abstain(guesses, THRESHOLDS["intents"]),
        confusions=confusions([*guesses, *problems]),
    )


def _categories(guesses: Sequence[Guess], agency_of: Mapping[str, str]) -> Task:
    return Task(
        scores=scores(guesses, agency_of),
        calibration=calibrate(guesses),
        abstention=abstain(guesses, THRESHOLDS["categories"]),
        confusions=confusions(guesses),
    )


def _as_problem(problem: Parsed) -> Guess:
    """Return the guess of a problem's intent: its own label is its category."""
    return Guess(replace(problem.line, label=PROBLEM), problem.intents)


def worst(guesses: Mapping[str, Sequence[Guess]], most: int = WORST) -> list[Mistake]:
    """Return the wrong guesses that the model was surest of, of all kinds."""
    wrong = [
        _mistake(kind, one) for kind, some in guesses.items() for one in some if not one.right
    ]
    return sorted(wrong, key=lambda mistake: -mistake.chance)[:most]


def _mistake(kind: str, guess: Guess) -> Mistake:
    line = guess.line
    return Mistake(kind, line.variety, line.text, line.label, guess.label, guess.chance)


def ours(report: Report, turns: Sequence[Parsed], problems: Sequence[Parsed]) -> list[Contender]:
    """Return the model of the report beside which others are put."""
    return [
        _ours(report, "intents", report.intents, turns),
        _ours(report, "categories", report.categories, problems),
    ]


def _ours(report: Report, kind: str, task: Task, lines: Sequence[Parsed]) -> Contender:
    return Contender(
        name="Shakwa",
        kind=kind,
        score=task.scores[ALL],
        error=task.calibration.error,
        latency=latency([one.cpu_ms for one in lines]),
        train_cpu_seconds=report.model.train_cpu_seconds,
        note="both kinds in one training and one parse",
    )
