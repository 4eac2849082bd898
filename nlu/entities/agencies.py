"""Which agency is named, by its official name or by what people call it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nlu.arabic import ARTICLE, NAME_PREFIXES
from nlu.entities.lexicon import LANGUAGES, Words, entries, load
from nlu.entities.phrases import Found, Phrases, Wording
from nlu.entities.reading import Entity

_MOST_WORDS_ALONE: Final = 3
_NO_AGENCY: Final = "others"


@dataclass(frozen=True)
class Agency:
    """An agency by one of its names."""

    code: str
    kind: str = "names"  # or "adjectives" or "words", which need more to be sure; or "others"


def load_agencies(taxonomy: Path, nicknames: Path) -> Phrases[Agency]:
    """Return the agencies of a jurisdiction by their names and nicknames."""
    listed = load(taxonomy)["agencies"]
    codes = {agency["code"] for agency in listed}
    agencies: Phrases[Agency] = Phrases(prefixes=NAME_PREFIXES, names=True)
    for agency in listed:
        agencies.learn(_official_names(agency), Agency(agency["code"]))
    for wording, nicknamed in _nicknamed(load(nicknames)):
        if nicknamed.code in codes or nicknamed.kind == _NO_AGENCY:
            agencies.learn(wording, nicknamed)
    return agencies


def read_agencies(words: Words, agencies: Phrases[Agency]) -> Iterator[Entity]:
    """Yield the agencies that a text names."""
    reading = words.reading
    for found in agencies.all(reading):
        if not _is_meant(words, found):
            continue
        span = reading.span(found.first, found.after, prefix=found.prefix)
        yield reading.entity("agency", span, found.value.code)


def _official_names(agency: Mapping[str, Any]) -> Mapping[str, list[str]]:
    # What stands in brackets explains: another agency's name may be in it.
    return {key: [agency[key].split("(")[0]] for key in LANGUAGES if key in agency}


def _nicknamed(lexicon: Mapping[str, Any]) -> Iterator[tuple[Wording, Agency]]:
    for kind, listed in lexicon.items():
        for wording, meaning in entries(listed):
            yield wording, Agency(meaning["code"], kind)


def _is_meant(words: Words, found: Found[Agency]) -> bool:
    if found.value.kind == _NO_AGENCY:
        return False
    if words.before(found.first, "no_agency_after") or words.at(found.after, "no_agency_before"):
        return False
    if found.value.kind == "words":
        return _has_cue(words, found)
    return found.value.kind == "names" or not _qualifies(words, found)


def _qualifies(words: Words, found: Found[Agency]) -> bool:
    reading = words.reading
    if found.prefix or reading.ends_clause(found.first):
        return False
    return reading.tokens[found.first - 1].text.startswith(ARTICLE)


def _has_cue(words: Words, found: Found[Agency]) -> bool:
    if len(words) <= _MOST_WORDS_ALONE and found.after - found.first == len(words):
        return True
    return words.before(found.first, "agency_cue") or bool(words.at(found.after, "agency_after"))
