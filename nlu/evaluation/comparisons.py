"""The sections of the page that are about cost, other classifiers and public data."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from nlu.evaluation.markup import (
    NOTHING,
    bar,
    heading,
    measured,
    number,
    percent,
    says,
    section,
    table,
)
from nlu.evaluation.report import ArBanking, Contender, PublicTest, Report

_NOT_RUN = {
    "diet": "DIET was not run: it needs TensorFlow and an hour or more. make evaluate DIET=30 "
    "runs it on 30 examples of each label, and the others on as few.",
    "arbanking": "It was not run: make evaluate ARBANKING=<its folder> runs it.",
}


def costs(report: Report) -> str:
    """Return what the model costs."""
    model = report.model
    rows = [
        ["one parse, half of the lines take less", f"{number(report.latency.half, 1)} ms of CPU"],
        ["one parse, 95 of 100 take less", f"{number(report.latency.most, 1)} ms of CPU"],
        ["the model on the disk", f"{number(model.megabytes, 1)} MB"],
        ["sentence embeddings, in their package", f"{number(model.encoder_megabytes, 1)} MB"],
        ["training, by the clock", _seconds(model.train_seconds)],
        ["training, CPU (measured with --train)", _seconds(model.train_cpu_seconds)],
    ]
    return section(
        "costs",
        "What it costs",
        says(
            "CPU time on one thread, with language, spelling, embedding, entities, intent and "
            f"category, over {report.latency.lines} lines.",
        ),
        table(("what", "how much"), rows),
    )


def _seconds(seconds: float | None) -> str:
    return NOTHING if seconds is None else f"{number(seconds)} s"


def contenders(report: Report) -> str:
    """Return our model beside Rasa's own."""
    run = any("DIET" in one.name for one in report.contenders)
    return section(
        "contenders",
        "Beside Rasa's own classifiers",
        says(
            "All are asked for the same lines, and learn from the same text; some, as it says "
            "below their names, from a part of it.",
            "Rasa's get the tokenizer and featurizers that rasa init writes.",
        ),
        *([] if run else [says(_NOT_RUN["diet"])]),
        heading("Intents"),
        _contenders(report.contenders, "intents"),
        heading("Categories"),
        _contenders(report.contenders, "categories"),
    )


def _contenders(some: Sequence[Contender], kind: str) -> str:
    agency = ("right agency",) if kind == "categories" else ()
    head = ("classifier", "first guess right", "macro-F1", "first three", *agency)
    rows = [_contender(one) for one in some if one.kind == kind]
    return table((*head, "ECE", "parse, ms", "training, CPU s"), rows, "contenders")


def _contender(one: Contender) -> list[str]:
    score, agency = one.score, one.score.agencies
    return [
        f"{escape(one.name)}<small>{escape(one.note)}</small>",
        measured(score.accuracy),
        bar(score.macro_f1),
        bar(score.among_three),
        *([] if agency is None else [bar(agency)]),
        percent(one.error),
        number(one.latency.half, 1),
        number(one.train_cpu_seconds),
    ]


def arbanking(report: Report) -> str:
    """Return the public data set beside what was published on it."""
    title = "On public text: ArBanking77"
    if report.arbanking is None:
        return section("arbanking", title, says(_NOT_RUN["arbanking"]))
    return section("arbanking", title, *_arbanking(report.arbanking))


def _arbanking(told: ArBanking) -> list[str]:
    settings = ", ".join(f"{name} {value}" for name, value in told.settings.items())
    head = ("test", "lines", "first guess right", "macro-F1", "AraBERT, as published")
    return [
        says(
            "Questions of bank customers, which no part of the product was made for.",
            f"The product's own pipeline was trained on their {told.examples} examples of "
            f"{told.labels} intents, in {told.train_cpu_seconds:.0f} s of CPU, with its present "
            f"settings: {settings}.",
            "Nothing of them goes into the product.",
        ),
        table((*head, "first three", "ECE"), [_public_test(test) for test in told.tests]),
        says(
            "Published: F1 of AraBERT, fine-tuned on a GPU with added text; Jarrar et al., "
            "ArBanking77, ArabicNLP 2023. The data: SinaLab, CC BY-SA 4.0.",
        ),
    ]


def _public_test(test: PublicTest) -> list[str]:
    return [
        test.variety,
        number(test.score.accuracy.lines),
        measured(test.score.accuracy),
        bar(test.score.macro_f1),
        bar(test.published),
        bar(test.score.among_three),
        percent(test.error),
    ]
