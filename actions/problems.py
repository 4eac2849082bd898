"""Reading what happened, and choosing its category."""

from typing import Any, Dict, Final, List, Mapping, Tuple

from actions.jurisdiction import OTHER, Jurisdiction
from actions.questions import Slots
from actions.readings import UNREADABLE, Reading, Said, files_and_point
from actions.turn import Turn

ASSUMED: Final = 0.85  # category chance from which it is said aloud instead of asked (ADR 13)
PROBLEM_SURE: Final = 0.8  # chance of a problem below which an opening is asked about, not assumed
FIRST_OPTIONS: Final = 3
_TOLD_WORDS: Final = 8  # a wish to complain that is this long already tells the problem
_TOLD_CHANCE: Final = 0.4
_FEWEST_LETTERS: Final = 6
_OPTIONS: Final = 9  # categories kept to be offered
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


def read_first(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    """Read the turn that starts an interview: whatever it already says is not asked again."""
    kind = _KIND_OF.get(turn.intent, "complaint")
    filled: Dict[str, Any] = {"kind": kind, "filing_key": turn.new_filing_key()}
    filled.update(_prefilled(turn, data))
    if not _tells(turn):
        filled["agency_hint"] = turn.value("agency") or filled.get("agency_hint")
        return Reading({**filled, **files_and_point(turn, slots)})
    told = read_description(turn, {**slots, **filled}, data)
    return Reading({**filled, **told.slots, **files_and_point(turn, slots)}, told.said)


def _prefilled(turn: Turn, data: Jurisdiction) -> Dict[str, Any]:
    """Return the slots that the link of a poster or a page fills beforehand."""
    filled: Dict[str, Any] = {}
    if turn.context.get("agency") in data.agencies:
        filled["agency_hint"] = turn.context["agency"]
    if turn.context.get("place"):
        filled["place"] = {"text": turn.context["place"]}
    return filled


def _tells(turn: Turn) -> bool:
    if turn.tapped or not turn.text:
        return False
    if turn.means("file_complaint"):
        sure = bool(turn.ranking) and turn.ranking[0][1] >= _TOLD_CHANCE
        return turn.words >= _TOLD_WORDS and sure
    least = _FEWEST_WORDS.get(turn.intent)
    return least is not None and turn.words >= least


def read_description(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    """Read what happened, and whatever else the same words already tell."""
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


def read_category(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    """Read which category was chosen, tapped or told in words."""
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
