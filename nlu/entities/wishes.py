"""What the citizen wants done, in the citizen's own words."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from nlu.arabic import THIRD_PERSON
from nlu.entities.lexicon import Meaning, Words
from nlu.entities.phrases import Found
from nlu.entities.reading import Entity

_CUES: Final = frozenset(("wish", "wish_end"))
_LEAST_WORDS: Final = 2
_LEAST_VERB: Final = 4
_MOST_FILLERS: Final = 2


class _Clause(NamedTuple):
    first: int
    after: int
    prefix: str = ""


def read_wishes(words: Words) -> Iterator[Entity]:
    """Yield the first wish of each sentence, up to the end of its sentence."""
    index = _past_greeting(words)
    start = index
    while index < len(words):
        clause = _wish_at(words, index, start) if words.plays(index, _CUES) else None
        if clause:
            span = words.reading.span(clause.first, clause.after, prefix=clause.prefix)
            yield words.reading.entity("wish", span, words.reading.text[slice(*span)])
        index = clause.after if clause else max(index + 1, words.past(index, "wish"))


def _wish_at(words: Words, index: int, start: int) -> _Clause | None:
    return _wish_from(words, index, start) or _wish_up_to(words, index, start)


def _wish_from(words: Words, index: int, start: int) -> _Clause | None:
    cue = words.at(index, "wish")
    if cue is None or index <= start or words.before(index, "no_wish_after"):
        return None
    after = _sentence_end(words, cue.after)
    if words.reading.ends_clause(cue.after) or after - cue.after < _LEAST_WORDS:
        return None
    if _is_of_another(words, cue):
        return None
    return None if _is_to_speak(words, cue.after) else _Clause(index, after, cue.prefix)


def _wish_up_to(words: Words, index: int, start: int) -> _Clause | None:
    # Urdu's wish comes last in its clause.
    cue = words.at(index, "wish_end")
    if cue is None:
        return None
    first = _clause_start(words, index)
    if first <= start or index - first < _LEAST_WORDS:
        return None
    speaks = any(words.at(place, "not_a_wish") for place in range(first, index))
    return None if speaks else _Clause(first, cue.after)


def _past_greeting(words: Words) -> int:
    index = 0
    while greeting := words.at(index, "greeting"):
        index = greeting.after
    return index


def _is_of_another(words: Words, cue: Found[Meaning]) -> bool:
    """Tell whether it is somebody else who wishes, or no wish at all."""
    if "father" in cue.value:
        return words.at(cue.after, "father_after") is not None
    opens = bool(cue.prefix) or words.reading.ends_clause(cue.first)
    if "opens" in cue.value:
        return not opens
    following = words.reading.tokens[cue.after].text
    he_does = following.startswith(THIRD_PERSON) and len(following) >= _LEAST_VERB
    mine = opens or words.before(cue.first, "greeting")
    return "person" in cue.value and (he_does or not mine)


def _is_to_speak(words: Words, index: int) -> bool:
    for _ in range(_MOST_FILLERS + 1):
        if words.at(index, "not_a_wish"):
            return True
        index = words.past(index, "wish_filler")
    return False


def _sentence_end(words: Words, index: int) -> int:
    while not words.reading.ends_sentence(index):
        index += 1
    return index


def _clause_start(words: Words, index: int) -> int:
    while not words.reading.ends_clause(index):
        index -= 1
    return index
