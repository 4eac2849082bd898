"""REST: what is a message, what comes back, which files are taken, and what repeats do."""

import asyncio
import hashlib
import io
import json
import zipfile
from collections.abc import AsyncGenerator
from typing import Any, override

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient
from pytest_aiohttp import AiohttpClient

from bot.conversations import Agent, Conversation
from bot.inbox import Inbox
from bot.messages import Answer, Button, InboundMessage, Place
from bot.metrics import Metrics
from bot.routes import Caller, add_routes
from bot.texts import Texts
from bot.turns import Turns
from connectors.rest import (
    RestConnector,
    WebhookRejectedError,
    parse_message,
    render_answer,
)
from tests.builders import NOON
from tests.fakes import (
    AttachmentShelf,
    GatedAgent,
    RecordingConversations,
    RecordingInbox,
    ScriptedAgent,
    said,
)

type Client = TestClient[web.Request, web.Application]

WEBHOOK = "/webhooks/rest/webhook"
MIB = 2**20
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
TEXTS = Texts(
    {
        key: {"ar": f"{key} ar", "en": f"{key} en"}
        for key in (
            "gateway_still_working",
            "gateway_file_empty",
            "gateway_file_too_large",
            "gateway_file_type",
            "gateway_file_unreadable",
        )
    }
)


class ClockedInbox(Inbox):
    """An inbox that notes how long callers would wait, and in a hurry lets none wait."""

    patience: float = 0
    in_a_hurry = False

    @override
    async def wait(self, key: str, seconds: float) -> bool:
        self.patience = seconds
        return await super().wait(key, 0 if self.in_a_hurry else seconds)


class Office:
    """The connector on stand-ins."""

    def __init__(self) -> None:
        self.store, self.conversations = RecordingInbox(), RecordingConversations()
        self.shelf, self.metrics = AttachmentShelf(), Metrics()
        self.inboxes: list[ClockedInbox] = []

    def app(self, agent: Agent) -> web.Application:
        turns = Turns(self.conversations, agent, self.shelf, TEXTS, lambda: NOON)
        inbox = ClockedInbox(self.store, turns, TEXTS)
        self.inboxes.append(inbox)
        rest = RestConnector(
            inbox,
            self.store,
            self.conversations,
            self.shelf,
            TEXTS,
            self.metrics,
            lambda: NOON,
        )
        app = web.Application(client_max_size=60 * MIB)
        add_routes(app, rest.routes, {Caller.REST_CLIENT: None})
        return app

    def count(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)


@pytest.fixture
async def office() -> AsyncGenerator[Office]:
    office = Office()
    yield office
    for inbox in office.inboxes:
        await inbox.stop()


@pytest.fixture
async def client(office: Office, aiohttp_client: AiohttpClient) -> Client:
    return await aiohttp_client(office.app(ScriptedAgent([said("first"), said("second")])))


def body(**request: object) -> bytes:
    return json.dumps({"sender": "7", "message": "السلام عليكم", **request}).encode()


def parsed(**request: object) -> InboundMessage:
    return parse_message(body(**request), NOON)


async def send(client: Client, text: str = "السلام عليكم", **more: object) -> list[Any]:
    message = {"sender": "7", "message": text, **more}
    async with client.post(WEBHOOK, json=message) as response:
        assert response.status == 200
        return await response.json()


def texts(answers: list[Any]) -> list[str]:
    return [answer["text"] for answer in answers]


# Parsing


def test_message_is_read_whole():
    message = parsed(
        message_id="m-1",
        metadata={
            "attachments": ["photo-1", "photo-2"],
            "location": {"latitude": 29.3759, "longitude": "47.9774", "label": "السالمية"},
            "language": "ur",
        },
    )

    assert message == InboundMessage(
        channel="rest",
        message_id="7:m-1",
        sender="7",
        received_at=NOON,
        text="السلام عليكم",
        attachments=("photo-1", "photo-2"),
        place=Place(29.3759, 47.9774, label="السالمية"),
        language="ur",
    )


