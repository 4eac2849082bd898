"""The whole of Shakwa: a real agent process, a real store, the gateway on a real port."""

import itertools
import secrets
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from connectors.whatsapp.templates import load_templates, registration
from tests.doubles.graph_server import GraphServer
from tests.doubles.graph_webhooks import Citizen as WhatsAppCitizen
from tests.doubles.platforms import platforms_env
from tests.doubles.telegram_server import TelegramServer
from tests.e2e.pushing import OnTelegram, OnWhatsApp
from tests.e2e.support import PHOTO, TOKEN, Citizen, Citizens, Server, gateway_env

_CHATS = itertools.count(5_000_001)


def fresh_env(agent: Server, engine_uri: str) -> dict[str, str]:
    """Return what a gateway on a fresh database runs with."""
    uri = engine_uri.rpartition("/")[0] + f"/e2e_{secrets.token_hex(6)}"
    return gateway_env(uri, agent.url, agent.gateway_port)


def gateway_of(agent: Server, env: dict[str, str]) -> Server:
    """Return a gateway that is not started yet."""
    return Server([sys.executable, "-m", "bot.cli", "serve"], agent.gateway_port, env)


@pytest_asyncio.fixture(loop_scope="session")
async def gateway(agent: Server, engine_uri: str) -> AsyncGenerator[Server]:
    """A gateway on a fresh database."""
    server = gateway_of(agent, fresh_env(agent, engine_uri))
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def citizens(gateway: Server) -> AsyncGenerator[Citizens]:
    """Makes citizens."""
    async with ClientSession() as http:
        yield lambda: Citizen(http, gateway.url)


@dataclass
class Platforms:
    """A gateway on both platforms' doubles."""

    gateway: Server
    telegram: TelegramServer
    graph: GraphServer
    http: ClientSession

    def on_telegram(self) -> OnTelegram:
        return OnTelegram(self.telegram, next(_CHATS))

    def on_whatsapp(self, *, phone: bool = True) -> OnWhatsApp:
        number = next(_CHATS)
        citizen = WhatsAppCitizen(
            f"9655{number}" if phone else "", "" if phone else f"KW.1349120865530{number}"
        )
        return OnWhatsApp(self.graph, citizen)

    def on_the_web(self) -> Citizen:
        return Citizen(self.http, self.gateway.url)

    async def moves(self, number: str, to: str, note: str = "") -> int:
        """Move a case as an officer does, and return the status of the answer."""
        async with self.http.post(
            f"{self.gateway.url}/internal/cases/{number}/moves",
            json={"to": to, "note": note},
            headers={"Authorization": f"Bearer {TOKEN}"},
        ) as response:
            return response.status


@pytest_asyncio.fixture(loop_scope="session")
async def platforms(agent: Server, engine_uri: str) -> AsyncGenerator[Platforms]:
    """A gateway on fresh doubles of both platforms, and on a fresh database."""
    templates = [
        registration(one, language)
        for one in load_templates().values()
        for language in one.wordings
    ]
    webhook = f"http://127.0.0.1:{agent.gateway_port}/webhooks/whatsapp"
    async with (
        ClientSession() as http,
        TelegramServer() as telegram,
        GraphServer(templates, webhook) as graph,
    ):
        env = fresh_env(agent, engine_uri) | platforms_env(telegram, graph)
        env["TELEGRAM_NAME"] = "shakwa_test_bot"
        server = gateway_of(agent, env)
        await server.start()
        yield Platforms(server, telegram, graph, http)
        await graph.webhooks.settle()
        await server.stop()


@pytest.fixture
def photo() -> bytes:
    """A photo of one pixel."""
    return PHOTO
