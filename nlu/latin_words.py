"""Which language words in Latin letters belong to, by lists of them and by how they look."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import exp, log, prod
from typing import Final

# A word of rank r is taken to be as common as 1/(r + _FLATTENED).
_FLATTENED: Final = 20
_KNOWN: Final = 0.9  # how much of a language its list is taken to hold
# A letter's chance is mixed of how often it came after the two before it, after one, and ever.
_AFTER_TWO: Final = 0.6
_AFTER_ONE: Final = 0.35
_UNSEEN: Final = 0.05
_LETTERS: Final = 40
_LEAST: Final = 1e-300
_LOOKS: Final = 0.5  # how far the looks of a word are trusted that no language lists


class LatinWords:
    """Ranks languages for words, by each language's commonest words in their order.

    `borrowed` says which share of one language's words is taken from another.
    """

    def __init__(
        self,
        lists: Mapping[str, Sequence[str]],
        chances: Mapping[str, float],
        borrowed: Mapping[tuple[str, str], float],
    ) -> None:
        self._languages = {language: _Words(words) for language, words in lists.items()}
        least = min(chances.values())
        self._chances = {language: log(chances.get(language, least)) for language in lists}
        self._borrowed = borrowed
        self._of = lru_cache(maxsize=4096)(self._logs_of)

    def rank(self, words: Iterable[str]) -> list[tuple[str, float]]:
        """Return every language with its probability, the likeliest first."""
        logs = dict(self._chances)
        for word in words:
            for language, told in self._of(word):
                logs[language] += told
        highest = max(logs.values())
        weights = {language: exp(value - highest) for language, value in logs.items()}
        whole = sum(weights.values())
        ranked = sorted(weights, key=weights.__getitem__, reverse=True)
        return [(language, weights[language] / whole) for language in ranked]

    def knows(self, language: str, word: str) -> bool:
        """Tell whether a word stands in a language's list."""
        return word in self._languages[language]

    def _logs_of(self, word: str) -> Sequence[tuple[str, float]]:
        own = {language: words.chance(word) for language, words in self._languages.items()}
        chances = dict(own)
        for (language, lender), share in self._borrowed.items():
            chances[language] += share * (own[lender] - own[language])
        listed = any(word in words for words in self._languages.values())
        trust = 1 if listed else _LOOKS
        return [(language, trust * log(chance)) for language, chance in chances.items()]


class _Words:
    """How common a language's words are; unlisted ones by their letters."""

    def __init__(self, words: Sequence[str]) -> None:
        weights = {word: 1 / (rank + _FLATTENED) for rank, word in enumerate(words)}
        whole = sum(weights.values())
        self._weights = {word: weight / whole for word, weight in weights.items()}
        self._after: dict[str, Counter[str]] = defaultdict(Counter)
        for word in words:
            for before, letter in _steps(word):
                self._after[before][letter] += 1
                self._after[before[1:]][letter] += 1
        self._totals = {before: sum(counts.values()) for before, counts in self._after.items()}

    def __contains__(self, word: str) -> bool:
        """Tell whether a word is listed."""
        return word in self._weights

    def chance(self, word: str) -> float:
        """Return the chance of meeting a word."""
        spelled = prod(self._next(before, letter) for before, letter in _steps(word))
        return _KNOWN * self._weights.get(word, 0) + (1 - _KNOWN) * max(spelled, _LEAST)

    def _next(self, before: str, letter: str) -> float:
        chance = _UNSEEN / _LETTERS
        for context, weight in ((before, _AFTER_TWO), (before[1:], _AFTER_ONE)):
            total = self._totals.get(context)
            chance += weight * (self._after[context][letter] / total if total else 1 / _LETTERS)
        return chance


def _steps(word: str) -> Iterator[tuple[str, str]]:
    """Yield each letter of a word after the two before it, and the word's end."""
    padded = f"  {word} "
    for place in range(2, len(padded)):
        yield padded[place - 2 : place], padded[place]
