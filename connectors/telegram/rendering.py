"""Answers as Telegram shows them: plain texts, with the choices under the last one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, takewhile
from pathlib import Path
from typing import Any, Final

import yaml
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from bot.messages import Answer, Button
from bot.texts import DEFAULT_LANGUAGE

LONGEST_TEXT: Final = 4096  # in UTF-16: that is how Telegram counts
_LONGEST_PAYLOAD: Final = 64  # bytes
_SHORT_TITLE: Final = 18  # characters of which two stand side by side on a small phone
_ENDS: Final = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"\s"))
_NO_WORDS: Final = "…"  # buttons need a text over them
_FILE: Final = Path(__file__).parent / "words.yml"

type Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup
type Labels = Mapping[str, Mapping[str, str]]


class UnsendableError(Exception):
    """An answer has something in it that Telegram never takes."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message of an answer."""

    text: str = field(repr=False)
    markup: Markup | None = None


def load_labels(path: Path = _FILE) -> Labels:
    """Read the labels of the buttons by which a citizen shares something."""
    labels: Mapping[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return labels


def render_answer(answer: Answer, language: str | None, labels: Labels) -> list[Part]:
    """Return an answer's messages; raises UnsendableError."""
    *earlier, last = split(answer.text) or [_NO_WORDS if answer.buttons else ""]
    if not last:
        return []
    markup = _choices(answer.buttons) if answer.buttons else _control(answer, language, labels)
    return [*map(Part, earlier), Part(last, markup)]


def split(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """Cut a text into pieces, at the ends of paragraphs, else of lines, else of words."""
    pieces: list[str] = []
    text = text.strip()
    while _size(text) > longest:
        end = _cut(text, longest)
        pieces.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*pieces, text] if text else pieces


def _cut(text: str, longest: int) -> int:
    """Return where the first piece of a text ends."""
    sizes = accumulate(map(_size, text))
    end = sum(1 for _ in takewhile(lambda size: size <= longest, sizes))
    for ends in _ENDS:
        if found := [match.start() for match in ends.finditer(text, 0, end + 1)]:
            return found[-1]
    return end


def _size(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def _choices(buttons: Sequence[Button]) -> InlineKeyboardMarkup:
    if any(len(button.payload.encode()) > _LONGEST_PAYLOAD for button in buttons):
        raise UnsendableError("payload")
    long = any(len(button.title) > _SHORT_TITLE for button in buttons)
    row = 1 if long else 2
    keys = [InlineKeyboardButton(one.title, callback_data=one.payload) for one in buttons]
    return InlineKeyboardMarkup([keys[at : at + row] for at in range(0, len(keys), row)])


def _control(answer: Answer, language: str | None, labels: Labels) -> ReplyKeyboardMarkup | None:
    """Return the button by which the open question is answered with a tap, if it has one."""
    if answer.asks == "place":
        button = KeyboardButton(_label("place", language, labels), request_location=True)
    elif answer.asks in {"phone", "contact"}:
        button = KeyboardButton(_label("phone", language, labels), request_contact=True)
    else:
        return None
    # It goes by itself once it is used, so that it never needs to be taken away.
    return ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)


def _label(kind: str, language: str | None, labels: Labels) -> str:
    spoken = labels[kind]
    return spoken.get(language or DEFAULT_LANGUAGE, spoken[DEFAULT_LANGUAGE])
