"""The gateway's application: routes, errors, and what is taken up again at the start."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.assembly import Parts, assemble
from bot.routes import Caller, Handler, Route, add_routes
from bot.settings import Settings
from storage.database import Database, StoreUnavailableError, ping

_LOG: Final = logging.getLogger(__name__)
_LARGEST_REQUEST: Final = 60 * 2**20  # an upload; a message is far smaller


def operator_routes(parts: Parts) -> list[Route]:
    """Return the routes by which operators watch the gateway."""

    async def healthy(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(_request: web.Request) -> web.Response:
        core = parts.core
        checks = {
            "store": await _answers(core.stores.database),
            "agent": await core.agent.is_up(),
        }
        core.metrics.agent_up.set(checks["agent"])
        # A channel that refuses us is shown, but takes no other channel down with it.
        status = 200 if all(checks.values()) else 503
        return web.json_response({**checks, "channels": parts.health.states}, status=status)

    async def metrics(_request: web.Request) -> web.Response:
        counters = parts.core.metrics
        counters.waiting.set(parts.conversing.inbox.depth)
        counters.to_send.set(parts.conversing.outbox.depth)
        body = generate_latest(counters.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [
        Route("GET", "/healthz", healthy, Caller.ANYBODY),
        Route("GET", "/readyz", ready, Caller.ANYBODY),
        Route("GET", "/metrics", metrics, Caller.ANYBODY),
    ]


async def _answers(database: Database) -> bool:
    try:
        await ping(database)
    except StoreUnavailableError:
        return False
    return True


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error as JSON; one that nobody expected is logged and told as 500."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        body = {"error": (error.reason or "error").lower().replace(" ", "_")}
        headers = (
            {"WWW-Authenticate": "Bearer"}
            if error.status == web.HTTPUnauthorized.status_code
            else {}
        )
        return web.json_response(body, status=error.status, headers=headers)
    except asyncio.CancelledError:
        raise
    except Exception:  # noqa: BLE001 - the last door: whatever it was, the caller gets an answer
        _LOG.exception("request.failed", extra={"route": request.match_info.route.name})
        return web.json_response({"error": "internal_error"}, status=500)


async def build_app(settings: Settings, stack: AsyncExitStack) -> web.Application:
    """Build the gateway for one deployment, with what was left unanswered taken up again."""
    parts = await assemble(settings, stack)
    app = web.Application(client_max_size=_LARGEST_REQUEST, middlewares=[answer_errors])
    tokens = {
        Caller.AGENT: settings.internal_token,
        Caller.OPERATOR: settings.internal_token,
        Caller.REST_CLIENT: settings.rest_token,
    }
    add_routes(app, [*parts.routes, *operator_routes(parts)], tokens)

    async def take_up(_app: web.Application) -> AsyncIterator[None]:
        _LOG.info("gateway.started", extra={"taken_up": await parts.start()})
        yield

    app.cleanup_ctx.append(take_up)
    app.on_shutdown.append(parts.chat.close_all)
    return app
