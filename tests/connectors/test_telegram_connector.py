"""Telegram's way in: who may deliver, what is answered, and how it is set up and taken down."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels import Event
from bot.routes import Caller, add_routes
from bot.settings import TelegramSettings
from bot.texts import Texts
from connectors.telegram.channel import TelegramChannel
from connectors.telegram.client import build_bot
from connectors.telegram.connector import HEADER, PATH, TelegramConnector
from connectors.telegram.updates import KINDS
from tests.builders import NOON
from tests.doubles.telegram_calls import BROKEN, Fault, flood
from tests.doubles.telegram_server import TelegramServer
from tests.doubles.telegram_stub import TelegramStub
from tests.doubles.telegram_updates import text

SECRET: Final = "kNo_w-n1"
PUBLIC: Final = "https://shakwa.example"
ADDRESS: Final = f"{PUBLIC}/webhooks/telegram"
PATIENCE: Final = 10  # seconds after which a test is given up
WORDS: Final = "كلام لا يقرؤه غيرنا"

type Client = TestClient[web.Request, web.Application]


@dataclass
class Store:
    """Keeps events, when its gate is open; raises what its script says first."""

    script: list[Exception] = field(default_factory=list[Exception])
    kept: list[Event] = field(default_factory=list[Event])
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep(self, event: Event) -> None:
        self.reached.set()
        if self.script:
            raise self.script.pop(0)
        await self.gate.wait()
        self.kept.append(event)


class Office:
    """A connector on stand-ins, at an address of its own or where Telegram cannot reach it."""

    def __init__(self, public_url: str = PUBLIC) -> None:
        self.api, self.store, self.slept = TelegramStub(), Store(), list[float]()
        self.store.gate.set()
        settings = TelegramSettings("123456:token-of-the-tests")
        self.channel = TelegramChannel(build_bot(settings, request=self.api), Texts({}))
        self.connector = TelegramConnector(
            self.channel,
            settings,
            self.store.keep,
            public_url,
            lambda: NOON,
            secret=SECRET,
            sleep=self._sleep,
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def methods(self) -> list[str]:
        return [method for method, _ in self.api.asked]

    async def run(self, last: str, times: int) -> None:
        """Run the connector until Telegram was asked so much."""
        await self.connector.start()
        await self.api.wait_until_asked(last, times)
        await self.connector.stop()
        await self.connector.channel.close()


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
async def client(office: Office) -> AsyncGenerator[Client]:
    app = web.Application()
    add_routes(app, office.connector.routes, {})
    async with TestClient(TestServer(app)) as client:
        yield client


async def deliver(
    client: Client, body: Any, secret: str | None = SECRET
) -> tuple[int, dict[str, str], bytes]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {} if secret is None else {HEADER: secret}
    async with client.post(PATH, data=raw, headers=headers) as response:
        return response.status, dict(response.headers), await response.read()


# The webhook


def test_webhook_checks_by_itself_who_calls(office: Office):
    (route,) = office.connector.routes

    assert (route.method, route.path, route.caller) == ("POST", PATH, Caller.ANYBODY)


async def test_update_is_kept_as_it_came(client: Client, office: Office):
    update = text(7, "هلا 👋")

    status, _, said = await deliver(client, update)

    assert (status, said) == (200, b""), "words in the answer would be carried out as a call"
    assert office.store.kept == [
        Event(f"telegram:{update['update_id']}", "telegram", update, NOON)
    ]


async def test_telegram_is_answered_only_once_an_update_is_kept(client: Client, office: Office):
    office.store.gate.clear()
    delivering = asyncio.create_task(deliver(client, text(7, "هلا")))

    async with asyncio.timeout(PATIENCE):
        await office.store.reached.wait()
    assert not delivering.done()
    office.store.gate.set()

    assert (await delivering)[0] == 200


async def test_redelivered_update_has_the_same_key(client: Client, office: Office):
    update = text(7, "هلا")

    statuses = [(await deliver(client, update))[0] for _ in range(2)]

    assert statuses == [200, 200]
    assert len({event.key for event in office.store.kept}) == 1


async def test_update_that_nobody_can_read_is_kept_and_not_sent_for_ever(
    client: Client, office: Office
):
    assert (await deliver(client, {"update_id": 1, "message": {"chat": 5}}))[0] == 200
    assert len(office.store.kept) == 1


@pytest.mark.parametrize("secret", [None, "", "kNo_w-n", "kNo_w-n1x", "KNO_W-N1", "sécret"])
async def test_stranger_is_turned_away(client: Client, office: Office, secret: str | None):
    assert (await deliver(client, text(7, "هلا"), secret))[0] == 401
    assert office.store.kept == []


async def test_stranger_is_turned_away_before_anything_is_read(client: Client):
    assert (await deliver(client, b"\xff" * 100, "wrong"))[0] == 401


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff", b'{"update_id": "1"}', b'{"message": {}}', b"[" * 100_000]
)
async def test_what_is_no_update_is_refused(client: Client, office: Office, body: bytes):
    assert (await deliver(client, body))[0] == 400
    assert office.store.kept == []


async def test_update_is_asked_for_again_when_the_store_is_away(client: Client, office: Office):
    office.store.script = [OSError("away")]
    update = text(7, "هلا")

    status, headers, _ = await deliver(client, update)
    again, _, _ = await deliver(client, update)

    assert (status, headers["Retry-After"]) == (503, "5")
    assert again == 200
    assert len(office.store.kept) == 1


async def test_nothing_of_a_delivery_is_logged(
    client: Client, office: Office, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    office.store.script = [OSError("away")]

    for body, secret in (
        (text(7, WORDS), SECRET),
        (text(7, WORDS), SECRET),
        (text(7, WORDS), "wrong"),
        ({"update_id": WORDS, "message": WORDS}, SECRET),
        (WORDS.encode(), SECRET),
    ):
        await deliver(client, body, secret)

    assert WORDS not in caplog.text
    assert SECRET not in caplog.text
    ours = [record for record in caplog.records if record.msg.startswith("telegram.")]
    assert {record.levelname for record in ours} == {"WARNING", "ERROR"}


@pytest.mark.parametrize("secret", ["", "with space", "سر", "x" * 257])
def test_secret_that_telegram_would_not_take_is_refused_unquoted(office: Office, secret: str):
    with pytest.raises(ValueError, match="secret must be") as refused:
        TelegramConnector(
            office.channel, TelegramSettings("1:t"), office.store.keep, PUBLIC, secret=secret
        )

    assert not secret.strip() or secret not in str(refused.value)


async def test_deployments_own_secret_goes_before_the_derived_one(office: Office):
    settings = TelegramSettings("1:t", webhook_secret="chosen")
    connector = TelegramConnector(
        office.channel, settings, office.store.keep, PUBLIC, lambda: NOON, secret=SECRET
    )

    await connector.start()
    await office.api.wait_until_asked("setWebhook")
    await connector.stop()
    await connector.channel.close()

    assert office.api.webhook.secret == "chosen"


# Setting up the webhook


async def test_webhook_is_set_with_its_secret_and_kinds(office: Office):
    await office.run("setMyCommands", 3)

    (asked,) = office.api.called("setWebhook")
    assert (asked["url"], asked["secret_token"]) == (ADDRESS, SECRET)
    assert json.loads(asked["allowed_updates"]) == list(KINDS)
    assert asked["drop_pending_updates"] == "false"
    assert "getUpdates" not in office.methods()


async def test_webhook_that_is_set_is_left_alone(office: Office):
    office.api.webhook.url = ADDRESS
    office.api.webhook.allowed_updates = list(reversed(KINDS))

    await office.run("setMyCommands", 3)

    assert "setWebhook" not in office.methods()


@pytest.mark.parametrize(
    ("url", "kinds", "error"),
    [
        ("https://other.example/webhooks/telegram", list(KINDS), ""),
        (ADDRESS, ["message"], ""),
        (ADDRESS, [], ""),
        (ADDRESS, list(KINDS), "Wrong response from the webhook: 401 Unauthorized"),
    ],
    ids=["another address", "fewer kinds", "default kinds", "another secret"],
)
async def test_webhook_that_differs_is_set_again(
    office: Office, url: str, kinds: list[str], error: str
):
    office.api.webhook.url = url
    office.api.webhook.allowed_updates = kinds
    office.api.webhook.last_error = error

    await office.run("setMyCommands", 3)

    assert office.methods().count("setWebhook") == 1
    assert office.api.webhook.url == ADDRESS


async def test_start_waits_for_nothing(office: Office):
    office.api.faults["getMe"] = [Fault(silent=True)]

    await office.connector.start()

    assert office.api.asked == []
    await office.connector.stop()
    await office.connector.channel.close()


@pytest.mark.parametrize("method", ["getMe", "getWebhookInfo", "setWebhook", "setMyCommands"])
@pytest.mark.parametrize(
    "fault",
    [
        BROKEN,
        Fault(silent=True),
        Fault(401, "Unauthorized"),
        Fault(200, body=b"<html>"),
        Fault(200, body=b'{"ok": true}'),
    ],
)
async def test_failed_set_up_is_tried_again(office: Office, method: str, fault: Fault):
    office.api.faults[method] = [fault, fault]

    await office.run("setMyCommands", 3 + 2 * (method == "setMyCommands"))

    assert office.slept == [1.0, 2.0]
    assert office.api.webhook.url == ADDRESS


async def test_set_up_waits_as_long_as_telegram_asks(office: Office):
    office.api.faults["setWebhook"] = [flood(90), flood(1)]

    await office.run("setMyCommands", 3)

    assert office.slept == [90.0, 2.0]


async def test_pauses_between_tries_grow_to_five_minutes(office: Office):
    office.api.faults["getMe"] = [*[BROKEN] * 11]

    await office.run("setMyCommands", 3)

    assert office.slept[-3:] == [256.0, 300.0, 300.0]


async def test_refused_token_is_not_logged(office: Office, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    office.api.faults["getMe"] = [Fault(401, "Unauthorized")]

    await office.run("setMyCommands", 3)

    assert "token-of-the-tests" not in caplog.text


async def test_menu_is_set_once_in_each_language(office: Office):
    await office.run("setMyCommands", 3)

    asked = office.api.called("setMyCommands")
    assert [one.get("language_code") for one in asked] == [None, "en", "ur"]
    names = [command["command"] for command in json.loads(asked[0]["commands"])]
    assert names == ["start", "new", "status", "cancel", "help"]


# Polling instead


@pytest.mark.parametrize("public_url", ["", "http://127.0.0.1:8080", "http://shakwa.example"])
async def test_updates_are_fetched_where_telegram_cannot_deliver(public_url: str):
    office, update = Office(public_url), text(7, "هلا")
    await office.api.push(update)

    await office.connector.start()
    await office.api.wait_until_asked("getUpdates", 2)
    await office.api.wait_until_asked("setMyCommands", 3)
    await office.connector.stop()
    await office.connector.channel.close()

    assert [event.body for event in office.store.kept] == [update]
    assert "setWebhook" not in office.methods()


async def test_menu_that_fails_does_not_hold_up_polling():
    office = Office("")
    office.api.faults["setMyCommands"] = lambda _parameters: BROKEN
    await office.api.push(text(7, "هلا"))

    await office.run("getUpdates", 2)

    assert len(office.store.kept) == 1


async def test_nothing_runs_after_a_stop():
    office = Office("")
    await office.run("getUpdates", 1)
    asked = len(office.api.asked)

    await office.api.push(text(7, "هلا"))
    await asyncio.sleep(0)

    assert len(office.api.asked) == asked
    assert office.store.kept == []


async def test_stop_without_a_start_is_harmless(office: Office):
    await office.connector.stop()
    await office.connector.channel.close()


# Over HTTP, with the real client


async def test_connector_polls_and_answers_over_http():
    store, update = Store(), text(7, "هلا")
    store.gate.set()
    async with TelegramServer() as server:
        settings = TelegramSettings(server.token, api=server.base_url)
        channel = TelegramChannel(build_bot(settings), Texts({}))
        connector = TelegramConnector(channel, settings, store.keep, secret=SECRET)
        await server.push(update)
        await connector.start()
        await server.api.wait_until_asked("getUpdates", 2)
        await server.api.wait_until_asked("setMyCommands", 3)
        await connector.stop()
        await connector.channel.close()

    assert [event.body for event in store.kept] == [update]
    assert store.kept[0].received_at.utcoffset() == timedelta(0)


async def test_server_delivers_with_the_secret_that_was_set(client: Client, office: Office):
    async with TelegramServer() as server:
        settings = TelegramSettings(server.token, api=server.base_url)
        channel = TelegramChannel(build_bot(settings), Texts({}))
        connector = TelegramConnector(channel, settings, office.store.keep, PUBLIC, secret=SECRET)
        await connector.start()
        await server.api.wait_until_asked("setMyCommands", 3)
        await connector.stop()
        await connector.channel.close()

        url = str(client.make_url(PATH))
        statuses = [
            await server.deliver(text(7, "هلا"), url),
            await server.deliver(text(7, "هلا"), url, secret="another"),
        ]

    assert statuses == [200, 401]
