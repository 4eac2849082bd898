"""The frames of docs/widget-protocol.md: untrusted ones in, typed; typed ones out."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from bot.conversations import AttachmentInfo
from bot.messages import InboundMessage, Logged, Place, clean, parse_point
from bot.turns import LONGEST_TEXT

CHANNEL: Final = "web"
VERSION: Final = 1
_ID: Final = re.compile(r"[0-9A-Za-z-]{8,64}")
_WORD: Final = re.compile(r"[a-z_]{1,40}")
MOST_FILES: Final = 10
_LONGEST_PLACE: Final = 200


class BadFrameError(Exception):
    """A frame is not one of the protocol's; `code` is what the page is told."""

    def __init__(self, code: str = "bad_frame", frame_id: str | None = None) -> None:
        super().__init__(code)
        self.code, self.frame_id = code, frame_id


@dataclass(frozen=True, slots=True)
class Hello:
    """How a page begins: who it is, what it has seen, and what its link prefilled."""

    sid: str | None = field(repr=False)
    last: int
    language: str | None
    context: Mapping[str, str] = field(default_factory=dict[str, str])


def parse_frame(text: str | bytes) -> dict[str, Any]:
    """Return a frame as an object with a kind `t`; raises BadFrameError."""
    try:
        frame: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadFrameError from error
    return check_frame(frame)


def check_frame(frame: Any) -> dict[str, Any]:
    """Return what is an object with a kind `t`; raises BadFrameError for anything else."""
    if not isinstance(frame, dict):
        raise BadFrameError
    frame = cast("dict[str, Any]", frame)
    if not isinstance(frame.get("t"), str):
        raise BadFrameError
    return frame


def parse_hello(frame: Mapping[str, Any]) -> Hello:
    """Return the first frame of a page; raises BadFrameError."""
    last = frame.get("last", 0)
    if frame["t"] != "hello" or frame.get("v") != VERSION or not isinstance(last, int):
        raise BadFrameError
    sid, language = frame.get("sid"), frame.get("lang")
    return Hello(
        sid=sid if isinstance(sid, str) and _ID.fullmatch(sid.replace("_", "-")) else None,
        last=last,
        language=language if language in ("ar", "en", "ur") else None,
        context=_context(frame),
    )


def _context(frame: Mapping[str, Any]) -> dict[str, str]:
    agency, place = frame.get("agency"), frame.get("place")
    context: dict[str, str] = {}
    if isinstance(agency, str) and _WORD.fullmatch(agency):
        context["agency"] = agency
    if isinstance(place, str) and clean(place):
        context["place"] = clean(place)[:_LONGEST_PLACE]
    return context


def parse_message(
    frame: Mapping[str, Any], sender: str, hello: Hello, now: datetime
) -> InboundMessage:
    """Return the message in a frame; raises BadFrameError with the frame's own id."""
    frame_id = frame.get("id")
    if not isinstance(frame_id, str) or not _ID.fullmatch(frame_id):
        raise BadFrameError
    try:
        parts = _PARTS[frame["t"]](frame)
    except BadFrameError as error:
        raise BadFrameError(error.code, frame_id) from error
    except (KeyError, TypeError, ValueError) as error:
        raise BadFrameError(frame_id=frame_id) from error
    return InboundMessage(
        channel=CHANNEL,
        message_id=f"{sender}:{frame_id}",
        sender=sender,
        received_at=now,
        language=hello.language,
        context=hello.context,
        **parts,
    )


def _text(frame: Mapping[str, Any]) -> dict[str, Any]:
    text = clean(_string(frame["text"]))
    if not text:
        raise BadFrameError
    if len(text) > LONGEST_TEXT:
        raise BadFrameError("too_long")
    return {"text": text}


def _choice(frame: Mapping[str, Any]) -> dict[str, Any]:
    return {"text": clean(_string(frame["button"]))[:100]}


def _files(frame: Mapping[str, Any]) -> dict[str, Any]:
    given = frame["attachments"]
    if not isinstance(given, list):
        raise TypeError
    ids = [clean(_string(one)) for one in cast("list[object]", given)[:MOST_FILES]]
    if not ids:
        raise BadFrameError
    text = clean(_string(frame.get("text", "")))
    if len(text) > LONGEST_TEXT:
        raise BadFrameError("too_long")
    return {"attachments": tuple(ids), "text": text}


def _location(frame: Mapping[str, Any]) -> dict[str, Any]:
    latitude, longitude = parse_point(frame)
    accuracy = frame.get("accuracy")
    label = clean(_string(frame.get("label", "")))[:_LONGEST_PLACE]
    measured = None if accuracy is None else float(accuracy)
    return {"place": Place(latitude, longitude, measured, label)}


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


_PARTS: Final = {"text": _text, "choice": _choice, "files": _files, "location": _location}
MESSAGES: Final = frozenset(_PARTS)


def frames_after(
    log: Sequence[Logged], files: Mapping[str, AttachmentInfo], last: int
) -> Iterator[dict[str, Any]]:
    """Yield what a page that has seen `last` has not: in order, up to the first unanswered one.

    A notice answers nothing that the citizen said: it has a bot's frame only.
    """
    titles: dict[str, str] = {}
    for entry in log:
        said = 2 * entry.order
        if said > last and not entry.notice:
            yield _citizen(entry, said, titles, files)
        if entry.answer is None:
            return
        titles |= {button.payload: button.title for button in entry.answer.buttons}
        if said + 1 > last:
            yield _bot(entry, said + 1)


def is_answering(log: Sequence[Logged]) -> bool:
    """Say whether the last thing that was said has no answer yet."""
    said = next((entry for entry in reversed(log) if not entry.notice), None)
    return said is not None and said.answer is None


def _citizen(
    entry: Logged, seq: int, titles: Mapping[str, str], files: Mapping[str, AttachmentInfo]
) -> dict[str, Any]:
    message = entry.message
    sent = [files[one] for one in message.attachments if one in files]
    frame: dict[str, Any] = {
        "t": "citizen",
        "seq": seq,
        "id": message.message_id.rpartition(":")[2],
        "text": titles.get(message.text, message.text),
        "files": [{"media": file.media, "name": file.name} for file in sent],
        "at": message.received_at.isoformat(timespec="seconds"),
    }
    if message.place:
        place = message.place
        frame["place"] = {"latitude": place.latitude, "longitude": place.longitude}
    return frame


def _bot(entry: Logged, seq: int) -> dict[str, Any]:
    answer = entry.answer
    return {
        "t": "bot",
        "seq": seq,
        "id": f"notice-{seq}" if entry.notice else entry.message.message_id.rpartition(":")[2],
        "text": answer.text if answer else "",
        "buttons": [{"id": b.payload, "title": b.title} for b in answer.buttons] if answer else [],
        "at": entry.message.received_at.isoformat(timespec="seconds"),
    }
