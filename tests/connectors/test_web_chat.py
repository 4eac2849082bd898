"""The widget's protocol, without a browser: docs/widget-protocol.md, line by line."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, FormData, WSMsgType, web
from aiohttp.test_utils import TestClient
from altcha import Challenge, Payload, solve_challenge
from pytest_aiohttp.plugin import AiohttpClient

from bot.inbox import Inbox
from bot.messages import Button
from bot.metrics import Metrics
from bot.routes import add_routes
from bot.settings import ROOT
from bot.texts import load_texts
from bot.turns import Turns
from connectors.web.chat import Parts, WebChat
from connectors.web.visits import Guard
from storage.attachments import MongoAttachments
from storage.conversations import MongoConversations
from storage.database import Database
from storage.inbox import MongoInbox
from storage.sessions import MongoSessions, sender_of
from tests.fakes import ScriptedAgent, said

type Client = TestClient[web.Request, web.Application]
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\0" * 200


@dataclass
class Hall:
    """A gateway's web chat on a real store, with a scripted agent."""

    chat: WebChat
    app: web.Application
    agent: ScriptedAgent
    now: list[float] = field(default_factory=lambda: [0.0])


@pytest.fixture
async def hall(database: Database) -> AsyncGenerator[Hall]:
    agent, store, clock = ScriptedAgent(), MongoInbox(database), [1000.0]
    attachments = MongoAttachments(database, moment)
    texts = load_texts(ROOT / "nlu" / "data" / "responses" / "gateway.yml")
    turns = Turns(MongoConversations(database), agent, attachments, texts, moment)
    inbox = Inbox(store, turns, texts)
    guard = Guard.build("secret", ("127.0.0.0/8",), lambda: clock[0], time.time)
    chat = WebChat(
        Parts(
            inbox=inbox,
            log=store,
            sessions=MongoSessions(database, moment),
            attachments=attachments,
            guard=guard,
            texts=texts,
            metrics=Metrics(),
            clock=moment,
            sender_of=sender_of,
            origins=frozenset({"https://ministry.example"}),
        )
    )
    app = web.Application()
    add_routes(app, chat.routes, {})
    app.on_shutdown.append(chat.close_all)
    yield Hall(chat, app, agent, clock)
    await inbox.stop()


def moment() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def client(hall: Hall, aiohttp_client: AiohttpClient) -> Client:
    return await aiohttp_client(hall.app)


async def enter(client: Client, **hello: Any) -> tuple[ClientWebSocketResponse, dict[str, Any]]:
    socket = await client.ws_connect("/widget/socket")
    await socket.send_json({"t": "hello", "v": 1, "last": 0, "lang": "ar", **hello})
    return socket, await socket.receive_json(timeout=5)


