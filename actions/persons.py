"""Reading who somebody is: name, civil ID and phone, given together or one by one."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Final, FrozenSet, List, Optional

import yaml

from actions.jurisdiction import Jurisdiction
from actions.questions import Slots, nameless
from actions.readings import SKIPPED, Reading, Said
from actions.steering import holds_answer
from actions.turn import Turn

_LONGEST_NAME: Final = 7  # words
_NOT_IN_NAMES: Final = re.compile(r"[^\w\s'\u2019-]|[\d_]")


def read_name(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    """Read the name, and the numbers that stand beside it."""
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
    return Reading({"name": SKIPPED, "anonymous": True, **gone}, (Said("utter_anonymous_kept"),))


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


def read_civil_id(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    """Read the civil ID, which may be left out."""
    if turn.means("deny", "done", "skip") and not holds_answer(turn, "civil_id"):
        return Reading({"civil_id": SKIPPED})
    return _numbers(turn)


def read_phone(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    """Read the phone number."""
    numbers = _numbers(turn)
    if numbers.slots:
        return numbers
    wrong = any(char.isdigit() for char in turn.text)
    return Reading({}, (Said("utter_phone_wrong" if wrong else "utter_phone_needed"),))
