"""The agent's client, against a small server that stands in for the agent."""

import json
from collections.abc import AsyncGenerator
from typing import Any, Self, cast

import pytest
from aiohttp import ClientSession, web
from pytest_aiohttp import AiohttpServer

from bot.agent import RasaAgent
from bot.conversations import AgentFailedError, AgentTurn, AgentUnavailableError
from bot.messages import Button
from tests.builders import CITIZEN

TOKEN = "internal"
TURN = AgentTurn(
    conversation=CITIZEN,
    key="telegram:1",
    text="عمود الإنارة مطفأ",
    command=None,
    metadata={"channel": "telegram", "attachments": []},
    dialogue=b"",
)
SAID: dict[str, Any] = {
    "texts": ["وصلتني", "وين المكان؟"],
    "buttons": [{"title": "السالمية", "payload": '/answer{"area": "salmiya"}'}],
    "dialogue": [{"event": "user", "text": "عمود الإنارة مطفأ"}],
    "language": "ar",
    "understood": {"intent": "report_problem", "intent_confidence": 0.97},
}


class AgentProcess:
    """Answers as it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.headers: list[str | None] = []
        self.status = 200
        self.body = json.dumps(SAID).encode()
        self.ends_early = False

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/turns", self._answer)
        app.router.add_get("/healthz", self._health)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        self.headers.append(request.headers.get("Authorization"))
        if self.ends_early:
            return await self._broken(request)
        return web.Response(status=self.status, body=self.body)

    async def _broken(self, request: web.Request) -> web.StreamResponse:
        """Send a part of the answer and hang up."""
        response = web.StreamResponse(headers={"Content-Length": str(len(self.body) + 1)})
        if self.body:
            await response.prepare(request)
            await response.write(self.body)
        assert request.transport
        request.transport.close()
        return response

    async def _health(self, _request: web.Request) -> web.Response:
        return web.Response(status=self.status)


class SilentSession:
    """An HTTP session whose every call ends when the patience does."""

    def post(self, _url: str, **_request: Any) -> Self:
        return self

    get = post

    async def __aenter__(self) -> Self:
        raise TimeoutError

    async def __aexit__(self, *_error: object) -> None: ...


SILENT = cast("ClientSession", SilentSession())


@pytest.fixture
def process() -> AgentProcess:
    return AgentProcess()


@pytest.fixture
async def http() -> AsyncGenerator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def agent(
    process: AgentProcess, http: ClientSession, aiohttp_server: AiohttpServer
) -> RasaAgent:
    server = await aiohttp_server(process.app())
    return RasaAgent(http, str(server.make_url("")).rstrip("/"), TOKEN)


@pytest.fixture
def absent_agent(http: ClientSession, unused_tcp_port: int) -> RasaAgent:
    return RasaAgent(http, f"http://127.0.0.1:{unused_tcp_port}", TOKEN)


async def test_agent_is_asked_the_whole_turn(agent: RasaAgent, process: AgentProcess):
    await agent.reply(TURN)

    assert process.asked == [
        {
            "conversation": CITIZEN,
            "text": "عمود الإنارة مطفأ",
            "command": None,
            "metadata": {"channel": "telegram", "attachments": []},
            "dialogue": [],
        }
    ]


async def test_agent_is_told_the_deployments_token(agent: RasaAgent, process: AgentProcess):
    await agent.reply(TURN)

    assert process.headers == ["Bearer internal"]


async def test_agents_answer_is_read_whole(agent: RasaAgent):
    answer = await agent.reply(TURN)

    assert answer.texts == ("وصلتني", "وين المكان؟")
    assert answer.buttons == (Button("السالمية", '/answer{"area": "salmiya"}'),)
    assert answer.language == "ar"
    assert answer.understood == {"intent": "report_problem", "intent_confidence": 0.97}


async def test_dialogue_comes_back_to_the_agent_as_it_left_it(
    agent: RasaAgent, process: AgentProcess
):
    answer = await agent.reply(TURN)

    await agent.reply(
        AgentTurn(CITIZEN, "telegram:2", "نعم", "/affirm", {}, dialogue=answer.dialogue)
    )

    assert process.asked[1]["dialogue"] == SAID["dialogue"]
    assert process.asked[1]["command"] == "/affirm"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"failed": "action_file"}'),
        (500, b"500 Internal Server Error"),
        (500, b""),
        (502, b"null"),
        (401, b"401: Unauthorized"),
        (413, b"Maximum request body size 8388608 exceeded"),
        (200, b""),
        (200, b"<html>"),
        (200, b"\xff"),
    ],
)
async def test_error_of_the_agent_is_a_failed_turn(
    agent: RasaAgent, process: AgentProcess, status: int, body: bytes
):
    process.status, process.body = status, body

    with pytest.raises(AgentFailedError):
        await agent.reply(TURN)


async def test_failed_turn_tells_what_failed(agent: RasaAgent, process: AgentProcess):
    process.status, process.body = 500, b'{"failed": "action_file"}'

    with pytest.raises(AgentFailedError) as failure:
        await agent.reply(TURN)

    assert failure.value.args == (500, "action_file")


async def test_agent_that_never_answers_is_a_failed_turn():
    with pytest.raises(AgentFailedError):
        await RasaAgent(SILENT, "http://127.0.0.1", TOKEN).reply(TURN)


async def test_agent_that_is_not_there_is_unavailable(absent_agent: RasaAgent):
    with pytest.raises(AgentUnavailableError):
        await absent_agent.reply(TURN)


@pytest.mark.parametrize("sent", [b"", b'{"texts": ["half an ans'])
async def test_agent_that_dies_while_it_answers_is_unavailable(
    agent: RasaAgent, process: AgentProcess, sent: bytes
):
    process.ends_early, process.body = True, sent

    with pytest.raises(AgentUnavailableError):
        await agent.reply(TURN)


@pytest.mark.parametrize(("status", "up"), [(200, True), (503, False), (404, False)])
async def test_agent_is_up_when_it_says_so(
    agent: RasaAgent, process: AgentProcess, status: int, *, up: bool
):
    process.status = status

    assert await agent.is_up() is up


async def test_agent_that_is_not_there_is_not_up(absent_agent: RasaAgent):
    assert not await absent_agent.is_up()


async def test_agent_that_never_answers_is_not_up():
    assert not await RasaAgent(SILENT, "http://127.0.0.1", TOKEN).is_up()
