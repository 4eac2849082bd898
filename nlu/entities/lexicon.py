"""The lexicon: which words play which part, kept as data beside the code."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from nlu.arabic import CONJUNCTION_PREFIXES, LIGHT_PREFIXES
from nlu.entities.phrases import Found, Phrases, Wording
from nlu.entities.reading import Reading

# What an entry says besides its words, such as {"unit": "day", "count": 2}.
Meaning: TypeAlias = Mapping[str, Any]

DIGITS: Final = "digits"
WITH_PREPOSITIONS: Final = "with_prepositions"
LANGUAGES: Final = ("ar", "en", "ur")


def load(path: Path) -> Any:
    """Return what a YAML file of data says."""
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=yaml.CSafeLoader)


def entries(listed: Sequence[Meaning]) -> Iterator[tuple[Wording, Meaning]]:
    """Yield each entry of a list as its words by language and its meaning."""
    for entry in listed:
        wording = {language: entry[language] for language in LANGUAGES if language in entry}
        yield wording, {key: entry[key] for key in entry if key not in LANGUAGES}


class Vocabulary:
    """The common words that the readers of one text share, each with the parts it may play.

    A conjunction may be glued to any of them, a preposition only to the parts that its file
    lists under `with_prepositions`.
    """

    def __init__(self, *files: Path) -> None:
        self._phrases: Phrases[tuple[str, Meaning]] = Phrases(prefixes=LIGHT_PREFIXES)
        self._prepositional: set[str] = set()
        for file in files:
            self._learn(load(file))

    def read(self, reading: Reading) -> "Words":
        """Return the parts that the words of a text play."""
        return Words(self._phrases, self._prepositional, reading)

    def _learn(self, roles: Mapping[str, Sequence[Any]]) -> None:
        self._prepositional.update(roles.get(WITH_PREPOSITIONS, ()))
        for role in roles.keys() - {WITH_PREPOSITIONS}:
            for wording, meaning in entries(roles[role]):
                self._phrases.learn(wording, (role, meaning))


class Words:
    """The parts that the words of one text play, looked up once for all readers."""

    def __init__(
        self,
        phrases: Phrases[tuple[str, Meaning]],
        prepositional: Collection[str],
        reading: Reading,
    ) -> None:
        self.reading = reading
        self._phrases = phrases
        self._prepositional = prepositional
        # After the last word there is one that plays no part: readers may look one ahead.
        self._parts = [*map(self._look_up, range(len(reading.tokens))), {}]

    def __len__(self) -> int:
        """Return how many words there are."""
        return len(self.reading.tokens)

    def at(self, index: int, role: str) -> Found[Meaning] | None:
        """Return the longest phrase that plays a part from a word on, if any."""
        return self._parts[index].get(role)

    def plays(self, index: int, roles: frozenset[str]) -> bool:
        """Tell whether a phrase that plays one of the parts begins at a word.

        A number in digits plays the part DIGITS.
        """
        return not roles.isdisjoint(self._parts[index])

    def meanings(self, index: int, role: str) -> Sequence[Meaning]:
        """Return all that a phrase may mean in a part: there are two feasts called Eid."""
        longest = self._parts[index].get(role)
        if longest is None:
            return []
        found = (one for one in self._found_at(index) if one.value[0] == role)
        return [one.value[1] for one in found if one.after == longest.after]

    def past(self, index: int, *roles: str) -> int:
        """Return where one goes on after phrases that may or may not be there, in this order."""
        for role in roles:
            found = self._parts[index].get(role)
            index = found.after if found else index
        return index

    def before(self, index: int, *roles: str) -> bool:
        """Tell whether the word before plays one of the parts, by itself."""
        return index > 0 and any(role in self._parts[index - 1] for role in roles)

    def conjunction_of(self, index: int) -> str:
        """Return what is glued to a word only to join it to the sentence before it."""
        prefixes = (found.prefix for found in self._parts[index].values())
        first_letter = min(prefixes, key=len, default="")[:1]
        return first_letter if first_letter in CONJUNCTION_PREFIXES else ""

    def _look_up(self, index: int) -> dict[str, Found[Meaning]]:
        parts: dict[str, Found[Meaning]] = {}
        if self.reading.tokens[index].is_number:
            parts[DIGITS] = Found({}, index, index + 1)
        for found in self._found_at(index):
            role, meaning = found.value
            if role not in parts or found.after > parts[role].after:
                parts[role] = Found(meaning, index, found.after, found.prefix)
        return parts

    def _found_at(self, index: int) -> Iterator[Found[tuple[str, Meaning]]]:
        for found in self._phrases.at(self.reading, index):
            if found.prefix in CONJUNCTION_PREFIXES or found.value[0] in self._prepositional:
                yield found
