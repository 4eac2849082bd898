"""Rasa as a function: a turn and the dialogue so far in, answers and the dialogue after it out.

Nothing is kept between turns. Whoever calls keeps the dialogue, so a turn that is taken twice
gives the same answer twice, and a crash loses nothing.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

_LOG: Final = logging.getLogger(__name__)
_ABSENT: Final = "\N{NULL}"  # a line of a response with this in it has nothing to say
SURE: Final = 0.3  # a turn outside any form is not read below this chance
_PROBLEM: Final = 0.4  # … unless it is this likely to be a problem of some category
# With a file or a place, words that mean nothing by themselves go with it.
_IDLE: Final = frozenset({"unread", "out_of_scope", "affirm", "done", "greet", "answer", "skip"})
_ANSWERS: Final = ("/answer", "/affirm", "/deny", "/skip", "/done")
_BEGINNINGS: Final = frozenset({"/file_complaint", "/make_suggestion", "/check_status", "/help"})
_LASTING: Final = frozenset({"action_end_interview", "action_do_case_act"})
_failures: ContextVar[list[str]] = ContextVar("failures")
_actions: ContextVar[list[str]] = ContextVar("actions")


class ActionFailedError(Exception):
    """An action failed, and with it the turn: the dialogue stays as it was before."""


class CarriedTrackers(TrackerStore):
    """Holds each conversation's tracker for the length of its turn."""

    def __init__(self) -> None:
        super().__init__(Domain.empty(), event_broker=None)
        self._trackers: dict[str, DialogueStateTracker] = {}

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the tracker until the turn is over."""
        self._trackers[tracker.sender_id] = tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the tracker of the turn that is being taken."""
        return self._trackers.get(sender_id)

    def put(self, tracker: DialogueStateTracker) -> None:
        """Begin a turn."""
        self._trackers[tracker.sender_id] = tracker

    def take(self, sender_id: str) -> DialogueStateTracker:
        """End a turn."""
        return self._trackers.pop(sender_id)


class InProcessActions(EndpointConfig):
    """Runs the actions of `actions/` here instead of calling a server for each."""

    def __init__(self, package: str = "actions") -> None:
        super().__init__(url="in-process:")
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(
        self,
        method: str = "post",  # noqa: ARG002
        subpath: str | None = None,  # noqa: ARG002
        content_type: str | None = "application/json",  # noqa: ARG002
        compress: bool = False,  # noqa: ARG002, FBT001, FBT002
        **kwargs: Any,
    ) -> Any:
        """Run the action that a server would be asked to run."""
        call = kwargs["json"]
        _actions.get([]).append(str(call.get("next_action")))
        try:
            return await self._executor.run(call)
        except Exception:
            # Rasa goes on after a failed action as if nothing had happened; the turn must not.
            _LOG.exception("action.failed", extra={"action": call.get("next_action")})
            _failures.get([]).append(str(call.get("next_action")))
            raise


@dataclass(frozen=True)
class TurnAnswer:
    """What a turn says, and the dialogue after it; `dialogue` is JSON-able and opaque."""

    texts: list[str]
    buttons: list[dict[str, str]]
    dialogue: list[dict[str, Any]]
    language: str | None
    understood: dict[str, Any]
    acted: bool  # something outside the dialogue was done, which taking it back does not undo


