"""Turns that steer: back, edit, repeat, restart, languages, questions on the side, the unread."""

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any, Dict, Final, List, Mapping

from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.filing import restarted
from actions.interview import FORM, Events, slots_set
from actions.jurisdiction import jurisdiction
from actions.questions import DETAILS, GOES_WITH, QUESTION_OF
from actions.readers import read
from actions.readings import files_and_point
from actions.turn import Turn

ARABIC: Final = "ar"
# Whatever else a citizen writes in is answered in the nearest of our languages.
_NEAREST: Final[Mapping[str, str]] = {"arabizi": "ar", "fa": "ar", "und": ""}
_LIKELY: Final = 0.3  # category chance from which its agency is named
_SWITCH_WORDS: Final = 4  # fewer in another language do not change the conversation's
_SWITCH_CHANCE: Final = 0.8
# Names are written in their own script, whatever language is spoken.
_ASKS_NAMES: Final = frozenset({"name", "civil_id", "phone", "place", *DETAILS})
# What is said otherwise between two questions, where it must not open anything new.
_SAID_INSIDE: Final = ("greet", "goodbye", "thank", "help", "repeat", "insult")
_VALUE_ENTITY: Final[Mapping[str, str]] = {
    "phone": "phone",
    "civil_id": "civil_id",
    "place": "place",
    "occurred": "time",
}


class _Aside(Action, ABC):
    """An action that answers a turn with slots and responses."""

    called: str

    def name(self) -> str:
        """Return the name that Rasa calls."""
        return self.called

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> Events:
        """Answer the turn."""
        return self.answer(dispatcher, tracker, Turn.of(tracker))

    @abstractmethod
    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        """Return the events; say what there is to say."""
        raise NotImplementedError


class AnswerAside(_Aside):
    """Answers a question or a word on the side by its intent's own response."""

    called = "action_answer_aside"

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        """Say `utter_<intent>`, within a form its `_inside`; keep files that came with it."""
        form = tracker.active_loop.get("name")
        inside = "_inside" if form and turn.means(*_SAID_INSIDE) else ""
        dispatcher.utter_message(
            response=f"utter_{turn.intent}{inside}", emergency=jurisdiction().emergency
        )
        # The interview's own validation has kept them already.
        return [] if form == FORM else slots_set(files_and_point(turn, tracker.slots))


class AnswerOffice(_Aside):
    """Tells what is known of an agency's office, and nothing that is not."""

    called = "action_answer_office"

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        """Say hours and hotline of the agency that was named."""
        data, language = jurisdiction(), tracker.get_slot("language") or ARABIC
        agency = turn.value("agency")
        office = data.offices.get(agency or "", {})
        if agency is None or not office:
            dispatcher.utter_message(response="utter_ask_office_unknown")
            return []
        hours: Mapping[str, str] = office.get("hours") or {}
        dispatcher.utter_message(
            response="utter_ask_office_hotline" if office.get("hotline") else "utter_ask_office",
            agency=data.agency_name(agency, language),
            hours=hours.get(language) or hours.get(ARABIC, ""),
            hotline=str(office.get("hotline", "")),
        )
        return []


class AnswerResponsibleAgency(_Aside):
    """Says which agency a problem belongs to, and why, and offers to start."""

    called = "action_answer_responsible_agency"

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        """Name the likeliest agency; ask for the problem when there is none to name."""
        data, language = jurisdiction(), tracker.get_slot("language") or ARABIC
        likeliest = next((code for code, chance in turn.ranking if chance >= _LIKELY), None)
        if likeliest is None or likeliest not in data.categories:
            dispatcher.utter_message(response="utter_ask_responsible_agency")
            return []
        agency = data.agency_of(likeliest)
        dispatcher.utter_message(
            response="utter_responsible_agency",
            agency=data.agency_name(agency, language),
            category=data.category_name(likeliest, language),
            mandate=data.mandate(agency, language),
        )
        return []


