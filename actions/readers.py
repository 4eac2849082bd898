"""Reading an answer to the open question out of a turn."""

import re
from typing import Any, Callable, Dict, Final, Mapping, Optional

from actions.jurisdiction import Jurisdiction, Question
from actions.persons import read_civil_id, read_name, read_phone
from actions.problems import read_category, read_description
from actions.questions import DETAILS, OPTIONAL, Slots, detail_question
from actions.readings import SKIPPED, UNREADABLE, Reader, Reading, Said, files_and_point
from actions.steering import holds_answer
from actions.turn import Turn

_ADDED_WORDS: Final = 4  # from here on, words sent with the files belong to the complaint
_DIGITS: Final = re.compile(r"\d[\d\s/-]*")


def read(question: str, turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    """Read the answer to a question; files, points and times beside it are kept as well."""
    if _skips(turn, question):
        reading = Reading({question: SKIPPED})
    else:
        reading = _READERS[question](turn, slots, data)
    beside = files_and_point(turn, slots)
    kept = (Said("utter_files_kept"),) if turn.attachments else ()
    return Reading({**beside, **reading.slots}, (*kept, *reading.said))


def _skips(turn: Turn, question: str) -> bool:
    """Say whether the turn leaves a question out: not by «I am not sure, but a week ago»."""
    return turn.means("skip") and question in OPTIONAL and not holds_answer(turn, question)


def _detail(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    for slot in DETAILS:
        if slots.get(slot) is None:
            question = detail_question(slot, slots, data)
            value = _READS[question.reads](turn, question)
            break
    else:
        return UNREADABLE
    if value is None and question.optional and turn.means("skip", "deny", "done"):
        value = SKIPPED
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
        return Reading({"occurred": SKIPPED})
    if turn.tapped or not turn.text:
        return UNREADABLE
    return Reading({"occurred": {"text": turn.text}})


def _remedy(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    if turn.means("deny", "done", "skip"):
        return Reading({"remedy": SKIPPED})
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


def _review(turn: Turn, slots: Slots, data: Jurisdiction) -> Reading:
    if turn.means("affirm", "done"):
        return Reading({"review": True})
    return UNREADABLE


_READS: Final[Mapping[str, Callable[[Turn, Question], Optional[str]]]] = {
    "digits": _digits,
    "text": _words,
    "plate": _words,
    "amount": _words,
    "yes_no": _yes_no,
}
_READERS: Final[Mapping[str, Reader]] = {
    "description": read_description,
    "category": read_category,
    "detail_1": _detail,
    "detail_2": _detail,
    "place": _place,
    "occurred": _occurred,
    "remedy": _remedy,
    "attachments_done": _attachments_done,
    "name": read_name,
    "civil_id": read_civil_id,
    "phone": read_phone,
    "review": _review,
}
