"""WhatsApp as a channel: to whom and when what is sent, and how files are fetched."""

import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.channels import (
    Channel,
    Contact,
    Delivery,
    Event,
    Failure,
    MediaGoneError,
    MediaRef,
    MediaUnavailableError,
    More,
    Parcel,
    Receipt,
    Received,
    SendFailedError,
    Template,
    UnreadableEventError,
)
from bot.messages import Answer, Button
from connectors.whatsapp.channel import WhatsAppChannel
from connectors.whatsapp.graph import GraphClient
from connectors.whatsapp.templates import load_templates, registration
from tests.builders import NOON, message
from tests.doubles import graph_webhooks as webhooks
from tests.doubles.graph_server import FINE, PHONE_ID, Citizen, Fault, GraphServer

PHONE, USER = "96550000001", "KW.13491208655302741918"
SALEM, NOURA = Citizen(phone=PHONE), Citizen(user_id=USER)
HEARD = Contact(f"whatsapp:{PHONE}", heard_at=NOON - timedelta(minutes=1))
TEMPLATES = [
    registration(one, language) for one in load_templates().values() for language in one.wordings
]
VALUES = {"case_number": "KW-2026-000123-0", "agency": "وزارة الصحة", "status": "قيد المعالجة"}
UPDATE = Template("case_update", VALUES)
PARCEL = Parcel("key-1", f"whatsapp:{PHONE}", Answer("صار تحديث على شكواك."))
LONG = replace(PARCEL, answer=Answer("أ" * 4000 + "\n\n" + "ب" * 4000))


@pytest.fixture
async def graph() -> AsyncGenerator[GraphServer]:
    async with GraphServer(TEMPLATES) as server:
        yield server


@pytest.fixture
async def channel(graph: GraphServer) -> AsyncGenerator[WhatsAppChannel]:
    async with ClientSession() as http:
        yield WhatsAppChannel(GraphClient(http, graph.settings, patience=2), lambda: NOON)


def heard(ago: timedelta, conversation: str = f"whatsapp:{PHONE}", **address: str) -> Contact:
    return Contact(conversation, heard_at=NOON - ago, address=address)


async def failed(channel: WhatsAppChannel, parcel: Parcel, contact: Contact) -> SendFailedError:
    with pytest.raises(SendFailedError) as raised:
        await channel.send(parcel, contact)
    return raised.value


async def fetched(channel: WhatsAppChannel, ref: str) -> bytes:
    return b"".join([chunk async for chunk in channel.fetch(MediaRef(ref, "image"))])


def event(body: dict[str, Any]) -> Event:
    return Event("whatsapp:1", "whatsapp", body, NOON)


def said(*contents: dict[str, Any], phone_id: str = PHONE_ID) -> Event:
    return event(webhooks.said(SALEM, *contents, phone_id=phone_id))


def test_it_is_a_channel_that_tells_what_it_took(channel: WhatsAppChannel):
    port: Channel = channel

    assert (port.name, port.confirms) == ("whatsapp", True)


async def test_an_answer_is_sent_under_the_parcels_key(
    channel: WhatsAppChannel, graph: GraphServer
):
    ids = await channel.send(PARCEL, HEARD)

    (sent,) = graph.sent_to(SALEM)
    assert (ids, sent.text, sent.key) == ((sent.wamid,), PARCEL.answer.text, "key-1")


@pytest.mark.parametrize(
    ("conversation", "address", "to"),
    [
        (f"whatsapp:{PHONE}", {}, {"to": PHONE}),
        (f"whatsapp:{PHONE}", {"phone": "96550000009"}, {"to": "96550000009"}),
        (f"whatsapp:{USER}", {"phone": PHONE}, {"to": PHONE}),
        (f"whatsapp:{USER}", {}, {"recipient": USER}),
    ],
)
async def test_a_user_id_is_never_addressed_as_a_phone(
    channel: WhatsAppChannel,
    graph: GraphServer,
    conversation: str,
    address: dict[str, str],
    to: dict[str, str],
):
    parcel = replace(PARCEL, conversation=conversation)

    await channel.send(parcel, heard(timedelta(0), conversation, **address))

    (sent,) = graph.sent
    assert not sent.dropped
    assert {k: v for k, v in sent.message.items() if k in {"to", "recipient"}} == to