@pytest.mark.parametrize(
    ("request_", "field", "value"),
    [
        ({"message": " a\u202eb\u0000 "}, "text", "ab"),
        ({"message": None}, "text", ""),
        ({"message": ""}, "text", ""),
        ({"sender": " 7\u0000 "}, "sender", "7"),
        ({"sender": "س" * 200}, "sender", "س" * 200),
        ({"metadata": None}, "attachments", ()),
        ({"metadata": {}}, "place", None),
        ({"metadata": {}}, "language", None),
        ({"metadata": {"attachments": None}}, "attachments", ()),
        (
            {"metadata": {"attachments": [str(n) for n in range(11)]}},
            "attachments",
            (*"0123456789",),
        ),
        (
            {"metadata": {"location": {"latitude": 90, "longitude": -180}}},
            "place",
            Place(90, -180),
        ),
        ({"metadata": {"language": "en\u0000-and-so-on"}}, "language", "en-and-so-"),
        ({"message_id": "m" * 200}, "message_id", "7:" + "m" * 200),
        ({"metadata": {"message_id": "m-2"}}, "message_id", "7:m-2"),
        ({"message_id": "m-1", "metadata": {"message_id": "m-2"}}, "message_id", "7:m-1"),
    ],
)
def test_field_is_read_as(request_: dict[str, object], field: str, value: object):
    assert getattr(parsed(**request_), field) == value


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"{}",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"message": "no sender"}',
        body(sender=None),
        body(sender=7),
        body(sender=""),
        body(sender=" \u202e "),
        body(sender="a" * 201),
        body(message=7),
        body(message={"$ne": 1}),
        body(message_id=7),
        body(message_id=" "),
        body(message_id="m" * 201),
        body(metadata=[]),
        body(metadata="x"),
        body(metadata={"attachments": "photo-1"}),
        body(metadata={"attachments": [1]}),
        body(metadata={"location": []}),
        body(metadata={"location": "29.3,47.9"}),
        body(metadata={"location": {"latitude": 29.3}}),
        body(metadata={"location": {"latitude": "north", "longitude": 0}}),
        body(metadata={"location": {"latitude": 90.1, "longitude": 0}}),
        body(metadata={"location": {"latitude": 0, "longitude": -180.1}}),
        body(metadata={"location": {"latitude": float("nan"), "longitude": 0}}),
        body(metadata={"location": {"latitude": 0, "longitude": float("inf")}}),
        body(metadata={"location": {"latitude": 10**400, "longitude": 0}}),
        body(metadata={"location": {"latitude": 0, "longitude": 0, "label": 7}}),
        body(metadata={"language": 7}),
        body(message="ا" * MIB),
    ],
    ids=lambda sent: repr(sent[:60]),
)
def test_what_is_no_message_is_rejected(sent: bytes):
    with pytest.raises(WebhookRejectedError):
        parse_message(sent, NOON)


def test_messages_without_an_id_are_each_another_message():
    assert parsed().key != parsed().key


def test_message_with_the_same_id_is_the_same_message():
    assert parsed(message_id="m-1").key == parsed(message_id="m-1").key


def test_ids_are_the_senders_own():
    assert parsed(sender="7", message_id="m-1").key != parsed(sender="8", message_id="m-1").key


def test_no_sender_can_write_anothers_id():
    assert parsed(sender="7:8", message_id="9").key != parsed(sender="7", message_id="8:9").key


def test_no_sender_can_be_named_like_anothers_id_either():
    assert parsed(sender="7%3A8", message_id="9").key != parsed(sender="7:8", message_id="9").key


# Rendering


def test_answer_without_buttons_has_no_buttons():
    assert render_answer("7", Answer("تم")) == {"recipient_id": "7", "text": "تم"}


def test_answer_with_buttons_has_title_and_payload_of_each():
    answer = Answer("نعم أو لا؟", (Button("نعم", "b:1"), Button("لا", "b:2")))

    assert render_answer("7", answer) == {
        "recipient_id": "7",
        "text": "نعم أو لا؟",
        "buttons": [{"title": "نعم", "payload": "b:1"}, {"title": "لا", "payload": "b:2"}],
    }


