"""What the Graph API refuses: the limits of its documentation, and of the emulator's verdicts."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

type Members = Mapping[str, Any]

INVALID, REQUIRED, BAD_VALUE = 100, 131008, 131009
NO_TEMPLATE, MISCOUNTED, TOO_LONG_FILLED = 132001, 132000, 132005

_ENVELOPE = {
    "messaging_product",
    "recipient_type",
    "to",
    "recipient",
    "type",
    "context",
    "biz_opaque_callback_data",
}
_BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}")
_PARAMETER = re.compile(r"\{\{(\w+)\}\}")
_UNFILLABLE = re.compile(r"[\n\t]| {5}")


class RefusedError(Exception):
    """The API does not take a message."""

    def __init__(self, code: int, details: str, status: int = 400) -> None:
        super().__init__(f"{code}: {details}")
        self.code, self.details, self.status = code, details, status


@dataclass
class Account:
    """What a number may refer to: approved templates (name, language) and uploaded files."""

    templates: dict[tuple[str, str], Members] = field(
        default_factory=dict[tuple[str, str], Members]
    )
    files: Collection[str] = ()


def is_phone(addressee: str) -> bool:
    return addressee.isascii() and addressee.removeprefix("+").isdigit()


def check(message: Members, account: Account | None = None) -> None:
    """Raise RefusedError for what the real API would refuse."""
    if message.get("messaging_product") != "whatsapp":
        raise RefusedError(INVALID, "messaging_product")
    kind = str(message.get("type"))
    if kind not in _KINDS:
        raise RefusedError(INVALID, "type")
    if unknown := message.keys() - _ENVELOPE - {kind}:
        raise RefusedError(INVALID, f"unexpected key {sorted(unknown)}")
    _check_envelope(message)
    _KINDS[kind](_object(message, kind), account or Account())


def _check_envelope(message: Members) -> None:
    if not message.get("to") and not message.get("recipient"):
        raise RefusedError(INVALID, "the parameter to is required")
    if not message.get("to") and not _BSUID.fullmatch(str(message["recipient"])):
        raise RefusedError(INVALID, "recipient")
    if "biz_opaque_callback_data" in message:
        _text(message, "biz_opaque_callback_data", 512)


def _object(given: Members, name: str) -> Members:
    value = given.get(name)
    if not isinstance(value, dict):
        raise RefusedError(REQUIRED, name)
    return value  # pyright: ignore[reportUnknownVariableType] - JSON


def _objects(given: Members, name: str, most: int) -> list[Members]:
    value: Any = given.get(name)
    if not isinstance(value, list) or not value:
        raise RefusedError(REQUIRED, name)
    if len(value) > most:  # pyright: ignore[reportUnknownArgumentType] - JSON
        raise RefusedError(BAD_VALUE, f"{name}: at most {most}")
    return value  # pyright: ignore[reportUnknownVariableType] - JSON


def _text(given: Members, name: str, longest: int, code: int = BAD_VALUE) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise RefusedError(REQUIRED, name)
    if len(value) > longest:
        raise RefusedError(code, f"{name}: at most {longest} characters")
    return value


def _unique(values: list[str], name: str) -> None:
    if len(set(values)) < len(values):
        raise RefusedError(BAD_VALUE, f"{name}: duplicate")


def _check_text(text: Members, account: Account) -> None:
    _text(text, "body", 4096, INVALID)


def _check_file(file: Members, account: Account) -> None:
    if file.get("id") not in account.files:
        raise RefusedError(BAD_VALUE, "no such file")
    for name, longest in {"caption": 1024, "filename": 240}.items():
        if name in file:
            _text(file, name, longest)


def _check_interactive(interactive: Members, account: Account) -> None:
    kind = str(interactive.get("type"))
    if kind not in _CONTROLS:
        raise RefusedError(INVALID, "interactive.type")
    if unknown := interactive.keys() - {"type", "header", "body", "footer", "action"}:
        raise RefusedError(INVALID, f"unexpected key {sorted(unknown)}")
    _text(_object(interactive, "body"), "text", 1024)
    for part in ("header", "footer"):
        if part in interactive:
            _text(_object(interactive, part), "text", 60)
    _CONTROLS[kind](_object(interactive, "action"))


def _check_buttons(action: Members) -> None:
    buttons = _objects(action, "buttons", 3)
    if any(button.get("type") != "reply" for button in buttons):
        raise RefusedError(INVALID, "button type")
    replies = [_object(button, "reply") for button in buttons]
    _unique([_text(reply, "id", 256) for reply in replies], "id")
    _unique([_text(reply, "title", 20) for reply in replies], "title")


def _check_list(action: Members) -> None:
    _text(action, "button", 20)
    sections = _objects(action, "sections", 10)
    for section in (one for one in sections if len(sections) > 1 or "title" in one):
        _text(section, "title", 20)
    rows = [row for section in sections for row in _objects(section, "rows", 10)]
    if len(rows) > 10:
        raise RefusedError(BAD_VALUE, "rows: at most 10")
    _unique([_text(row, "id", 200) for row in rows], "id")
    _unique([_text(row, "title", 24) for row in rows], "title")
    for row in rows:
        if "description" in row:
            _text(row, "description", 72)


def _check_place(action: Members) -> None:
    if action.get("name") != "send_location":
        raise RefusedError(BAD_VALUE, "action.name")


def _check_template(given: Members, account: Account) -> None:
    name, language = _text(given, "name", 512), _object(given, "language").get("code")
    template = account.templates.get((name, str(language)))
    if template is None:
        raise RefusedError(NO_TEMPLATE, "no such template in this language", status=404)
    parts = {str(part["type"]): part for part in given.get("components", [])}
    _check_filled(template, parts.get("body", {"parameters": []})["parameters"])
    if "button" in parts:
        _check_quick_reply(parts["button"])


def _check_filled(template: Members, parameters: list[Members]) -> None:
    body = str(next(part["text"] for part in template["components"] if part["type"] == "BODY"))
    names = _PARAMETER.findall(body)
    if len(parameters) != len(names):
        raise RefusedError(MISCOUNTED, "number of parameters")
    values = {str(one.get("parameter_name")): _text(one, "text", 1024) for one in parameters}
    if values.keys() != set(names):
        raise RefusedError(INVALID, "parameter name")
    if any(_UNFILLABLE.search(value) for value in values.values()):
        raise RefusedError(INVALID, "new-line, tab or more than 4 spaces in a parameter")
    if len(_PARAMETER.sub(lambda found: values[found[1]], body)) > 1024:
        raise RefusedError(TOO_LONG_FILLED, "the text is too long once filled in")


def _check_quick_reply(button: Members) -> None:
    if button.get("sub_type") != "quick_reply" or str(button.get("index")) != "0":
        raise RefusedError(BAD_VALUE, "button")
    (parameter,) = _objects(button, "parameters", 1)
    if parameter.get("type") != "payload":
        raise RefusedError(BAD_VALUE, "button parameter")
    _text(parameter, "payload", 128)


_CONTROLS: Mapping[str, Callable[[Members], None]] = {
    "button": _check_buttons,
    "list": _check_list,
    "location_request_message": _check_place,
}
_KINDS: Mapping[str, Callable[[Members, Account], None]] = {
    "text": _check_text,
    "image": _check_file,
    "document": _check_file,
    "interactive": _check_interactive,
    "template": _check_template,
}
