"""The gateway as a whole: how it is watched, how it answers errors, what it takes up again."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp import AiohttpClient, AiohttpServer

from bot.app import answer_errors
from storage.database import Database
from storage.inbox import MongoInbox
from tests.builders import message

type Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(gateway: web.Application, aiohttp_client: AiohttpClient) -> Client:
    return await aiohttp_client(gateway)


@pytest.fixture
async def failing(aiohttp_client: AiohttpClient) -> Client:
    """An application whose only route fails."""

    async def fail(_request: web.Request) -> web.Response:
        raise KeyError("سالم 99887766")

    app = web.Application(middlewares=[answer_errors])
    app.router.add_get("/", fail)
    return await aiohttp_client(app)


@pytest.mark.mongo
async def test_gateway_is_healthy_even_when_the_agent_is_away(client: Client):
    response = await client.get("/healthz")

    assert response.status == 200


@pytest.mark.mongo
async def test_gateway_is_not_ready_while_the_agent_is_away(client: Client):
    response = await client.get("/readyz")

    assert response.status == 503
    assert await response.json() == {"store": True, "agent": False, "channels": {}}


@pytest.mark.mongo
async def test_gateway_is_ready_once_store_and_agent_answer(
    client: Client, aiohttp_server: AiohttpServer, unused_tcp_port: int
):
    async def health(_request: web.Request) -> web.Response:
        return web.Response()

    agent = web.Application()
    agent.router.add_get("/healthz", health)
    await aiohttp_server(agent, port=unused_tcp_port)

    response = await client.get("/readyz")

    assert response.status == 200
    assert await response.json() == {"store": True, "agent": True, "channels": {}}


@pytest.mark.mongo
async def test_message_left_unanswered_before_a_stop_is_taken_up_at_the_next_start(
    database: Database, gateway: web.Application, aiohttp_client: AiohttpClient
):
    await MongoInbox(database).receive(message())

    client = await aiohttp_client(gateway)
    metrics = await (await client.get("/metrics")).text()

    assert "shakwa_messages_waiting 1.0" in metrics


async def test_unexpected_error_is_answered_without_a_word_about_it(failing: Client):
    response = await failing.get("/")

    assert response.status == 500
    assert await response.json() == {"error": "internal_error"}


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [("GET", "/nowhere", 404, "not_found"), ("DELETE", "/", 405, "method_not_allowed")],
)
async def test_error_of_the_caller_is_answered_as_json(
    failing: Client, method: str, path: str, status: int, error: str
):
    response = await failing.request(method, path)

    assert response.status == status
    assert await response.json() == {"error": error}
