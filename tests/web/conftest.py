"""The whole of Shakwa in front of a real browser: a phone's screen, one context a citizen."""

import asyncio
import itertools
import secrets
import sys
from collections.abc import AsyncGenerator
from typing import Any

import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from tests.e2e.support import SECRET, TOKEN, Server, free_port
from tests.web.chromium import ARGUMENTS, find_chromium
from tests.web.support import Site, Visitor, Visits, Watch

_MEDIA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
_HOST_PAGE = """<!doctype html>
<html lang="ar" dir="rtl"><head><title>وزارة</title></head>
<body><h1>وزارة</h1>
<script src="{gateway}/widget.js" data-lang="ar" async></script></body></html>"""
_PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "permissions": ["microphone", "geolocation", "clipboard-read", "clipboard-write"],
    "geolocation": {"latitude": 29.333, "longitude": 48.076, "accuracy": 20},
}
expect.set_options(timeout=15_000)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncGenerator[Browser]:
    path = await asyncio.to_thread(find_chromium)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=path, args=[*ARGUMENTS, *_MEDIA]
        )
        yield running
        await running.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(agent: Server) -> AsyncGenerator[Site]:
    """A site whose policy allows the chat's script and frame, and nothing else."""
    gateway = f"http://127.0.0.1:{agent.gateway_port}"
    policy = f"default-src 'none'; script-src {gateway}; frame-src {gateway}"
    page = _HOST_PAGE.format(gateway=gateway)

    async def serve(request: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": policy}
        if request.path == "/quiet":
            headers["Permissions-Policy"] = "microphone=(), geolocation=()"
        return web.Response(text=page, content_type="text/html", headers=headers)

    app = web.Application()
    app.router.add_get("/", serve)
    app.router.add_get("/quiet", serve)
    port = free_port()
    server = TestServer(app, port=port)
    await server.start_server()
    yield Site(port)
    await server.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gateway(agent: Server, engine_uri: str, site: Site) -> AsyncGenerator[Server]:
    """A gateway on a fresh database for the tests of one module; the site may embed it."""
    port = agent.gateway_port
    env = {
        "MONGODB_URI": engine_uri.rpartition("/")[0] + f"/web_{secrets.token_hex(6)}",
        "SHAKWA_AGENT_URL": agent.url,
        "SHAKWA_INTERNAL_TOKEN": TOKEN,
        "SHAKWA_SECRET_KEY": SECRET,
        "SHAKWA_PORT": str(port),
        "SHAKWA_WEB_ORIGINS": site.origin,
        "SHAKWA_PROXIES": "127.0.0.0/8",  # each context comes from an address of its own
    }
    server = Server([sys.executable, "-m", "bot.cli", "serve"], port, env)
    await server.start()
    yield server
    await server.stop()


_addresses = (f"10.0.{n // 250}.{n % 250 + 1}" for n in itertools.count())


@pytest_asyncio.fixture(loop_scope="session")
async def visits(browser: Browser, gateway: Server) -> AsyncGenerator[Visits]:
    """Makes visitors, each with a browser of their own; no page may complain or call strangers."""
    made: list[tuple[BrowserContext, Visitor]] = []

    async def visit(
        *, language: str = "ar", path: str | None = "/widget/", **more: Any
    ) -> Visitor:
        headers = {"X-Forwarded-For": next(_addresses)}
        options: Any = {**_PHONE, "extra_http_headers": headers, **more}
        context = await browser.new_context(**options)
        context.set_default_timeout(15_000)
        watch = Watch()
        watch.over(context)
        visitor = Visitor(await context.new_page(), gateway.url, watch, language)
        made.append((context, visitor))
        if path:
            await visitor.opens(path)
        return visitor

    yield visit
    for context, _ in made:
        await context.close()
    for _, visitor in made:
        assert visitor.watch.unexpected == []
        assert visitor.watch.hosts <= {gateway.url.removeprefix("http://"), *visitor.watch.friends}


@pytest_asyncio.fixture(loop_scope="session")
async def citizen(visits: Visits) -> Visitor:
    """Somebody with the Arabic chat open."""
    return await visits()
