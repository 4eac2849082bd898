"""WhatsApp's webhook: who is let in, what is kept of it, and what Meta is told."""

import hashlib
import hmac
import io
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import bson
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from pytest_aiohttp import AiohttpClient
from yarl import URL

from bot.app import answer_errors
from bot.channels import Event
from bot.routes import Caller, add_routes
from bot.settings import WhatsAppSettings
from connectors.whatsapp.payloads import parse
from connectors.whatsapp.signature import is_signed, sign
from connectors.whatsapp.webhook import WebhookRejectedError, WhatsAppWebhook, parse_body
from tests.builders import NOON

PATH = "/webhooks/whatsapp"
MIB = 2**20
SETTINGS: Final = WhatsAppSettings(
    token="graph-token", phone_id="1122334455667", app_secret="s3cret", verify_token="v3rify"
)
DELIVERY: Final[dict[str, Any]] = {
    "object": "whatsapp_business_account",
    "entry": [
        {
            "changes": [
                {
                    "field": "messages",
                    "value": {
                        "messages": [
                            {
                                "from": "96550000000",
                                "id": "wamid.1",
                                "type": "text",
                                "text": {"body": "الحفرة ما زالت 😮"},
                            }
                        ]
                    },
                }
            ]
        }
    ],
}
ESCAPED: Final = json.dumps(DELIVERY).encode()
RAW: Final = json.dumps(DELIVERY, ensure_ascii=False).encode()
MEMBERS: Final = b'{"object": "whatsapp_business_account", "more": %s}'


@dataclass
class Shelf:
    """Keeps events; `failures` is how often keeping one fails first."""

    failures: int = 0
    kept: list[Event] = field(default_factory=list[Event])

    async def keep(self, event: Event) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError
        self.kept.append(event)


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str]


class Meta:
    """Whoever calls the webhook."""

    def __init__(self, shelf: Shelf, start: AiohttpClient) -> None:
        self._shelf, self._start = shelf, start

    async def _call(self, settings: WhatsAppSettings, method: str, **options: Any) -> Answer:
        app = web.Application(client_max_size=1, middlewares=[answer_errors])
        webhook = WhatsAppWebhook(settings, self._shelf.keep, lambda: NOON)
        add_routes(app, webhook.routes, {Caller.AGENT: "t", Caller.REST_CLIENT: "t"})
        client = await self._start(app)
        address = URL(PATH + options.pop("query", ""), encoded=True)
        async with client.request(method, address, **options) as response:
            return Answer(response.status, await response.text(), dict(response.headers))

    async def deliver(self, raw: bytes, signature: str | None = None) -> Answer:
        signature = sign(raw, SETTINGS.app_secret) if signature is None else signature
        return await self.deliver_with({"X-Hub-Signature-256": signature}, raw)

    async def deliver_with(self, headers: dict[str, str], raw: bytes) -> Answer:
        return await self._call(SETTINGS, "POST", data=io.BytesIO(raw), headers=headers)

    async def verify(self, query: str, settings: WhatsAppSettings = SETTINGS) -> Answer:
        return await self._call(settings, "GET", query=query)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def meta(shelf: Shelf, aiohttp_client: AiohttpClient) -> Meta:
    return Meta(shelf, aiohttp_client)


# The address is ours


def query(**changes: str) -> str:
    asked = {"mode": "subscribe", "verify_token": "v3rify", "challenge": "1158201444", **changes}
    return "?" + "&".join(f"hub.{name}={value}" for name, value in asked.items())


async def test_challenge_is_echoed_as_plain_text(meta: Meta):
    answer = await meta.verify(query())

    assert (answer.status, answer.text) == (200, "1158201444")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "asked",
    [
        "",
        query(verify_token="wrong"),
        query(verify_token=""),
        query(verify_token="%ff%ed%a0%80"),
        query(verify_token="%D9%A3"),
        query(mode="unsubscribe"),
        "?hub.mode=subscribe&hub.verify_token=v3rify",
        "?hub.verify_token=v3rify&hub.challenge=1",
    ],
)
async def test_whoever_does_not_know_the_verify_token_is_forbidden(meta: Meta, asked: str):
    assert (await meta.verify(asked)).status == 403


