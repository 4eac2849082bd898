"""Routes that say who may call them; one without its authentication cannot be written."""

import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from aiohttp import web

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_BEARER: Final = "Bearer "


class Caller(StrEnum):
    """Who may call a route."""

    ANYBODY = "anybody"  # the handler checks what must be checked, a signature for one
    REST_CLIENT = "rest_client"  # whoever knows the REST token; anybody when none is set
    AGENT = "agent"  # our own agent only
    OPERATOR = "operator"  # whoever runs this deployment, with the token that the agent has too


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the gateway."""

    method: str
    path: str
    handler: Handler
    caller: Caller


def add_routes(
    app: web.Application, routes: Iterable[Route], tokens: Mapping[Caller, str | None]
) -> None:
    """Serve the routes, each to its caller only: 401 to others."""
    for route in routes:
        app.router.add_route(route.method, route.path, _guarded(route, tokens.get(route.caller)))


def _guarded(route: Route, token: str | None) -> Handler:
    if token is None:
        return route.handler

    async def handle(request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        if not hmac.compare_digest(given, f"{_BEARER}{token}".encode()):
            raise web.HTTPUnauthorized(headers={"WWW-Authenticate": "Bearer"})
        return await route.handler(request)

    return handle
