"""The end of the interview: filed, stopped or begun again."""

from typing import Any, Dict, Final, List, Mapping, Optional, Sequence

from rasa_sdk.events import (
    ActionExecuted,  # pyright: ignore[reportUnknownVariableType] - half typed in rasa_sdk
    ActiveLoop,
    AllSlotsReset,
    FollowupAction,
    SessionStarted,
    SlotSet,
)
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.cases_client import CasesClient, CasesUnavailableError, Filed, Incomplete
from actions.interview import FORM, Events
from actions.jurisdiction import OTHER, jurisdiction
from actions.questions import DETAILS, GOES_WITH, detail_question

KEPT_SLOTS: Final = ("language",)


def session_ended(tracker: Tracker) -> Events:
    """Return the events that end a session: no dialogue grows beyond one complaint."""
    kept = [SlotSet(slot, tracker.get_slot(slot)) for slot in KEPT_SLOTS]
    return [
        ActionExecuted("action_session_start"),
        SessionStarted(),
        *kept,
        FollowupAction("action_listen"),
    ]


class EndInterview(Action):
    """Files the complaint, or does what the citizen chose instead."""

    def __init__(self, cases: Optional[CasesClient] = None) -> None:
        self._cases = cases or CasesClient()

    def name(self) -> str:
        """Return the name that Rasa calls."""
        return "action_end_interview"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> Events:
        """File under the draft's own key, so that a second time files nothing new."""
        outcome = tracker.get_slot("outcome")
        if outcome == "cancelled":
            dispatcher.utter_message(response="utter_cancelled")
            return session_ended(tracker)
        if outcome == "restarted":
            return restarted(dispatcher, tracker)
        return await self._file(dispatcher, tracker)

    async def _file(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        try:
            answer = await self._cases.file(filing(tracker))
        except CasesUnavailableError:
            dispatcher.utter_message(response="utter_filing_failed")
            return [SlotSet("review", None), FollowupAction(FORM)]
        if isinstance(answer, Incomplete):
            return [*_emptied(answer.missing), SlotSet("review", None), FollowupAction(FORM)]
        self._tell(dispatcher, tracker, answer)
        return session_ended(tracker)

    def _tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, filed: Filed) -> None:
        language = tracker.get_slot("language") or "ar"
        data = jurisdiction()
        central = filed.agency not in data.agencies
        dispatcher.utter_message(
            response="utter_complaint_filed_central" if central else "utter_complaint_filed",
            case_number=filed.case_number,
            agency="" if central else data.agency_name(filed.agency, language),
            tracking_code=filed.tracking_code,
            due=filed.due,
        )


def _emptied(missing: Sequence[str]) -> Events:
    """Empty what is missing, and what would go on making it look answered."""
    slots = [slot for name in missing for slot in (name, *sorted(GOES_WITH.get(name, ())))]
    return [SlotSet(slot, None) for slot in dict.fromkeys(slots)]


def restarted(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Empty the draft and ask for the problem anew."""
    dispatcher.utter_message(response="utter_restarted")
    kept = [SlotSet(slot, tracker.get_slot(slot)) for slot in KEPT_SLOTS]
    return [AllSlotsReset(), ActiveLoop(None), *kept, FollowupAction("action_listen")]


def filing(tracker: Tracker) -> Dict[str, Any]:
    """Return the complaint as the case API takes it."""
    slots: Mapping[str, Any] = tracker.slots
    category = slots.get("category")
    metadata: Mapping[str, Any] = tracker.latest_message.get("metadata") or {}
    attachments: List[Mapping[str, Any]] = slots.get("attachments") or []
    return {
        "filing_key": slots["filing_key"],
        "conversation": tracker.sender_id,
        "channel": metadata.get("channel", "rest"),
        "language": slots.get("language") or "ar",
        "kind": slots.get("kind") or "complaint",
        "description": slots.get("description"),
        "category": None if category == OTHER else category,
        "details": _details(slots),
        "place": slots.get("place") or {},
        "occurred": slots.get("occurred") or {},
        "remedy": slots.get("remedy") or "",
        "attachments": [file["id"] for file in attachments],
        "anonymous": bool(slots.get("anonymous")),
        "name": slots.get("name") or None,
        "civil_id": slots.get("civil_id") or None,
        "phone": slots.get("phone") or None,
        "consented": bool(slots.get("review")),
    }


def _details(slots: Mapping[str, Any]) -> Dict[str, str]:
    told: List[str] = [slot for slot in DETAILS if slots.get(slot)]
    return {detail_question(slot, slots, jurisdiction()).key: slots[slot] for slot in told}
