"""Routes: each says who may call it, and nobody else is let in."""

import asyncio
from collections.abc import Mapping

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp import AiohttpClient

from bot.routes import Caller, Route, add_routes

type Client = TestClient[web.Request, web.Application]

GATEWAY = {
    ("POST", "/webhooks/rest/webhook"): Caller.REST_CLIENT,
    ("POST", "/attachments"): Caller.REST_CLIENT,
    ("POST", "/internal/complaints"): Caller.AGENT,
    ("GET", "/internal/cases"): Caller.AGENT,
    ("POST", "/internal/cases/lookup"): Caller.AGENT,
    ("POST", "/internal/cases/{number}/acts"): Caller.AGENT,
    ("POST", "/internal/cases/{number}/moves"): Caller.OPERATOR,
    ("POST", "/internal/cases/{number}/notes"): Caller.OPERATOR,
    ("GET", "/internal/outbox/dead"): Caller.OPERATOR,
    ("POST", "/internal/outbox/again"): Caller.OPERATOR,
    ("GET", "/"): Caller.ANYBODY,
    ("GET", "/privacy"): Caller.ANYBODY,
    ("GET", "/track"): Caller.ANYBODY,
    ("POST", "/track"): Caller.ANYBODY,
    ("GET", "/widget.js"): Caller.ANYBODY,
    ("GET", "/static/{version}/{name}"): Caller.ANYBODY,
    # The chat checks origin and session by itself.
    ("GET", "/widget/"): Caller.ANYBODY,
    ("GET", "/widget/socket"): Caller.ANYBODY,
    ("POST", "/widget/send"): Caller.ANYBODY,
    ("GET", "/widget/poll"): Caller.ANYBODY,
    ("POST", "/widget/attachments"): Caller.ANYBODY,
    ("GET", "/healthz"): Caller.ANYBODY,
    ("GET", "/readyz"): Caller.ANYBODY,
    ("GET", "/metrics"): Caller.ANYBODY,
}
TOKENS = {Caller.AGENT: "internal", Caller.OPERATOR: "internal", Caller.REST_CLIENT: "rest"}
OTHER = {Caller.AGENT: "rest", Caller.OPERATOR: "rest", Caller.REST_CLIENT: "internal"}
PARTS = {"number": "KW-2026-000001-7", "version": "1", "name": "chat.js"}
CLOSED = [place for place, caller in GATEWAY.items() if caller is not Caller.ANYBODY]
OPEN = [place for place, caller in GATEWAY.items() if caller is Caller.ANYBODY]


def app(tokens: Mapping[Caller, str | None]) -> web.Application:
    """Return an application with one route for each caller."""

    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    served = web.Application()
    add_routes(served, [Route("GET", f"/{who}", hello, who) for who in Caller], tokens)
    return served


@pytest.fixture
async def client(aiohttp_client: AiohttpClient) -> Client:
    return await aiohttp_client(app(TOKENS))


@pytest.fixture
async def gateway_client(gateway: web.Application, aiohttp_client: AiohttpClient) -> Client:
    return await aiohttp_client(gateway)


# The whole gateway


@pytest.mark.mongo
async def test_every_route_of_the_gateway_has_its_caller_declared_here(gateway: web.Application):
    served = {
        (route.method, route.resource.canonical)
        for route in gateway.router.routes()
        if route.resource
    }

    assert served == set(GATEWAY)


@pytest.mark.mongo
@pytest.mark.parametrize(("method", "path"), CLOSED)
async def test_closed_route_of_the_gateway_refuses_who_brings_no_token(
    gateway_client: Client, method: str, path: str
):
    response = await gateway_client.request(method, path.format_map(PARTS))

    assert response.status == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert await response.json() == {"error": "unauthorized"}


@pytest.mark.mongo
@pytest.mark.parametrize(("method", "path"), CLOSED)
async def test_closed_route_of_the_gateway_lets_its_own_caller_in(
    gateway_client: Client, method: str, path: str
):
    headers = {"Authorization": f"Bearer {TOKENS[GATEWAY[method, path]]}"}

    response = await gateway_client.request(method, path.format_map(PARTS), headers=headers)

    assert response.status not in {401, 404, 405}


@pytest.mark.mongo
@pytest.mark.parametrize(("method", "path"), CLOSED)
async def test_closed_route_of_the_gateway_refuses_the_other_callers_token(
    gateway_client: Client, method: str, path: str
):
    headers = {"Authorization": f"Bearer {OTHER[GATEWAY[method, path]]}"}

    response = await gateway_client.request(method, path.format_map(PARTS), headers=headers)

    assert response.status == 401


@pytest.mark.mongo
@pytest.mark.parametrize(("method", "path"), OPEN)
async def test_open_route_of_the_gateway_asks_for_no_token(
    gateway_client: Client, method: str, path: str
):
    response = await gateway_client.request(method, path.format_map(PARTS))

    assert "WWW-Authenticate" not in response.headers


# One route for each caller


async def test_right_token_opens(client: Client):
    response = await client.get("/agent", headers={"Authorization": "Bearer internal"})

    assert await response.text() == "hello"


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer ", "Bearer Internal", "Bearer internal2", "internal", "Basic internal"],
)
async def test_wrong_token_does_not_open(client: Client, given: str):
    response = await client.get("/agent", headers={"Authorization": given})

    assert response.status == 401


async def test_token_in_no_encoding_does_not_open(client: Client):
    reader, writer = await asyncio.open_connection(client.host, client.port)

    writer.write(b"GET /agent HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \xff\r\n\r\n")
    status_line = await reader.readline()
    writer.close()

    assert b" 401 " in status_line


async def test_rest_is_open_where_no_token_is_set(aiohttp_client: AiohttpClient):
    client = await aiohttp_client(app({Caller.AGENT: "internal", Caller.REST_CLIENT: None}))

    assert (await client.get("/rest_client")).status == 200
    assert (await client.get("/agent")).status == 401


async def test_anybody_is_asked_for_nothing(client: Client):
    assert (await client.get("/anybody")).status == 200


def test_route_cannot_be_written_without_its_caller():
    with pytest.raises(TypeError):
        Route("GET", "/open", lambda _: web.Response())  # type: ignore[call-arg]
