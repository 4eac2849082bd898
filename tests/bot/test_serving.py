"""The port is open before the start is done, and closed when all is stopped."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from aiohttp import ClientConnectionError, ClientSession, web

from bot.serving import serve
from tests.e2e.support import free_port


async def _hello(_request: web.Request) -> web.Response:
    return web.Response(text="hello")


async def _ask(http: ClientSession, port: int) -> str:
    async with http.get(f"http://127.0.0.1:{port}/") as response:
        return await response.text()


async def test_what_is_taken_up_at_the_start_may_make_others_call_back():
    port, early = free_port(), list[asyncio.Task[str]]()

    async with ClientSession() as http, AsyncExitStack() as stack:

        async def take_up(_app: web.Application) -> AsyncIterator[None]:
            early.append(asyncio.create_task(_ask(http, port)))
            reader, writer = await asyncio.open_connection("127.0.0.1", port)  # it is open
            writer.close()
            assert not reader.at_eof()
            yield

        async def build() -> web.Application:
            app = web.Application()
            app.router.add_get("/", _hello)
            app.cleanup_ctx.append(take_up)
            return app

        await serve(build, "127.0.0.1", port, stack)

        assert await early[0] == "hello"


async def test_nobody_is_answered_after_the_end():
    async def build() -> web.Application:
        return web.Application()

    async with ClientSession() as http:
        async with AsyncExitStack() as stack:
            port = await serve(build, "127.0.0.1", 0, stack)
        with pytest.raises(ClientConnectionError):
            await _ask(http, port)


async def test_a_taken_port_is_told_at_once():
    async def build() -> web.Application:
        raise AssertionError("nothing is opened for it")

    with socket.create_server(("127.0.0.1", 0)) as taken:
        async with AsyncExitStack() as stack:
            with pytest.raises(OSError, match="in use"):
                await serve(build, "127.0.0.1", taken.getsockname()[1], stack)
