"""Updates as they came, from the webhook or by polling, in a form that any store can keep."""

import json
from datetime import datetime
from typing import Any, Final, cast

from bot.channels import Event, UnreadableEventError
from bot.webhooks import INTEGERS, keepable

CHANNEL: Final = "telegram"


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
    if type(update_id) is not int or update_id not in INTEGERS:
        raise UnreadableEventError("no update_id")
    return Event(f"{CHANNEL}:{update_id}", CHANNEL, keepable(body), now)
