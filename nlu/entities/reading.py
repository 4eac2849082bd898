"""A turn's text as the entity readers see it: words in one spelling, each with its place."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, TypeAlias

from nlu.arabic import (
    CLAUSE_ENDS,
    MELTED,
    SENTENCE_ENDS,
    fold_with_map,
    proclitics,
)
from nlu.arabic import is_persian as written_in_persian
from nlu.entities.plain import plain_numbers
from nlu.entities.tokens import Token, split

# As Rasa has it: entity, start, end, value, extractor, and what a kind has of its own.
Entity: TypeAlias = dict[str, Any]

EXTRACTOR: Final = "EntityReader"
LONGEST_READ: Final = 4000


class Reading:
    """One text, folded and split into words once for all readers."""

    def __init__(self, text: str) -> None:
        self.text = text[:LONGEST_READ]
        self.persian = written_in_persian(self.text)
        self._folded = fold_with_map(self.text, persian=self.persian)
        self.tokens: Sequence[Token] = split(self._folded.text)
        self._texts = tuple(token.text for token in self.tokens)
        self._spans = [self._folded.span(token.start, token.end) for token in self.tokens]
        self._joined = frozenset(_joined_in_latin(self.tokens))

    @cached_property
    def plain(self) -> str:
        """The original text with its numbers in ASCII, every character in its place."""
        return plain_numbers(self.text)

    @cached_property
    def _token_ends(self) -> Mapping[int, int]:
        return {span[1]: index + 1 for index, span in enumerate(self._spans)}

    @cached_property
    def token_starts(self) -> Mapping[int, int]:
        """Which token begins at a place of the original text."""
        return {span[0]: index for index, span in enumerate(self._spans)}

    def tokens_of(self, span: tuple[int, int]) -> tuple[int, int] | None:
        """Return the first token of a span of the original text and the one after its last.

        A span that cuts a token has none: a tatweel between digits joins them.
        """
        first, after = self.token_starts.get(span[0]), self._token_ends.get(span[1])
        return (first, after) if first is not None and after is not None else None

    def variants(self, index: int) -> Sequence[tuple[str, str]]:
        """Return the ways to read a token: what is glued to its front, and the rest."""
        return proclitics(self.tokens[index].text)

    def goes_on(self, index: int, words: tuple[str, ...]) -> bool:
        """Tell whether the text goes on with these words from a token on."""
        return self._texts[index : index + len(words)] == words

    def span(self, first: int, after: int, *, prefix: str = "") -> tuple[int, int]:
        """Return where tokens first up to after stand, without what is glued to the first.

        The preposition that has melted into the article cannot be taken off again.
        """
        glued = 0 if prefix.endswith(MELTED) else len(prefix)
        start = self.tokens[first].start + glued
        return self._folded.offsets[start], self._spans[after - 1][1]

    def folded(self, first: int, after: int) -> str:
        """Return a run of tokens in the one spelling."""
        return " ".join(self._texts[first:after])

    def words(self, first: int, after: int, *, prefix: str = "") -> str:
        """Return the citizen's own words for a run of tokens."""
        start, end = self.span(first, after, prefix=prefix)
        return self.text[start:end]

    def gap(self, index: int) -> str:
        """Return what stands between a token and the one before it."""
        before = self._spans[index - 1][1] if index else 0
        return self.text[before : self._spans[index][0]]

    def joins_latin(self, index: int) -> bool:
        """Tell whether a token and the one before it are one word in Latin letters and digits."""
        return index in self._joined

    def inside_latin(self, index: int) -> bool:
        """Tell whether a token is a digit that stands for a letter within a word: jan6ati."""
        return self.joins_latin(index) and self.joins_latin(index + 1)

    def ends_sentence(self, index: int, *, lines: bool = True) -> bool:
        """Tell whether a sentence, or the text, ends before the token; a line may end one."""
        return self._ends(index, SENTENCE_ENDS if lines else SENTENCE_ENDS.replace("\n", ""))

    def ends_clause(self, index: int) -> bool:
        """Tell whether a clause, or the text, ends before the token."""
        return self._ends(index, CLAUSE_ENDS)

    def entity(self, kind: str, span: tuple[int, int], value: object) -> Entity:
        """Return an entity of the given kind in Rasa's form."""
        place = {"start": span[0], "end": span[1]}
        return {"entity": kind, **place, "value": value, "extractor": EXTRACTOR}

    def _ends(self, index: int, marks: Collection[str]) -> bool:
        if not 0 < index < len(self.tokens):
            return True
        gap = self.gap(index)
        if (gap == "." and self.text.isascii()) or _inside_number(gap, self.tokens, index):
            return False
        return any(char in marks for char in gap)


def _joined_in_latin(tokens: Sequence[Token]) -> Iterator[int]:
    for index, (one, other) in enumerate(pairwise(tokens), start=1):
        if one.end == other.start and one.text.isascii() and other.text.isascii():
            yield index


def _inside_number(gap: str, tokens: Sequence[Token], index: int) -> bool:
    return len(gap) == 1 and tokens[index - 1].is_number and tokens[index].is_number