async def frame_of(socket: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """Return the next frame of a kind."""
    while True:
        frame = await socket.receive_json(timeout=5)
        if frame["t"] == kind:
            return frame


async def frames_up_to(socket: ClientWebSocketResponse, kind: str) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    while not frames or frames[-1]["t"] != kind:
        frames.append(await socket.receive_json(timeout=5))
    return frames


async def test_a_new_page_gets_a_session_and_the_limits(client: Client) -> None:
    _, welcome = await enter(client)

    assert welcome["t"] == "welcome"
    assert welcome["resume"] is False
    assert len(welcome["sid"]) >= 43
    assert welcome["limits"]["image"] == 10 * 2**20


async def test_words_are_acked_shown_and_answered_in_order(client: Client) -> None:
    socket, _ = await enter(client)

    await socket.send_json({"t": "text", "id": "message-1", "text": "الكهرباء مقطوعة"})
    frames = await frames_up_to(socket, "bot")

    shown = [frame for frame in frames if "seq" in frame]
    assert {"t": "ack", "id": "message-1"} in frames
    assert [frame["t"] for frame in shown] == ["citizen", "bot"]
    assert [frame["id"] for frame in shown] == ["message-1", "message-1"]
    assert shown[1]["seq"] == shown[0]["seq"] + 1
    assert shown[0]["text"] == "الكهرباء مقطوعة"


async def test_a_repeated_id_is_acked_again_and_answered_once(client: Client, hall: Hall) -> None:
    socket, _ = await enter(client)
    message = {"t": "text", "id": "message-1", "text": "هلا"}

    await socket.send_json(message)
    await frame_of(socket, "bot")
    await socket.send_json(message)
    await frame_of(socket, "ack")

    assert len(hall.agent.asked) == 1


async def test_a_page_that_comes_back_gets_what_it_missed_and_nothing_twice(
    client: Client,
) -> None:
    socket, welcome = await enter(client)
    await socket.send_json({"t": "text", "id": "message-1", "text": "واحد"})
    seen = (await frame_of(socket, "bot"))["seq"]
    await socket.send_json({"t": "text", "id": "message-2", "text": "اثنين"})
    await frame_of(socket, "ack")
    await socket.close()

    again, back = await enter(client, sid=welcome["sid"], last=seen)
    missed = [frame for frame in await frames_up_to(again, "bot") if "seq" in frame]

    assert back["resume"] is True
    assert [frame["id"] for frame in missed] == ["message-2", "message-2"]


async def test_a_reload_shows_the_whole_history(client: Client) -> None:
    socket, welcome = await enter(client)
    await socket.send_json({"t": "text", "id": "message-1", "text": "واحد"})
    await frame_of(socket, "bot")

    again, _ = await enter(client, sid=welcome["sid"], last=0)
    frames = await frames_up_to(again, "bot")

    assert [frame["t"] for frame in frames if "seq" in frame] == ["citizen", "bot"]


async def test_two_tabs_see_the_same(client: Client) -> None:
    one, welcome = await enter(client)
    two, _ = await enter(client, sid=welcome["sid"])

    await one.send_json({"t": "text", "id": "message-1", "text": "هلا"})
    here, there = await frame_of(one, "bot"), await frame_of(two, "bot")

    assert here == there


async def test_a_tapped_button_is_shown_by_its_words(client: Client, hall: Hall) -> None:
    hall.agent.script.append(said("نعم أو لا؟", buttons=(Button("نعم", "/affirm"),)))
    socket, _ = await enter(client)
    await socket.send_json({"t": "text", "id": "message-1", "text": "هلا"})
    asked = await frame_of(socket, "bot")

    await socket.send_json({"t": "choice", "id": "message-2", "button": asked["buttons"][0]["id"]})
    shown = await frame_of(socket, "citizen")

    assert shown["text"] == "نعم"
    await frame_of(socket, "bot")
    assert hall.agent.asked[-1].command == "/affirm"


async def test_an_unknown_session_is_told_so(client: Client) -> None:
    socket = await client.ws_connect("/widget/socket")

    await socket.send_json({"t": "hello", "v": 1, "sid": "x" * 43, "last": 0})
    closed = await socket.receive(timeout=5)

    assert closed.type is WSMsgType.CLOSE
    assert closed.data == 4001


async def test_who_does_not_say_hello_is_shown_out(client: Client) -> None:
    socket = await client.ws_connect("/widget/socket")

    await socket.send_str("what?")
    closed = await socket.receive(timeout=5)

    assert closed.data == 4002


async def test_foreign_sites_get_no_socket_and_listed_ones_do(client: Client) -> None:
    foreign = await client.get("/widget/socket", headers={"Origin": "https://evil.example"})
    listed = await client.ws_connect("/widget/socket", origin="https://ministry.example")

    assert foreign.status == 403
    assert not listed.closed


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"t": "text", "id": "message-1", "text": ""}, "bad_frame"),
        ({"t": "text", "id": "message-1"}, "bad_frame"),
        ({"t": "text", "id": "message-1", "text": 7}, "bad_frame"),
        ({"t": "text", "id": "message-1", "text": "ا" * 8_001}, "too_long"),
        ({"t": "files", "id": "message-1", "attachments": []}, "bad_frame"),
        ({"t": "files", "id": "message-1", "attachments": "x"}, "bad_frame"),
        ({"t": "location", "id": "message-1", "latitude": 999, "longitude": 1}, "bad_frame"),
        ({"t": "location", "id": "message-1", "latitude": None, "longitude": 1}, "bad_frame"),
    ],
)
async def test_a_frame_that_cannot_be_taken_says_why(
    client: Client, frame: dict[str, Any], code: str
) -> None:
    socket, _ = await enter(client)

    await socket.send_json(frame)
    nack = await frame_of(socket, "nack")

    assert nack == {"t": "nack", "id": "message-1", "code": code}


@pytest.mark.parametrize("sent", ["", "[]", "null", "{", '{"t": 1}', '{"t": "text"}', "[" * 9_999])
async def test_garbage_is_refused_and_the_socket_goes_on(client: Client, sent: str) -> None:
    socket, _ = await enter(client)

    await socket.send_str(sent)
    await frame_of(socket, "nack")
    await socket.send_json({"t": "ping"})

    assert await frame_of(socket, "pong")


async def test_a_flood_is_slowed_down_and_told_when_to_go_on(client: Client, hall: Hall) -> None:
    socket, _ = await enter(client)

    for number in range(21):
        await socket.send_json({"t": "text", "id": f"message-{number}", "text": "هلا"})
    nack = await frame_of(socket, "nack")
    hall.now[0] += nack["retry_ms"] / 1000
    await socket.send_json({"t": "text", "id": "message-20", "text": "هلا"})
    frames = await frames_up_to(socket, "ack")
    while frames[-1]["id"] != "message-20":
        frames = await frames_up_to(socket, "ack")

    assert nack["code"] == "too_fast"
    assert nack["retry_ms"] > 0


async def test_many_new_sessions_from_one_address_must_prove_work(client: Client) -> None:
    for _ in range(10):
        _, welcome = await enter(client)
        assert welcome["t"] == "welcome"

    socket, asked = await enter(client)
    await socket.send_json({"t": "proof", "solution": solved(asked["challenge"])})
    welcome = await socket.receive_json(timeout=5)

    assert asked["t"] == "challenge"
    assert welcome["t"] == "welcome"


