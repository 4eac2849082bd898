"""Polling: nothing is left behind before it is kept, and nothing ends the polling for good."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import pytest

from bot.channels import Event
from bot.settings import TelegramSettings
from connectors.telegram.client import build_bot
from connectors.telegram.polling import Poller
from connectors.telegram.updates import KINDS
from tests.builders import NOON
from tests.doubles.telegram_calls import BROKEN, Fault, flood
from tests.doubles.telegram_server import TelegramServer
from tests.doubles.telegram_stub import TelegramStub
from tests.doubles.telegram_updates import Update, text, update

TOKEN: Final = "123456:token-of-the-tests"
PATIENCE: Final = 10  # seconds after which a test is given up
CONFLICT: Final = Fault(409, "Conflict: terminated by other getUpdates request")
REFUSED: Final = Fault(401, "Unauthorized")


@dataclass
class Store:
    """Keeps events; raises what its script says first."""

    script: list[Exception | None] = field(default_factory=list[Exception | None])
    kept: list[str] = field(default_factory=list[str])
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def keep(self, event: Event) -> None:
        if self.script and (error := self.script.pop(0)):
            raise error
        async with self.changed:
            self.kept.append(event.key)
            self.changed.notify_all()

    async def wait_for(self, times: int) -> list[str]:
        async with asyncio.timeout(PATIENCE), self.changed:
            await self.changed.wait_for(lambda: len(self.kept) >= times)
        return self.kept


@dataclass
class Pauses:
    """Notes how long somebody would sleep, and lets nobody."""

    slept: list[float] = field(default_factory=list[float])

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


class Desk:
    """A poller on stand-ins."""

    def __init__(self) -> None:
        self.api, self.store, self.pauses = TelegramStub(), Store(), Pauses()
        bot = build_bot(TelegramSettings(TOKEN), request=self.api)
        self.poller = Poller(bot, self.store.keep, lambda: NOON, self.pauses.sleep)

    @asynccontextmanager
    async def polling(self) -> AsyncGenerator[asyncio.Task[None]]:
        task = asyncio.create_task(self.poller.run())
        yield task
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def offsets(self) -> list[str | None]:
        return [given.get("offset") for method, given in self.api.asked if method == "getUpdates"]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def keys(*updates: Update) -> list[str]:
    return [f"telegram:{one['update_id']}" for one in updates]


async def test_updates_are_kept_in_their_order(desk: Desk):
    updates = [text(7, str(number)) for number in range(3)]
    await desk.api.push(*updates)

    async with desk.polling():
        assert await desk.store.wait_for(3) == keys(*updates)


async def test_webhook_is_taken_away_first_and_nothing_with_it(desk: Desk):
    desk.api.webhook.url = "https://elsewhere.example"
    await desk.api.push(text(7, "هلا"))

    async with desk.polling():
        await desk.store.wait_for(1)

    assert desk.api.asked[0] == ("deleteWebhook", {"drop_pending_updates": "false"})


async def test_telegram_is_asked_to_wait_and_only_for_what_is_read(desk: Desk):
    async with desk.polling():
        await desk.api.wait_until_asked("getUpdates")

    asked = dict(desk.api.asked)["getUpdates"]
    assert asked["timeout"] == "50"
    assert json.loads(asked["allowed_updates"]) == list(KINDS)


async def test_telegram_is_told_only_after_an_update_is_kept(desk: Desk):
    updates = [text(7, str(number)) for number in range(3)]
    desk.store.script = [None, OSError("the store is away")]
    await desk.api.push(*updates)

    async with desk.polling():
        assert await desk.store.wait_for(3) == keys(*updates)
        await desk.api.wait_until_asked("getUpdates", 3)

    first, _, last = (one["update_id"] for one in updates)
    assert desk.offsets() == [None, str(first + 1), str(last + 1)]
    assert desk.pauses.slept == [1.0]


async def test_update_that_nothing_can_read_is_kept_like_others(desk: Desk):
    odd = update("message", {"chat": 5, "unique_gift": {"without": "its id"}})
    updates = [odd, text(7, "هلا")]
    await desk.api.push(*updates)

    async with desk.polling():
        assert await desk.store.wait_for(2) == keys(*updates)


async def test_update_that_no_store_can_keep_holds_nothing_up(desk: Desk):
    deep: list[object] = []
    for _ in range(80):
        deep = [deep]
    bottomless = {**text(7, "x"), "deep": deep}
    following = text(7, "هلا")
    await desk.api.push(bottomless, following)

    async with desk.polling():
        assert await desk.store.wait_for(1) == keys(following)
        await desk.api.wait_until_asked("getUpdates", 2)

    assert desk.offsets()[-1] == str(following["update_id"] + 1)


@pytest.mark.parametrize(
    ("faults", "slept"),
    [
        ([BROKEN] * 7, [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]),
        ([Fault(silent=True), BROKEN], [1.0, 2.0]),
        ([flood(17)], [17.0]),
        ([CONFLICT, CONFLICT], [30.0, 30.0]),
        ([Fault(404, body=b"<html>")], [1.0]),
        ([Fault(200, body=b"<html>")], [1.0]),
        ([Fault(200, body=b'{"ok": true, "result": [5]}')], [1.0]),
        ([Fault(200, body=b'{"ok": true, "result": [{"update_id": "x"}]}')], [1.0]),
        ([Fault(200, body=b'{"ok": true}')], [1.0]),
    ],
)
async def test_polling_goes_on_after_trouble(
    desk: Desk, faults: list[Fault | None], slept: list[float]
):
    desk.api.faults["getUpdates"] = list(faults)
    await desk.api.push(text(7, "هلا"))

    async with desk.polling():
        await desk.store.wait_for(1)

    assert desk.pauses.slept == slept


async def test_pauses_are_short_again_after_success(desk: Desk):
    desk.api.faults["getUpdates"] = [BROKEN, BROKEN, None, BROKEN]
    await desk.api.push(text(7, "هلا"))

    async with desk.polling():
        await desk.store.wait_for(1)
        await desk.api.push(text(7, "وينكم"))
        await desk.store.wait_for(2)

    assert desk.pauses.slept == [1.0, 2.0, 1.0]


async def test_webhook_that_cannot_be_taken_away_is_tried_again(desk: Desk):
    desk.api.faults["deleteWebhook"] = [BROKEN]
    await desk.api.push(text(7, "هلا"))

    async with desk.polling():
        await desk.store.wait_for(1)

    assert [method for method, _ in desk.api.asked][:3] == [
        "deleteWebhook",
        "deleteWebhook",
        "getUpdates",
    ]


async def test_conflict_with_a_webhook_is_cleared_and_told_loudly(
    desk: Desk, caplog: pytest.LogCaptureFixture
):
    async with desk.polling():
        await desk.api.wait_until_asked("getUpdates")
        desk.api.webhook.url = "https://elsewhere.example"
        await desk.api.push(text(7, "هلا"))
        await desk.store.wait_for(1)

    assert "telegram.conflict" in [
        record.message for record in caplog.records if record.levelname == "ERROR"
    ]
    assert len(desk.api.called("deleteWebhook")) == 2


@pytest.mark.parametrize("method", ["deleteWebhook", "getUpdates"])
async def test_refused_token_ends_the_polling(
    desk: Desk, method: str, caplog: pytest.LogCaptureFixture
):
    desk.api.faults[method] = [REFUSED]

    async with desk.polling() as task, asyncio.timeout(PATIENCE):
        await task

    assert desk.pauses.slept == []
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]
    assert TOKEN not in caplog.text


async def test_polling_ends_when_it_is_told_to(desk: Desk):
    async with desk.polling() as task:
        await desk.api.wait_until_asked("getUpdates")

    assert task.cancelled()


async def test_updates_come_over_http_too():
    store, pauses = Store(), Pauses()
    updates = [text(7, "هلا"), text(8, "مرحبا")]
    async with TelegramServer() as server:
        bot = build_bot(TelegramSettings(server.token, api=server.base_url))
        poller = Poller(bot, store.keep, lambda: NOON, pauses.sleep)
        await server.push(*updates)
        await bot.initialize()
        polling = asyncio.create_task(poller.run())
        assert await store.wait_for(2) == keys(*updates)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await bot.shutdown()

    assert pauses.slept == []
