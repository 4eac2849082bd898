"""All entities of a turn, read together and without contradiction."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from nlu.entities.agencies import load_agencies, read_agencies
from nlu.entities.answer_names import read_answer_names
from nlu.entities.identifiers import read_identifiers
from nlu.entities.languages import load_languages, read_languages
from nlu.entities.lexicon import Vocabulary, Words, load
from nlu.entities.places import read_places
from nlu.entities.places.areas import load_areas
from nlu.entities.places.spellings import Spellings
from nlu.entities.ratings import read_ratings
from nlu.entities.reading import Entity, Reading
from nlu.entities.times import read_times
from nlu.entities.wishes import read_wishes

_WORDS: Final = ("numbers", "times", "address", "cues", "answers", "wishes")
# Of these, the former takes the words from the latter; other kinds may share them.
_PRECEDENCE: Final = ("case_number", "civil_id", "phone", "time", "place")


class EntityReader:
    """Reads numbers, times, places and names out of what a citizen writes.

    It is built once from the folder of the lexicon and the jurisdiction's folder.
    """

    def __init__(self, lexicon: Path, jurisdiction: Path) -> None:
        taxonomy = jurisdiction / "taxonomy.yml"
        self._country: str = load(taxonomy)["country"]
        self._vocabulary = Vocabulary(*(lexicon / f"{name}.yml" for name in _WORDS))
        spellings = Spellings(lexicon / "spellings.yml")
        self._areas = load_areas(jurisdiction / "places.yml", spellings)
        self._agencies = load_agencies(taxonomy, lexicon / "agencies.yml")
        self._languages = load_languages(lexicon / "languages.yml")

    def read(self, text: str, now: datetime) -> list[Entity]:
        """Return the entities of a text in their order, as one who writes now means them."""
        words = self._vocabulary.read(Reading(text))
        exclusive = _without_overlaps(self._exclusive(words, now))
        entities = [*exclusive, *self._shared(words)]
        return sorted(entities, key=lambda entity: (entity["start"], entity["end"]))

    def _exclusive(self, words: Words, now: datetime) -> Iterator[Entity]:
        yield from read_identifiers(words, self._country)
        yield from read_times(words, now)
        yield from read_places(words, self._areas)

    def _shared(self, words: Words) -> Iterator[Entity]:
        yield from read_agencies(words, self._agencies)
        yield from read_wishes(words)
        yield from read_answer_names(words)
        yield from read_ratings(words)
        yield from read_languages(words, self._languages)


def _without_overlaps(entities: Iterable[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in sorted(entities, key=lambda entity: _PRECEDENCE.index(entity["entity"])):
        if not any(_overlap(entity, other) for other in kept):
            kept.append(entity)
    return kept


def _overlap(one: Entity, other: Entity) -> bool:
    before, after = one["end"] <= other["start"], other["end"] <= one["start"]
    return not (before or after)