async def test_no_verify_token_lets_nobody_in(meta: Meta):
    answer = await meta.verify(query(verify_token=""), replace(SETTINGS, verify_token=""))

    assert answer.status == 403


# Only Meta delivers


@pytest.mark.parametrize("raw", [ESCAPED, RAW], ids=["escaped", "raw UTF-8"])
async def test_signed_delivery_is_kept_as_it_came(meta: Meta, shelf: Shelf, raw: bytes):
    answer = await meta.deliver(raw)

    key = "whatsapp:" + hashlib.sha256(raw).hexdigest()
    assert (answer.status, answer.text) == (200, "")
    assert shelf.kept == [Event(key, "whatsapp", DELIVERY, NOON)]


def test_signature_is_the_one_that_meta_documents():
    digest = hmac.new(b"s3cret", RAW, "sha256").hexdigest()

    assert sign(RAW, "s3cret") == f"sha256={digest}"


def test_signature_covers_the_bytes_and_not_what_they_mean():
    assert not is_signed(RAW, sign(ESCAPED, "s3cret"), "s3cret")
    assert is_signed(RAW, sign(RAW, "s3cret"), "s3cret")


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        sign(RAW, "another secret"),
        sign(RAW, "s3cret").removeprefix("sha256="),
        sign(RAW, "s3cret").replace("sha256", "sha1"),
        sign(RAW, "s3cret") + "00",
        sign(RAW, "s3cret")[:-1] + "\u0664",
        "\udcff\ud83d",
    ],
)
def test_wrong_signature_is_none(signature: str):
    assert not is_signed(RAW, signature, "s3cret")


def test_no_secret_makes_no_signature():
    assert not is_signed(RAW, sign(RAW, ""), "")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Other": "x"},
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        {"X-Hub-Signature-256": "sha256=é"},
        {"X-Hub-Signature": sign(RAW, "s3cret")},
    ],
    ids=["none", "wrong", "not ASCII", "the old header"],
)
async def test_unsigned_delivery_is_unauthorized_and_not_kept(
    meta: Meta, shelf: Shelf, headers: dict[str, str]
):
    answer = await meta.deliver_with(headers, RAW)

    assert (answer.status, shelf.kept) == (401, [])


async def test_delivery_changed_on_its_way_is_unauthorized(meta: Meta, shelf: Shelf):
    changed = RAW.replace(b"96550000000", b"96550000001")

    answer = await meta.deliver(changed, sign(RAW, "s3cret"))

    assert (answer.status, shelf.kept) == (401, [])


async def test_what_is_not_json_is_refused_only_after_its_signature(meta: Meta):
    assert (await meta.deliver(b"{", "")).status == 401
    assert (await meta.deliver(b"{")).status == 400


# What is a delivery


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe\xff",
        b"null",
        b"[]",
        b'"whatsapp_business_account"',
        b"{}",
        b'{"object": "page", "entry": []}',
        b'{"object": ["whatsapp_business_account"]}',
        MEMBERS % b"NaN",
        MEMBERS % b"-Infinity",
        MEMBERS % (b"9" * 5000),
        MEMBERS % (b"[" * 100_000 + b"]" * 100_000),
        MEMBERS % (b'{"a":' * 90 + b"1" + b"}" * 90),
    ],
    ids=lambda raw: f"{raw[:60]!r}",
)
async def test_signed_delivery_that_is_none_is_refused(meta: Meta, shelf: Shelf, raw: bytes):
    assert ((await meta.deliver(raw)).status, shelf.kept) == (400, [])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (b'"\\ud83d cut"', " cut"),
        (b'"\xed\xa0\xbd cut"', " cut"),
        (b'"\\ud83d\\ude2e"', "😮"),
        (b'{"a\\u0000b\\ud83d": "\\u0000"}', {"ab": ""}),
        (b"36893488147419103232", 2.0**65),
        (b"1e999", float("inf")),
        (b"9223372036854775807", 2**63 - 1),
        (b'{"a": 1, "a": 2}', {"a": 2}),
    ],
)
async def test_delivery_is_kept_without_what_breaks_a_store(
    meta: Meta, shelf: Shelf, given: bytes, kept: object
):
    answer = await meta.deliver(MEMBERS % given)

    [event] = shelf.kept
    assert (answer.status, event.body["more"]) == (200, kept)
    assert bson.encode(event.body)


