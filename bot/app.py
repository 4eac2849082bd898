"""The composition root: builds the gateway of one deployment."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from aiohttp import ClientSession, web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.agent import RasaAgent
from bot.case_api import CaseApi
from bot.inbox import Inbox
from bot.jurisdiction import Jurisdiction, load_jurisdiction
from bot.metrics import Metrics
from bot.routes import Caller, Handler, Route, add_routes
from bot.settings import ROOT, Settings
from bot.texts import load_texts
from bot.turns import Turns
from cases.access import AccessKeys
from cases.following import Following
from cases.intake import Intake
from connectors.rest import RestConnector
from connectors.web.chat import Parts as ChatParts
from connectors.web.chat import WebChat
from connectors.web.pages import Pages, Service
from connectors.web.visits import Guard
from storage.attachments import MongoAttachments
from storage.cases import MongoCases
from storage.conversations import MongoConversations
from storage.database import MESSAGES_KEPT, Database, StoreUnavailableError, connect, ping
from storage.guesses import MongoGuesses
from storage.inbox import MongoInbox
from storage.sessions import MongoSessions, sender_of

_LOG: Final = logging.getLogger(__name__)
_LARGEST_REQUEST: Final = 60 * 2**20  # an upload; a message is far smaller
_WORDS: Final = ROOT / "nlu" / "data" / "responses" / "gateway.yml"


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a running gateway is made of."""

    database: Database
    agent: RasaAgent
    inbox: Inbox
    metrics: Metrics
    chat: WebChat
    routes: list[Route]


async def assemble(settings: Settings, stack: AsyncExitStack) -> Parts:
    """Open what the gateway needs; the stack closes it."""
    database = await stack.enter_async_context(
        connect(settings.mongodb_uri, embedded=settings.embedded_store)
    )
    http = await stack.enter_async_context(ClientSession())
    agent = RasaAgent(http, settings.agent_url, settings.internal_token)
    metrics, texts = Metrics(), load_texts(_WORDS)
    conversations, attachments = MongoConversations(database), MongoAttachments(database, now)
    store = MongoInbox(database)
    turns = Turns(conversations, agent, attachments, texts, now)
    inbox = Inbox(store, turns, texts)
    stack.push_async_callback(inbox.stop)
    rest = RestConnector(inbox, store, conversations, attachments, texts, metrics)
    guard = Guard.build(settings.secret_key, settings.proxies, time.monotonic, time.time)
    chat = WebChat(
        ChatParts(
            inbox=inbox,
            log=store,
            sessions=MongoSessions(database, now),
            attachments=attachments,
            guard=guard,
            texts=texts,
            metrics=metrics,
            clock=now,
            sender_of=sender_of,
            origins=settings.web_origins,
        )
    )
    casework = _casework(settings, database)
    pages = Pages(_service(settings, casework.jurisdiction), casework.following, guard)
    api = CaseApi(
        casework.intake, casework.following, metrics, casework.jurisdiction.routing.time_zone
    )
    routes = [*rest.routes, *chat.routes, *pages.routes, *api.routes]
    return Parts(database, agent, inbox, metrics, chat, routes)


@dataclass(frozen=True, slots=True)
class Casework:
    """Filing and following, by one jurisdiction's rules."""

    jurisdiction: Jurisdiction
    intake: Intake
    following: Following


def _service(settings: Settings, jurisdiction: Jurisdiction) -> Service:
    return Service(
        names=jurisdiction.names,
        emergency=jurisdiction.emergency,
        answer_within_days=jurisdiction.routing.answer_within_days,
        messages_kept_days=MESSAGES_KEPT.days,
        address=settings.public_url,
        origins=settings.web_origins,
    )


def _casework(settings: Settings, database: Database) -> Casework:
    jurisdiction = load_jurisdiction(ROOT / "jurisdictions" / settings.jurisdiction)
    routing = jurisdiction.routing
    keys, cases = AccessKeys(settings.secret_key.encode()), MongoCases(database)
    following = Following(cases, MongoGuesses(database, now), keys, routing.country, now)
    return Casework(jurisdiction, Intake(cases, routing, keys, now), following)


def operator_routes(parts: Parts) -> list[Route]:
    """Return the routes by which operators watch the gateway."""

    async def healthy(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(_request: web.Request) -> web.Response:
        checks = {"store": await _answers(parts.database), "agent": await parts.agent.is_up()}
        parts.metrics.agent_up.set(checks["agent"])
        return web.json_response(checks, status=200 if all(checks.values()) else 503)

    async def metrics(_request: web.Request) -> web.Response:
        parts.metrics.waiting.set(parts.inbox.depth)
        body = generate_latest(parts.metrics.registry)
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
    tokens = {Caller.AGENT: settings.internal_token, Caller.REST_CLIENT: settings.rest_token}
    add_routes(app, [*parts.routes, *operator_routes(parts)], tokens)

    async def take_up(_app: web.Application) -> AsyncIterator[None]:
        count = await parts.inbox.recover()
        _LOG.info("gateway.started", extra={"taken_up": count})
        yield

    app.cleanup_ctx.append(take_up)
    app.on_shutdown.append(parts.chat.close_all)
    return app
