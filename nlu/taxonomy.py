"""What the agent reads of a jurisdiction's taxonomy."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

_TOLD: Final = ("ar", "en", "covers")


def agencies_of(jurisdiction: Path) -> dict[str, str]:
    """Return category code -> agency code of a jurisdiction's folder."""
    return {
        category["code"]: agency["code"]
        for agency in _agencies(jurisdiction)
        for category in agency["categories"]
    }


@lru_cache(maxsize=4)
def mandates_of(jurisdiction: Path) -> dict[str, dict[str, str]]:
    """Return agency code -> language -> what the agency is responsible for."""
    return {agency["code"]: agency["mandate"] for agency in _agencies(jurisdiction)}


def descriptions(jurisdiction: Path) -> list[tuple[str, str]]:
    """Return what the taxonomy itself says of each category: code and text, several of each."""
    return [
        (category["code"], str(category[told]))
        for agency in _agencies(jurisdiction)
        for category in agency["categories"]
        for told in _TOLD
        if category.get(told)
    ]


def category_of(example: Any) -> str | None:
    """Return the category that a training example of a problem is labelled with."""
    metadata: dict[str, Any] = example.get("metadata") or {}
    intent: dict[str, Any] = metadata.get("intent") or {}
    return intent.get("category")


def _agencies(jurisdiction: Path) -> list[dict[str, Any]]:
    return yaml.safe_load((jurisdiction / "taxonomy.yml").read_text("utf-8"))["agencies"]
