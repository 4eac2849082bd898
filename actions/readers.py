"""Reading an answer to the open question out of a turn."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, Final, FrozenSet, List, Mapping, Optional, Tuple

import yaml

from actions.jurisdiction import OTHER, Jurisdiction, Question
from actions.questions import (
    DETAILS,
    OPTIONAL,
    Slots,
    detail_question,
    nameless,
)
from actions.steering import holds_answer
from actions.turn import Turn

ASSUMED: Final = 0.85  # category chance from which it is said aloud instead of asked (ADR 13)
PROBLEM_SURE: Final = 0.8  # chance of a problem below which an opening is asked about, not assumed
_TOLD_WORDS: Final = 8  # a wish to complain that is this long already tells the problem
_TOLD_CHANCE: Final = 0.4
_ADDED_WORDS: Final = 4  # from here on, words sent with the files belong to the complaint
_FEWEST_LETTERS: Final = 6
_LONGEST_NAME: Final = 7
_OPTIONS: Final = 9  # categories kept to be offered
_SKIPPED: Final = ""
_NOT_IN_NAMES: Final = re.compile(r"[^\w\s'\u2019-]|[\d_]")
_DIGITS: Final = re.compile(r"\d[\d\s/-]*")


@dataclass(frozen=True)
class Said:
    """A response key, with the values of its placeholders."""

    response: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Reading:
    """What a turn answered: slots to fill, and what to say about it; no slots when unreadable."""

    slots: Mapping[str, Any] = field(default_factory=dict[str, Any])
    said: Tuple[Said, ...] = ()


Reader = Callable[[Turn, Slots, Jurisdiction], Reading]
UNREADABLE: Final = Reading()


def read_first(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    """Read the turn that starts an interview: whatever it already says is not asked again."""
    kind = _KIND_OF.get(turn.intent, "complaint")
    filled: Dict[str, Any] = {"kind": kind, "filing_key": turn.new_filing_key()}
    filled.update(_prefilled(turn, data))
    if not _tells(turn):
        filled["agency_hint"] = turn.value("agency") or filled.get("agency_hint")
        return Reading({**filled, **files_and_point(turn, slots)})
    told = _description(turn, {**slots, **filled}, data)
    return Reading({**filled, **told.slots, **files_and_point(turn, slots)}, told.said)


def _prefilled(turn: Turn, data: Jurisdiction) -> Dict[str, Any]:
    """Return the slots that the link of a poster or a page fills beforehand."""
    filled: Dict[str, Any] = {}
    if turn.context.get("agency") in data.agencies:
        filled["agency_hint"] = turn.context["agency"]
    if turn.context.get("place"):
        filled["place"] = {"text": turn.context["place"]}
    return filled


def read(question: str, turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    """Read the answer to a question; files, points and times beside it are kept as well."""
    if _skips(turn, question):
        reading = Reading({question: _SKIPPED})
    else:
        reading = _READERS[question](turn, slots, data)
    beside = files_and_point(turn, slots)
    kept = (Said("utter_files_kept"),) if turn.attachments else ()
    return Reading({**beside, **reading.slots}, (*kept, *reading.said))


def _skips(turn: Turn, question: str) -> bool:
    """Say whether the turn leaves a question out: not by «I am not sure, but a week ago»."""
    return turn.means("skip") and question in OPTIONAL and not holds_answer(turn, question)


def files_and_point(turn: Turn, slots: Slots) -> Dict[str, Any]:
    """Return the slots that files and a shared place fill, whatever was asked."""
    filled: Dict[str, Any] = {}
    if turn.attachments:
        filled["attachments"] = [*(slots.get("attachments") or []), *map(dict, turn.attachments)]
    if turn.place:
        told: Mapping[str, Any] = slots.get("place") or {}
        words = turn.place.get("label") or told.get("text", "")
        filled["place"] = {**turn.place, "text": words}
    return filled


def _tells(turn: Turn) -> bool:
    if turn.tapped or not turn.text:
        return False
    if turn.means("file_complaint"):
        sure = bool(turn.ranking) and turn.ranking[0][1] >= _TOLD_CHANCE
        return turn.words >= _TOLD_WORDS and sure
    least = _FEWEST_WORDS.get(turn.intent)
    return least is not None and turn.words >= least


def _description(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    if turn.tapped or sum(char.isalpha() for char in turn.text) < _FEWEST_LETTERS:
        return UNREADABLE
    filled: Dict[str, Any] = {"description": turn.text, "category_words": list(turn.deciding)}
    for slot, entity in (("place", "place"), ("occurred", "time"), ("remedy", "wish")):
        value = turn.value(entity)
        if value and not slots.get(slot):
            filled[slot] = _worded(turn, entity, value)
    ranking = _favoured(turn, slots, data)
    filled["category_options"] = [code for code, _ in ranking[:_OPTIONS]]
    asked = slots.get("requested_slot") == "description"
    # What was not asked for may be no problem at all: then the choices say so gently.
    problem = asked or not turn.means("report_problem") or turn.confidence >= PROBLEM_SURE
    if problem and ranking and ranking[0][1] >= ASSUMED:
        chosen = _chosen(ranking[0][0], slots, data, "utter_category_assumed")
        return Reading({**filled, **chosen.slots}, chosen.said)
    return Reading(filled)


def _worded(turn: Turn, entity: str, value: Any) -> Any:
    """Return an entity's value; places keep the citizen's own words beside what was read."""
    if entity != "place":
        return value
    found = turn.find(entity)
    words = turn.text[found["start"] : found["end"]] if found else ""
    return {**value, "text": value.get("text") or words}


def _favoured(turn: Turn, slots: Slots, data: Jurisdiction) -> List[Tuple[str, float]]:
    """Return the ranking; where it is unsure, with the categories of a named agency first."""
    agency = turn.value("agency") or slots.get("agency_hint")
    known = [(code, chance) for code, chance in turn.ranking if code in data.categories]
    # An agency may be named in passing: what the story itself is surely about wins.
    if agency is None or (known and known[0][1] >= ASSUMED):
        return known
    return sorted(known, key=lambda option: data.agency_of(option[0]) != agency)


def _chosen(code: str, slots: Slots, data: Jurisdiction, response: str) -> Reading:
    language = slots.get("language") or "ar"
    agency = data.agency_of(code)
    values = {
        "category": data.category_name(code, language),
        "agency": data.agency_name(agency, language),
        "mandate": data.mandate(agency, language),
    }
    return Reading({"category": code}, (Said(response, values),))


def _category(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    code = turn.value("category") if turn.tapped else ""
    if code in data.categories:
        return _chosen(code, slots, data, "utter_category_chosen")
    if code == "none" or turn.means("deny", "skip"):
        return _next_options(slots)
    ranking = _favoured(turn, slots, data)
    if not turn.tapped and ranking and ranking[0][1] >= ASSUMED:
        return _chosen(ranking[0][0], slots, data, "utter_category_chosen")
    return UNREADABLE


def _next_options(slots: Slots) -> Reading:
    """Offer what has not been offered; after all of it a person chooses the agency."""
    offered = int(slots.get("category_page") or 0)
    if offered == 0 and len(slots.get("category_options") or []) > FIRST_OPTIONS:
        return Reading({"category_page": 1})
    return Reading({"category": OTHER}, (Said("utter_category_other"),))


def _detail(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    for slot in DETAILS:
        if slots.get(slot) is None:
            question = detail_question(slot, slots, data)
            value = _READS[question.reads](turn, question)
            break
    else:
        return UNREADABLE
    if value is None and question.optional and turn.means("skip", "deny", "done"):
        value = _SKIPPED
    return UNREADABLE if value is None else Reading({slot: value})


def _digits(turn: Turn, question: Question) -> Optional[str]:
    folded = "".join(str(int(char)) if char.isdecimal() else char for char in turn.text)
    for run in _DIGITS.findall(folded):
        number = "".join(char for char in run if char.isdigit())
        if question.shortest <= len(number) <= question.longest:
            return number
    return None


def _words(turn: Turn, question: Question) -> Optional[str]:
    if turn.tapped or turn.means("skip", "deny", "done"):
        return None
    return turn.text[: question.longest * 4] or None


def _yes_no(turn: Turn, _question: Question) -> Optional[str]:
    if turn.means("affirm"):
        return "yes"
    return "no" if turn.means("deny") else None


def _place(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    if turn.place:
        return Reading(files_and_point(turn, slots))
    if turn.tapped or not any(char.isalnum() for char in turn.text):
        return UNREADABLE
    found: Mapping[str, Any] = turn.value("place") or {}
    filled: Dict[str, Any] = {"place": {**found, "text": turn.text}}
    time = turn.value("time")
    if time and slots.get("occurred") is None:
        filled["occurred"] = time
    if not found and time and _is_only(turn, "time"):
        return Reading({"occurred": time})
    return Reading(filled)


def _is_only(turn: Turn, entity: str) -> bool:
    """Say whether an entity is nearly the whole of the turn."""
    found = turn.find(entity)
    covered = found["end"] - found["start"] if found else 0
    return covered * 5 >= len(turn.text) * 4


def _occurred(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    time = turn.value("time")
    if time:
        return Reading({"occurred": time})
    if turn.means("deny", "done"):
        return Reading({"occurred": _SKIPPED})
    if turn.tapped or not turn.text:
        return UNREADABLE
    return Reading({"occurred": {"text": turn.text}})


def _remedy(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    if turn.means("deny", "done", "skip"):
        return Reading({"remedy": _SKIPPED})
    if turn.tapped or not turn.text:
        return UNREADABLE
    return Reading({"remedy": turn.text})


def _attachments_done(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    if turn.attachments:
        return UNREADABLE  # kept beside the answer; there may be more of them
    if turn.means("done", "skip", "deny"):
        return Reading({"attachments_done": True})
    if turn.means("affirm"):
        return Reading({}, (Said("utter_send_files_now"),))
    if turn.words >= _ADDED_WORDS:
        added = f"{slots.get('description') or ''}\n{turn.text}"
        return Reading({"description": added}, (Said("utter_added_to_description"),))
    return UNREADABLE


def _name(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    numbers = _numbers(turn)
    told = holds_answer(turn, "name")
    if turn.value("anonymous") or (not told and turn.means("skip", "deny", "ask_anonymous")):
        return _no_name(slots, data)
    name = _person_name(turn)
    if name:
        return Reading({**numbers.slots, "name": name}, numbers.said)
    return numbers


def _no_name(slots: Slots, data: Jurisdiction) -> Reading:
    if not nameless(slots, data):
        return Reading({}, (Said("utter_name_needed"),))
    gone = {"civil_id": None, "phone": None}  # also what was given before
    return Reading({"name": _SKIPPED, "anonymous": True, **gone}, (Said("utter_anonymous_kept"),))


def _numbers(turn: Turn) -> Reading:
    """Read the phone and the civil ID that a turn gives."""
    filled: Dict[str, Any] = {}
    said: List[Said] = []
    if turn.value("phone"):
        filled["phone"] = turn.value("phone")
    civil_id = turn.find("civil_id")
    if civil_id and civil_id.get("valid"):
        filled["civil_id"] = civil_id["value"]
    elif civil_id:
        said.append(Said("utter_civil_id_wrong"))
    return Reading(filled, tuple(said))


@lru_cache(maxsize=1)
def _around_names() -> FrozenSet[str]:
    with (Path(__file__).parent / "names.yml").open(encoding="utf-8") as file:
        return frozenset(yaml.safe_load(file)["around_names"])


def _person_name(turn: Turn) -> Optional[str]:
    """Return the words that are left for a name, any script, with nothing glued to them."""
    if turn.tapped:
        return None
    left = turn.text
    for found in turn.entities:
        if found["entity"] in ("phone", "civil_id"):
            left = left.replace(turn.text[found["start"] : found["end"]], "\n")
    first = next((line for line in left.split("\n") if _name_words(line)), "")
    words = _name_words(first)
    return " ".join(words) if 1 <= len(words) <= _LONGEST_NAME else None


def _name_words(line: str) -> List[str]:
    words = _NOT_IN_NAMES.sub(" ", line).split()
    return [word for word in words if word.lower() not in _around_names() and len(word) > 1]


def _civil_id(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    if turn.means("deny", "done", "skip") and not holds_answer(turn, "civil_id"):
        return Reading({"civil_id": _SKIPPED})
    return _numbers(turn)


def _phone(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    numbers = _numbers(turn)
    if numbers.slots:
        return numbers
    wrong = any(char.isdigit() for char in turn.text)
    return Reading({}, (Said("utter_phone_wrong" if wrong else "utter_phone_needed"),))


def _review(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    if turn.means("affirm", "done"):
        return Reading({"review": True})
    return UNREADABLE


FIRST_OPTIONS: Final = 3
_KIND_OF: Final[Mapping[str, str]] = {
    "make_suggestion": "suggestion",
    "make_inquiry": "inquiry",
    "give_praise": "praise",
}
_FEWEST_WORDS: Final[Mapping[str, int]] = {
    "report_problem": 1,
    "make_suggestion": 4,
    "make_inquiry": 3,
    "give_praise": 4,
}
_READS: Final[Mapping[str, Callable[[Turn, Question], Optional[str]]]] = {
    "digits": _digits,
    "text": _words,
    "plate": _words,
    "amount": _words,
    "yes_no": _yes_no,
}
_READERS: Final[Mapping[str, Reader]] = {
    "description": _description,
    "category": _category,
    "detail_1": _detail,
    "detail_2": _detail,
    "place": _place,
    "occurred": _occurred,
    "remedy": _remedy,
    "attachments_done": _attachments_done,
    "name": _name,
    "civil_id": _civil_id,
    "phone": _phone,
    "review": _review,
}
