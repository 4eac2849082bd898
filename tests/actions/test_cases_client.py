"""The case API's client, against a server on loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientError, web
from aiohttp.test_utils import TestServer

from actions.cases_client import (
    CasesClient,
    CasesUnavailableError,
    CaseView,
    Filed,
    Incomplete,
    TooManyGuessesError,
)

TOKEN = "deployment-token"
VIEW: dict[str, Any] = {
    "case_number": "KW-2026-000001-3",
    "category": None,
    "agency": "central",
    "status": "filed",
    "filed_on": "2026-03-02",
    "due": "2026-04-01",
    "note": "",
}
FILED = {
    "case_number": "KW-2026-000001-3",
    "agency": "municipality",
    "tracking_code": "AB3D-7K9M",
    "due": "2026-04-01",
}
ACT = {"conversation": "rest:7", "act": "withdraw_case"}
Call = Callable[[CasesClient], Awaitable[Any]]


@dataclass
class Api:
    """A case API that gives one prepared answer and keeps what it was asked."""

    status: int = 200
    body: Any = None
    silent: bool = False
    url: str = ""
    asked: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])

    async def answer(self, request: web.Request) -> web.Response:
        """Keep the request and give the answer; keep silent if that is asked for."""
        self.asked.append(
            {
                "method": request.method,
                "path": request.path,
                "query": dict(request.query),
                "json": await request.json() if request.can_read_body else None,
                "token": request.headers.get("Authorization"),
            }
        )
        if self.silent:
            await asyncio.Event().wait()
        if isinstance(self.body, str):
            return web.Response(status=self.status, text=self.body)
        return web.json_response(self.body, status=self.status)


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Api]:
    served = Api()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", served.answer)
    async with TestServer(app) as server:
        served.url = str(server.make_url("")).rstrip("/")
        yield served


def client_of(api: Api, timeout: float = 10) -> CasesClient:
    return CasesClient(api.url, TOKEN, timeout)


def file(client: CasesClient) -> Awaitable[Any]:
    return client.file({"filing_key": "k1"})


def own(client: CasesClient) -> Awaitable[Any]:
    return client.own("telegram:7&8")


def look_up(client: CasesClient) -> Awaitable[Any]:
    return client.with_code("rest:7", "KW-2026-000001-3", "AB3D-7K9M")


def act(client: CasesClient) -> Awaitable[Any]:
    return client.act("KW-2026-000001-3", ACT)


CALLS: list[Call] = [file, own, look_up, act]


@pytest.mark.parametrize(
    ("call", "status", "body", "asked"),
    [
        (
            file,
            201,
            FILED,
            {"method": "POST", "path": "/internal/complaints", "json": {"filing_key": "k1"}},
        ),
        (
            own,
            200,
            {"cases": []},
            {
                "method": "GET",
                "path": "/internal/cases",
                "query": {"conversation": "telegram:7&8"},
            },
        ),
        (
            look_up,
            200,
            VIEW,
            {
                "method": "POST",
                "path": "/internal/cases/lookup",
                "json": {"asker": "rest:7", "number": "KW-2026-000001-3", "code": "AB3D-7K9M"},
            },
        ),
        (
            act,
            200,
            VIEW,
            {"method": "POST", "path": "/internal/cases/KW-2026-000001-3/acts", "json": ACT},
        ),
    ],
)
async def test_each_call_asks_its_own_route_with_the_token(
    api: Api, call: Call, status: int, body: Any, asked: Mapping[str, Any]
):
    api.status, api.body = status, body

    await call(client_of(api))

    nothing: dict[str, Any] = {"query": {}, "json": None, "token": f"Bearer {TOKEN}"}
    assert api.asked == [{**nothing, **asked}]


@pytest.mark.parametrize(
    ("call", "status", "body", "outcome"),
    [
        (file, 201, FILED, Filed(**FILED)),
        (file, 422, {"missing": ["name", "phone"]}, Incomplete(("name", "phone"))),
        (own, 200, {"cases": []}, []),
        (own, 200, {"cases": [VIEW, VIEW]}, [CaseView(**VIEW)] * 2),
        (look_up, 200, VIEW, CaseView(**VIEW)),
        (look_up, 404, {"error": "CaseNotSeenError"}, None),
        (act, 200, VIEW, CaseView(**VIEW)),
        (act, 404, {"error": "CaseNotSeenError"}, None),
        (act, 409, {"error": "MoveRefusedError"}, None),
    ],
)
async def test_each_answer_has_its_meaning(
    api: Api, call: Call, status: int, body: Any, outcome: Any
):
    api.status, api.body = status, body

    assert await call(client_of(api)) == outcome


async def test_too_many_guesses_are_told_from_a_wrong_one(api: Api):
    api.status, api.body = 429, {"error": "TooManyGuessesError"}

    with pytest.raises(TooManyGuessesError):
        await look_up(client_of(api))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [202, 400, 401, 500, 503])
async def test_any_other_answer_means_that_nothing_is_known(api: Api, call: Call, status: int):
    api.status, api.body = status, {"error": "else"}

    with pytest.raises(CasesUnavailableError) as caught:
        await call(client_of(api))

    assert caught.value.args == (status,)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("body", ["<html>", ""])
async def test_an_answer_that_is_no_json_means_that_nothing_is_known(
    api: Api, call: Call, body: str
):
    api.status, api.body = 200, body

    with pytest.raises(CasesUnavailableError):
        await call(client_of(api))


@pytest.mark.parametrize("call", CALLS)
async def test_without_a_server_nothing_is_known(unused_tcp_port: int, call: Call):
    client = CasesClient(f"http://127.0.0.1:{unused_tcp_port}", TOKEN)

    with pytest.raises(CasesUnavailableError) as caught:
        await call(client)

    assert isinstance(caught.value.__cause__, ClientError)


@pytest.mark.parametrize("call", CALLS)
async def test_a_server_that_keeps_silent_is_not_waited_for(api: Api, call: Call):
    api.silent = True

    with pytest.raises(CasesUnavailableError) as caught:
        await call(client_of(api, timeout=0.05))

    assert isinstance(caught.value.__cause__, asyncio.TimeoutError)


async def test_address_and_token_are_the_deployments(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHAKWA_CASES_URL", api.url)
    monkeypatch.setenv("SHAKWA_INTERNAL_TOKEN", "from-the-environment")
    api.body = {"cases": []}

    await own(CasesClient())

    assert api.asked[0]["token"] == "Bearer from-the-environment"
