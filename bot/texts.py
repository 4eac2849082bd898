"""What the gateway itself says, by response key; the words stand in `nlu/data/responses`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

DEFAULT_LANGUAGE: Final = "ar"


class Texts:
    """The gateway's own texts in each language: key -> language -> text."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self._texts = texts

    def say(self, key: str, language: str | None, **values: str) -> str:
        """Return a text in a language, or in Arabic where that is not one of ours."""
        spoken = self._texts[key]
        return spoken.get(language or DEFAULT_LANGUAGE, spoken[DEFAULT_LANGUAGE]).format(**values)


def load_texts(*paths: Path) -> Texts:
    """Read files of Rasa responses, each with a variation for every language."""
    texts: dict[str, dict[str, str]] = {}
    for path in paths:
        with path.open(encoding="utf-8") as file:
            responses: Mapping[str, Any] = yaml.safe_load(file)["responses"]
        for key, variations in responses.items():
            texts[key] = {_language(variation): variation["text"] for variation in variations}
    return Texts(texts)


def _language(variation: Mapping[str, Any]) -> str:
    conditions: list[dict[str, Any]] = variation.get("condition") or []
    return next((str(c["value"]) for c in conditions if c["name"] == "language"), DEFAULT_LANGUAGE)
