"""A Graph API on this machine: refuses what the real one refuses and remembers the rest."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.settings import WhatsAppSettings
from tests.doubles.graph_calls import FINE, Calls, Fault
from tests.doubles.graph_files import GraphFiles
from tests.doubles.graph_limits import INVALID, Account, RefusedError, check, is_phone
from tests.doubles.graph_sender import Sent, WebhookSender
from tests.doubles.graph_webhooks import Citizen, new_wamid

__all__ = ["ACCOUNT", "FINE", "PHONE_ID", "SECRET", "TOKEN", "Citizen", "Fault", "GraphServer"]

TOKEN, PHONE_ID, SECRET, ACCOUNT = "token", "1122334455", "app-secret", "998877"
_VERSION = "/v26.0"


class GraphServer:
    """The API for one number.

    `sent` is every message taken, `read` and `typing` the messages of citizens so marked,
    `files` what it keeps, and `closed` whom only templates reach. The calls that `fail` can
    spoil are send, read, upload, media (an id), file (an address), probe and register.
    With a `callback_url`, each message taken is reported there as sent and delivered.
    """

    def __init__(
        self, templates: Sequence[Mapping[str, Any]] = (), callback_url: str = ""
    ) -> None:
        self.sent: list[Sent] = []
        self.read: list[str] = []
        self.typing: list[str] = []
        self.closed: set[str] = set()
        self.calls = Calls(TOKEN)
        self.fail, self.asked = self.calls.fail, self.calls.asked
        self.files = GraphFiles(self.calls, lambda path: str(self._server.make_url(path)))
        self.webhooks = WebhookSender(PHONE_ID, SECRET, callback_url)
        self.say, self.tell = self.webhooks.say, self.webhooks.tell
        self.account = Account(files=self.files.kept)
        for template in templates:
            self.account.templates[template["name"], template["language"]] = template
        self._server = TestServer(self._app())

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *error: object) -> None:
        self.calls.release()
        await self.webhooks.settle()
        await self._server.close()

    @property
    def settings(self) -> WhatsAppSettings:
        """What a gateway must run with to talk to this server."""
        return WhatsAppSettings(
            token=TOKEN,
            phone_id=PHONE_ID,
            app_secret=SECRET,
            verify_token="verify",
            api=str(self._server.make_url(_VERSION)),
            media_hosts=frozenset({"127.0.0.1"}),
        )

    def sent_to(self, citizen: Citizen) -> list[Sent]:
        """Return what arrived at a citizen."""
        return [s for s in self.sent if s.addressee in citizen.addresses and not s.dropped]

    async def tap(self, citizen: Citizen, title: str) -> int:
        """Tap a button or a row of the last message that has it."""
        content, answering = self.webhooks.reply_to(citizen, self.sent, title)
        return await self.say(citizen, content, answering=answering)

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=2**27)
        app.router.add_post(f"{_VERSION}/{PHONE_ID}/messages", self._messages)
        app.router.add_get(f"{_VERSION}/{PHONE_ID}", self._probe)
        app.router.add_post(f"{_VERSION}/{ACCOUNT}/message_templates", self._register)
        app.router.add_routes(self.files.routes(_VERSION, PHONE_ID))
        return app

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        message: dict[str, Any] = await request.json()
        if message.get("status") == "read":
            return await self.calls.take(request, "read", lambda: self._mark(message))
        return await self.calls.take(request, "send", lambda: self._take(message))

    def _take(self, message: Mapping[str, Any]) -> dict[str, Any]:
        check(message, self.account)
        addressee = str(message.get("to") or message["recipient"])
        if addressee in self.closed and message["type"] != "template":
            raise RefusedError(131047, "more than 24 hours have passed")
        dropped = "to" in message and not is_phone(addressee)
        key = message.get("biz_opaque_callback_data")
        sent = Sent(addressee, message, new_wamid(), key, dropped, self._button(message))
        self.sent.append(sent)
        if self.webhooks.callback_url and not dropped:
            self.webhooks.report(sent)
        contact = {"input": addressee, "wa_id" if "to" in message else "user_id": addressee}
        return {
            "messaging_product": "whatsapp",
            "contacts": [contact],
            "messages": [{"id": sent.wamid}],
        }

    def _button(self, message: Mapping[str, Any]) -> tuple[str, str] | None:
        """Return title and payload of a template's button; without a payload it says its title."""
        if message["type"] != "template":
            return None
        filled = message["template"]
        template = self.account.templates[filled["name"], filled["language"]["code"]]
        parts = {part["type"]: part for part in template["components"]}
        given = [part for part in filled["components"] if part["type"] == "button"]
        title = str(parts["BUTTONS"]["buttons"][0]["text"])
        return title, str(given[0]["parameters"][0]["payload"]) if given else title

    def _mark(self, message: Mapping[str, Any]) -> dict[str, Any]:
        if not message.get("message_id"):
            raise RefusedError(INVALID, "message_id")
        self.read.append(message["message_id"])
        if message.get("typing_indicator") == {"type": "text"}:
            self.typing.append(message["message_id"])
        return {"success": True}

    async def _probe(self, request: web.Request) -> web.StreamResponse:
        number = {"id": PHONE_ID, "display_phone_number": "+965 2222 0000"}
        return await self.calls.take(request, "probe", lambda: number)

    async def _register(self, request: web.Request) -> web.StreamResponse:
        template: dict[str, Any] = await request.json()
        return await self.calls.take(request, "register", lambda: self._registered(template))

    def _registered(self, template: Mapping[str, Any]) -> dict[str, Any]:
        self.account.templates[template["name"], template["language"]] = template
        return {"id": "1", "status": "PENDING", "category": template["category"]}
