"""The fake Graph API's own side of the webhook: others must read what it writes."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from kapso_whatsapp.webhooks import normalize_webhook

from bot.channels import Delivery, Event, Failure, MediaRef, Receipt, Received
from bot.messages import Place
from connectors.whatsapp.graph import GraphClient
from connectors.whatsapp.payloads import parse
from connectors.whatsapp.signature import HEADER, is_signed
from connectors.whatsapp.webhook import parse_body
from tests.builders import NOON
from tests.doubles import graph_webhooks as webhooks
from tests.doubles.graph_server import PHONE_ID, SECRET, Citizen, GraphServer

SALEM = Citizen(phone="96550000001", user_id="KW.13491208655302741918")
NOURA = Citizen(user_id="KW.27491208655302741919")
PHOTO = b"\xff\xd8\xff"
CONTENTS: dict[str, dict[str, Any]] = {
    "text": webhooks.text("عمود الإنارة مطفأ"),
    "button": webhooks.button_reply("b:1:0a1b2c3d:1", "نعم"),
    "list": webhooks.list_reply("b:1:0a1b2c3d:2", "الصحة", "وزارة الصحة"),
    "quick": webhooks.quick_reply("b:1:0a1b2c3d:3", "متابعة"),
    "image": webhooks.image("7000", PHOTO, "شوفوا"),
    "audio": webhooks.audio("7001", b"OggS"),
    "location": webhooks.location(29.37, 47.97, "السالمية"),
}


class Office:
    """Receives webhooks whose signature is right, as they came."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    async def receive(self, request: web.Request) -> web.Response:
        raw = await request.read()
        assert is_signed(raw, request.headers[HEADER], SECRET)
        self.bodies.append(parse_body(raw))
        return web.Response()

    @property
    def happenings(self) -> list[Any]:
        events = (Event("whatsapp:1", "whatsapp", body, NOON) for body in self.bodies)
        return [happening for event in events for happening in parse(event, PHONE_ID)]


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
async def graph(office: Office) -> AsyncGenerator[GraphServer]:
    app = web.Application()
    app.router.add_post("/webhooks/whatsapp", office.receive)
    async with (
        TestServer(app) as ours,
        GraphServer(callback_url=str(ours.make_url("/webhooks/whatsapp"))) as server,
    ):
        yield server


@pytest.mark.parametrize("kind", CONTENTS)
async def test_what_citizens_say_is_read_by_somebody_elses_parser(
    kind: str, graph: GraphServer, office: Office
):
    assert await graph.say(SALEM, CONTENTS[kind]) == 200

    (message,) = normalize_webhook(office.bodies[0]).messages
    assert message["type"] == CONTENTS[kind]["type"]
    assert message["from"] == SALEM.phone


async def test_what_citizens_say_is_read_by_our_parser(graph: GraphServer, office: Office):
    await graph.say(SALEM, *CONTENTS.values())

    received = office.happenings
    assert [one.message.text for one in received] == [
        "عمود الإنارة مطفأ",
        "b:1:0a1b2c3d:1",
        "b:1:0a1b2c3d:2",
        "b:1:0a1b2c3d:3",
        "شوفوا",
        "",
        "",
    ]
    assert [ref.ref for one in received for ref in one.media] == ["7000", "7001"]
    assert received[-1].message.place == Place(29.37, 47.97, label="السالمية")


@pytest.mark.parametrize(
    ("citizen", "sender", "address"),
    [
        (SALEM, SALEM.user_id, {"phone": SALEM.phone}),
        (NOURA, NOURA.user_id, {}),
        (Citizen(phone="96550000002"), "96550000002", {"phone": "96550000002"}),
    ],
)
async def test_citizens_are_told_apart_by_user_id_or_phone(
    graph: GraphServer, office: Office, citizen: Citizen, sender: str, address: dict[str, str]
):
    await graph.say(citizen, CONTENTS["text"])

    (received,) = office.happenings
    assert isinstance(received, Received)
    assert (received.message.sender, received.address) == (sender, address)


async def test_raw_arabic_is_signed_as_well_as_escaped(graph: GraphServer, office: Office):
    body = webhooks.said(SALEM, CONTENTS["text"], phone_id=PHONE_ID)

    assert await graph.webhooks.post(body, escaped=False) == 200
    assert await graph.webhooks.post(body, escaped=True) == 200
    assert office.bodies[0] == office.bodies[1]


async def test_each_message_taken_is_reported_and_a_dropped_one_never(
    graph: GraphServer, office: Office
):
    async with ClientSession() as http:
        client = GraphClient(http, graph.settings)
        text = {"type": "text", "text": {"body": "تم"}, "biz_opaque_callback_data": "key-1"}
        await client.send({"to": SALEM.user_id, **text})
        wamid = await client.send({"recipient": SALEM.user_id, **text})
    await graph.webhooks.settle()

    assert office.happenings == [
        Receipt("whatsapp", wamid, "key-1", Delivery.SENT, price="service"),
        Receipt("whatsapp", wamid, "key-1", Delivery.DELIVERED, price="service"),
    ]


async def test_a_late_failure_is_reported_with_its_reason(graph: GraphServer, office: Office):
    async with ClientSession() as http:
        message = {"to": SALEM.phone, "type": "text", "text": {"body": "تم"}}
        await GraphClient(http, graph.settings).send(message)
    await graph.webhooks.settle()

    await graph.tell(graph.sent[0], "failed", code=131047)

    (*_, failed) = office.happenings
    assert (failed.delivery, failed.failure) == (Delivery.FAILED, Failure.WINDOW)


async def test_a_tap_sends_back_what_the_message_offered(graph: GraphServer, office: Office):
    replies = [{"type": "reply", "reply": {"id": "b:1:0a1b2c3d:1", "title": "نعم"}}]
    action = {"type": "button", "body": {"text": "؟"}, "action": {"buttons": replies}}
    async with ClientSession() as http:
        message = {"to": SALEM.phone, "type": "interactive", "interactive": action}
        await GraphClient(http, graph.settings).send(message)

    await graph.tap(SALEM, "نعم")
    await graph.webhooks.settle()

    said = [one.message.text for one in office.happenings if isinstance(one, Received)]
    assert said == ["b:1:0a1b2c3d:1"]


async def test_the_address_in_a_webhook_is_kept_beside_the_id(graph: GraphServer, office: Office):
    url = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&hash=a%2Fb"
    await graph.say(SALEM, webhooks.image("7000", PHOTO, url=url))

    (received,) = office.happenings
    (media,) = received.media
    assert isinstance(media, MediaRef)
    assert media.ref == f"7000 {url}"
