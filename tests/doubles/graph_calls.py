"""Calls of the fake Graph API: who may make them, and which are to go wrong."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.doubles.graph_limits import RefusedError


@dataclass(frozen=True)
class Kept:
    """A file that the API keeps."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call: an error, silence or a broken line, before or after it.

    An error without a code has no JSON, as one of a proxy on the way.
    """

    status: int = 0
    code: int | None = None
    retry_after: str = ""
    location: str = ""
    silent: bool = False
    broken: bool = False
    accepted: bool = False  # the call is taken all the same


FINE = Fault(accepted=True)  # nothing goes wrong, before something does


class Calls:
    """Takes calls under the right token, unless the next one of its name is to go wrong."""

    def __init__(self, token: str) -> None:
        self.token, self.asked = token, list[str]()  # each call, also of those that failed
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._released = asyncio.Event()

    def fail(self, call: str, *faults: Fault) -> None:
        """Let the next calls of a name go wrong."""
        self._faults[call] += faults

    def release(self) -> None:
        """End all silence."""
        self._released.set()

    async def take(
        self, request: web.Request, call: str, answer: Callable[[], Any]
    ) -> web.StreamResponse:
        self.asked.append(call)
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _error(RefusedError(190, "Invalid OAuth access token", status=401))
        faults = self._faults[call]
        if not faults:
            return _answered(answer)
        fault = faults.popleft()
        response = _answered(answer) if fault.accepted else web.Response()
        return await self._spoiled(request, fault, response)

    async def _spoiled(
        self, request: web.Request, fault: Fault, response: web.StreamResponse
    ) -> web.StreamResponse:
        if fault.silent:
            await self._released.wait()
        if (fault.broken or fault.silent) and request.transport is not None:
            request.transport.abort()
        if fault.status:
            response = _failed(fault)
        return response


def _answered(answer: Callable[[], Any]) -> web.Response:
    try:
        given = answer()
    except RefusedError as error:
        return _error(error)
    if isinstance(given, Kept):
        return web.Response(body=given.content, headers={"Content-Type": given.media_type})
    return web.json_response(given)


def _failed(fault: Fault) -> web.Response:
    if fault.code is None:
        response = web.Response(status=fault.status, text="<html>Bad gateway</html>")
    else:
        response = _error(RefusedError(fault.code, "on purpose", fault.status))
    headers = {"Retry-After": fault.retry_after, "Location": fault.location}
    response.headers.update({name: value for name, value in headers.items() if value})
    return response


def _error(refused: RefusedError) -> web.Response:
    error = {
        "message": f"(#{refused.code}) {refused.details}",
        "type": "OAuthException",
        "code": refused.code,
        "error_data": {"messaging_product": "whatsapp", "details": refused.details},
        "fbtrace_id": "A1",
    }
    return web.json_response({"error": error}, status=refused.status)
