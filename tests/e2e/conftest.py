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
from tests.doubles.graph_server import PHONE_ID, GraphServer
from tests.doubles.graph_server import SECRET as APP_SECRET
from tests.doubles.graph_server import TOKEN as GRAPH_TOKEN
from tests.doubles.graph_webhooks import Citizen as WhatsAppCitizen
from tests.doubles.telegram_server import TOKEN as TELEGRAM_TOKEN
from tests.doubles.telegram_server import TelegramServer
from tests.e2e.pushing import OnTelegram, OnWhatsApp
from tests.e2e.support import SECRET, TOKEN, Citizen, Citizens, Server

_CHATS = itertools.count(5_000_001)


def gateway_env(agent: Server, engine_uri: str) -> dict[str, str]:
    """Return what a gateway on a fresh database runs with."""
    return {
        "MONGODB_URI": engine_uri.rpartition("/")[0] + f"/e2e_{secrets.token_hex(6)}",
        "SHAKWA_AGENT_URL": agent.url,
        "SHAKWA_INTERNAL_TOKEN": TOKEN,
        "SHAKWA_SECRET_KEY": SECRET,
        "SHAKWA_PORT": str(agent.gateway_port),
    }


def gateway_of(agent: Server, env: dict[str, str]) -> Server:
    """Return a gateway that is not started yet."""
    return Server([sys.executable, "-m", "bot.cli", "serve"], agent.gateway_port, env)


@pytest_asyncio.fixture(loop_scope="session")
async def gateway(agent: Server, engine_uri: str) -> AsyncGenerator[Server]:
    """A gateway on a fresh database."""
    server = gateway_of(agent, gateway_env(agent, engine_uri))
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
        env = gateway_env(agent, engine_uri) | {
            "TELEGRAM_TOKEN": TELEGRAM_TOKEN,
            "TELEGRAM_API": telegram.base_url,
            "TELEGRAM_NAME": "shakwa_test_bot",
            "WHATSAPP_TOKEN": GRAPH_TOKEN,
            "WHATSAPP_PHONE_ID": PHONE_ID,
            "WHATSAPP_APP_SECRET": APP_SECRET,
            "WHATSAPP_VERIFY_TOKEN": "verify",
            "WHATSAPP_API": graph.settings.api,
            "WHATSAPP_MEDIA_HOSTS": "127.0.0.1",
        }
        server = gateway_of(agent, env)
        await server.start()
        yield Platforms(server, telegram, graph, http)
        await graph.webhooks.settle()
        await server.stop()


@pytest.fixture
def photo() -> bytes:
    """A photo of one pixel."""
    return bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
    )
