"""Rasa's own pipelines, trained on the training text and asked for the held-out lines.

    python -m nlu.evaluation.stock logistic_regression --out FILE

It runs in a process of its own: what Rasa prints stays out of the way, and DIET needs an
environment with TensorFlow (benchmarks/diet.py). Guesses are written; figures come later.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

from nlu import rasa_setup
from nlu.evaluation.heldout import HELD_OUT, ROOT, Line, read_lines

rasa_setup.prepare()

import yaml  # noqa: E402
from rasa import model_training  # noqa: E402
from rasa.core.agent import load_agent  # noqa: E402
from rasa.shared.nlu.constants import INTENT, TEXT  # noqa: E402
from rasa.shared.nlu.training_data.loading import load_data  # noqa: E402
from rasa.utils.log_utils import configure_structlog  # noqa: E402

from nlu.taxonomy import category_of  # noqa: E402

KINDS: Final = ("intents", "categories")
_FEATURES: Final[list[dict[str, Any]]] = [  # what `rasa init` writes
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]
_DIET: Final = {"name": "DIETClassifier", "entity_recognition": False, "random_seed": 0}
_CLASSIFIERS: Final[dict[str, dict[str, Any]]] = {
    "logistic_regression": {"name": "LogisticRegressionClassifier"},
    "diet": {**_DIET, "constrain_similarities": True},
}

Example = tuple[str, str]  # text, label


def training_text(kind: str) -> list[Example]:
    """Return the same text that our classifier of this kind learns from."""
    data = load_data(str(ROOT / "nlu" / "data" / "categories"))
    if kind == "intents":
        data = data.merge(load_data(str(ROOT / "nlu" / "data" / "intents")))
    told = [(example.get(TEXT), _label(kind, example)) for example in data.nlu_examples]
    return [(text, label) for text, label in told if text and label]


def _label(kind: str, example: Any) -> str | None:
    if kind == "intents":
        return example.get(INTENT)
    return category_of(example)


def some_of_each(examples: Sequence[Example], most: int) -> list[Example]:
    """Return at most so many examples of each label, the same ones every time; all for 0."""
    by_label: defaultdict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_label[example[1]].append(example)
    chance = random.Random(0)  # noqa: S311 - nothing secret is drawn
    return [
        example
        for group in by_label.values()
        for example in (chance.sample(group, min(most, len(group))) if most else group)
    ]


def run(kind: str, text: Sequence[Example], asked: argparse.Namespace) -> dict[str, Any]:
    """Train on one kind of label and return the guesses, with what they cost."""
    examples = some_of_each(text, asked.per_label)
    lines = read_lines(HELD_OUT / kind)[:: asked.every]
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        model = _train(Path(folder), examples, asked.classifier, asked.epochs)
        spent = time.process_time() - started
        rows = asyncio.run(_ask(model, lines))
    return {"examples": len(examples), "train_cpu_seconds": spent, "rows": rows}


def _train(folder: Path, examples: Sequence[Example], classifier: str, epochs: int) -> str:
    kept = [{"text": text, "intent": label} for text, label in examples]
    data = folder / "nlu.json"
    data.write_text(json.dumps({"rasa_nlu_data": {"common_examples": kept}}), "utf-8")
    last = dict(_CLASSIFIERS[classifier])
    if classifier == "diet":
        last["epochs"] = epochs
    config = {"recipe": "default.v1", "language": "ar", "pipeline": [*_FEATURES, last]}
    (folder / "config.yml").write_text(yaml.safe_dump(config), "utf-8")
    train_nlu = cast("Any", model_training).train_nlu
    model = train_nlu(str(folder / "config.yml"), str(data), str(folder))
    if model is None:
        raise RuntimeError(f"Rasa did not train {classifier}")
    return model


async def _ask(model: str, lines: Sequence[Line]) -> list[dict[str, Any]]:
    agent = await load_agent(model)
    await agent.parse_message(lines[0].text)
    return [await _row(agent, line) for line in lines]


async def _row(agent: Any, line: Line) -> dict[str, Any]:
    started = time.process_time()
    said = await agent.parse_message(line.text)
    spent = (time.process_time() - started) * 1000
    ranking = [[one["name"], float(one["confidence"])] for one in said["intent_ranking"]]
    return {**vars(line), "ranking": ranking, "cpu_ms": spent}


def main() -> None:
    """Run both kinds with one classifier and write what it guessed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("classifier", choices=_CLASSIFIERS)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=100, help="of DIET")
    parser.add_argument("--per-label", type=int, default=0, help="examples of each label; 0: all")
    parser.add_argument("--every", type=int, default=1, help="ask only every so-manieth line")
    asked = parser.parse_args()
    configure_structlog(logging.ERROR)
    settings = {**vars(asked), "out": asked.out.name}
    texts = {kind: training_text(kind) for kind in KINDS}  # at once, before hours of training
    runs = {kind: run(kind, text, asked) for kind, text in texts.items()}
    write(asked.out, {**settings, **runs})


def write(out: Path, told: dict[str, Any]) -> None:
    """Keep the guesses of both kinds, and how they were come by."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(told, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
