"""ArBanking77: the product's own pipeline on a public data set, beside published figures.

Intents of bank customers in 77 classes (Jarrar et al., ArabicNLP 2023; CC BY-SA 4.0). It is only
measured on: nothing of it goes into the project, its training text or its models.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

import yaml

from nlu import rasa_setup
from nlu.evaluation.calibration import calibrate
from nlu.evaluation.figures import score
from nlu.evaluation.heldout import ROOT, Guess, Line
from nlu.evaluation.report import ArBanking, PublicTest
from nlu.text_model import Rows, Settings, TextModel

rasa_setup.prepare()

from nlu.components.classifiers import TurnClassifier  # noqa: E402
from nlu.components.development import as_read  # noqa: E402
from nlu.components.normalizer import FOLDED, SPELLED  # noqa: E402

Embed = Callable[[Sequence[str]], Rows]

_TRAINING: Final = "Banking77_Arabized_MSA_PAL_train.csv"
_TESTS: Final = {
    "MSA": ("Banking77_Arabized_MSA_test.csv", 0.9209),
    "Palestinian": ("Banking77_Arabized_PAL_test.csv", 0.8995),
}


def measure(folder: Path, embed: Embed) -> ArBanking:
    """Train on its training text and return what its tests say."""
    lines, settings = read(folder / _TRAINING, "training"), product_settings()
    folded, rows = _read_as_product(lines, embed)
    started = time.process_time()
    model = TextModel.train(settings, folded, rows, [line.label for line in lines])
    return ArBanking(
        examples=len(lines),
        labels=len({line.label for line in lines}),
        settings=asdict(settings),
        train_cpu_seconds=time.process_time() - started,
        tests=[_test(model, folder, variety, embed) for variety in _TESTS],
    )


def _test(model: TextModel, folder: Path, variety: str, embed: Embed) -> PublicTest:
    name, published = _TESTS[variety]
    lines = read(folder / name, variety)
    rankings = model.rank_all(*_read_as_product(lines, embed))
    guesses = [Guess(line, ranking) for line, ranking in zip(lines, rankings, strict=True)]
    return PublicTest(variety, score(guesses), calibrate(guesses).error, published)


def read(path: Path, variety: str) -> list[Line]:
    """Return the lines of one of its files."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Line(variety, row["label"], row["text"]) for row in csv.DictReader(file)]


def product_settings() -> Settings:
    """Return the settings that the model of intents is trained with."""
    pipeline: list[dict[str, Any]] = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))[
        "pipeline"
    ]
    told = next(step for step in pipeline if step["name"].endswith(TurnClassifier.__name__))
    values = {**TurnClassifier.get_default_config(), **told}
    names = [field.name for field in fields(Settings)]
    return Settings(**{name: values[name] for name in names if name in values})


def _read_as_product(lines: Sequence[Line], embed: Embed) -> tuple[list[str], Rows]:
    """Return the folded texts and their embeddings, made by the product's own components."""
    messages = as_read([line.text for line in lines])
    folded: list[str] = [message.get(FOLDED) or "" for message in messages]
    return folded, embed([message.get(SPELLED) or "" for message in messages])
