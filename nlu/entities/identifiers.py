"""The long numbers of a text: case numbers, civil IDs, phone numbers."""

from collections.abc import Iterator, Sequence
from typing import Final

from nlu.entities.case_numbers import read_case_number
from nlu.entities.civil_ids import read_civil_id
from nlu.entities.digits import Group, Typed, rows, typed_from
from nlu.entities.lexicon import Words
from nlu.entities.phones import is_doubtful, read_phone
from nlu.entities.reading import Entity, Reading

_LONGEST: Final = 17  # an international number with its two noughts


def read_identifiers(words: Words, country: str) -> Iterator[Entity]:
    """Yield the case numbers, civil IDs and phone numbers of a text.

    A row of digits is read from left to right and each digit belongs to one number only.
    """
    for row in rows(words.reading):
        yield from _read_row(words, row, country)


def _read_row(words: Words, row: Sequence[Group], country: str) -> Iterator[Entity]:
    index = 0
    while index < len(row):
        found = _first(words, row, index, country)
        if found:
            yield found[0]
        index += found[1] if found else 1


def _first(
    words: Words, row: Sequence[Group], index: int, country: str
) -> tuple[Entity, int] | None:
    for typed in typed_from(row, index, _LONGEST):
        entity = _read(words, typed, country)
        if entity:
            return entity, len(typed.groups)
    return None


def _read(words: Words, typed: Typed, country: str) -> Entity | None:
    reading, end = words.reading, typed.span[1]
    case = read_case_number(reading.plain, typed, country)
    if case:
        number, start, valid = case
        return {**reading.entity("case_number", (start, end), number), "valid": valid}
    if _in_a_word(reading, typed):
        return None
    phone = read_phone(reading.plain, typed)
    if phone and not (is_doubtful(typed) and _is_called_otherwise(words, typed)):
        return reading.entity("phone", (phone[1], end), phone[0])
    civil_id = read_civil_id(typed, cued=_comes_after(words, typed, "civil_id_cue"))
    if civil_id:
        return {**reading.entity("civil_id", typed.span, civil_id[0]), "valid": civil_id[1]}
    return None


def _in_a_word(reading: Reading, typed: Typed) -> bool:
    start, end = typed.span
    around = reading.plain[start - 1 : start], reading.plain[end : end + 1]
    return any(char.isascii() and char.isalpha() for char in around)


def _is_called_otherwise(words: Words, typed: Typed) -> bool:
    after = _token_at(words, typed) + len(typed.groups)
    return _comes_after(words, typed, "other_number_cue") or bool(words.at(after, "counted"))


def _comes_after(words: Words, typed: Typed, role: str) -> bool:
    index = _token_at(words, typed)
    return any(words.before(place, role) for place in (index, index - 1))


def _token_at(words: Words, typed: Typed) -> int:
    return words.reading.token_starts.get(typed.span[0], 0)
