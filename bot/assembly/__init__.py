"""What a deployment is built of: stores, connectors and the work between them."""

import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from aiohttp import ClientSession

from bot.assembly.conversing import Conversing, build_conversing, push_channels
from bot.assembly.core import Core, Stores, build_core, now
from bot.assembly.ways_in import (
    build_apis,
    build_chat,
    build_pages,
    build_rest,
    build_telegram,
    build_whatsapp,
)
from bot.health import Health
from bot.notices import Notices
from bot.rounds import Rounds
from bot.routes import Route
from bot.settings import Settings
from connectors.telegram.connector import TelegramConnector
from connectors.web.chat import WebChat
from connectors.web.visits import Guard
from storage.database import connect

__all__ = ["Parts", "assemble"]

_COUNTED: Final = 100
_SECONDS: Final = {"notices": 5.0, "probes": 300.0, "unconfirmed": 60.0}
_SILENT: Final = timedelta(minutes=5)  # a message of which its channel says nothing so long


@dataclass(frozen=True, slots=True)
class Parts:
    """What a running gateway is made of."""

    core: Core
    conversing: Conversing
    notices: Notices
    health: Health
    rounds: Rounds
    chat: WebChat
    telegram: TelegramConnector | None
    routes: list[Route]

    async def start(self) -> dict[str, int]:
        """Take up what was left at the last stop, then take what comes; return how much it was."""
        work = self.conversing
        left = {
            "messages": await work.inbox.recover(),
            "parcels": await work.outbox.recover(),
            "files": await work.media.start(),
            "events": await work.reception.start(),
        }
        self.rounds.start("notices", _SECONDS["notices"], self.notices.tell)
        self.rounds.start("probes", _SECONDS["probes"], self.health.probe)
        self.rounds.start("unconfirmed", _SECONDS["unconfirmed"], self._watch_outbox)
        if self.telegram:
            await self.telegram.start()
        return left

    async def _watch_outbox(self) -> None:
        outbox, metrics = self.core.stores.outbox, self.core.metrics
        metrics.dead_letters.set(len(await outbox.dead(_COUNTED)))
        for name, channel in self.conversing.push.items():
            if channel.confirms:
                silent = await outbox.unconfirmed(name, now() - _SILENT)
                metrics.unconfirmed.labels(name).set(silent)


async def assemble(settings: Settings, stack: AsyncExitStack) -> Parts:
    """Open what the gateway needs; the stack closes it."""
    database = await stack.enter_async_context(
        connect(settings.mongodb_uri, embedded=settings.embedded_store)
    )
    http = await stack.enter_async_context(ClientSession())
    core = build_core(settings, Stores.of(database), http)
    conversing = build_conversing(core, push_channels(settings, http, core.texts))
    parts = _parts(core, conversing)
    # The last one pushed is the first one stopped: nothing comes in while the rest ends.
    for stop in (
        *([parts.telegram.channel.close] if parts.telegram else []),
        conversing.outbox.stop,
        conversing.inbox.stop,
        conversing.media.stop,
        conversing.reception.stop,
        parts.rounds.stop,
        *([parts.telegram.stop] if parts.telegram else []),
    ):
        stack.push_async_callback(stop)
    return parts


def _parts(core: Core, conversing: Conversing) -> Parts:
    settings, stores, metrics = core.settings, core.stores, core.metrics
    guard = Guard.build(settings.secret_key, settings.proxies, time.monotonic, time.time)
    chat = build_chat(core, conversing, guard)
    notices = Notices(
        news=stores.cases,
        people=stores.contacts,
        turns=conversing.turns,
        outbox=conversing.outbox,
        texts=core.texts,
        jurisdiction=core.jurisdiction,
        push=frozenset(conversing.push),
    )
    telegram = build_telegram(core, conversing)
    routed = [
        build_rest(core, conversing),
        chat,
        build_pages(core, guard),
        *build_apis(core, conversing, notices),
        *([telegram] if telegram else []),
        *build_whatsapp(core, conversing),
    ]
    return Parts(
        core=core,
        conversing=conversing,
        notices=notices,
        health=Health(conversing.push, metrics),
        rounds=Rounds(),
        chat=chat,
        telegram=telegram,
        routes=[route for one in routed for route in one.routes],
    )
