"""Numbers as they are typed: groups of digits, with what may stand between them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from nlu.entities.reading import Reading

_GROUP: Final = re.compile(r"\d+")
# What people put inside of one number; a longer gap or another mark ends it.
_INSIDE: Final = re.compile(r"[ \-()./]{1,3}")
_MOST_GROUPS: Final = 8


@dataclass(frozen=True)
class Group:
    """Some digits that stand together, and where they are in the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Typed:
    """Consecutive groups that may be one number."""

    groups: Sequence[Group]
    begins: bool  # nothing of the same row of digits stands before
    ends: bool  # nor after

    @property
    def digits(self) -> str:
        """All digits together."""
        return "".join(group.text for group in self.groups)

    @property
    def sizes(self) -> Sequence[int]:
        """How many digits each group has."""
        return [len(group.text) for group in self.groups]

    @property
    def span(self) -> tuple[int, int]:
        """Where the number stands in the text."""
        return self.groups[0].start, self.groups[-1].end


def rows(reading: Reading) -> Iterator[Sequence[Group]]:
    """Yield the rows of digit groups which only spaces, dashes and the like divide."""
    plain = reading.plain
    row: list[Group] = []
    for found in _GROUP.finditer(plain):
        gap = plain[row[-1].end : found.start()] if row else ""
        if row and not _INSIDE.fullmatch(gap):
            yield row
            row = []
        row.append(Group(found[0], found.start(), found.end()))
    if row:
        yield row


def typed_from(row: Sequence[Group], first: int, longest: int) -> Iterator[Typed]:
    """Yield the numbers that a group may begin, the one of most groups first."""
    afters = range(min(len(row), first + _MOST_GROUPS), first, -1)
    for after in afters:
        groups = row[first:after]
        if sum(len(group.text) for group in groups) <= longest:
            yield Typed(groups, begins=first == 0, ends=after == len(row))