async def test_a_solution_counts_once(client: Client) -> None:
    for _ in range(10):
        await enter(client)
    socket, asked = await enter(client)
    solution = solved(asked["challenge"])
    await socket.send_json({"t": "proof", "solution": solution})
    await frame_of(socket, "welcome")

    again, _ = await enter(client)
    await again.send_json({"t": "proof", "solution": solution})

    assert (await frame_of(again, "nack"))["code"] == "proof_needed"


def solved(challenge: dict[str, Any]) -> str:
    made = Challenge.from_dict(challenge)
    solution = solve_challenge(made)
    assert solution
    return Payload(made, solution).to_base64()


def test_a_forwarded_address_is_believed_from_our_own_proxies_only() -> None:
    guard = Guard.build("secret", ("127.0.0.0/8",), lambda: 0.0, time.time)
    forwarded = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}

    through_ours = guard.address_of("127.0.0.1", forwarded)
    from_a_stranger = guard.address_of("203.0.113.50", forwarded)

    assert through_ours == "198.51.100.7"
    assert from_a_stranger == "203.0.113.50"


async def test_a_file_is_uploaded_and_sent(client: Client, hall: Hall) -> None:
    socket, welcome = await enter(client)

    kept = await upload(client, welcome["sid"], PNG)
    await socket.send_json({"t": "files", "id": "message-1", "attachments": [kept["id"]]})
    shown = await frame_of(socket, "citizen")

    assert shown["files"] == [{"media": "image", "name": "a.png"}]
    await frame_of(socket, "bot")
    assert hall.agent.asked[0].metadata["attachments"][0]["id"] == kept["id"]


async def test_another_sessions_file_is_not_shown(client: Client, hall: Hall) -> None:
    _, owner = await enter(client)
    thief, _ = await enter(client)
    kept = await upload(client, owner["sid"], PNG)

    await thief.send_json({"t": "files", "id": "message-1", "attachments": [kept["id"]]})
    shown = await frame_of(thief, "citizen")

    assert shown["files"] == []
    await frame_of(thief, "bot")
    assert hall.agent.asked[0].metadata["attachments"] == []


async def test_a_refused_file_says_why_in_the_pages_language(client: Client) -> None:
    _, welcome = await enter(client)

    refused = await upload(client, welcome["sid"], b"<html></html>", query="?lang=en")

    assert refused["error"] == "type"
    assert refused["text"].startswith("We cannot take")


async def test_uploads_need_a_session_and_run_into_a_limit(client: Client) -> None:
    stranger = await upload(client, "nobody", PNG)
    _, welcome = await enter(client)

    told = [await upload(client, welcome["sid"], PNG) for _ in range(11)]

    assert stranger == {"error": "unknown_session"}
    assert told[-1]["error"] == "too_fast"
    assert "id" in told[0]


async def upload(client: Client, sid: str, content: bytes, query: str = "") -> dict[str, Any]:
    form = FormData()
    form.add_field("file", content, filename="a.png")
    headers = {"X-Shakwa-Session": sid}
    response = await client.post(f"/widget/attachments{query}", data=form, headers=headers)
    return await response.json()


async def test_a_network_without_sockets_can_poll(client: Client) -> None:
    hello = {"t": "hello", "v": 1, "last": 0, "lang": "ar"}
    begun = await (await client.post("/widget/send", json={"frames": [hello]})).json()
    session = {"X-Shakwa-Session": begun["frames"][0]["sid"]}

    words = {"t": "text", "id": "message-1", "text": "هلا"}
    sent = await client.post("/widget/send", json={"frames": [words]}, headers=session)
    acked = await sent.json()
    frames: list[dict[str, Any]] = []
    after = 0
    while not any(frame["t"] == "bot" for frame in frames):
        news = await (await client.get(f"/widget/poll?after={after}", headers=session)).json()
        frames += news["frames"]
        after = max((int(frame["seq"]) for frame in frames if "seq" in frame), default=0)

    assert acked["frames"] == [{"t": "ack", "id": "message-1"}]
    assert [frame["t"] for frame in frames if "seq" in frame] == ["citizen", "bot"]


async def test_polling_an_unknown_session_is_401(client: Client) -> None:
    polled = await client.get("/widget/poll?after=0", headers={"X-Shakwa-Session": "x" * 43})
    sent = await client.post("/widget/send", json={"frames": []})

    assert polled.status == 401
    assert sent.status == 401


async def test_a_link_prefills_agency_and_place(client: Client, hall: Hall) -> None:
    socket, _ = await enter(client, agency="municipality", place="حديقة السالمية")

    await socket.send_json({"t": "text", "id": "message-1", "text": "الزبالة"})
    await frame_of(socket, "bot")

    context = hall.agent.asked[0].metadata["context"]
    assert context == {"agency": "municipality", "place": "حديقة السالمية"}


async def test_sockets_are_closed_at_once_when_the_gateway_stops(
    client: Client, hall: Hall
) -> None:
    socket, _ = await enter(client)

    closing = asyncio.create_task(hall.chat.close_all(hall.app))
    frame = await socket.receive(timeout=5)
    await closing

    assert frame.type is WSMsgType.CLOSE
    assert frame.data == 1012
