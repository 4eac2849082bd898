"""The questions whose wording depends on what is already known."""

import json
from abc import ABC, abstractmethod
from typing import Any, Dict, Final, List, Mapping

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.interview import FORM
from actions.jurisdiction import OTHER, jurisdiction
from actions.problems import FIRST_OPTIONS
from actions.questions import DETAILS, detail_question, nameless

ABSENT: Final = "\N{NULL}"  # a line with this value in it is left out by the agent
_SHOWN: Final = {"yes": "\N{CHECK MARK}", "no": "\N{BALLOT X}"}  # the same in every language
_LONGEST_SHOWN: Final = 300  # characters of the description that the review repeats


def payload(intent: str, **entities: str) -> str:
    """Return the command behind a button."""
    return f"/{intent}{json.dumps(entities, ensure_ascii=False)}" if entities else f"/{intent}"


class Ask(Action, ABC):
    """One question of a form, worded by what is already known."""

    form: str = FORM
    slot: str

    def name(self) -> str:
        """Return the name by which the form finds the question."""
        return f"action_ask_{self.form}_{self.slot}"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> List[Dict[str, Any]]:
        """Ask the question."""
        self.ask(dispatcher, tracker, tracker.get_slot("language") or "ar")
        return []

    @abstractmethod
    def ask(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> None:
        """Say the question, in the words that fit what is known."""
        raise NotImplementedError


class AskDescription(Ask):
    """Asks what happened, in the words of what the citizen came for."""

    slot = "description"

    def ask(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> None:
        """Acknowledge a photo or a place that came first."""
        kind = tracker.get_slot("kind") or "complaint"
        came_first = tracker.get_slot("attachments") or tracker.get_slot("place")
        topic = "after_file" if kind == "complaint" and came_first else kind
        dispatcher.utter_message(response=f"utter_ask_description_{topic}")


class AskCategory(Ask):
    """Offers the likeliest categories with their agencies, and `none of these`."""

    slot = "category"

    def ask(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> None:
        """Offer three, or after `none of these` the next six."""
        options: List[str] = tracker.get_slot("category_options") or []
        first = not tracker.get_slot("category_page")
        shown = options[:FIRST_OPTIONS] if first else options[FIRST_OPTIONS:]
        buttons = [_option(code, language) for code in shown]
        dispatcher.utter_message(response="utter_ask_category", buttons=buttons)
        dispatcher.utter_message(response="utter_none_of_these")


def _option(code: str, language: str) -> Dict[str, str]:
    data = jurisdiction()
    agency = data.agency_name(data.agency_of(code), language)
    title = f"{data.category_name(code, language)} · {agency}"
    return {"title": title, "payload": payload("answer", category=code)}


class AskDetail(Ask):
    """Asks an extra question of the category, in the jurisdiction's own words."""

    slot = DETAILS[0]

    def ask(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> None:
        """Say the question, and how to skip it where that is allowed."""
        question = detail_question(self.slot, tracker.slots, jurisdiction())
        words = question.ask.get(language) or question.ask["ar"]
        response = "utter_ask_detail_optional" if question.optional else "utter_ask_detail"
        if question.reads == "yes_no":
            response = "utter_ask_detail_yes_no"
        dispatcher.utter_message(response=response, question=words)


class AskSecondDetail(AskDetail):
    """Asks the second extra question."""

    slot = DETAILS[1]


class AskPlace(Ask):
    """Asks where, and when in the same breath if that is not known either."""

    slot = "place"

    def ask(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> None:
        """Ask for both at once when both are missing."""
        both = tracker.get_slot("occurred") is None
        response = "utter_ask_place_and_time" if both else "utter_ask_place"
        dispatcher.utter_message(response=response)


class AskAttachmentsDone(Ask):
    """Asks for files, or for more of them."""

    slot = "attachments_done"

    def ask(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> None:
        """Ask differently once something has arrived."""
        sent = tracker.get_slot("attachments")
        dispatcher.utter_message(
            response="utter_ask_more_attachments" if sent else "utter_ask_attachments"
        )


class AskName(Ask):
    """Asks who complains; offers the right to give no name where there is one."""

    slot = "name"

    def ask(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> None:
        """Ask for name, civil ID and phone in one message, or for what is missing of them."""
        if nameless(tracker.slots, jurisdiction()):
            dispatcher.utter_message(response="utter_ask_identity_or_nameless")
        elif tracker.get_slot("phone"):
            dispatcher.utter_message(response="utter_ask_name_only")
        else:
            dispatcher.utter_message(response="utter_ask_identity")


class AskReview(Ask):
    """Reads everything back, with the sentence of consent."""

    slot = "review"

    def ask(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> None:
        """Say every answer; lines without one are left out."""
        values = review_values(tracker.slots, language)
        dispatcher.utter_message(response="utter_review", **values)


def review_values(slots: Mapping[str, Any], language: str) -> Dict[str, Any]:
    """Return every answer as the review shows it."""
    person = ("name", "civil_id", "phone", "remedy")
    attachments = len(slots.get("attachments") or [])
    return {
        "description": _shortened(slots.get("description") or ABSENT),
        "category": _category(slots, language),
        "agency": _agency(slots, language),
        "words": _words(slots),
        "details": _details(slots, language),
        "place": _place(slots.get("place")),
        "occurred": _when(slots.get("occurred")),
        "attachments": str(attachments) if attachments else ABSENT,
        **{slot: str(slots.get(slot) or ABSENT) for slot in person},
    }


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN].rstrip() + "…"


def _category(slots: Mapping[str, Any], language: str) -> str:
    code = slots.get("category") or OTHER
    return ABSENT if code == OTHER else jurisdiction().category_name(code, language)


def _agency(slots: Mapping[str, Any], language: str) -> str:
    data, code = jurisdiction(), slots.get("category") or OTHER
    return ABSENT if code == OTHER else data.agency_name(data.agency_of(code), language)


def _words(slots: Mapping[str, Any]) -> str:
    """Return the words by which the category was found; none where the citizen chose it."""
    words: List[str] = slots.get("category_words") or []
    guessed = (slots.get("category_options") or [None])[0] == slots.get("category")
    return " ".join(f"\u00ab{word}\u00bb" for word in words) if words and guessed else ABSENT


def _details(slots: Mapping[str, Any], language: str) -> str:
    told = [slot for slot in DETAILS if slots.get(slot)]
    lines: List[str] = []
    for slot in told:
        question = detail_question(slot, slots, jurisdiction())
        label = question.label.get(language) or question.label["ar"]
        lines.append(f"{label}: {_SHOWN.get(slots[slot], slots[slot])}")
    return "\n".join(lines) or ABSENT


def _place(place: Any) -> str:
    if not place:
        return ABSENT
    if place.get("text"):
        return str(place["text"])
    return f"{place['latitude']:.5f}, {place['longitude']:.5f}"


def _when(occurred: Any) -> str:
    """Return the citizen's words with the day that they were read as."""
    if not occurred:
        return ABSENT
    words, day = occurred.get("text") or "", occurred.get("date")
    return f"{words} (\u2068{day}\u2069)" if day and day not in words else words or ABSENT
