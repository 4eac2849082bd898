"""Words and numbers of folded text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# Letters and digits part even without a space: "10am", "block4" and their Arabic likes.
_TOKEN: Final = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True)
class Token:
    """A word or a number, and where it stands in the folded text."""

    text: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        """Tell whether the token is written in digits."""
        return self.text[0].isdecimal()


def split(folded: str) -> Sequence[Token]:
    """Return the words and numbers of a folded text in their order."""
    return [Token(found[0], found.start(), found.end()) for found in _TOKEN.finditer(folded)]
