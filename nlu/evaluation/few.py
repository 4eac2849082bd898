"""Our classifier on a few examples of each label: on as few as DIET learns in minutes.

python -m nlu.evaluation.few --per-label 30 --out FILE
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nlu import rasa_setup

rasa_setup.prepare()

from nlu.embedding import embed  # noqa: E402
from nlu.evaluation.heldout import HELD_OUT, Line, read_lines  # noqa: E402
from nlu.evaluation.product import product_settings, read_as_product  # noqa: E402
from nlu.evaluation.stock import KINDS, Example, some_of_each, training_text, write  # noqa: E402
from nlu.kept_embeddings import embed_kept  # noqa: E402
from nlu.text_model import TextModel  # noqa: E402


def run(examples: Sequence[Example], lines: Sequence[Line]) -> dict[str, Any]:
    """Train on examples of one kind of label and return the guesses, with what they cost."""
    folded, embeddings = read_as_product([text for text, _ in examples], embed_kept)
    started = time.process_time()
    labels = [label for _, label in examples]
    model = TextModel.train(product_settings(), folded, embeddings, labels)
    spent = time.process_time() - started
    rows = [_row(model, line) for line in lines]
    return {"examples": len(examples), "train_cpu_seconds": spent, "rows": rows}


def _row(model: TextModel, line: Line) -> dict[str, Any]:
    started = time.process_time()
    (ranking,) = model.rank_all(*read_as_product([line.text], embed))
    spent = (time.process_time() - started) * 1000
    return {**vars(line), "ranking": ranking, "cpu_ms": spent}


def main() -> None:
    """Run both kinds and write what was guessed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--per-label", type=int, required=True)
    asked = parser.parse_args()
    runs = {
        kind: run(some_of_each(training_text(kind), asked.per_label), read_lines(HELD_OUT / kind))
        for kind in KINDS
    }
    write(asked.out, {"classifier": "shakwa", "per_label": asked.per_label, "every": 1, **runs})


if __name__ == "__main__":
    main()