# Answering


async def test_message_is_answered_in_the_response(client: Client):
    assert await send(client) == [{"recipient_id": "7", "text": "first"}]


async def test_payload_of_a_button_sent_as_message_is_a_tap(
    office: Office, aiohttp_client: AiohttpClient
):
    agent = ScriptedAgent([said("؟", buttons=(Button("نعم", "/affirm"),))])
    client = await aiohttp_client(office.app(agent))
    (asked,) = await send(client)

    await send(client, asked["buttons"][0]["payload"])

    assert agent.asked[1].command == "/affirm"


async def test_arabic_is_sent_as_it_is_written(office: Office, aiohttp_client: AiohttpClient):
    client = await aiohttp_client(office.app(ScriptedAgent([said("وعليكم السلام")])))

    response = await client.post(WEBHOOK, data=body())

    assert "وعليكم السلام".encode() in await response.read()


async def test_what_is_no_message_is_told_how_to_write_one(client: Client, office: Office):
    response = await client.post(WEBHOOK, data=b"{}")

    assert response.status == 400
    refused = await response.json()
    assert refused["error"] == "bad_request"
    assert '{"sender": "...", "message": "..."}' in refused["text"]
    assert office.store.received == {}


async def test_messages_are_counted_with_repeats_apart(client: Client, office: Office):
    await send(client, message_id="m-1")
    await send(client, message_id="m-1")
    await send(client, message_id="m-2")

    received = "shakwa_messages_received_total"
    assert office.count(received, channel="rest", repeat="false") == 2
    assert office.count(received, channel="rest", repeat="true") == 1


# Repeats


async def test_repeat_gets_the_answer_of_the_first(client: Client):
    first = await send(client, message_id="m-1")

    again = await send(client, message_id="m-1")

    assert again == first == [{"recipient_id": "7", "text": "first"}]


async def test_repeat_while_the_first_is_under_way_waits_for_the_same_answer(
    office: Office, aiohttp_client: AiohttpClient
):
    agent = GatedAgent()
    client = await aiohttp_client(office.app(agent))
    both = [asyncio.create_task(send(client, "one", message_id="m-1")) for _ in range(2)]
    await agent.reached["one"].wait()

    agent.gates["one"].set()

    assert [texts(answers) for answers in await asyncio.gather(*both)] == [["one"], ["one"]]
    assert agent.asked == ["one"]


# Slow answers


@pytest.fixture
async def slow_agent() -> GatedAgent:
    return GatedAgent()


@pytest.fixture
async def slow_client(
    office: Office, slow_agent: GatedAgent, aiohttp_client: AiohttpClient
) -> Client:
    client = await aiohttp_client(office.app(slow_agent))
    office.inboxes[0].in_a_hurry = True
    return client


async def finished(office: Office, agent: GatedAgent, text: str, message_id: str) -> None:
    """Let a slow answer come, with nobody waiting for it any more."""
    agent.gates[text].set()
    assert await Inbox.wait(office.inboxes[0], f"rest:7:{message_id}", 5)
    office.inboxes[0].in_a_hurry = False


@pytest.mark.parametrize(("language", "spoken"), [(None, "ar"), ("en", "en")])
async def test_slow_answer_is_promised_in_the_channels_language(
    slow_client: Client, language: str | None, spoken: str
):
    answers = await send(slow_client, "one", metadata={"language": language})

    assert texts(answers) == [f"gateway_still_working {spoken}"]


async def test_caller_is_kept_waiting_less_than_half_a_minute(client: Client, office: Office):
    await send(client)

    assert 20 <= office.inboxes[0].patience < 30


async def test_slow_answer_comes_before_that_of_the_next_message_and_once(
    slow_client: Client, office: Office, slow_agent: GatedAgent
):
    await send(slow_client, "one", message_id="m-1")
    await finished(office, slow_agent, "one", "m-1")
    for text in ("two", "three"):
        slow_agent.gates[text].set()

    second = await send(slow_client, "two")
    third = await send(slow_client, "three")

    assert (texts(second), texts(third)) == (["one", "two"], ["three"])


