"""Reading Meta's lists and phone numbers: what is of another kind is nothing, no error."""

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from bot.members import text_at

type Members = Mapping[str, Any]

NOTHING: Final[Members] = {}
_PHONE: Final = re.compile(r"[0-9]{5,20}")
_BETWEEN_DIGITS: Final = re.compile(r"[\s()+.-]")


def items(given: Any) -> list[Any]:
    """Return what a list holds; what is no list is one thing, and null is none."""
    if given is None:
        return []
    return cast("list[Any]", given) if isinstance(given, list) else [given]


def objects(given: Any) -> list[Members]:
    """Return the objects that a list holds."""
    return [cast("Members", one) for one in items(given) if isinstance(one, Mapping)]


def phone_at(given: Members, name: str) -> str:
    """Return the digits of the phone number under a name, or none when it is no number."""
    bare = _BETWEEN_DIGITS.sub("", text_at(given, name))
    return bare if _PHONE.fullmatch(bare) else ""
