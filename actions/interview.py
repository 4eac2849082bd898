"""The interview's form: each turn is read as an answer, or left to the rules."""

from typing import Any, Dict, Final, List, Mapping, Optional

from rasa_sdk.events import ActionExecutionRejected, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.jurisdiction import jurisdiction
from actions.problems import read_first
from actions.questions import LEAVE, RESUME, is_optional, next_question
from actions.readers import read
from actions.readings import Reading, Said, files_and_point
from actions.steering import leaves, steers
from actions.turn import Turn, was_answered

FORM: Final = "complaint_form"
Events = List[Dict[str, Any]]
_LONG_SILENCE: Final = 12 * 3600  # seconds after which the citizen is asked whether to go on
_PATIENCE: Final = 3  # unread answers to one question after which a person is offered


class ValidateComplaintForm(Action):
    """Fills slots from a turn, says what there is to say, and names the next question."""

    def name(self) -> str:
        """Return the name that Rasa calls."""
        return f"validate_{FORM}"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> Events:
        """Read the latest turn, unless something else has answered it already."""
        question: Optional[str] = tracker.get_slot("requested_slot")
        if was_answered(tracker):
            return self._ask_next(tracker, {})
        turn = Turn.of(tracker)
        if question is None or tracker.get_slot("filing_key") is None:
            reading = read_first(turn, tracker.slots, jurisdiction())
            return self._filled(dispatcher, tracker, reading)
        if question in (RESUME, LEAVE):
            return self._decided(dispatcher, tracker, turn, question)
        interrupted = self._interrupted(tracker, turn, question)
        return interrupted or self._answered(dispatcher, tracker, turn, question)

    def _interrupted(self, tracker: Tracker, turn: Turn, question: str) -> Events:
        """Return the events for a turn that is no answer; none when it may be one."""
        if turn.silence >= _LONG_SILENCE and not turn.tapped:
            return _ask_first(RESUME, tracker, turn)
        if leaves(turn, question):
            return _ask_first(LEAVE, tracker, turn)
        if steers(turn, question) or (question == "review" and turn.means("deny")):
            kept = files_and_point(turn, tracker.slots)
            return [*slots_set(kept), ActionExecutionRejected(FORM)]
        return []

    def _answered(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, question: str
    ) -> Events:
        reading = read(question, turn, tracker.slots, jurisdiction())
        if reading.slots or reading.said:
            return self._filled(dispatcher, tracker, reading)
        misses = int(tracker.get_slot("misses") or 0) + 1
        for said in _second_try(question, misses, tracker):
            _say(dispatcher, said)
        return [SlotSet("misses", misses), SlotSet("requested_slot", question)]

    def _filled(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, reading: Reading
    ) -> Events:
        for said in reading.said:
            _say(dispatcher, said)
        return self._ask_next(tracker, {**reading.slots, "misses": 0})

    def _ask_next(self, tracker: Tracker, filled: Dict[str, Any]) -> Events:
        slots = {**tracker.slots, **filled}
        question = next_question(slots, jurisdiction())
        asked: List[str] = list(tracker.get_slot("asked") or [])
        if question and asked[-1:] != [question]:
            filled = {**filled, "asked": [*asked, question]}
        return [*slots_set(filled), SlotSet("requested_slot", question)]

    def _decided(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, question: str
    ) -> Events:
        """Go on, start anew or leave: what was typed meanwhile is not taken for an answer."""
        leaving = ("affirm", "cancel", "withdraw_case", "done")
        if question == LEAVE and turn.means(*leaving):
            return [SlotSet("outcome", "cancelled"), SlotSet("requested_slot", None)]
        if question == RESUME and turn.means("restart", "deny", "cancel"):
            return [SlotSet("outcome", "restarted"), SlotSet("requested_slot", None)]
        if question == LEAVE or turn.means("affirm", "done"):
            dispatcher.utter_message(response="utter_going_on")
            return self._ask_next(tracker, {**files_and_point(turn, tracker.slots), "misses": 0})
        return _ask_first(RESUME, tracker, turn)


def _second_try(question: str, misses: int, tracker: Tracker) -> List[Said]:
    """Return what helps: an example first, then the ways out, then a person."""
    if misses >= _PATIENCE:
        return [Said("utter_offer_person")]
    hint = Said(f"utter_hint_{question}")
    if misses == 1:
        return [hint]
    skippable = is_optional(question, tracker.slots, jurisdiction())
    return [hint, Said("utter_ways_out_skip" if skippable else "utter_ways_out")]


def _ask_first(question: str, tracker: Tracker, turn: Turn) -> Events:
    """Put a question before the open one; files that came meanwhile are kept."""
    # Rasa takes a turn that fills nothing for one that the form rejects.
    kept = {**files_and_point(turn, tracker.slots), "misses": 0}
    return [*slots_set(kept), SlotSet("requested_slot", question)]


def slots_set(filled: Mapping[str, Any]) -> Events:
    """Return the events that fill these slots."""
    return [SlotSet(slot, value) for slot, value in filled.items()]


def _say(dispatcher: CollectingDispatcher, said: Said) -> None:
    dispatcher.utter_message(response=said.response, **said.values)
