"""What the ways in of push channels share: raw events that a store can keep, and the answer."""

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from aiohttp import web

from bot.channels import Event, UnreadableEventError

type Keep = Callable[[Event], Awaitable[None]]

INTEGERS: Final = range(-(2**63), 2**63)  # what a store can keep as one
_DEEPEST: Final = 60  # levels; platforms' have about 15, and no store takes more than 100
_UNKEEPABLE: Final = re.compile("[\x00\ud800-\udfff]")
_AGAIN: Final = "5"  # seconds until a platform should deliver again
_LOG: Final = logging.getLogger(__name__)


def keepable(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body without what breaks a store, half of an emoji that was cut for one.

    Raises UnreadableEventError when it is too deep: then it would be delivered for ever.
    """
    return cast("dict[str, Any]", _keepable(body, _DEEPEST))


def _keepable(value: Any, levels: int) -> Any:
    if levels < 0:
        raise UnreadableEventError("too deep")
    match value:
        case str():
            return _UNKEEPABLE.sub("", value)
        case int():
            return value if value in INTEGERS else None
        case list():
            return [_keepable(one, levels - 1) for one in cast("list[Any]", value)]
        case dict():
            members = cast("dict[str, Any]", value).items()
            return {_UNKEEPABLE.sub("", name): _keepable(one, levels - 1) for name, one in members}
        case _:
            return value


async def answer_kept(keep: Keep, event: Event) -> web.Response:
    """Keep an event and answer 200; 503 when it is not kept and must be delivered again."""
    try:
        await keep(event)
    except Exception:  # noqa: BLE001 - whatever it was, the platform must deliver this again
        _LOG.exception(f"{event.channel}.not_kept")
        return web.Response(status=503, headers={"Retry-After": _AGAIN})
    return web.Response()
