"""One turn of the citizen, as the interview reads it."""

import hashlib
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from rasa_sdk.interfaces import Tracker

# A form that hands the turn on has not answered it.
_NO_ANSWERS = frozenset(
    {"complaint_form", "case_form", "tracking_form", "action_deactivate_loop", "action_listen"}
)


@dataclass(frozen=True)
class Turn:
    """What the citizen just sent, and what the agent understood of it."""

    text: str
    intent: str
    confidence: float
    tapped: bool
    entities: Sequence[Mapping[str, Any]]
    attachments: Sequence[Mapping[str, str]]
    place: Optional[Mapping[str, Any]]
    ranking: Sequence[Tuple[str, float]]
    language: str
    language_confidence: float
    language_hint: Optional[str]
    silence: int  # seconds since the turn before
    key: str
    context: Mapping[str, str]  # what the link that opened the chat prefilled
    deciding: Sequence[str]  # the words that spoke most for the likeliest category

    @classmethod
    def of(cls, tracker: Tracker) -> "Turn":
        """Read the latest turn from a tracker."""
        said: Dict[str, Any] = tracker.latest_message
        metadata: Dict[str, Any] = said.get("metadata") or {}
        intent: Dict[str, Any] = said.get("intent") or {}
        language: Dict[str, Any] = said.get("language") or {}
        ranking: List[Dict[str, Any]] = said.get("category_ranking") or []
        return cls(
            text=metadata.get("text", said.get("text") or "").strip(),
            intent=intent.get("name") or "",
            confidence=float(intent.get("confidence") or 0.0),
            tapped=bool(metadata.get("tapped")),
            entities=said.get("entities") or [],
            attachments=metadata.get("attachments") or [],
            place=metadata.get("place"),
            ranking=[(option["code"], option["confidence"]) for option in ranking],
            language=language.get("name", "und"),
            language_confidence=float(language.get("confidence") or 0.0),
            language_hint=metadata.get("language_hint"),
            silence=int(metadata.get("silence") or 0),
            key=metadata.get("message_key", said.get("message_id") or ""),
            context=metadata.get("context") or {},
            deciding=said.get("category_words") or [],
        )

    @property
    def words(self) -> int:
        """How many words the citizen wrote; a tapped button has none of their own."""
        return 0 if self.tapped else len(self.text.split())

    def value(self, entity: str) -> Any:
        """Return the value of the first entity of a kind, or None."""
        found = self.find(entity)
        return found["value"] if found else None

    def find(self, entity: str) -> Optional[Mapping[str, Any]]:
        """Return the first entity of a kind."""
        return next((found for found in self.entities if found["entity"] == entity), None)

    def means(self, *intents: str) -> bool:
        """Say whether the turn's intent is one of these."""
        return self.intent in intents

    def new_filing_key(self) -> str:
        """Return the key of a complaint that starts here: the same if the turn is taken again."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:32]


def was_answered(tracker: Tracker) -> bool:
    """Say whether something else has already answered the latest turn.

    A form asks its validation again after each question on the side; the turn must not then be
    read a second time, as an answer.
    """
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "action" and event.get("name") not in _NO_ANSWERS:
            return True
    return False
