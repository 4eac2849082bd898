"""The real client over HTTP: what reaches Telegram, what breaks on the way, what is logged."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import pytest
from aiohttp import ClientSession, FormData

from bot.channels import (
    Contact,
    Event,
    Failure,
    MediaGoneError,
    MediaRef,
    MediaUnavailableError,
    Parcel,
    Received,
    SendFailedError,
)
from bot.messages import Answer, Button
from bot.settings import TelegramSettings
from bot.texts import Texts
from connectors.telegram.channel import TelegramChannel
from connectors.telegram.client import build_bot
from tests.builders import NOON
from tests.doubles.telegram_calls import (
    BLOCKED,
    BROKEN,
    TIMED_OUT_AFTER,
    TIMED_OUT_BEFORE,
    Fault,
    flood,
)
from tests.doubles.telegram_server import TOKEN, TelegramServer
from tests.doubles.telegram_updates import tap
from tests.e2e.support import free_port

IMPATIENT: Final = 0.3  # seconds
SECRET_WORDS: Final = "كلام لا يقرؤه غيرنا"
PARCEL: Final = Parcel("k", "telegram:7", Answer(SECRET_WORDS), "ar")
CONTACT: Final = Contact("telegram:7")
TEXTS: Final = Texts({"gateway_group_refused": {"ar": "في الخاص بس"}})


@asynccontextmanager
async def channel_at(url: str, token: str = TOKEN) -> AsyncGenerator[TelegramChannel]:
    settings = TelegramSettings(token, api=url)
    channel = TelegramChannel(build_bot(settings, answer=IMPATIENT), TEXTS)
    yield channel
    await channel.close()


@pytest.fixture
async def server() -> AsyncGenerator[TelegramServer]:
    async with TelegramServer() as running:
        yield running


@pytest.fixture
async def channel(server: TelegramServer) -> AsyncGenerator[TelegramChannel]:
    async with channel_at(server.base_url) as channel:
        yield channel


async def failure(channel: TelegramChannel) -> SendFailedError:
    with pytest.raises(SendFailedError) as failed:
        await channel.send(PARCEL, CONTACT)
    return failed.value


async def fetched(channel: TelegramChannel, ref: str) -> bytes:
    return b"".join([chunk async for chunk in channel.fetch(MediaRef(ref, "image"))])


async def test_what_is_said_reaches_the_chat(channel: TelegramChannel, server: TelegramServer):
    answer = Answer("نعم؟ 👋", (Button("إي", "b:1:00000000:1"), Button("لا", "b:1:00000000:2")))

    ids = await channel.send(Parcel("k", "telegram:7", answer, "ar"), CONTACT)

    (sent,) = await server.api.wait_for(7)
    assert (sent.text, sent.rows) == ("نعم؟ 👋", [["إي", "لا"]])
    assert ids == (str(sent.message_id),)


async def test_tap_under_what_was_sent_is_read_and_answered(
    channel: TelegramChannel, server: TelegramServer
):
    answer = Answer("نعم؟", (Button("إي", "b:1:00000000:1"),))
    await channel.send(Parcel("k", "telegram:7", answer, "ar"), CONTACT)
    (sent,) = server.api.messages(7)

    tapped = tap(7, sent.buttons["إي"], sent.as_message)
    (happening,) = channel.parse(Event("telegram:1", "telegram", tapped, NOON))
    assert isinstance(happening, Received)
    await channel.acknowledge(happening)

    assert server.api.sent[7][-1].text == "نعم؟\n\n✓ إي"
    assert len(server.api.called("answerCallbackQuery")) == 1


@pytest.mark.parametrize(
    ("fault", "expected", "wait"),
    [
        (flood(4), Failure.HALTED, 4.0),
        (BLOCKED, Failure.UNREACHABLE, None),
        (BROKEN, Failure.TRANSIENT, None),
        (Fault(502, body=b"<html>Bad Gateway"), Failure.TRANSIENT, None),
        (TIMED_OUT_BEFORE, Failure.AMBIGUOUS, None),
        (TIMED_OUT_AFTER, Failure.AMBIGUOUS, None),
    ],
)
async def test_trouble_on_the_way_is_told(
    channel: TelegramChannel,
    server: TelegramServer,
    fault: Fault,
    expected: Failure,
    wait: float | None,
):
    server.faults = [fault]

    failed = await failure(channel)

    assert (failed.failure, failed.retry_after) == (expected, wait)
    assert len(server.api.messages(7)) == fault.accepted


async def test_trouble_may_depend_on_what_is_sent(
    channel: TelegramChannel, server: TelegramServer
):
    server.faults = lambda parameters: BLOCKED if parameters["chat_id"] == "7" else None

    assert (await failure(channel)).failure is Failure.UNREACHABLE
    assert await channel.send(Parcel("k", "telegram:8", Answer("هلا")), CONTACT)


async def test_channel_goes_on_after_trouble(channel: TelegramChannel, server: TelegramServer):
    server.faults = [flood(4), BROKEN]
    for _ in range(2):
        await failure(channel)

    assert await channel.send(PARCEL, CONTACT)


async def test_telegram_that_is_not_there_surely_got_nothing():
    async with channel_at(f"http://127.0.0.1:{free_port()}") as channel:
        failed = await failure(channel)

    assert failed.failure is Failure.TRANSIENT


async def test_wrong_token_is_told(server: TelegramServer):
    async with channel_at(server.base_url, "123456:another") as channel:
        sending = await failure(channel)
        with pytest.raises(SendFailedError) as probing:
            await channel.probe()

    assert sending.failure is Failure.CREDENTIALS
    assert probing.value.failure is Failure.CREDENTIALS


async def test_file_is_downloaded(channel: TelegramChannel, server: TelegramServer):
    server.api.keep_file("voice-1", bytes(range(256)) * 4096)

    assert await fetched(channel, "voice-1") == bytes(range(256)) * 4096


async def test_unknown_file_is_gone(channel: TelegramChannel):
    with pytest.raises(MediaGoneError):
        await fetched(channel, "nothing")


async def test_download_from_a_telegram_that_is_not_there_is_tried_again():
    async with channel_at(f"http://127.0.0.1:{free_port()}") as channel:
        with pytest.raises(MediaUnavailableError):
            await fetched(channel, "voice-1")


async def test_neither_token_nor_words_are_logged(
    channel: TelegramChannel, server: TelegramServer, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    answer = f'{{"ok": true, "result": "{SECRET_WORDS}'.encode()
    server.faults = [None, flood(1), Fault(200, body=answer), Fault(502, body=answer)]

    await channel.send(PARCEL, CONTACT)
    for _ in range(3):
        await failure(channel)

    assert TOKEN not in caplog.text
    assert SECRET_WORDS not in caplog.text


# The double itself takes parameters in each of Telegram's forms


async def test_double_takes_json_and_multipart_too(server: TelegramServer):
    url = f"{server.base_url}/bot{TOKEN}/sendMessage"
    form = FormData({"chat_id": "7", "text": "نموذج"}, default_to_multipart=True)

    async with ClientSession() as http:
        async with http.post(url, json={"chat_id": 7, "text": "جيسون"}) as first:
            assert (await first.json())["result"]["text"] == "جيسون"
        async with http.post(url, data=form) as second:
            assert (await second.json())["result"]["text"] == "نموذج"

    assert [sent.text for sent in server.api.messages(7)] == ["جيسون", "نموذج"]


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"text": " "}, "message text is empty"),
        ({"text": "ا" * 4097}, "message is too long"),
        (
            {
                "text": "؟",
                "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "b" * 65}]]},
            },
            "BUTTON_DATA_INVALID",
        ),
    ],
)
async def test_double_refuses_what_telegram_refuses(
    server: TelegramServer, parameters: dict[str, object], told: str
):
    url = f"{server.base_url}/bot{TOKEN}/sendMessage"

    async with ClientSession() as http, http.post(url, json={"chat_id": 7, **parameters}) as reply:
        assert (await reply.json())["description"] == f"Bad Request: {told}"