async def test_second_object_of_a_name_is_the_one_that_counts(meta: Meta):
    answer = await meta.deliver(b'{"object": "whatsapp_business_account", "object": "page"}')

    assert answer.status == 400


@pytest.mark.parametrize(("size", "status"), [(4 * MIB, 200), (4 * MIB + 1, 413)])
async def test_delivery_may_have_four_megabytes(meta: Meta, shelf: Shelf, size: int, status: int):
    filling = MEMBERS % b'""'
    raw = MEMBERS % (b'"%s"' % (b"x" * (size - len(filling))))

    answer = await meta.deliver(raw)

    assert (len(raw), answer.status, len(shelf.kept)) == (size, status, int(status == 200))


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_a_delivery_or_rejected(raw: bytes):
    _delivery_or_rejected(raw)


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=15,
)


@given(JSON, st.booleans())
def test_any_json_in_a_delivery_can_be_kept_or_is_rejected(more: Any, escaped: bool):  # noqa: FBT001
    said = json.dumps({**DELIVERY, "more": more}, ensure_ascii=escaped)

    body = _delivery_or_rejected(said.encode(errors="surrogatepass"))

    assert body is None or parse(Event("whatsapp:e1", "whatsapp", body, NOON))


def _delivery_or_rejected(raw: bytes) -> dict[str, Any] | None:
    try:
        body = parse_body(raw)
    except WebhookRejectedError:
        return None
    assert bson.encode(body)
    return body


# Keeping


async def test_repeated_delivery_has_the_same_key_and_another_one_its_own(
    meta: Meta, shelf: Shelf
):
    for raw in (RAW, RAW, ESCAPED):
        await meta.deliver(raw)

    first, again, other = [event.key for event in shelf.kept]
    assert (first == again, first == other) == (True, False)


async def test_delivery_that_was_not_kept_is_to_come_again(
    meta: Meta, shelf: Shelf, caplog: pytest.LogCaptureFixture
):
    shelf.failures = 1

    refused = await meta.deliver(RAW)
    taken = await meta.deliver(RAW)

    assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
    assert (taken.status, len(shelf.kept)) == (200, 1)
    assert [record.getMessage() for record in caplog.records] == ["whatsapp.not_kept"]


async def test_delivery_is_kept_before_anything_of_it_is_read(meta: Meta, shelf: Shelf):
    answer = await meta.deliver(MEMBERS % b'1, "entry": "unreadable"')

    assert (answer.status, len(shelf.kept)) == (200, 1)


async def test_log_tells_neither_words_nor_secrets(meta: Meta, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "connectors")

    await meta.deliver(RAW, "sha256=00")
    await meta.deliver(RAW[:-1])

    events = [record for record in caplog.records if record.name.startswith("connectors")]
    assert [one.getMessage() for one in events] == ["whatsapp.unsigned", "whatsapp.rejected"]
    quoted = ("الحفرة", "96550000000", "s3cret")
    assert not [word for one in events for word in quoted if word in str(vars(one))]


def test_routes_check_by_themselves_who_calls(shelf: Shelf):
    routes = WhatsAppWebhook(SETTINGS, shelf.keep).routes

    found: list[tuple[str, str, Caller]] = [(one.method, one.path, one.caller) for one in routes]
    assert found == [("GET", PATH, Caller.ANYBODY), ("POST", PATH, Caller.ANYBODY)]


def test_clock_of_the_webhook_is_now_unless_it_is_given(shelf: Shelf):
    clock: Callable[[], Any] = WhatsAppWebhook(SETTINGS, shelf.keep)._clock

    assert clock().tzinfo is not None