class Dialogue:
    """A loaded model, ready to take turns."""

    def __init__(self, agent: Agent, trackers: CarriedTrackers) -> None:
        self._agent, self._trackers = agent, trackers

    @classmethod
    async def load(cls, model: Path) -> Dialogue:
        """Load a trained model with its actions in this process."""
        trackers = CarriedTrackers()
        store = cast("Any", trackers)  # Rasa takes stores too, and does not say so
        endpoints = AvailableEndpoints(tracker_store=store, action=InProcessActions())
        agent = await load_agent(str(model), endpoints=endpoints)
        if not agent.is_ready():
            raise FileNotFoundError(model)
        return cls(agent, trackers)

    async def parse(self, text: str, *, why: bool = False) -> dict[str, Any]:
        """Return what the model understands of a text, and why, whatever the conversation."""
        metadata = {"why": True} if why else None
        return await self._processor.parse_message(UserMessage(_words(text), metadata=metadata))

    async def take(
        self,
        sender: str,
        text: str,
        command: str | None,
        metadata: dict[str, Any],
        dialogue: list[dict[str, Any]],
    ) -> TurnAnswer:
        """Take one turn; raises ActionFailedError when an action failed."""
        failures: list[str] = []
        actions: list[str] = []
        _failures.set(failures)
        _actions.set(actions)
        self._trackers.put(self._tracker(sender, dialogue))
        try:
            channel = await self._handle(sender, text, command, metadata)
        finally:
            tracker = self._trackers.take(sender)
        if failures:
            raise ActionFailedError(", ".join(failures))
        return TurnAnswer(
            texts=[text for message in channel.messages if (text := _text(message))],
            buttons=_buttons(channel.messages, inside=tracker.active_loop_name is not None),
            dialogue=[event.as_dict() for event in _session(list(tracker.events))],
            language=tracker.get_slot("language"),
            understood=_understood(tracker),
            acted=not _LASTING.isdisjoint(actions),
        )

    async def _handle(
        self, sender: str, text: str, command: str | None, metadata: dict[str, Any]
    ) -> CollectingOutputChannel:
        channel = CollectingOutputChannel()
        words = command or _words(text) or _wordless(metadata)
        message = UserMessage(
            words, channel, sender, input_channel=metadata["channel"], metadata=metadata
        )
        tracker = await self._processor.fetch_tracker_with_initial_session(sender, channel)
        parsed = await self._processor.parse_message(message, tracker)
        if command is None and text.lstrip().startswith(INTENT_MESSAGE_PREFIX):
            # Only our buttons are commands: what looks like one is an answer, or nothing of ours.
            parsed["intent"] = {"name": "out_of_scope", "confidence": 1.0}
        if tracker.active_loop_name is None and command is None:
            settle_intent(parsed, metadata)
        message.parse_data = parsed
        await self._agent.handle_message(message)
        return channel

    @property
    def _processor(self) -> Any:
        return self._agent.processor

    def _tracker(self, sender: str, dialogue: list[dict[str, Any]]) -> DialogueStateTracker:
        slots = self._processor.domain.slots
        return DialogueStateTracker.from_dict(sender, dialogue, slots)


def _words(text: str) -> str:
    """Return typed text as words: only our own buttons may be commands."""
    typed_command = text.lstrip().startswith(INTENT_MESSAGE_PREFIX)
    return text.replace(INTENT_MESSAGE_PREFIX, " ").strip() if typed_command else text


def _wordless(metadata: dict[str, Any]) -> str:
    if metadata.get("attachments"):
        return "/attach"
    return "/locate" if metadata.get("place") else "/unread"


def settle_intent(parsed: dict[str, Any], metadata: dict[str, Any]) -> None:
    """Name the turns that a model alone cannot: unreadable ones, and words beside a file."""
    intent = parsed["intent"]
    ranking = parsed.get("category_ranking") or [{"confidence": 0.0}]
    if intent["confidence"] < SURE:
        problem = ranking[0]["confidence"] >= _PROBLEM
        parsed["intent"] = intent = {**intent, "name": "report_problem" if problem else "unread"}
    sent = metadata.get("attachments") or metadata.get("place")
    if sent and intent["name"] in _IDLE:
        name = "attach" if metadata.get("attachments") else "locate"
        parsed["intent"] = {"name": name, "confidence": 1.0}


def _session(events: list[Event]) -> list[Event]:
    """Return the events of the latest session; what was said before it is told nowhere else."""
    starts = [place for place, event in enumerate(events) if isinstance(event, SessionStarted)]
    return events[max(starts[-1] - 1, 0) :] if starts else events


def _text(message: dict[str, Any]) -> str:
    lines = (message.get("text") or "").split("\n")
    return "\n".join(line for line in lines if _ABSENT not in line)


def _buttons(messages: list[dict[str, Any]], *, inside: bool) -> list[dict[str, str]]:
    """Return a turn's buttons: those that answer the open question first, each one once.

    Inside an interview nothing is offered that would only begin another.
    """
    offered: dict[str, str] = {}
    for message in messages:
        shown: list[dict[str, str]] = message.get("buttons") or []
        for button in shown:
            offered.setdefault(button["payload"], button["title"])
    buttons = [{"title": title, "payload": payload} for payload, title in offered.items()]
    if inside:
        buttons = [button for button in buttons if button["payload"] not in _BEGINNINGS]
    return sorted(buttons, key=lambda button: not button["payload"].startswith(_ANSWERS))


def _understood(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Return the labels and scores that a turn's log line carries: nothing that was written."""
    said = tracker.latest_message
    data: dict[str, Any] = dict(said.parse_data) if said else {}
    intent: dict[str, Any] = data.get("intent") or {}
    ranking: list[dict[str, Any]] = data.get("category_ranking") or [{}]
    return {
        "intent": intent.get("name"),
        "intent_confidence": round(intent.get("confidence") or 0.0, 3),
        "category": ranking[0].get("code"),
        "category_confidence": round(ranking[0].get("confidence") or 0.0, 3),
        "question": tracker.get_slot("requested_slot"),
    }
