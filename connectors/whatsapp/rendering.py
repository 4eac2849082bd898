"""Answers as WhatsApp takes them: usually one message a turn, since each one is billed."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from itertools import chain, count
from pathlib import Path
from typing import Any, Final

import yaml

from bot.channels import Parcel
from bot.messages import Button
from bot.texts import DEFAULT_LANGUAGE

type Message = dict[str, Any]  # what is sent, without whom it is for

LONGEST_TEXT: Final = 4096
LONGEST_BODY: Final = 1024  # of a message with a control under it, and of a caption
MOST_BUTTONS: Final = 3
MOST_ROWS: Final = 10
LONGEST_TITLE: Final = 20
LONGEST_ROW: Final = 24
LONGEST_DESCRIPTION: Final = 72

_PLACE: Final = "place"
_WORDS: Final = Path(__file__).with_name("words.yml")
_ENDS: Final = ("\n\n", "\n", " ")  # where a text may be parted, best first
_MORE: Final = re.compile(r"more:(.+):([0-9]{1,4})", re.DOTALL)
# Every mark counts against a title, and a title is read well without: tashkeel and tatweel.
_MARKS: Final = re.compile("[\u0610-\u061a\u0640\u064b-\u0652\u0670\u06d6-\u06ed]")
_ASK_PLACE: Final[Message] = {
    "type": "location_request_message",
    "action": {"name": "send_location"},
}


def render(parcel: Parcel) -> list[Message]:
    """Return the messages that say a parcel's answer, its buttons under the last of them."""
    answer, words = parcel.answer, _words(parcel.language)
    text = answer.text.strip()
    if answer.buttons:
        *leading, last = _parts(text or words["choose"], LONGEST_BODY)
        return [*map(_text, leading), _interactive(last, _choices(parcel, words))]
    if answer.asks == _PLACE and text:
        *leading, last = _parts(text, LONGEST_BODY)
        return [*map(_text, leading), _interactive(last, _ASK_PLACE)]
    return [_text(part) for part in _split(text, LONGEST_TEXT)]


def file_message(media: str, file_id: str, *, name: str = "", caption: str = "") -> Message:
    """Return the message with an uploaded file; `media` is image or document."""
    file = {"id": file_id, "filename": name, "caption": _cut(caption.strip(), LONGEST_BODY)}
    return {"type": media, media: {key: value for key, value in file.items() if value}}


def page_of(text: str) -> tuple[str, int] | None:
    """Return parcel and place of the first button that a tap on "more" asks for.

    It may have been typed: whoever looks the parcel up must see that it is the citizen's own,
    and sends its answer again with the buttons from that place on.
    """
    asked = _MORE.fullmatch(text)
    return (asked[1], int(asked[2])) if asked else None


def _words(language: str | None) -> Mapping[str, str]:
    words = _all_words()
    return words.get(language or DEFAULT_LANGUAGE, words[DEFAULT_LANGUAGE])


@cache
def _all_words() -> Mapping[str, Mapping[str, str]]:
    return yaml.safe_load(_WORDS.read_text("utf-8"))


def _text(body: str) -> Message:
    return {"type": "text", "text": {"body": body}}


def _interactive(body: str, control: Mapping[str, Any]) -> Message:
    return {"type": "interactive", "interactive": {**control, "body": {"text": body}}}


def _choices(parcel: Parcel, words: Mapping[str, str]) -> dict[str, Any]:
    buttons = parcel.answer.buttons
    labels = [_label(button, place) for place, button in enumerate(buttons, start=1)]
    short = all(len(label) <= LONGEST_TITLE for label in labels)
    if len(buttons) <= MOST_BUTTONS and short and len(set(labels)) == len(labels):
        return {"type": "button", "action": {"buttons": _replies(buttons, labels)}}
    rows = _rows(*_page(buttons, labels, words["more"], parcel.key))
    return {"type": "list", "action": {"button": words["choose"], "sections": [{"rows": rows}]}}


def _label(button: Button, place: int) -> str:
    """Return a title on one line and without marks; its number when nothing else is left."""
    composed = unicodedata.normalize("NFC", button.title)
    return " ".join(_MARKS.sub("", composed).split()) or str(place)


def _replies(buttons: Sequence[Button], labels: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"type": "reply", "reply": {"id": button.payload, "title": label}}
        for button, label in zip(buttons, labels, strict=True)
    ]


def _page(
    buttons: Sequence[Button], labels: Sequence[str], more: str, key: str
) -> tuple[list[str], list[str]]:
    """Return payloads and labels of a list's rows; the last leads to the buttons left over."""
    payloads = [button.payload for button in buttons]
    if len(buttons) <= MOST_ROWS:
        return payloads, list(labels)
    shown = MOST_ROWS - 1
    return [*payloads[:shown], f"more:{key}:{shown}"], [*labels[:shown], more]


def _rows(payloads: Sequence[str], labels: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows of a list; a title that had to be cut is whole in the description."""
    rows: dict[str, dict[str, str]] = {}
    for payload, label in zip(payloads, labels, strict=True):
        title = _told_apart(label, rows, LONGEST_ROW)
        description = {} if title == label else {"description": _cut(label, LONGEST_DESCRIPTION)}
        rows[title] = {"id": payload, "title": title, **description}
    return list(rows.values())


def _told_apart(label: str, taken: Collection[str], longest: int) -> str:
    """Return a title that no other row has."""
    marks = (f" ({number})" for number in count(2))
    titles = (_cut(label, longest - len(mark)) + mark for mark in marks)
    return next(title for title in chain([_cut(label, longest)], titles) if title not in taken)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _parts(text: str, longest_last: int) -> list[str]:
    """Return a text in parts, of which the last has room for a control under it."""
    if len(text) <= longest_last:
        return [text]
    starts = (text.find(end, max(len(text) - longest_last - len(end), 0)) for end in _ENDS)
    cut = next((start for start in starts if start > 0), len(text) - longest_last)
    return [*_split(text[:cut].rstrip(), LONGEST_TEXT), text[cut:].lstrip()]


def _split(text: str, longest: int) -> list[str]:
    """Return a text in parts, none of them empty."""
    parts: list[str] = []
    while len(text) > longest:
        # Not in the first half: many small messages would cost more than a paragraph in two.
        ends = (text.rfind(end, longest // 2, longest + len(end)) for end in _ENDS)
        cut = next((end for end in ends if end > 0), longest)
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*parts, text] if text else parts