class GoBack(_Aside):
    """Empties the previous answer, so that its question is asked again."""

    called = "action_go_back"

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        """Step back by one question; at the first one say so."""
        asked: List[str] = list(tracker.get_slot("asked") or [])
        if len(asked) < 2:  # noqa: PLR2004 - the open question and one before it
            dispatcher.utter_message(response="utter_nothing_before")
            return []
        previous = asked[-2]
        dispatcher.utter_message(response="utter_going_back")
        emptied = dict.fromkeys((previous, *GOES_WITH.get(previous, ())))
        return slots_set({**emptied, "review": None, "asked": asked[:-2]})


class EditAnswer(_Aside):
    """Changes the answer that the citizen names, at once if the new value stands beside it."""

    called = "action_edit_answer"

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        """Change or ask anew; ask which one when none is named."""
        named = turn.value("answer_name")
        question = QUESTION_OF.get(named or "")
        if question is None:
            dispatcher.utter_message(response="utter_ask_which_answer")
            return []
        value = turn.find(_VALUE_ENTITY.get(question, "none"))
        if not turn.tapped and value:
            beside = _only(turn, value)
            changed = read(question, beside, {**tracker.slots, question: None}, jurisdiction())
            if changed.slots:
                dispatcher.utter_message(response="utter_answer_changed")
                return slots_set({**changed.slots, "review": None})
        dispatcher.utter_message(response="utter_answer_asked_again")
        return slots_set({**_emptied(question, turn), "review": None})


def _only(turn: Turn, found: Mapping[str, Any]) -> Turn:
    """Return the turn as if the citizen had written nothing but one of its entities."""
    words = turn.text[found["start"] : found["end"]]
    entity = {**found, "start": 0, "end": len(words)}
    return replace(turn, text=words, entities=[entity], attachments=[])


def _emptied(question: str, turn: Turn) -> Dict[str, Any]:
    emptied: Dict[str, Any] = dict.fromkeys((question, *GOES_WITH.get(question, ())))
    if question == "attachments_done":
        return {**emptied, "attachments": [dict(file) for file in turn.attachments] or None}
    return emptied


class Restart(_Aside):
    """Begins the interview again."""

    called = "action_begin_again"

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        """Empty the draft."""
        return restarted(dispatcher, tracker)


class ChangeLanguage(_Aside):
    """Speaks another language from now on, if it is one of ours."""

    called = "action_change_language"

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        """Confirm in the new language; offer ours when another is asked for."""
        wanted = turn.value("language")
        known = wanted in jurisdiction().languages
        response = "utter_language_changed" if known else "utter_languages"
        dispatcher.utter_message(response=response)
        return []


class ChooseLanguage(_Aside):
    """Settles the language before anything is said in a turn."""

    called = "action_choose_language"

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        """Keep the language, unless asked, or unless a whole sentence is in another."""
        current = tracker.get_slot("language")
        names_asked = tracker.get_slot("requested_slot") in _ASKS_NAMES
        if current and names_asked and not turn.means("change_language"):
            return []
        chosen = _chosen_language(turn, current)
        return [] if chosen == current else slots_set({"language": chosen})


def _chosen_language(turn: Turn, current: Any) -> str:
    ours = jurisdiction().languages
    if turn.means("change_language") and turn.value("language") in ours:
        return str(turn.value("language"))
    written = _NEAREST.get(turn.language, turn.language)
    if not turn.tapped and written:
        nearest = written if written in ours else "en"
        sure = turn.words >= _SWITCH_WORDS and turn.language_confidence >= _SWITCH_CHANCE
        if current is None or sure:
            return nearest
    hinted = turn.language_hint if turn.language_hint in ours else ARABIC
    return str(current or hinted)


class NotUnderstood(_Aside):
    """Answers what no rule knows: help, then buttons, then a person."""

    called = "action_default_fallback"

    def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        """Help more each time."""
        misses = int(tracker.get_slot("misses") or 0) + 1
        steps = ("utter_not_understood", "utter_not_understood_menu", "utter_offer_person")
        dispatcher.utter_message(response=steps[min(misses, len(steps)) - 1])
        # Without it Rasa predicts the fallback again after the fallback, ten times over.
        return [*slots_set({"misses": misses}), FollowupAction("action_listen")]
