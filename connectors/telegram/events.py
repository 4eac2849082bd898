"""Updates as they came, from the webhook or by polling, in a form that any store can keep."""

import json
import re
from datetime import datetime
from typing import Any, Final, cast

from bot.channels import Event, UnreadableEventError

CHANNEL: Final = "telegram"
_DEEPEST: Final = 60  # levels; Telegram's have about 15, and no store takes more than 100
_INTEGERS: Final = range(-(2**63), 2**63)
_UNKEEPABLE: Final = re.compile("[\x00\ud800-\udfff]")


def parse_event(raw: bytes, now: datetime) -> Event:
    """Return the update in a webhook's body; raises UnreadableEventError when it is none."""
    try:
        given: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UnreadableEventError("not JSON") from error
    return as_event(given, now)


def as_event(given: Any, now: datetime) -> Event:
    """Return an update as the event that it is; raises UnreadableEventError when it is none."""
    if not isinstance(given, dict):
        raise UnreadableEventError("not an object")
    body = cast("dict[str, Any]", given)
    update_id: Any = body.get("update_id")
    if type(update_id) is not int or update_id not in _INTEGERS:
        raise UnreadableEventError("no update_id")
    return Event(f"{CHANNEL}:{update_id}", CHANNEL, _keepable(body, _DEEPEST), now)


def _keepable(value: Any, levels: int) -> Any:
    """Return a value without what a store would refuse: then the update would come for ever."""
    if levels < 0:
        raise UnreadableEventError("too deep")
    match value:
        case str():
            return _UNKEEPABLE.sub("", value)
        case int():
            return value if value in _INTEGERS else None
        case list():
            return [_keepable(one, levels - 1) for one in cast("list[Any]", value)]
        case dict():
            members = cast("dict[str, Any]", value).items()
            return {_UNKEEPABLE.sub("", name): _keepable(one, levels - 1) for name, one in members}
        case _:
            return value
