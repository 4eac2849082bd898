"""Names of places in the spellings that people give them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from nlu.entities.lexicon import load

_MOST_CHANGES: Final = 2


class Spellings:
    """The changes by which one name is spelled otherwise, kept as data in the lexicon."""

    def __init__(self, path: Path) -> None:
        spellings = load(path)
        self._changes = [(re.compile(one["from"]), one["to"]) for one in spellings["changes"]]
        self._never = frozenset(spellings["never"])

    def of(self, name: str) -> set[str]:
        """Return a name and what it is spelled like after one change or two."""
        plain = name.lower().replace("-", " ")
        names = newest = {plain}
        for _ in range(_MOST_CHANGES):
            newest = {other for one in newest for other in self._changed(one)} - names
            names = names | newest
        return names - self._never

    def _changed(self, name: str) -> Iterator[str]:
        for pattern, spellings in self._changes:
            if pattern.search(name):
                yield from (pattern.sub(spelling, name) for spelling in spellings)
