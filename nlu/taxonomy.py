"""Which agency each category belongs to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def agencies_of(jurisdiction: Path) -> dict[str, str]:
    """Return category code -> agency code of a jurisdiction's folder."""
    taxonomy: Any = yaml.safe_load((jurisdiction / "taxonomy.yml").read_text("utf-8"))
    return {
        category["code"]: agency["code"]
        for agency in taxonomy["agencies"]
        for category in agency["categories"]
    }
