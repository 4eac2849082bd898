"""The parts of an address as they are told: an area, "block 4", "near the mosque"."""

from dataclasses import dataclass
from typing import Final

from nlu.arabic import IN_PREFIXES
from nlu.entities.counts import count_at, ordinal_at
from nlu.entities.lexicon import DIGITS, Words
from nlu.entities.phrases import Found, Phrases
from nlu.entities.places.areas import Area

INSIDE: Final = "inside"

_NUMBERED: Final = (
    ("block_cue", "block"), ("street_cue", "street"), ("avenue_cue", "avenue"),
    ("house_cue", "house"), ("inside_cue", INSIDE),
)  # fmt: skip
_LONGEST_NUMBER: Final = 4


@dataclass(frozen=True)
class Part:
    """One part of an address: its key, what it says, and the words that say it."""

    key: str
    value: str
    first: int
    after: int
    prefix: str = ""
    area: Area | None = None
    sure: bool = True  # it is an address even if nothing else is


def part_at(words: Words, areas: Phrases[Area], index: int) -> Part | None:
    """Return the longest part of an address that begins at a word, if one does."""
    area = area_at(words, areas, index)
    if not words.plays(index, _BEGINNINGS):
        return area
    readers = (reader for reader, roles in _READERS if words.plays(index, roles))
    parts = (area, *(reader(words, index) for reader in readers))
    return max(filter(None, parts), key=lambda part: part.after, default=None)


def area_at(words: Words, areas: Phrases[Area], index: int) -> Part | None:
    """Return the area that is named from a word on, the longest one."""
    found = areas.longest(words.reading, index)
    if found is None:
        return None
    if _means_near(words, index):
        return None
    area = found.value
    sure = not area.is_word or _has_cue(words, found)
    if not sure and words.at(index, "greeting"):
        return None
    key = "area" if area.name else "governorate"
    return Part(key, area.name or area.governorate, index, found.after, found.prefix, area, sure)


def _means_near(words: Words, index: int) -> bool:
    # "behind" in Latin letters is spelled like the area Wara.
    latin = words.reading.tokens[index].text.isascii()
    return latin and bool(words.at(index, "near_cue")) and not words.before(index, "place_cue")


def _has_cue(words: Words, found: Found[Area]) -> bool:
    if words.before(found.first, "place_cue") or words.at(found.after, "place_after"):
        return True
    if _is_inside(words, found):
        return True
    reading = words.reading
    alone = reading.ends_clause(found.first) and reading.ends_clause(found.after)
    return alone and words.at(found.first, "greeting") is None


def _is_inside(words: Words, found: Found[Area]) -> bool:
    # "at noon" is written like "in Dhaher", and "there is no" like "in".
    if words.at(found.first, "part"):
        return False
    there_is = words.at(found.first - 2, "there_is") if found.first > 1 else None
    is_in = words.before(found.first, "in_cue") and there_is is None
    return found.prefix in IN_PREFIXES or is_in


def _numbered_at(words: Words, index: int) -> Part | None:
    for role, key in _NUMBERED:
        cue = words.at(index, role)
        start = words.past(cue.after, "number_cue") if cue else index
        number = _number_at(words, start) or (_letter_at(words, start) if key == "block" else None)
        if cue and number:
            value, after = number
            return Part(key, value, index, after, cue.prefix, sure=key not in ("house", INSIDE))
    return None


def _lettered_at(words: Words, index: int) -> Part | None:
    cue = words.at(index, "letter_cue")
    number = cue and _number_at(words, cue.after)
    if not cue or not number or not words.reading.tokens[cue.after].is_number:
        return None
    return Part(cue.value["key"], number[0], index, number[1], cue.prefix, sure=False)


def _number_at(words: Words, index: int) -> tuple[str, int] | None:
    tokens = words.reading.tokens
    if index < len(tokens) and tokens[index].is_number:
        after = _past_letter(words, index + 1)
        if words.reading.joins_latin(after):
            return None  # a digit that stands for a letter: b 7awalli
        short = len(tokens[index].text) <= _LONGEST_NUMBER and not words.at(after, "unit")
        return (words.reading.folded(index, after).replace(" ", ""), after) if short else None
    found = ordinal_at(words, index) or count_at(words, index)
    return (str(found.value), found.after) if found and not words.at(found.after, "unit") else None


def _letter_at(words: Words, index: int) -> tuple[str, int] | None:
    # Some blocks have letters: block A. In Latin a small one may be an article.
    letter = words.at(index, "block_letter")
    if letter is None:
        return None
    written = words.reading.words(index, letter.after)
    number_follows = letter.after < len(words) and words.reading.tokens[letter.after].is_number
    if number_follows or (written.isascii() and not written.isupper()):
        return None
    return words.reading.folded(index, letter.after), letter.after


def _past_letter(words: Words, index: int) -> int:
    # A letter glued to the number belongs to it: block 4a, block 4-a.
    tokens = words.reading.tokens
    if index >= len(tokens) or len(tokens[index].text) > 1 or tokens[index].is_number:
        return index
    return index + 1 if words.reading.gap(index) in ("", "-") else index


def _ring_at(words: Words, index: int) -> Part | None:
    # English puts the number before the ring road, Arabic after it.
    latin = words.reading.tokens[index].text.isascii()
    number = (ordinal_at(words, index) or count_at(words, index)) if latin else None
    cue = words.at(words.past(number.after, "nth") if number else index, "ring_cue")
    if cue is None:
        return None
    if number:
        return _street(words, index, cue.after)
    number = ordinal_at(words, cue.after) or count_at(words, cue.after)
    bare = words.at(cue.after, "bare_ordinal")
    after = number.after if number else bare.after if bare else None
    return _street(words, index, after, cue.prefix) if after else None


def _named_street_at(words: Words, index: int) -> Part | None:
    cue = words.at(index, "street_cue") or words.at(index, "road_cue")
    name = words.at(cue.after if cue else index, "street_name")
    if name is None:
        return None
    if cue:
        return Part(
            "street", words.reading.words(name.first, name.after), index, name.after, cue.prefix
        )
    if words.reading.tokens[index].is_number:
        return None  # "kilometre 40, Salmi road"
    after = words.past(name.after, "street_cue", "road_cue")
    return _street(words, index, after) if after > name.after else None


def _street(words: Words, first: int, after: int, prefix: str = "") -> Part:
    value = words.reading.words(first, after, prefix=prefix)
    return Part("street", value, first, after, prefix)


# Each reader with the words that what it reads may begin with.
_READERS: Final = (
    (_numbered_at, frozenset(role for role, _ in _NUMBERED)),
    (_lettered_at, frozenset(("letter_cue",))),
    (_ring_at, frozenset((DIGITS, "number", "ordinal", "ring_cue"))),
    (_named_street_at, frozenset(("street_cue", "road_cue", "street_name"))),
)
_BEGINNINGS: Final = frozenset[str]().union(*(roles for _, roles in _READERS))