@pytest.mark.parametrize("user", [SALEM, NOURA])
async def test_a_template_goes_the_same_way(
    channel: WhatsAppChannel, graph: GraphServer, user: Citizen
):
    conversation = f"whatsapp:{user.phone or user.user_id}"
    parcel = replace(PARCEL, conversation=conversation, template=UPDATE)

    await channel.send(parcel, Contact(conversation))

    assert [sent.kind for sent in graph.sent_to(user)] == ["template"]


async def test_all_parts_of_a_long_answer_are_sent_in_order(
    channel: WhatsAppChannel, graph: GraphServer
):
    ids = await channel.send(LONG, HEARD)

    assert [sent.text[0] for sent in graph.sent] == ["أ", "ب"]
    assert {sent.key for sent in graph.sent} == {"key-1"}
    assert ids == tuple(sent.wamid for sent in graph.sent)


async def test_a_failure_midway_tells_what_was_sent_and_sending_goes_on_after_it(
    channel: WhatsAppChannel, graph: GraphServer
):
    graph.fail("send", FINE, Fault(503, 131016))

    error = await failed(channel, LONG, HEARD)
    first = graph.sent[0].wamid
    ids = await channel.send(replace(LONG, ids=error.ids), HEARD)

    assert (error.failure, error.ids) == (Failure.TRANSIENT, (first,))
    assert ids == (first, graph.sent[1].wamid)
    assert [sent.text[0] for sent in graph.sent] == ["أ", "ب"]


async def test_a_window_that_closes_midway_ends_with_the_template(
    channel: WhatsAppChannel, graph: GraphServer
):
    graph.fail("send", FINE, Fault(400, 131047))

    ids = await channel.send(replace(LONG, template=UPDATE), HEARD)

    assert [sent.kind for sent in graph.sent] == ["text", "template"]
    assert ids == tuple(sent.wamid for sent in graph.sent)


async def test_within_a_day_the_answer_is_sent_as_it_is(
    channel: WhatsAppChannel, graph: GraphServer
):
    parcel = replace(PARCEL, template=UPDATE)

    await channel.send(parcel, heard(timedelta(hours=23, minutes=54)))

    assert [sent.kind for sent in graph.sent] == ["text"]


@pytest.mark.parametrize(
    "contact", [heard(timedelta(hours=23, minutes=55)), Contact(f"whatsapp:{PHONE}")]
)
async def test_after_a_day_only_the_template_is_sent(
    channel: WhatsAppChannel, graph: GraphServer, contact: Contact
):
    await channel.send(replace(PARCEL, template=UPDATE), contact)

    (sent,) = graph.sent
    assert (sent.kind, sent.key) == ("template", "key-1")
    assert sent.message["template"]["language"] == {"code": "ar"}


async def test_after_a_day_nothing_is_sent_without_a_template(
    channel: WhatsAppChannel, graph: GraphServer
):
    error = await failed(channel, PARCEL, Contact(f"whatsapp:{PHONE}"))

    assert error.failure is Failure.WINDOW
    assert graph.asked == []


async def test_a_day_that_meta_counts_otherwise_is_bridged_by_the_template(
    channel: WhatsAppChannel, graph: GraphServer
):
    graph.closed.add(PHONE)

    await channel.send(replace(PARCEL, template=UPDATE), HEARD)

    assert [sent.kind for sent in graph.sent] == ["template"]
    assert (await failed(channel, PARCEL, HEARD)).failure is Failure.WINDOW


@pytest.mark.parametrize(
    ("language", "spoken"), [("en", "en"), ("ur", "ur"), ("fr", "ar"), (None, "ar")]
)
async def test_a_template_speaks_the_citizens_language(
    channel: WhatsAppChannel, graph: GraphServer, language: str | None, spoken: str
):
    parcel = replace(PARCEL, template=UPDATE, language=language)

    await channel.send(parcel, Contact(f"whatsapp:{PHONE}"))

    assert graph.sent[0].message["template"]["language"]["code"] == spoken


async def test_the_templates_button_sends_back_the_first_payload(
    channel: WhatsAppChannel, graph: GraphServer
):
    buttons = (Button("التفاصيل", "b:1:0a1b2c3d:1"), Button("لا", "b:1:0a1b2c3d:2"))
    parcel = replace(PARCEL, answer=Answer("؟", buttons), template=UPDATE)

    await channel.send(parcel, Contact(f"whatsapp:{PHONE}"))

    assert graph.sent[0].choices == {"متابعة": "b:1:0a1b2c3d:1"}


