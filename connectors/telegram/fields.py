"""Reading an update's fields: what is absent or not of its kind counts as empty."""

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from bot.channels import UnreadableEventError
from bot.members import text_at

_LANGUAGE: Final = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE)


def parts(given: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the objects in a list of an update."""
    value = given.get(name)
    listed = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", one) for one in listed if isinstance(one, dict)]


def number(given: Mapping[str, Any], name: str) -> int | None:
    """Return a whole number of an update."""
    value = given.get(name)
    return value if type(value) is int else None


def required(given: Mapping[str, Any], name: str) -> int:
    """Return a whole number without which nothing can be done; raises UnreadableEventError."""
    value = number(given, name)
    if value is None:
        raise UnreadableEventError(f"no {name}")
    return value


def language(person: Mapping[str, Any]) -> str | None:
    """Return the language of a person's Telegram, without its country."""
    tag = _LANGUAGE.fullmatch(text_at(person, "language_code"))
    return tag[1].lower() if tag else None
