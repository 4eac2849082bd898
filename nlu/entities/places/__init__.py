"""Where something happened, read from the areas, addresses and landmarks that are named."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from nlu.entities.lexicon import Words
from nlu.entities.phrases import Phrases
from nlu.entities.places.areas import Area
from nlu.entities.places.landmarks import landmark_at
from nlu.entities.places.parts import INSIDE, Part, part_at
from nlu.entities.reading import Entity

_MOST_GLUE: Final = 2
_TO_LANDMARKS: Final = frozenset(("near_cue", "landmark"))
_ROADS: Final = frozenset(("block", "street", "avenue"))
_KEYS: Final = ("area", "governorate", "block", "street", "avenue", "house", "landmark")


def read_places(words: Words, areas: Phrases[Area]) -> Iterator[Entity]:
    """Yield the places of a text, the parts of one address as one place."""
    run: list[Part] = []
    for part in _parts(words, areas):
        if run and not _goes_on(words, run, part):
            yield from _place(words, run)
            run = []
        run.append(part)
    yield from _place(words, run)


def _parts(words: Words, areas: Phrases[Area]) -> Iterator[Part]:
    index = 0
    while index < len(words):
        landmark = landmark_at(words, index) if words.plays(index, _TO_LANDMARKS) else None
        if landmark:
            yield landmark
        part = part_at(words, areas, index)
        if part:
            yield part
        # A landmark may have an area in its name: "the Salmiya co-op".
        index = part.after if part else index + 1


def _goes_on(words: Words, run: Sequence[Part], part: Part) -> bool:
    if part.key in {known.key for known in run} - {INSIDE} and not _narrows(run, part):
        return False
    if part.area and any(_lies_elsewhere(known, part) for known in run):
        return False
    after = max(known.after for known in run)
    if part.first < after:
        return True
    if part.first - after > _MOST_GLUE or words.reading.ends_sentence(after, lines=False):
        return False
    return words.past(after, *["address_glue"] * _MOST_GLUE) >= part.first


def _narrows(run: Sequence[Part], part: Part) -> bool:
    # "Jahra, Naeem": the governorate's name and an area of it; not "to Jahra" nor "and Jahra".
    areas = [known.area for known in run if known.key == part.key == "area" and known.area]
    if len(areas) != 1 or not part.area or part.prefix:
        return False
    return areas[0].is_wide != part.area.is_wide


def _lies_elsewhere(known: Part, part: Part) -> bool:
    if not known.area or not part.area:
        return False
    return known.area.governorate != part.area.governorate


def _place(words: Words, run: Sequence[Part]) -> Iterator[Entity]:
    if not run or not (_is_place(run) or _is_whole_text(words, run)):
        return
    after = max(part.after for part in run)
    first, prefix = run[0].first, run[0].prefix
    value = {"text": words.reading.words(first, after, prefix=prefix), **_told(run)}
    yield words.reading.entity("place", words.reading.span(first, after, prefix=prefix), value)


def _is_place(run: Sequence[Part]) -> bool:
    keys = {part.key for part in run} - {INSIDE}
    return any(part.sure for part in run) or (len(keys) > 1 and not _ROADS.isdisjoint(keys))


def _is_whole_text(words: Words, run: Sequence[Part]) -> bool:
    return run[0].first == 0 and run[-1].after == len(words) and run[0].key != INSIDE


def _told(run: Sequence[Part]) -> dict[str, str]:
    of_areas = ({"governorate": part.area.governorate} for part in run if part.area)
    # Of two areas the narrower one is told last, so that it counts.
    wide_first = sorted(run, key=lambda part: part.area is None or not part.area.is_wide)
    of_parts = ({part.key: part.value} for part in wide_first)
    told = {key: value for part in chain(of_areas, of_parts) for key, value in part.items()}
    return {key: told[key] for key in _KEYS if key in told}
