"""What the operator's commands ask of a running gateway: cases moved, dead letters, channels."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.case_api import case_view, refused, text_of
from bot.jurisdiction import Jurisdiction
from bot.notices import Notices
from bot.outbox import Outbox
from bot.parcels import DeadLetter
from bot.routes import Caller, Handler, Route
from cases.case import Case, CaseError, Status
from cases.casework import Casework
from cases.following import CaseNotSeenError

_BY = "operator"


class OperatorApi:
    """Serves the operator's commands, and nobody else."""

    def __init__(
        self, casework: Casework, notices: Notices, outbox: Outbox, jurisdiction: Jurisdiction
    ) -> None:
        self._casework, self._notices, self._outbox = casework, notices, outbox
        self._time_zone = jurisdiction.routing.time_zone

    @property
    def routes(self) -> list[Route]:
        """The API's routes."""
        return [
            self._route("POST", "/internal/cases/{number}/moves", self._changed(self._moved)),
            self._route("POST", "/internal/cases/{number}/notes", self._changed(self._noted)),
            self._route("GET", "/internal/outbox/dead", self.dead),
            self._route("POST", "/internal/outbox/again", self.send_again),
        ]

    def _route(self, method: str, path: str, handler: Handler) -> Route:
        return Route(method, path, handler, Caller.OPERATOR)

    def _changed(self, change: Callable[[str, dict[str, Any]], Awaitable[Case]]) -> Handler:
        """Return the handler of a change: 200 with the case, 404, 409 or 400."""

        async def handle(request: web.Request) -> web.Response:
            try:
                case = await change(request.match_info["number"], await request.json())
            except CaseNotSeenError as error:
                return refused(404, error)
            except CaseError as error:
                return refused(409, error)
            except (KeyError, TypeError, ValueError) as error:
                return refused(400, error)
            await self._notices.tell()
            return web.json_response(case_view(case, self._time_zone))

        return handle

    async def _moved(self, number: str, asked: dict[str, Any]) -> Case:
        to, note = Status(asked["to"]), text_of(asked.get("note"))
        return await self._casework.move(number, to, by=_BY, note=note)

    async def _noted(self, number: str, asked: dict[str, Any]) -> Case:
        note = text_of(asked["note"])
        if not note:
            raise ValueError(number)
        return await self._casework.add(number, by=_BY, note=note)

    async def dead(self, _request: web.Request) -> web.Response:
        """200 with the newest dead letters, without what they say."""
        letters = await self._outbox.dead()
        return web.json_response({"dead": [_letter_view(letter) for letter in letters]})

    async def send_again(self, request: web.Request) -> web.Response:
        """200 with the keys of the dead letters that are on their way again."""
        asked = await request.json()
        keys = asked.get("keys") or [one.parcel.key for one in await self._outbox.dead()]
        return web.json_response(
            {"sent": [key for key in keys if await self._outbox.send_again(key)]}
        )


def _letter_view(letter: DeadLetter) -> dict[str, Any]:
    parcel = letter.parcel
    return {
        "key": parcel.key,
        "channel": parcel.channel,
        "reason": letter.reason,
        "attempts": parcel.attempts,
        "at": letter.at.isoformat(timespec="seconds"),
    }
