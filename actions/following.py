"""Asking after cases, and acting on one's own."""

import re
from abc import ABC, abstractmethod
from typing import Any, Callable, Dict, Final, List, Optional, Sequence

from rasa_sdk.events import ActionExecutionRejected, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.asking import payload
from actions.cases_client import (
    CasesClient,
    CasesUnavailableError,
    CaseView,
    TooManyGuessesError,
)
from actions.interview import Events
from actions.jurisdiction import jurisdiction
from actions.steering import steers
from actions.turn import Turn, was_answered

_SHOWN: Final = 3  # cases told in one answer
_TOPIC_CHANCE: Final = 0.15
_TOPIC_PLACES: Final = 3
_CODE: Final = re.compile(r"(?<![^\W_])[0-9A-Za-z]{4}[\s-]?[0-9A-Za-z]{4}(?![^\W_])")
_MOST_CHOICES: Final = 8


class CasesAction(Action, ABC):
    """An action that needs the case API; an error is told as one, never as `no complaints`."""

    called: str

    def __init__(self, cases: Optional[CasesClient] = None) -> None:
        self._cases = cases or CasesClient()

    def name(self) -> str:
        """Return the name that Rasa calls."""
        return self.called

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> Events:
        """Answer the turn, or say that the cases cannot be reached."""
        try:
            return await self.answer(dispatcher, tracker)
        except CasesUnavailableError:
            dispatcher.utter_message(response="utter_cases_unavailable")
            return self.gone()

    @abstractmethod
    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Return the events; raises CasesUnavailableError."""
        raise NotImplementedError

    def gone(self) -> Events:
        """Return the events for when the cases cannot be reached."""
        return []


class CheckStatus(CasesAction):
    """Says where the citizen's cases stand, by number, by topic or the newest."""

    called = "action_check_status"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Tell at most three; a number that is not theirs needs its tracking code."""
        turn, language = Turn.of(tracker), tracker.get_slot("language") or "ar"
        number = turn.value("case_number")
        own = await self._cases.own(tracker.sender_id)
        picked = about(turn, own)
        if number is not None:
            picked = [case for case in own if case.case_number == number]
            if not picked:
                return self._ask_for_code(dispatcher, tracker, turn)
        if not picked:
            dispatcher.utter_message(response="utter_no_cases")
        for case in picked[:_SHOWN]:
            tell(dispatcher, case, language)
        return []

    def _ask_for_code(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn
    ) -> Events:
        if tracker.active_loop.get("name"):
            dispatcher.utter_message(response="utter_number_needs_code")
            return []
        known = {"tracked_number": turn.value("case_number"), "tracking_code": find_code(turn)}
        filled = [SlotSet(slot, value) for slot, value in known.items()]
        return [*filled, FollowupAction("tracking_form")]


class ListCases(CasesAction):
    """Lists the citizen's cases."""

    called = "action_list_cases"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Offer each as a button that tells where it stands."""
        own = await self._cases.own(tracker.sender_id)
        if not own:
            dispatcher.utter_message(response="utter_no_cases")
            return []
        language = tracker.get_slot("language") or "ar"
        buttons = [choice("check_status", case, language) for case in own[:_MOST_CHOICES]]
        dispatcher.utter_message(response="utter_your_cases", count=str(len(own)), buttons=buttons)
        return []


def about(turn: Turn, own: Sequence[CaseView]) -> List[CaseView]:
    """Return the cases that the turn's topic picks; all of them, newest first, without a topic."""
    agency = turn.value("agency")
    likely = [code for code, chance in turn.ranking[:_TOPIC_PLACES] if chance >= _TOPIC_CHANCE]
    tests: Sequence[Callable[[CaseView], bool]] = (
        lambda case: case.category in likely and case.agency == agency,
        lambda case: case.agency == agency,
        lambda case: case.category in likely,
    )
    for test in tests:
        if picked := [case for case in own if test(case)]:
            return picked
    return list(own)