async def test_slow_answer_fetched_by_a_repeat_does_not_come_again(
    slow_client: Client, office: Office, slow_agent: GatedAgent
):
    await send(slow_client, "one", message_id="m-1")
    await finished(office, slow_agent, "one", "m-1")
    slow_agent.gates["two"].set()

    repeated = await send(slow_client, "one", message_id="m-1")
    second = await send(slow_client, "two")

    assert (texts(repeated), texts(second)) == (["one"], ["two"])


async def test_repeat_brings_its_own_answer_only(
    slow_client: Client, office: Office, slow_agent: GatedAgent
):
    await send(slow_client, "one", message_id="m-1")
    await send(slow_client, "two", message_id="m-2")
    await finished(office, slow_agent, "one", "m-1")
    await finished(office, slow_agent, "two", "m-2")

    repeated = await send(slow_client, "two", message_id="m-2")

    assert texts(repeated) == ["two"]


async def test_answer_whose_caller_still_waits_is_left_to_that_caller(
    office: Office, aiohttp_client: AiohttpClient
):
    agent = GatedAgent()
    client = await aiohttp_client(office.app(agent))
    callers = [
        asyncio.create_task(send(client, text, message_id=text))
        for text in ("one", "two", "three")
    ]
    for text in ("one", "two", "three"):
        agent.gates[text].set()

    answers = [texts(answers) for answers in await asyncio.gather(*callers)]

    assert answers == [["one"], ["two"], ["three"]]


async def test_answers_to_another_citizen_are_never_collected(
    slow_client: Client, office: Office, slow_agent: GatedAgent
):
    await send(slow_client, "one", message_id="m-1")
    await finished(office, slow_agent, "one", "m-1")
    slow_agent.gates["two"].set()

    theirs = await send(slow_client, "two", sender="8")

    assert texts(theirs) == ["two"]


# Files


async def upload(
    client: Client, content: bytes, name: str = "photo.png", sender: str = "7"
) -> tuple[int, Any]:
    form = FormData(quote_fields=False)  # as browsers do
    form.add_field("sender", sender)
    form.add_field("file", io.BytesIO(content), filename=name)
    async with client.post("/attachments", data=form) as response:
        return response.status, await response.json()


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        for name in names:
            opened.writestr(name, "<xml/>" * 5_000)
    return file.getvalue()


async def test_kept_file_is_answered_with_its_id(client: Client):
    status, kept = await upload(client, PNG, "حفرة.png")

    assert status == 201
    assert kept == {"id": "file-1", "media": "image", "name": "حفرة.png"}


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (PNG + b"\xa5" * (3 * MIB), "image/png"),
        (b"%PDF-1.7\n" + b"x" * 8_192, "application/pdf"),
        (
            archive("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            archive("xl/workbook.xml"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
    ids=["small", "large", "pdf", "word", "excel"],
)
async def test_file_is_kept_whole_under_its_own_kind(
    client: Client, office: Office, content: bytes, media_type: str
):
    await upload(client, content, "any.name")

    sha256 = hashlib.sha256(content).hexdigest()
    assert office.shelf.uploads == [("rest:7", "any.name", media_type, content, sha256)]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("a\u202egnp.exe", "agnp.exe"), ("", "file"), ("\u202e", "file"), ("x" * 300, "x" * 200)],
)
async def test_name_of_a_file_is_kept_clean(client: Client, office: Office, sent: str, kept: str):
    await upload(client, PNG, sent)

    assert office.shelf.uploads[0][1] == kept


REFUSED = {
    "empty": (400, b""),
    "type": (415, b"<html><script>alert(1)</script></html>"),
    "too_large": (413, PNG + b"\0" * (10 * MIB)),
    "unreadable": (400, b"PK\x03\x04" + b"\xa5" * 200),
}


