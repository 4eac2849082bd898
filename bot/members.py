"""Reading objects that are not ours: what is missing or of another kind is nothing, no error."""

from collections.abc import Mapping
from typing import Any, cast

from bot.messages import clean


def object_at(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the object under a name, or an empty one."""
    value = given.get(name)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def text_at(given: Mapping[str, Any], name: str) -> str:
    """Return the clean text under a name, or an empty one."""
    value = given.get(name)
    return clean(value) if isinstance(value, str) else ""
