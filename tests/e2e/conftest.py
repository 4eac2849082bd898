"""The whole of Shakwa: a real agent process, a real store, the gateway on a real port."""

import secrets
import sys
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from tests.e2e.support import SECRET, TOKEN, Citizen, Citizens, Server


@pytest_asyncio.fixture(loop_scope="session")
async def gateway(agent: Server, engine_uri: str) -> AsyncGenerator[Server]:
    """A gateway on a fresh database."""
    port: int = agent.gateway_port
    env = {
        "MONGODB_URI": engine_uri.rpartition("/")[0] + f"/e2e_{secrets.token_hex(6)}",
        "SHAKWA_AGENT_URL": agent.url,
        "SHAKWA_INTERNAL_TOKEN": TOKEN,
        "SHAKWA_SECRET_KEY": SECRET,
        "SHAKWA_PORT": str(port),
    }
    server = Server([sys.executable, "-m", "bot.cli", "serve"], port, env)
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def citizens(gateway: Server) -> AsyncGenerator[Citizens]:
    """Makes citizens."""
    async with ClientSession() as http:
        yield lambda: Citizen(http, gateway.url)


@pytest.fixture
def photo() -> bytes:
    """A photo of one pixel."""
    return bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
    )
