"""A whole gateway on a store of its own, with an agent that is not there."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from bot.app import build_app
from bot.settings import Settings
from storage.database import Database


@pytest.fixture
def settings(store_uri: str, database: Database, unused_tcp_port: int) -> Settings:
    return Settings(
        mongodb_uri=urlsplit(store_uri)._replace(path=f"/{database.name}").geturl(),
        agent_url=f"http://127.0.0.1:{unused_tcp_port}",
        internal_token="internal",
        secret_key="key",
        rest_token="rest",
    )


@pytest.fixture
async def gateway(settings: Settings) -> AsyncGenerator[web.Application]:
    async with AsyncExitStack() as stack:
        yield await build_app(settings, stack)
