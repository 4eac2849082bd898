"""Our model beside Rasa's own classifiers, on the same text."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from nlu.evaluation import stock
from nlu.evaluation.calibration import calibrate
from nlu.evaluation.facts import latency
from nlu.evaluation.figures import score
from nlu.evaluation.heldout import HELD_OUT, ROOT, Guess, Line
from nlu.evaluation.report import Contender

_KEPT: Final = ROOT / ".shakwa" / "evaluation"
_DATA: Final = ROOT / "nlu" / "data"
_TEXT: Final = (_DATA / "intents", _DATA / "categories", HELD_OUT)
_LOGISTIC: Final = "Rasa: LogisticRegressionClassifier"
DIET: Final = "diet.json"


def logistic_regression(agency_of: Mapping[str, str], *, quick: bool) -> list[Contender]:
    """Return Rasa's logistic regression; it is trained once for each state of the text.

    `quick` takes the last one instead, and says so: a training takes minutes.
    """
    kept = _KEPT / f"logistic_regression-{_state()}.json"
    if kept.exists():
        return contenders(_LOGISTIC, kept, agency_of)
    if quick:
        earlier = sorted(_KEPT.glob("logistic_regression-*.json"), key=_written)
        return (
            contenders(f"{_LOGISTIC}, on earlier text", earlier[-1], agency_of) if earlier else []
        )
    module = ["-m", "nlu.evaluation.stock", "logistic_regression"]
    run_apart([sys.executable, *module, "--out", str(kept)])
    return contenders(_LOGISTIC, kept, agency_of)


def run_diet(out: Path) -> None:
    """Train DIET on everything, which takes hours, in an environment that uv makes for it."""
    script = str(ROOT / "benchmarks" / "diet.py")
    run_apart([sys.executable, script, "--out", str(out.absolute())])


def diet(out: Path, agency_of: Mapping[str, str]) -> list[Contender]:
    """Return what DIET reached when it was run; nothing when it was not."""
    return contenders("Rasa: DIETClassifier", out, agency_of) if out.exists() else []


def run_apart(command: Sequence[str]) -> None:
    """Run a command with its output in a log."""
    _KEPT.mkdir(parents=True, exist_ok=True)
    with (_KEPT / "stock.log").open("wb") as log:
        done = subprocess.run(  # noqa: S603
            command, cwd=ROOT, stdout=log, stderr=log, check=False
        )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed; see {_KEPT / 'stock.log'}")


def contenders(name: str, path: Path, agency_of: Mapping[str, str]) -> list[Contender]:
    """Return the figures of both kinds of label from the guesses in a file."""
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return [_contender(name, kind, told, agency_of) for kind in stock.KINDS]


def _contender(
    name: str, kind: str, told: Mapping[str, Any], agency_of: Mapping[str, str]
) -> Contender:
    run: dict[str, Any] = told[kind]
    rows: list[dict[str, Any]] = run["rows"]
    guesses = [_guess(row) for row in rows]
    return Contender(
        name=name,
        kind=kind,
        score=score(guesses, agency_of if kind == "categories" else None),
        error=calibrate(guesses).error,
        latency=latency([row["cpu_ms"] for row in rows]),
        train_cpu_seconds=run["train_cpu_seconds"],
        note=_note(told, run["examples"]),
    )


def _guess(row: Mapping[str, Any]) -> Guess:
    ranking = [(label, chance) for label, chance in row["ranking"]]
    return Guess(Line(row["variety"], row["label"], row["text"]), ranking)


def _note(told: Mapping[str, Any], examples: int) -> str:
    notes = [f"{examples} examples"]
    if told["classifier"] == "diet":
        notes.append(f"{told['epochs']} epochs")
    if told["per_label"]:
        notes.append(f"only {told['per_label']} examples of each label: not comparable")
    if told["every"] > 1:
        notes.append(f"asked every {told['every']}th line")
    return ", ".join(notes)


def _written(path: Path) -> float:
    return path.stat().st_mtime


def _state() -> str:
    """Return a hash of all that the guesses of a stock pipeline depend on."""
    digest = hashlib.sha256(Path(stock.__file__).read_bytes())
    for folder in _TEXT:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]
