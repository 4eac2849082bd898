"""What the gateway itself says, by response key; the words stand in `nlu/data/responses`."""

from collections.abc import Mapping
from typing import Final

DEFAULT_LANGUAGE: Final = "ar"


class Texts:
    """The gateway's own texts in each language: key -> language -> text."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self._texts = texts

    def say(self, key: str, language: str | None, **values: str) -> str:
        """Return a text in a language, or in Arabic where that is not one of ours."""
        spoken = self._texts[key]
        return spoken.get(language or DEFAULT_LANGUAGE, spoken[DEFAULT_LANGUAGE]).format(**values)
