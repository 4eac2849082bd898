"""Telegram's Bot API on a loopback port, in front of the stub: for tests of whole processes."""

import asyncio
import json
from typing import Any, Final, Self

from aiohttp import ClientSession, web
from aiohttp.web import FileField

from tests.doubles.telegram_calls import SEND, Fault, Faults, Reply
from tests.doubles.telegram_stub import TelegramStub
from tests.doubles.telegram_updates import Update

TOKEN: Final = "123456:token-of-the-tests"
_SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"


class TelegramServer:
    """The stub on a loopback port; `base_url` is the deployment's setting for it."""

    def __init__(self, token: str = TOKEN) -> None:
        self.api, self.token, self.base_url = TelegramStub(), token, ""
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @property
    def faults(self) -> Faults:
        """What goes wrong with each `sendMessage`, in turn or by its parameters."""
        return self.api.faults.get(SEND, [])

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self.api.faults[SEND] = faults

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(
            app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        if self._runner:
            await self._runner.cleanup()

    async def push(self, *updates: Update) -> None:
        """Have updates wait for `getUpdates`."""
        await self.api.push(*updates)

    async def deliver(self, update: Update, url: str, secret: str | None = None) -> int:
        """Post an update to a webhook as Telegram does, and return the status."""
        known = self.api.webhook.secret if secret is None else secret
        async with (
            ClientSession() as http,
            http.post(url, json=update, headers={_SECRET_HEADER: known}) as response,
        ):
            return response.status

    async def _serve(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token:
            return _response(Fault(401, "Unauthorized").reply)
        reply = await self.api.call(request.match_info["method"], await self._given(request))
        if reply is None:
            await self._closing.wait()
            raise web.HTTPGatewayTimeout
        return _response(reply)

    async def _given(self, request: web.Request) -> dict[str, str]:
        """Return a call's parameters, from any of the forms in which Telegram takes them."""
        if request.content_type == "application/json":
            given: dict[str, Any] = await request.json()
            return {
                name: value if isinstance(value, str) else json.dumps(value)
                for name, value in given.items()
            }
        form = {**request.query, **await request.post()}
        return {name: self._uploaded(value) for name, value in form.items()}

    def _uploaded(self, value: object) -> str:
        if not isinstance(value, FileField):
            return str(value)
        file_id = f"uploaded-{len(self.api.file_store) + 1}"
        self.api.keep_file(file_id, value.file.read())
        return file_id

    async def _download(self, request: web.Request) -> web.Response:
        status, body = self.api.download(request.match_info["path"].rsplit("/", 1)[-1])
        return web.Response(status=status, body=body)


def _response(reply: Reply) -> web.Response:
    status, body = reply
    return web.Response(status=status, body=body, content_type="application/json")
