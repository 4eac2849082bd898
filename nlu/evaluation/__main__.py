"""Measures the newest model and writes `understanding.html` and `understanding.json`.

    python -m nlu.evaluation --out reports [--arbanking FOLDER] [--diet N] [--train] [--quick]

Whatever was not asked for, the page says so.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
from dataclasses import replace
from pathlib import Path

from nlu import rasa_setup

rasa_setup.prepare()

from rasa.utils.log_utils import configure_structlog  # noqa: E402

from nlu.dialogue import Dialogue  # noqa: E402
from nlu.evaluation import arbanking, baselines  # noqa: E402
from nlu.evaluation.asking import ask  # noqa: E402
from nlu.evaluation.facts import facts, train_now  # noqa: E402
from nlu.evaluation.gathering import gather, ours  # noqa: E402
from nlu.evaluation.heldout import HELD_OUT, ROOT, read_lines  # noqa: E402
from nlu.evaluation.page import page  # noqa: E402
from nlu.evaluation.report import Contender, Report  # noqa: E402
from nlu.kept_embeddings import embed_kept  # noqa: E402
from nlu.model_files import newest_model  # noqa: E402
from nlu.taxonomy import agencies_of  # noqa: E402


async def understanding(train_cpu_seconds: float | None) -> Report:
    """Return the report on the newest model, with nothing beside it but itself."""
    path = newest_model()
    dialogue = await Dialogue.load(path)
    turns = await ask(dialogue, read_lines(HELD_OUT / "intents"))
    problems = await ask(dialogue, read_lines(HELD_OUT / "categories"))
    agency_of = agencies_of(ROOT / "jurisdictions" / "kuwait")
    report = gather(facts(path, train_cpu_seconds), turns, problems, agency_of)
    return replace(report, contenders=ours(report, turns, problems))


def beside(report: Report, asked: argparse.Namespace) -> list[Contender]:
    """Return Rasa's own classifiers; DIET as it was run last."""
    _say("Rasa's own classifiers …")
    found = baselines.logistic_regression(report.agency_of, quick=asked.quick)
    if asked.diet is not None:
        baselines.run_diet(asked.out, asked.diet)
    return [*found, *baselines.diet(asked.out, report.agency_of)]


def measure(asked: argparse.Namespace) -> Report:
    """Return the whole report that the command line asks for."""
    train_cpu_seconds = train_now() if asked.train else None
    _say("Held-out lines …")
    report = asyncio.run(understanding(train_cpu_seconds))
    report = replace(report, contenders=[*report.contenders, *beside(report, asked)])
    if asked.arbanking:
        _say("ArBanking77 …")
        report = replace(report, arbanking=arbanking.measure(asked.arbanking, embed_kept))
    return report


def write(report: Report, out: Path) -> None:
    """Write a report as a page and as data."""
    out.mkdir(parents=True, exist_ok=True)
    data = json.dumps(report.as_data(), ensure_ascii=False, indent=1)
    (out / "understanding.json").write_text(data + "\n", "utf-8")
    (out / "understanding.html").write_text(page(report), "utf-8")
    _say(f"Written: {out / 'understanding.html'}")


def _say(words: str) -> None:
    print(words, flush=True)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("reports"))
    parser.add_argument("--arbanking", type=Path, help="the folder of ArBanking77")
    parser.add_argument(
        "--diet", type=int, help="run Rasa's DIET first, on so many examples of each label; 0: all"
    )
    parser.add_argument("--train", action="store_true", help="train first, to tell what it costs")
    parser.add_argument("--quick", action="store_true", help="Rasa's classifiers as last trained")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    configure_structlog(logging.WARNING)
    write(measure(asked), asked.out)


if __name__ == "__main__":
    main()
