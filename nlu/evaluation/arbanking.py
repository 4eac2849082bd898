"""ArBanking77: the product's own pipeline on a public data set, beside published figures.

Intents of bank customers in 77 classes (Jarrar et al., ArabicNLP 2023; CC BY-SA 4.0). It is only
measured on: nothing of it goes into the project, its training text or its models.
"""

from __future__ import annotations

import csv
import time
from dataclasses import asdict
from pathlib import Path
from typing import Final

from nlu.evaluation.calibration import calibrate
from nlu.evaluation.figures import score
from nlu.evaluation.heldout import Guess, Line
from nlu.evaluation.product import Embed, product_settings, read_as_product
from nlu.evaluation.report import ArBanking, PublicTest
from nlu.text_model import TextModel

_TRAINING: Final = "Banking77_Arabized_MSA_PAL_train.csv"
_TESTS: Final = {
    "MSA": ("Banking77_Arabized_MSA_test.csv", 0.9209),
    "Palestinian": ("Banking77_Arabized_PAL_test.csv", 0.8995),
}


def measure(folder: Path, embed: Embed) -> ArBanking:
    """Train on its training text and return what its tests say."""
    lines, settings = read(folder / _TRAINING, "training"), product_settings()
    folded, rows = read_as_product([line.text for line in lines], embed)
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
    rankings = model.rank_all(*read_as_product([line.text for line in lines], embed))
    guesses = [Guess(line, ranking) for line, ranking in zip(lines, rankings, strict=True)]
    return PublicTest(variety, score(guesses), calibrate(guesses).error, published)


def read(path: Path, variety: str) -> list[Line]:
    """Return the lines of one of its files."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Line(variety, row["label"], row["text"]) for row in csv.DictReader(file)]
