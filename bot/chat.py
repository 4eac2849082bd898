"""A chat in the terminal: right-to-left text readable, buttons by number, files by /attach."""

import asyncio
import json
import mimetypes
import os
import shutil
import sys
import textwrap
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import arabic_reshaper
from aiohttp import ClientError, ClientResponseError, ClientSession, ClientTimeout, FormData
from bidi.algorithm import get_display
from prompt_toolkit import PromptSession
from prompt_toolkit.history import InMemoryHistory

_TIMEOUT: Final = ClientTimeout(total=40)
_TRIES: Final = 20
_PAUSE: Final = 1.0
_LONGEST_NUMBER: Final = 2  # digits of a button's number
_WIDEST: Final = 88
_PROMPT: Final = "> "
_ARABIC: Final = range(0x0600, 0x0700)
_HELP: Final = """\
  number          choose a button
  /attach FILE    send a photo or another file (with words after it, if you like)
  /place LAT LON  share a place
  /new            begin as somebody new
  /quit           leave"""


@dataclass
class Talk:
    """What the terminal remembers of its chat."""

    url: str
    sender: str
    headers: dict[str, str]
    buttons: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    shapes_itself: bool = False  # the terminal does right-to-left by itself


class UploadRefusedError(Exception):
    """A file was refused; the message is what the citizen is told."""


async def talk(url: str, sender: str) -> None:
    """Chat until /quit or the end of input."""
    token = os.environ.get("SHAKWA_REST_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    state = Talk(url, sender, headers, shapes_itself=os.environ.get("SHAKWA_BIDI") == "terminal")
    print(f"Shakwa at {url}. Write in your own words; /help for more.\n")
    async with ClientSession(timeout=_TIMEOUT, headers=headers) as http:
        read = _reader()
        while (line := await read()) is not None:
            if not await _said(http, state, line.strip()):
                return


def _reader() -> Any:
    """Return what reads the next line: with editing in a terminal, plainly from a pipe."""
    if not sys.stdin.isatty():
        return _plain_line
    session: PromptSession[str] = PromptSession(history=InMemoryHistory())

    async def line() -> str | None:
        try:
            return await session.prompt_async(_PROMPT)
        except (EOFError, KeyboardInterrupt):
            return None

    return line


async def _plain_line() -> str | None:
    line = await asyncio.to_thread(sys.stdin.readline)
    if line:
        print(f"{_PROMPT}{line.rstrip()}")
    return line or None


async def _said(http: ClientSession, state: Talk, line: str) -> bool:
    """Send what was written; False to leave."""
    command, _, rest = line.partition(" ")
    match command:
        case "":
            return True
        case "/quit":
            return False
        case "/help":
            print(_HELP)
        case "/new":
            state.sender = f"terminal-{uuid.uuid4().hex[:8]}"
            print("You are somebody new now.\n")
        case "/attach":
            await _attach(http, state, rest.strip())
        case "/place":
            await _place(http, state, rest.split())
        case _:
            await _send(http, state, {"message": _chosen(state, line)})
    return True


def _chosen(state: Talk, line: str) -> str:
    """Return the payload of the button whose number was typed, else the line."""
    digits = line.strip(".)")
    number = int(digits) if len(digits) <= _LONGEST_NUMBER and digits.isdecimal() else 0
    return state.buttons[number - 1]["payload"] if 1 <= number <= len(state.buttons) else line


async def _attach(http: ClientSession, state: Talk, rest: str) -> None:
    path, words = _path_and_words(rest)
    if path is None:
        print("  There is no such file. Write: /attach FILE\n")
        return
    try:
        file_id = await _upload(http, state, path)
    except UploadRefusedError as error:
        _show(state, str(error))
        return
    except (ClientError, OSError):
        print("  The file did not get through. Try again in a moment.\n")
        return
    await _send(http, state, {"message": words, "metadata": {"attachments": [file_id]}})


def _path_and_words(rest: str) -> tuple[Path | None, str]:
    """Split at the first place where what stands before is a file."""
    words = rest.split(" ")
    for count in range(len(words), 0, -1):
        if path := _file(" ".join(words[:count])):
            return path, " ".join(words[count:]).strip()
    return None, ""


def _file(name: str) -> Path | None:
    try:
        path = Path(name).expanduser()
        return path if path.is_file() else None
    except (OSError, RuntimeError):  # longer than names may be, or in nobody's home
        return None


async def _upload(http: ClientSession, state: Talk, path: Path) -> str:
    form = FormData(quote_fields=False)  # names as people write them
    form.add_field("sender", state.sender)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    with path.open("rb") as file:
        form.add_field("file", file, filename=path.name, content_type=kind)
        async with http.post(f"{state.url}/attachments", data=form) as response:
            answer = await response.json()
    if "id" not in answer:
        raise UploadRefusedError(answer.get("text") or answer.get("error"))
    return str(answer["id"])


async def _place(http: ClientSession, state: Talk, numbers: Sequence[str]) -> None:
    try:
        latitude, longitude = map(float, numbers)
    except ValueError:
        print("  Write: /place LATITUDE LONGITUDE, for example /place 29.3375 47.9744\n")
        return
    location = {"latitude": latitude, "longitude": longitude}
    await _send(http, state, {"message": "", "metadata": {"location": location}})


async def _send(http: ClientSession, state: Talk, message: dict[str, Any]) -> None:
    """Send a message under one id until it is answered: a repeat does nothing twice."""
    message = {"sender": state.sender, "message_id": uuid.uuid4().hex, **message}
    for _ in range(_TRIES):
        try:
            answers = await _post(http, state, message)
        except ClientResponseError as error:
            print(f"  The server said {error.status} {error.message}.\n")
            return
        except (ClientError, TimeoutError, json.JSONDecodeError):
            print("  … no connection, trying again", file=sys.stderr)
            await asyncio.sleep(_PAUSE)
            continue
        for answer in answers:
            state.buttons = answer.get("buttons", [])
            _show(state, answer["text"], state.buttons)
        return
    print("  Shakwa cannot be reached. Is `make run` running?\n")


async def _post(http: ClientSession, state: Talk, message: dict[str, Any]) -> list[dict[str, Any]]:
    async with http.post(f"{state.url}/webhooks/rest/webhook", json=message) as response:
        response.raise_for_status()
        return await response.json()


def _show(state: Talk, text: str, buttons: Sequence[dict[str, str]] = ()) -> None:
    for line in text.split("\n"):
        _print_line(state, line)
    for number, button in enumerate(buttons, start=1):
        _print_line(state, f"[{number}] {button['title']}")
    print()


def _print_line(state: Talk, line: str) -> None:
    """Print a line, Arabic ones from the right edge with their letters joined."""
    width = min(shutil.get_terminal_size((80, 24)).columns, _WIDEST) - 2
    for part in textwrap.wrap(line, width) or [""]:
        if not _is_arabic(part) or state.shapes_itself or not sys.stdout.isatty():
            print(f"  {part}")
        else:
            print(
                "  " + str(get_display(arabic_reshaper.reshape(part), base_dir="R")).rjust(width)
            )


def _is_arabic(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return bool(letters) and sum(ord(char) in _ARABIC for char in letters) * 2 >= len(letters)