@pytest.mark.parametrize("reason", REFUSED)
async def test_refused_file_says_why(client: Client, office: Office, reason: str):
    expected, content = REFUSED[reason]

    status, refused = await upload(client, content)

    assert status == expected
    assert refused == {"error": reason, "text": f"gateway_file_{reason} ar"}
    assert office.shelf.uploads == []


async def test_archive_that_is_no_office_file_is_refused(client: Client):
    status, refused = await upload(client, archive("classes.dex"), "report.docx")

    assert (status, refused["error"]) == (415, "type")


async def test_refusal_is_in_the_language_of_the_conversation(client: Client, office: Office):
    office.conversations.kept["rest:7"] = Conversation("rest:7", language="en")

    _, refused = await upload(client, b"")

    assert refused["text"] == "gateway_file_empty en"


async def test_files_are_counted_by_outcome(client: Client, office: Office):
    for content in (PNG, PNG, b""):
        await upload(client, content)

    assert office.count("shakwa_files_total", outcome="kept") == 2
    assert office.count("shakwa_files_total", outcome="empty") == 1


async def test_kept_file_can_be_sent_with_a_message(office: Office, aiohttp_client: AiohttpClient):
    agent = ScriptedAgent()
    client = await aiohttp_client(office.app(agent))
    _, kept = await upload(client, PNG)

    await send(client, "", metadata={"attachments": [kept["id"]]})

    assert agent.asked[0].metadata["attachments"] == [kept]


def multipart(*parts: tuple[str, bytes], end: bytes = b"--b--\r\n") -> bytes:
    whole = (
        f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="a.png"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, content in parts
    )
    return b"".join([*whole, end])


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"no multipart at all",
        multipart(),
        multipart(("sender", b"7")),
        multipart(("file", PNG)),
        multipart(("file", PNG), ("sender", b"7")),
        multipart(("sender", b" "), ("file", PNG)),
        multipart(("sender", b"7" * 201), ("file", PNG)),
        multipart(("sender", b"\xff"), ("file", PNG)),
        b"--b\r\nno header\r\n\r\n7\r\n--b--\r\n",
        b'--b\r\nContent-Disposition: form-data; name="sender"\r\nX: ' + b"x" * 10_000,
        b"--b\r\nContent-Type: multipart/mixed\r\n\r\n7\r\n--b--\r\n",
        b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c--\r\n--b--\r\n",
    ],
    ids=lambda sent: repr(sent[:70]),
)
async def test_what_is_no_upload_is_told_how_to_make_one(
    client: Client, office: Office, sent: bytes
):
    headers = {"Content-Type": "multipart/form-data; boundary=b"}

    response = await client.post("/attachments", data=sent, headers=headers)

    assert response.status == 400
    assert (await response.json())["error"] == "bad_request"
    assert office.shelf.uploads == []


@pytest.mark.parametrize(
    "kind",
    ["application/json", "multipart/form-data", "multipart/mixed; boundary=b", "text/plain"],
)
async def test_upload_in_another_form_is_told_how_to_make_one(client: Client, kind: str):
    sent = multipart(("sender", b"7"), ("file", PNG))

    response = await client.post("/attachments", data=sent, headers={"Content-Type": kind})

    assert response.status == 400
    assert (await response.json())["error"] == "bad_request"


async def test_parts_of_other_names_do_not_matter(client: Client, office: Office):
    sent = multipart(("note", b"x" * 9_000), ("sender", b"7"), ("caption", b"y"), ("file", PNG))
    headers = {"Content-Type": "multipart/form-data; boundary=b"}

    response = await client.post("/attachments", data=sent, headers=headers)

    assert response.status == 201
    assert office.shelf.uploads[0][3] == PNG


async def test_file_that_breaks_off_is_refused_as_unreadable(client: Client, office: Office):
    sent = multipart(("sender", b"7"), ("file", PNG), end=b"")[:-2]
    headers = {"Content-Type": "multipart/form-data; boundary=b"}

    response = await client.post("/attachments", data=sent, headers=headers)

    assert response.status == 400
    assert (await response.json())["error"] == "unreadable"
    assert office.shelf.uploads == []