async def test_a_template_not_approved_in_a_language_is_sent_in_arabic_and_reported(
    channel: WhatsAppChannel, graph: GraphServer, caplog: pytest.LogCaptureFixture
):
    del graph.account.templates["case_update", "ur"]

    with caplog.at_level(logging.ERROR):
        parcel = replace(PARCEL, template=UPDATE, language="ur")
        await channel.send(parcel, Contact(f"whatsapp:{PHONE}"))

    assert graph.sent[0].message["template"]["language"]["code"] == "ar"
    assert caplog.messages == ["whatsapp.template_refused"]


async def test_a_template_that_is_approved_in_no_language_is_refused_after_two_tries(
    channel: WhatsAppChannel, graph: GraphServer
):
    graph.account.templates.clear()

    parcel = replace(PARCEL, template=UPDATE, language="ur")
    error = await failed(channel, parcel, Contact(f"whatsapp:{PHONE}"))

    assert (error.failure, error.code) == (Failure.REFUSED, "132001")
    assert graph.asked == ["send", "send"]


@pytest.mark.parametrize(
    ("template", "code"),
    [
        (Template("no_such", VALUES), "unknown_template"),
        (Template("case_update", {"agency": "وزارة الصحة"}), "template_values"),
    ],
)
async def test_a_template_that_cannot_be_filled_in_is_refused(
    channel: WhatsAppChannel, graph: GraphServer, template: Template, code: str
):
    error = await failed(channel, replace(PARCEL, template=template), Contact(PARCEL.conversation))

    assert (error.failure, error.code) == (Failure.REFUSED, code)
    assert graph.asked == []


async def test_the_wait_for_one_citizen_grows_with_the_tries(
    channel: WhatsAppChannel, graph: GraphServer
):
    graph.fail("send", Fault(400, 131056))

    error = await failed(channel, replace(PARCEL, attempts=2), HEARD)

    assert (error.failure, error.retry_after) == (Failure.BUSY, 16)


async def test_a_message_is_acknowledged_as_read_and_being_answered(
    channel: WhatsAppChannel, graph: GraphServer
):
    await channel.acknowledge(Received(message(message_id="wamid.7")))

    assert (graph.read, graph.typing) == (["wamid.7"], ["wamid.7"])


@pytest.mark.parametrize("fault", [Fault(401, 190), Fault(503), Fault(broken=True)])
async def test_an_acknowledgement_that_fails_harms_nothing(
    channel: WhatsAppChannel, graph: GraphServer, fault: Fault
):
    graph.fail("read", fault)

    await channel.acknowledge(Received(message(message_id="wamid.7")))

    assert graph.read == []


async def test_a_file_comes_from_the_address_that_came_with_it(
    channel: WhatsAppChannel, graph: GraphServer
):
    file_id = graph.files.keep(b"photo")

    assert await fetched(channel, f"{file_id} {graph.files.url_of(file_id)}") == b"photo"
    assert graph.asked == ["file"]


async def test_a_file_without_an_address_is_asked_for(
    channel: WhatsAppChannel, graph: GraphServer
):
    assert await fetched(channel, graph.files.keep(b"photo")) == b"photo"
    assert graph.asked == ["media", "file"]


@pytest.mark.parametrize("status", [401, 404, 410])
async def test_a_new_address_is_asked_for_when_the_first_had_its_time(
    channel: WhatsAppChannel, graph: GraphServer, status: int
):
    file_id = graph.files.keep(b"photo")
    graph.fail("file", Fault(status))

    assert await fetched(channel, f"{file_id} {graph.files.url_of(file_id)}") == b"photo"
    assert graph.asked == ["file", "media", "file"]


async def test_a_new_address_is_asked_for_once(channel: WhatsAppChannel, graph: GraphServer):
    file_id = graph.files.keep(b"photo")
    graph.fail("file", Fault(404), Fault(404))

    with pytest.raises(MediaUnavailableError):
        await fetched(channel, f"{file_id} {graph.files.url_of(file_id)}")
    assert graph.asked == ["file", "media", "file"]


async def test_an_address_elsewhere_is_not_asked_with_our_token(
    channel: WhatsAppChannel, graph: GraphServer
):
    file_id = graph.files.keep(b"photo")

    assert await fetched(channel, f"{file_id} http://localhost:9/stolen") == b"photo"


