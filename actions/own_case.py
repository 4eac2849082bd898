"""Adding to one's own case, taking it back, having it looked at again, rating it."""

from typing import Any, Dict, Final, FrozenSet, List, Mapping, Optional

from rasa_sdk.events import ActionExecutionRejected, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from actions.asking import Ask
from actions.cases_client import CaseView
from actions.following import CasesAction, choice, tell
from actions.interview import Events
from actions.steering import steers
from actions.turn import Turn, was_answered

ACTS: Final = frozenset({"add_information", "withdraw_case", "reopen_case", "rate_service"})
_ANSWERED: Final = frozenset({"resolved", "closed", "rejected"})
_OPEN: Final = frozenset({"filed", "assigned", "in_progress", "awaiting_citizen"})
_ALLOWED: Final[Mapping[str, FrozenSet[str]]] = {
    "add_information": _OPEN | _ANSWERED,
    "withdraw_case": _OPEN,
    "reopen_case": _ANSWERED,
    "rate_service": _ANSWERED,
}
_MOST_CHOICES: Final = 8
_TOLD_ACTS: Final = frozenset({"add_information", "reopen_case"})  # done with words
_REASON_WORDS: Final = 4
_FORM: Final = "case_form"


class ValidateCaseForm(CasesAction):
    """Finds out which case is meant, and what to do with it."""

    called = f"validate_{_FORM}"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Start from the turn's intent; then read the choice and the words."""
        asked = tracker.get_slot("requested_slot")
        if was_answered(tracker):
            return []
        turn = Turn.of(tracker)
        if asked is None or tracker.get_slot("case_act") is None:
            return await self._start(dispatcher, tracker, turn)
        if _gives_up(turn, tracker):
            return _stopped(dispatcher)
        filled = self._read(turn, asked, tracker)
        if not filled and (steers(turn, asked) or turn.means("report_problem", "file_complaint")):
            return [ActionExecutionRejected(_FORM)]
        # Rasa takes a turn that fills nothing for one that the form rejects.
        filled = filled or {asked: None, "requested_slot": asked}
        return [SlotSet(slot, value) for slot, value in filled.items()]

    async def _start(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn
    ) -> Events:
        act = turn.intent if turn.intent in ACTS else "add_information"
        own = await self._cases.own(tracker.sender_id)
        able = [case for case in own if case.status in _ALLOWED[act]]
        if not able:
            dispatcher.utter_message(
                response=f"utter_no_case_to_{act}" if own else "utter_no_cases"
            )
            return [SlotSet("requested_slot", None)]
        filled: Dict[str, Any] = {"case_act": act, "case_files": _files(turn, tracker)}
        filled["case_choice"] = _choice(turn, able)
        filled["case_options"] = [case.__dict__ for case in able[:_MOST_CHOICES]]
        if act == "rate_service" and turn.value("rating"):
            filled["case_note"] = str(turn.value("rating"))
        return [SlotSet(slot, value) for slot, value in filled.items()]

    def _read(self, turn: Turn, asked: str, tracker: Tracker) -> Dict[str, Any]:
        if asked == "case_choice":
            number = turn.value("case_number")
            options: List[Dict[str, Any]] = tracker.get_slot("case_options") or []
            known = number in [option["case_number"] for option in options]
            return {"case_choice": number} if known else {}
        note = _NOTES[str(tracker.get_slot("case_act"))](turn)
        return {"case_note": note, "case_files": _files(turn, tracker)} if note else {}

    def gone(self) -> Events:
        """End the form: nothing can be done without the cases."""
        return [SlotSet("requested_slot", None)]


def _gives_up(turn: Turn, tracker: Tracker) -> bool:
    """Say whether the citizen leaves the case alone; a no with a reason behind it is a reason."""
    tells = tracker.get_slot("case_act") in _TOLD_ACTS and turn.words >= _REASON_WORDS
    return turn.means("cancel", "restart", "deny", "skip") and not tells


def _choice(turn: Turn, able: List[CaseView]) -> Optional[str]:
    number = turn.value("case_number")
    if number in [case.case_number for case in able]:
        return str(number)
    return able[0].case_number if len(able) == 1 else None


def _files(turn: Turn, tracker: Tracker) -> List[Dict[str, str]]:
    return [*(tracker.get_slot("case_files") or []), *map(dict, turn.attachments)]


def _stopped(dispatcher: CollectingDispatcher) -> Events:
    dispatcher.utter_message(response="utter_case_left_alone")
    return [SlotSet("case_act", None), SlotSet("requested_slot", None)]


def _words(turn: Turn) -> Optional[str]:
    if turn.tapped:
        return None
    return turn.text or ("\N{PAPERCLIP}" if turn.attachments else None)


def _confirmed(turn: Turn) -> Optional[str]:
    return "yes" if turn.means("affirm", "withdraw_case", "done") else None


def _stars(turn: Turn) -> Optional[str]:
    rating = turn.value("rating")
    return str(rating) if rating else None


_NOTES: Final = {
    "add_information": _words,
    "reopen_case": _words,
    "withdraw_case": _confirmed,
    "rate_service": _stars,
}


class AskCaseChoice(Ask):
    """Offers the cases that the act is possible for."""

    form, slot = _FORM, "case_choice"

    def ask(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> None:
        """Ask which case is meant."""
        options: List[Dict[str, Any]] = tracker.get_slot("case_options") or []
        buttons = [choice("answer", CaseView(**case), language) for case in options]
        dispatcher.utter_message(response="utter_ask_case_choice", buttons=buttons)


class AskCaseNote(Ask):
    """Asks for the words, the score or the confirmation that the act needs."""

    form, slot = _FORM, "case_note"

    def ask(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> None:
        """Ask in the words of the act."""
        act = tracker.get_slot("case_act")
        number = tracker.get_slot("case_choice") or ""
        dispatcher.utter_message(response=f"utter_ask_note_{act}", case_number=number)


class DoCaseAct(CasesAction):
    """Does what the citizen wants done to their case, and says where it stands now."""

    called = "action_do_case_act"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Act once; the form's slots are emptied whatever comes of it."""
        act, number = tracker.get_slot("case_act"), tracker.get_slot("case_choice")
        note = tracker.get_slot("case_note")
        if act and number and note:
            await self._act(dispatcher, tracker, act, number)
        return self.gone()

    async def _act(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, act: str, number: str
    ) -> None:
        note = str(tracker.get_slot("case_note"))
        files: List[Dict[str, str]] = tracker.get_slot("case_files") or []
        request: Dict[str, Any] = {
            "conversation": tracker.sender_id,
            "act": act,
            "note": note if act in ("add_information", "reopen_case") else "",
            "attachments": [file["id"] for file in files],
            "rating": int(note) if act == "rate_service" else 0,
        }
        case = await self._cases.act(number, request)
        if case is None:
            dispatcher.utter_message(response="utter_case_act_refused", case_number=number)
            return
        dispatcher.utter_message(response=f"utter_done_{act}", case_number=number)
        if act == "reopen_case":
            tell(dispatcher, case, tracker.get_slot("language") or "ar")

    def gone(self) -> Events:
        """Empty the form's slots."""
        slots = ("case_act", "case_choice", "case_note", "case_options", "case_files")
        return [SlotSet(slot, None) for slot in slots]
