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
_STOCK: Final = (sys.executable, "-m", "nlu.evaluation.stock", "logistic_regression")
_NAMES: Final = {
    "shakwa": "Shakwa's classifier",
    "logistic_regression": _LOGISTIC,
    "diet": "Rasa: DIETClassifier",
}
_FEW: Final = {
    "shakwa": "few_shakwa.json",
    "logistic_regression": "few_logistic_regression.json",
    "diet": "diet.json",
}


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
    run_apart([*_STOCK, "--out", str(kept)])
    return contenders(_LOGISTIC, kept, agency_of)


def run_diet(folder: Path, per_label: int) -> None:
    """Train DIET, in an environment that uv makes for it, on so many examples of each label.

    On as few of them the others are trained beside it. 0 is all of them, and takes hours.
    """
    few = ["--per-label", str(per_label)]
    run_apart([sys.executable, str(ROOT / "benchmarks" / "diet.py"), *_into(folder, "diet"), *few])
    if per_label:
        run_apart([*_STOCK, *_into(folder, "logistic_regression"), *few])
        run_apart([sys.executable, "-m", "nlu.evaluation.few", *_into(folder, "shakwa"), *few])


def _into(folder: Path, classifier: str) -> list[str]:
    return ["--out", str(folder.absolute() / _FEW[classifier])]


def diet(folder: Path, agency_of: Mapping[str, str]) -> list[Contender]:
    """Return what DIET reached, and the others on as few examples; nothing when it was not run."""
    return [
        contender
        for classifier, file in _FEW.items()
        if (folder / file).exists()
        for contender in contenders(_NAMES[classifier], folder / file, agency_of)
    ]


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
        notes.append(f"only {told['per_label']} of each label")
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