@pytest.mark.parametrize("fault", [None, Fault(404), Fault(400, 131052)])
async def test_a_file_that_is_gone_is_not_asked_for_again(
    channel: WhatsAppChannel, graph: GraphServer, fault: Fault | None
):
    if fault:
        graph.fail("media", fault)

    with pytest.raises(MediaGoneError) as raised:
        await fetched(channel, "7")

    assert raised.value.reason == "unreadable"


@pytest.mark.parametrize("fault", [Fault(429, 4), Fault(500), Fault(401, 190)])
async def test_a_file_that_cannot_come_now_may_come_later(
    channel: WhatsAppChannel, graph: GraphServer, fault: Fault
):
    graph.fail("media", fault)

    with pytest.raises(MediaUnavailableError):
        await fetched(channel, graph.files.keep(b"photo"))


async def test_a_file_whose_transfer_breaks_may_come_later():
    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"photo")
        assert request.transport is not None
        request.transport.close()
        return response

    app = web.Application()
    app.router.add_get("/half", half)
    async with TestServer(app) as server, GraphServer() as graph, ClientSession() as http:
        channel = WhatsAppChannel(GraphClient(http, graph.settings), lambda: NOON)
        with pytest.raises(MediaUnavailableError):
            await fetched(channel, f"7 {server.make_url('/half')}")


async def test_a_file_may_be_left_half_read(channel: WhatsAppChannel, graph: GraphServer):
    file_id = graph.files.keep(b"x" * 2**22)

    chunks = cast("AsyncGenerator[bytes]", channel.fetch(MediaRef(file_id, "video")))
    async with aclosing(chunks):
        first = await anext(cast("AsyncIterator[bytes]", chunks))

    assert 0 < len(first) < 2**22
    await channel.probe()  # the connections are as good as before


async def test_the_probe_tells_of_a_token_that_is_not_taken(
    channel: WhatsAppChannel, graph: GraphServer
):
    await channel.probe()
    graph.fail("probe", Fault(401, 190))

    with pytest.raises(SendFailedError) as raised:
        await channel.probe()

    assert raised.value.failure is Failure.CREDENTIALS


def test_what_citizens_say_is_parsed(channel: WhatsAppChannel):
    (received,) = channel.parse(said(webhooks.text("السلام عليكم")))

    assert isinstance(received, Received)
    assert received.message.conversation == f"whatsapp:{PHONE}"
    assert received.message.text == "السلام عليكم"


def test_what_is_said_to_another_number_is_none_of_ours(channel: WhatsAppChannel):
    assert channel.parse(said(webhooks.text("السلام عليكم"), phone_id="999")) == []


def test_an_event_that_cannot_be_read_says_so(channel: WhatsAppChannel):
    with pytest.raises(UnreadableEventError):
        channel.parse(event({"entry": ["?"]}))


async def test_a_tap_on_more_asks_for_the_parcels_next_page(
    channel: WhatsAppChannel, graph: GraphServer
):
    buttons = tuple(Button(f"خيار {n}", f"b:1:0a1b2c3d:{n}") for n in range(1, 13))
    await channel.send(replace(PARCEL, answer=Answer("؟", buttons)), HEARD)

    token = graph.sent[0].choices["المزيد"]
    (more,) = channel.parse(said(webhooks.list_reply(token, "المزيد")))

    assert isinstance(more, More)
    assert (more.parcel, more.offset) == ("key-1", 9)
    assert more.received.message.conversation == f"whatsapp:{PHONE}"


def test_a_tap_on_a_choice_asks_for_no_page(channel: WhatsAppChannel):
    (received,) = channel.parse(said(webhooks.list_reply("b:1:0a1b2c3d:1", "الصحة")))

    assert isinstance(received, Received)


async def test_what_was_sent_is_reported_under_the_parcels_key():
    events: list[Event] = []

    async def receive(request: web.Request) -> web.Response:
        events.append(event(json.loads(await request.read())))
        return web.Response()

    app = web.Application()
    app.router.add_post("/webhooks/whatsapp", receive)
    async with TestServer(app) as ours, ClientSession() as http:
        url = str(ours.make_url("/webhooks/whatsapp"))
        async with GraphServer(TEMPLATES, url) as graph:
            channel = WhatsAppChannel(GraphClient(http, graph.settings), lambda: NOON)
            (wamid,) = await channel.send(PARCEL, HEARD)
            await graph.webhooks.settle()

    assert [happening for one in events for happening in channel.parse(one)] == [
        Receipt("whatsapp", wamid, "key-1", delivery, price="service")
        for delivery in (Delivery.SENT, Delivery.DELIVERED)
    ]
