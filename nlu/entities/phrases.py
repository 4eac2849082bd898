"""Phrases of one or more words, found in a reading wherever they begin."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeAlias, TypeVar

from nlu.arabic import fold
from nlu.entities.reading import Reading
from nlu.entities.tokens import split

T = TypeVar("T")

# How a lexicon words one meaning: its phrases by language (ar, en, ur).
Wording: TypeAlias = Mapping[str, Sequence[str]]

URDU: Final = "ur"
ENGLISH: Final = "en"


@dataclass(frozen=True)
class Found(Generic[T]):
    """A phrase that was met: its meaning, its tokens, and what is glued to its front."""

    value: T
    first: int
    after: int
    prefix: str = ""


class Phrases(Generic[T]):
    """Wordings and what they mean.

    Urdu's words and Arabic's are kept apart, for one spelling means different things in them;
    a name is a name in both.
    """

    def __init__(self, *, prefixes: Collection[str] | None = None, names: bool = False) -> None:
        self._prefixes = prefixes
        self._names = names
        self._heads: Mapping[bool, dict[str, list[tuple[tuple[str, ...], T]]]] = {
            False: defaultdict(list),
            True: defaultdict(list),
        }

    def learn(self, wording: Wording, value: T) -> None:
        """Let every phrase of the wording mean the value."""
        for language, phrases in wording.items():
            for phrase in phrases:
                self._learn(str(phrase), language, value)

    def at(self, reading: Reading, index: int) -> Iterator[Found[T]]:
        """Yield the phrases that begin at a token, those without a prefix first."""
        if not 0 <= index < len(reading.tokens) or reading.inside_latin(index - 1):
            return
        for prefix, tail, value in self._begun(reading, index):
            after = index + 1 + len(tail)
            whole = not tail or reading.goes_on(index + 1, tail)
            if whole and not reading.inside_latin(after):
                yield Found(value, index, after, prefix)

    def longest(self, reading: Reading, index: int) -> Found[T] | None:
        """Return the longest phrase that begins at a token, if any."""
        return max(self.at(reading, index), key=lambda found: found.after, default=None)

    def all(self, reading: Reading) -> Iterator[Found[T]]:
        """Yield the phrases of a text from left to right, the longest of each place."""
        index = 0
        while index < len(reading.tokens):
            found = self.longest(reading, index)
            if found:
                yield found
            index = found.after if found else index + 1

    def _begun(self, reading: Reading, index: int) -> Iterator[tuple[str, tuple[str, ...], T]]:
        heads = self._heads[reading.persian]
        for prefix, rest in reading.variants(index):
            if rest in heads and (self._prefixes is None or prefix in self._prefixes):
                yield from ((prefix, tail, value) for tail, value in heads[rest])

    def _learn(self, phrase: str, language: str, value: T) -> None:
        for persian in (False, True):
            words = [token.text for token in split(fold(phrase, persian=persian))]
            if words and self._serves(language, persian=persian):
                self._heads[persian][words[0]].append((tuple(words[1:]), value))

    def _serves(self, language: str, *, persian: bool) -> bool:
        return self._names or language == ENGLISH or (language == URDU) == persian
