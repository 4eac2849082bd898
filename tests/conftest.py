"""What several folders of tests share: a store that runs, a fresh database a test, an agent."""

import os
import secrets
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings

from bot.launch import agent_python
from storage.database import Database, connect, ensure_indexes
from storage.engine import embedded_engine
from tests.e2e.support import TOKEN, Server, free_port

# The same examples everywhere, however slow the machine: a test that fails, fails again.
settings.register_profile("shakwa", derandomize=True, deadline=None)
settings.load_profile("shakwa")

_MONGODB = os.environ.get("MONGODB_URI", "")
_STORES = ["embedded", *(["mongodb"] if _MONGODB else [])]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engine_uri(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[str]:
    directory: Path = tmp_path_factory.mktemp("engine")
    async with embedded_engine(directory) as uri:
        yield uri


@pytest.fixture(params=_STORES)
def store_uri(request: pytest.FixtureRequest) -> str:
    if request.param == "mongodb":
        return _MONGODB
    uri: str = request.getfixturevalue("engine_uri")
    return uri


@pytest.fixture
async def database(store_uri: str) -> AsyncGenerator[Database]:
    async with connect(store_uri) as whole:
        fresh = whole.client[f"test_{secrets.token_hex(6)}"]
        await ensure_indexes(fresh)
        yield fresh
        await whole.client.drop_database(fresh.name)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def agent() -> AsyncGenerator[Server]:
    """The agent; its actions call the gateway at the port that all gateways here share."""
    port, gateway = free_port(), free_port()
    env = {
        "SHAKWA_INTERNAL_TOKEN": TOKEN,
        "SHAKWA_CASES_URL": f"http://127.0.0.1:{gateway}",
    }
    server = Server([agent_python(), "-m", "nlu.agent", "--port", str(port)], port, env)
    server.gateway_port = gateway
    await server.start()
    yield server
    await server.stop()
