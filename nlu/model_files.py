"""Where trained models lie."""

import sys
from pathlib import Path
from typing import Final

MODELS: Final = Path(__file__).parent / "models"


def newest_model(folder: Path = MODELS) -> Path:
    """Return the model that was trained last; exits with one clear line when there is none."""
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not models:
        sys.exit(f"No model in {folder}: run `make train` first.")
    return models[-1]
