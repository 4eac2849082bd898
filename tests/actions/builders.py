"""Turns, trackers and a case API for the actions' tests, whole but for what a test is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import yaml
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.cases_client import CasesClient, CaseView, Filed, Incomplete
from actions.turn import Turn

DOMAIN = Path(__file__).parents[2] / "domain.yml"
CITIZEN = "rest:7"
ASIDE = {"event": "action", "name": "action_answer_aside"}
PHOTO = {"id": "f1", "media": "image", "name": "photo.jpg"}
POINT = {"latitude": 29.33, "longitude": 48.07, "accuracy": 10, "label": ""}

_CASE = CaseView(
    case_number="KW-2026-000001-3",
    category="power_outage",
    agency="electricity_water",
    status="filed",
    filed_on="2026-03-02",
    due="2026-04-01",
    note="",
)
FILED = Filed("KW-2026-000001-3", "electricity_water", "AB3D-7K9M", "2026-04-01")


def named(kind: str, words: str, value: Any = None, **facts: Any) -> dict[str, Any]:
    """An entity, by the words of the text that it stands for."""
    return {"entity": kind, "words": words, "value": words if value is None else value, **facts}


def said(  # noqa: PLR0913 - a message has this many parts
    text: str = "",
    intent: str = "answer",
    confidence: float = 1.0,
    *,
    entities: Sequence[Mapping[str, Any]] = (),
    ranking: Sequence[tuple[str, float]] = (),
    language: tuple[str, float] = ("ar", 0.95),
    **metadata: Any,
) -> dict[str, Any]:
    """A message as the agent has understood it."""
    return {
        "text": text,
        "message_id": "rasa-1",
        "intent": {"name": intent, "confidence": confidence},
        "entities": [_placed(entity, text) for entity in entities],
        "category_ranking": [{"code": code, "confidence": chance} for code, chance in ranking],
        "language": {"name": language[0], "confidence": language[1]},
        "metadata": {"channel": "rest", "text": text, "message_key": "rest:7:1", **metadata},
    }


def tapped(intent: str, **entities: str) -> dict[str, Any]:
    """A button that was tapped."""
    values = [named(kind, "", value) for kind, value in entities.items()]
    return said("title", intent, entities=values, language=("und", 0.0), tapped=True)


def _placed(entity: Mapping[str, Any], text: str) -> dict[str, Any]:
    start = text.index(entity["words"])
    end = start + len(entity["words"])
    return {**{k: v for k, v in entity.items() if k != "words"}, "start": start, "end": end}


def tracker(
    message: Mapping[str, Any] | None = None,
    *,
    form: str | None = None,
    after: Sequence[Mapping[str, Any]] = (),
    **slots: Any,
) -> Tracker:
    """A conversation with some slots filled, one message, and what has happened since."""
    user = {"event": "user", "parse_data": message or {}}
    return Tracker(
        sender_id=CITIZEN,
        slots={**dict.fromkeys(_slot_names()), **slots},
        latest_message=dict(message or {}),
        events=[user, *map(dict, after)],
        paused=False,
        followup_action=None,
        active_loop={"name": form} if form else {},
        latest_action_name="action_listen",
    )


@lru_cache(maxsize=1)
def _slot_names() -> tuple[str, ...]:
    domain: dict[str, Any] = yaml.safe_load(DOMAIN.read_text("utf-8"))
    return ("requested_slot", *domain["slots"])


def turn(*args: Any, **kwargs: Any) -> Turn:
    """A turn, said as `said` says."""
    return Turn.of(tracker(said(*args, **kwargs)))


def tap(intent: str, **entities: str) -> Turn:
    """A turn that is a tap."""
    return Turn.of(tracker(tapped(intent, **entities)))


@dataclass(frozen=True)
class Ran:
    """What an action said and did."""

    messages: list[dict[str, Any]]
    events: list[dict[str, Any]]

    @property
    def said(self) -> list[str]:
        """The response keys, in order."""
        return [message["response"] for message in self.messages]

    @property
    def slots(self) -> dict[str, Any]:
        """The slots that were set."""
        return {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}

    @property
    def others(self) -> list[tuple[str, str | None]]:
        """The events that are no slots, by kind and name."""
        return [
            (event["event"], event.get("name"))
            for event in self.events
            if event["event"] != "slot"
        ]

    @property
    def payloads(self) -> list[str]:
        """What the buttons of the first message send."""
        return [button["payload"] for button in self.messages[0]["buttons"]]


async def ran(action: Action, before: Tracker) -> Ran:
    """Run an action as the agent does."""
    dispatcher, domain = CollectingDispatcher(), cast("DomainDict", {})
    events: Any = await action.run(dispatcher, before, domain)
    return Ran(dispatcher.messages, events)


def once_answered(before: Tracker, done: Ran) -> Tracker:
    """The conversation after an action has run and a question on the side was answered."""
    return tracker(
        before.latest_message,
        form=before.active_loop.get("name"),
        after=[*before.events[1:], *done.events, ASIDE],
        **{**before.slots, **done.slots},
    )


def case_view(serial: int = 1, **changes: Any) -> CaseView:
    """A case as citizens may see it."""
    return CaseView(**{**vars(_CASE), "case_number": f"KW-2026-00000{serial}-3", **changes})


Outcome = Any  # an answer of the case API, or an exception to raise in its place


@dataclass
class RecordingCases(CasesClient):
    """A case API that gives prepared answers and keeps what it was asked."""

    filed: Outcome = FILED
    owned: Outcome = ()
    opened: Outcome = None
    acted: Outcome = _CASE
    asked: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])

    async def file(self, complaint: Mapping[str, Any]) -> Filed | Incomplete:
        """Keep the complaint."""
        return self._answer(("file", complaint), self.filed)

    async def own(self, conversation: str) -> list[CaseView]:
        """Keep whose cases were asked for."""
        return list(self._answer(("own", conversation), self.owned))

    async def with_code(self, asker: str, number: str, code: str) -> CaseView | None:
        """Keep the guess."""
        return self._answer(("with_code", asker, number, code), self.opened)

    async def act(self, number: str, request: Mapping[str, Any]) -> CaseView | None:
        """Keep what was to be done."""
        return self._answer(("act", number, request), self.acted)

    def _answer(self, asked: tuple[Any, ...], outcome: Outcome) -> Any:
        self.asked.append(asked)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
