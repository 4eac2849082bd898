"""What passes between a bot and Telegram's double: what was sent, and what goes wrong."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

SEND: Final = "sendMessage"

type Reply = tuple[int, bytes]


@dataclass(frozen=True)
class Fault:
    """How one call goes wrong."""

    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int | None = None
    body: bytes | None = None  # instead of Telegram's own: what a proxy would say
    accepted: bool = False  # it is carried out all the same
    silent: bool = False  # no answer ever comes

    @property
    def reply(self) -> Reply:
        told: dict[str, Any] = {
            "ok": False,
            "error_code": self.status,
            "description": self.description,
        }
        if self.retry_after is not None:
            told["parameters"] = {"retry_after": self.retry_after}
        return self.status, json.dumps(told).encode() if self.body is None else self.body


BROKEN: Final = Fault()
BLOCKED: Final = Fault(403, "Forbidden: bot was blocked by the user")
TIMED_OUT_BEFORE: Final = Fault(silent=True)
TIMED_OUT_AFTER: Final = Fault(silent=True, accepted=True)

type Faults = list[Fault | None] | Callable[[Mapping[str, str]], Fault | None]


def done(result: object) -> Reply:
    return 200, json.dumps({"ok": True, "result": result}).encode()


def flood(seconds: int) -> Fault:
    return Fault(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def bad_request(words: str) -> Fault:
    return Fault(400, f"Bad Request: {words}")


@dataclass(frozen=True)
class Sent:
    """One call that concerned a chat, and was carried out."""

    method: str
    parameters: Mapping[str, str]
    message_id: int | None = None

    @property
    def text(self) -> str:
        return self.parameters.get("text", "")

    @property
    def markup(self) -> dict[str, Any]:
        return json.loads(self.parameters.get("reply_markup", "{}"))

    @property
    def rows(self) -> list[list[str]]:
        """The titles of the buttons under it, or of its keyboard."""
        rows: list[Any] = self.markup.get("inline_keyboard") or self.markup.get("keyboard", [])
        return [[button["text"] for button in row] for row in rows]

    @property
    def buttons(self) -> dict[str, str]:
        """The tokens of the buttons under it, by title."""
        rows = self.markup.get("inline_keyboard", [])
        return {button["text"]: button["callback_data"] for row in rows for button in row}

    @property
    def as_message(self) -> dict[str, Any]:
        """The message as a tap under it tells it."""
        told = {"message_id": self.message_id, "text": self.text, "reply_markup": self.markup}
        return {name: value for name, value in told.items() if value}
