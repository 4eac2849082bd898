"""Trains a model; its name carries the date and a hash of all that it was made of."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from nlu import rasa_setup
from nlu.model_files import MODELS

_ROOT = Path(__file__).parents[1]
_LOG = MODELS / "training.log"
_APART = frozenset({".venv", "evaluation"})  # folders of nlu/ that a model does not depend on
_KEPT = 3  # models: the present one and two to go back to


def sources() -> Iterator[Path]:
    """Yield every file that a model depends on."""
    yield from (_ROOT / "config.yml", _ROOT / "domain.yml")
    for folder, pattern in (("data", "*.yml"), ("lexicon", "*.yml"), ("", "*.py")):
        yield from sorted((_ROOT / "nlu" / folder).rglob(pattern))
    yield from sorted((_ROOT / "jurisdictions").rglob("*.yml"))


def data_hash() -> str:
    """Return a short hash of the sources: the same one means the same model."""
    digest = hashlib.sha256()
    for path in sources():
        if _APART.isdisjoint(path.parts):
            digest.update(f"{path.relative_to(_ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def find_current() -> Path | None:
    """Return the model made of the present sources, if there is one."""
    return next(MODELS.glob(f"*-{data_hash()}.tar.gz"), None)


def train() -> Path:
    """Train on the present sources and return the model's path."""
    name = f"{datetime.now(timezone.utc):%Y%m%d-%H%M%S}-{data_hash()}"
    with _output_in(_LOG):
        rasa_setup.prepare()
        from rasa import model_training

        from nlu import quick_training

        quick_training.quicken()
        result = model_training.train(
            domain=str(_ROOT / "domain.yml"),
            config=str(_ROOT / "config.yml"),
            training_files=str(_ROOT / "nlu" / "data"),
            output=str(MODELS),
            fixed_model_name=name,
            force_training=True,
        )
    if result.code or result.model is None:
        sys.exit(f"Training failed; see {_LOG}")
    for old in sorted(MODELS.glob("*.tar.gz"))[:-_KEPT]:
        old.unlink()
    return Path(result.model)


@contextmanager
def _output_in(log: Path) -> Generator[None, None, None]:
    """Send what Rasa prints, hundreds of progress bars among it, to a file."""
    kept = [os.dup(number) for number in (1, 2)]
    with log.open("wb") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
        try:
            yield
        finally:
            for number, copy in zip((1, 2), kept):  # noqa: B905 - as many as there are
                os.dup2(copy, number)
                os.close(copy)


def main() -> None:
    """Train, and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--if-needed", action="store_true", help="only if the sources changed")
    if parser.parse_args().if_needed and (current := find_current()):
        print(f"The model is current: {current.stem.removesuffix('.tar')}")
        return
    print("Training the model (about a minute) …", flush=True)
    started = time.monotonic()
    model = train()
    print(f"Trained {model.stem.removesuffix('.tar')} in {time.monotonic() - started:.0f} s.")


if __name__ == "__main__":
    main()
