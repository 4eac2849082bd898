"""What operators may do over HTTP: move cases, write to citizens, send dead letters again."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp import AiohttpClient

from bot.parcels import State
from cases.case import Status
from storage.cases import MongoCases
from storage.database import Database
from storage.inbox import MongoInbox
from storage.outbox import MongoOutbox
from tests.builders import NOON, complaint, filed_case
from tests.push import parcel

type Client = TestClient[web.Request, web.Application]
pytestmark = pytest.mark.mongo
OPERATOR = {"Authorization": "Bearer internal"}
NUMBER = str(filed_case().number)


@pytest.fixture
async def client(
    gateway: web.Application, database: Database, aiohttp_client: AiohttpClient
) -> Client:
    """The gateway, with a case of somebody on the web in its store."""
    await MongoCases(database).add(
        filed_case(complaint=complaint(conversation="web:a", channel="web"))
    )
    return await aiohttp_client(gateway, headers=OPERATOR)


async def test_a_move_is_kept_and_told_to_the_citizen_at_once(
    client: Client, database: Database
) -> None:
    answer = await client.post(
        f"/internal/cases/{NUMBER}/moves", json={"to": "assigned", "note": "استلمناها"}
    )
    store = MongoInbox(database)

    assert answer.status == 200
    case = await MongoCases(database).find(filed_case().number)
    assert case is not None
    assert case.status is Status.ASSIGNED
    while not (told := await store.collect("web:a")):
        pass
    assert NUMBER in told[0][1].text
    assert told[0][1].text.endswith("استلمناها")


async def test_a_note_is_told_too(client: Client) -> None:
    answer = await client.post(f"/internal/cases/{NUMBER}/notes", json={"note": "متى نزوركم؟"})

    assert (await answer.json())["note"] == "متى نزوركم؟"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"/internal/cases/{NUMBER}/moves", {"to": "resolved"}, 409),
        (f"/internal/cases/{NUMBER}/moves", {"to": "nonsense"}, 400),
        (f"/internal/cases/{NUMBER}/moves", {}, 400),
        (f"/internal/cases/{NUMBER}/moves", [], 400),
        (f"/internal/cases/{NUMBER}/notes", {"note": " "}, 400),
        ("/internal/cases/KW-2026-000009-9/moves", {"to": "assigned"}, 404),
    ],
)
async def test_what_cannot_be_done_is_refused_by_its_reason(
    client: Client, path: str, body: object, status: int
) -> None:
    answer = await client.post(path, json=body)

    assert answer.status == status
    assert (await answer.json())["error"]


async def test_dead_letters_are_listed_without_their_words(
    client: Client, database: Database
) -> None:
    await _bury(database, "a")

    letters = (await (await client.get("/internal/outbox/dead")).json())["dead"]

    assert [(one["key"], one["channel"], one["reason"]) for one in letters] == [
        ("a", "web", "refused:1")
    ]
    assert "تم" not in str(letters)


@pytest.mark.parametrize(("asked", "sent"), [({"keys": ["a"]}, ["a"]), ({}, ["b", "a"])])
async def test_dead_letters_are_sent_again_one_or_all(
    client: Client, database: Database, asked: object, sent: list[str]
) -> None:
    await _bury(database, "a")
    await _bury(database, "b")

    answer = await (await client.post("/internal/outbox/again", json=asked)).json()

    assert sorted(answer["sent"]) == sorted(sent)


async def test_nobody_else_is_let_in(client: Client) -> None:
    answer = await client.get("/internal/outbox/dead", headers={"Authorization": "Bearer guessed"})

    assert answer.status == 401


async def _bury(database: Database, key: str) -> None:
    outbox, letter = MongoOutbox(database, lambda: NOON), parcel(key, "web:a")
    await outbox.add(letter)
    await outbox.change(letter, State.DEAD, "refused:1")