def tell(dispatcher: CollectingDispatcher, case: CaseView, language: str) -> None:
    """Say where a case stands, what happens next and by when."""
    data = jurisdiction()
    known = case.agency in data.agencies
    category = case.category if case.category in data.categories else None
    dispatcher.utter_message(
        response=f"utter_status_{case.status}",
        case_number=case.case_number,
        agency=data.agency_name(case.agency, language) if known else "\N{NULL}",
        category=data.category_name(category, language) if category else "\N{NULL}",
        filed_on=case.filed_on,
        due=case.due,
        note=case.note or "\N{NULL}",
    )


def choice(intent: str, case: CaseView, language: str) -> Dict[str, str]:
    """Return the button that chooses a case."""
    data = jurisdiction()
    known = case.category in data.categories
    topic = data.category_name(case.category or "", language) if known else ""
    title = f"{case.case_number} {topic}".strip()
    return {"title": title, "payload": payload(intent, case_number=case.case_number)}


class ValidateTracking(CasesAction):
    """Reads the number and the tracking code of a case filed elsewhere."""

    called = "validate_tracking_form"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Fill both from whatever the turn holds; anything else is left to the rules."""
        if was_answered(tracker):
            return []
        turn, asked = Turn.of(tracker), tracker.get_slot("requested_slot")
        filled = self._read(turn, tracker)
        if asked and not filled:
            return self._unread(dispatcher, turn, asked)
        return [SlotSet(slot, value) for slot, value in filled.items()]

    def _read(self, turn: Turn, tracker: Tracker) -> Dict[str, Any]:
        read = {"tracked_number": turn.value("case_number"), "tracking_code": find_code(turn)}
        return {slot: value for slot, value in read.items() if value}

    def _unread(self, dispatcher: CollectingDispatcher, turn: Turn, asked: str) -> Events:
        if turn.means("cancel", "deny", "skip", "withdraw_case"):
            dispatcher.utter_message(response="utter_tracking_stopped")
            return [SlotSet(asked, None), SlotSet("requested_slot", None)]
        if steers(turn, asked) or turn.means("report_problem", "file_complaint"):
            return [ActionExecutionRejected("tracking_form")]
        dispatcher.utter_message(response=f"utter_hint_{asked}")
        # Rasa takes a turn that fills nothing for one that the form rejects.
        return [SlotSet(asked, None), SlotSet("requested_slot", asked)]


def find_code(turn: Turn) -> Optional[str]:
    """Return the tracking code that a turn holds beside a case number, if any."""
    if turn.tapped:
        return None
    number = turn.find("case_number")
    left = turn.text
    if number is not None:
        left = left[: number["start"]] + " " + left[number["end"] :]
    found = (match[0] for match in _CODE.finditer(left) if _looks_drawn(match[0]))
    return next(found, None)


def _looks_drawn(code: str) -> bool:
    """Say whether eight letters are a code rather than a word."""
    return any(char.isdigit() for char in code) or code.isupper()


class ShowTracked(CasesAction):
    """Shows the case of a number and code; wrong numbers and wrong codes answer alike."""

    called = "action_show_tracked"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Look the case up once, and forget number and code."""
        number, code = tracker.get_slot("tracked_number"), tracker.get_slot("tracking_code")
        if number and code:
            await self._show(dispatcher, tracker, number, code)
        return self.gone()

    async def _show(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, number: str, code: str
    ) -> None:
        try:
            case = await self._cases.with_code(tracker.sender_id, number, code)
        except TooManyGuessesError:
            dispatcher.utter_message(response="utter_too_many_guesses")
            return
        if case is None:
            dispatcher.utter_message(response="utter_number_or_code_wrong")
            return
        tell(dispatcher, case, tracker.get_slot("language") or "ar")

    def gone(self) -> Events:
        """Forget number and code."""
        return [SlotSet("tracked_number", None), SlotSet("tracking_code", None)]
