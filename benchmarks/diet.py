"""DIET, Rasa's own neural classifier, on our training text and our held-out lines.

    uv run --no-sync --project nlu python benchmarks/diet.py [--epochs 100] [--per-label 0]

It needs TensorFlow, which the agent's environment leaves out on purpose, so uv makes one for it
(about 2 GB on the disk). On everything it takes hours; `--per-label 5 --epochs 3` is for trying.
It writes reports/diet.json, and `make evaluate` shows what is in it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("rasa==3.6.21", "setuptools<81")


def main() -> None:
    """Run nlu.evaluation.stock in an environment that has TensorFlow."""
    asked = sys.argv[1:]
    if "--out" not in asked:
        asked = ["--out", str(ROOT / "reports" / "diet.json"), *asked]
    uv = [str(ROOT / "scripts" / "uv"), "run", "--isolated", "--no-project"]
    uv += ["--python", sys.executable]  # uv may not find a 3.10 elsewhere
    for package in PACKAGES:
        uv += ["--with", package]
    command = [*uv, "python", "-m", "nlu.evaluation.stock", "diet", *asked]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2"}
    sys.exit(subprocess.run(command, cwd=ROOT, env=env, check=False).returncode)


if __name__ == "__main__":
    main()
