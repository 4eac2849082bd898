"""What was read out of a turn: slots to fill, and what to say about it."""

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Final, Mapping, Tuple

from actions.jurisdiction import Jurisdiction
from actions.questions import Slots
from actions.turn import Turn

SKIPPED: Final = ""


@dataclass(frozen=True)
class Said:
    """A response key, with the values of its placeholders."""

    response: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Reading:
    """What a turn answered: slots to fill, and what to say about it; no slots when unreadable."""

    slots: Mapping[str, Any] = field(default_factory=dict[str, Any])
    said: Tuple[Said, ...] = ()


Reader = Callable[[Turn, Slots, Jurisdiction], Reading]
UNREADABLE: Final = Reading()


def files_and_point(turn: Turn, slots: Slots) -> Dict[str, Any]:
    """Return the slots that files and a shared place fill, whatever was asked."""
    filled: Dict[str, Any] = {}
    if turn.attachments:
        filled["attachments"] = [*(slots.get("attachments") or []), *map(dict, turn.attachments)]
    if turn.place:
        told: Mapping[str, Any] = slots.get("place") or {}
        words = turn.place.get("label") or told.get("text", "")
        filled["place"] = {**turn.place, "text": words}
    return filled
