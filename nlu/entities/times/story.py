"""A story that is being read for its times."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from nlu.entities.lexicon import Words
from nlu.entities.times.fragments import Clock, Fragment
from nlu.entities.times.written import WrittenDate


@dataclass(frozen=True)
class Story:
    """The words of a text, what is written in numbers among them, and when it was written."""

    words: Words
    now: datetime
    clocks: Mapping[int, tuple[Clock, int]]
    dates: Mapping[int, WrittenDate]

    @property
    def today(self) -> date:
        """The day on which the text was written."""
        return self.now.date()


# Reads a fragment that begins at a word, if one does.
Reader: TypeAlias = Callable[[Story, int], "Fragment | None"]
