"""What every Guesses promises, alone and under Following."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from cases.access import AccessKeys
from cases.following import CaseNotSeenError, Following, Guesses, TooManyGuessesError
from storage.cases import MongoCases
from storage.database import Database
from storage.guesses import MongoGuesses
from tests.builders import filed_case

pytestmark = pytest.mark.mongo

KEYS = AccessKeys(b"secret")
CODE = KEYS.tracking_code("telegram:7:1")


class Clock:
    """Stands still until it is set; begins now, for the store drops what is really old."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guesses(database: Database, clock: Clock) -> Guesses:
    return MongoGuesses(database, clock)


async def test_four_wrong_guesses_leave_one(guesses: Guesses):
    for _ in range(4):
        await guesses.count("web:1")

    await guesses.check("web:1")


async def test_five_wrong_guesses_leave_none(guesses: Guesses):
    for _ in range(5):
        await guesses.count("web:1")

    with pytest.raises(TooManyGuessesError):
        await guesses.check("web:1")


async def test_guesses_of_others_do_not_count(guesses: Guesses):
    for _ in range(5):
        await guesses.count("web:1")

    await guesses.check("web:2")


async def test_guesses_at_once_all_count(guesses: Guesses):
    await asyncio.gather(*(guesses.count("web:1") for _ in range(5)))

    with pytest.raises(TooManyGuessesError):
        await guesses.check("web:1")


async def test_guesses_are_forgiven_after_a_quarter_of_an_hour(guesses: Guesses, clock: Clock):
    for _ in range(5):
        await guesses.count("web:1")

    clock.time += timedelta(minutes=15)

    await guesses.check("web:1")


async def test_guesses_are_not_forgiven_before(guesses: Guesses, clock: Clock):
    for _ in range(5):
        await guesses.count("web:1")

    clock.time += timedelta(minutes=14, seconds=59)

    with pytest.raises(TooManyGuessesError):
        await guesses.check("web:1")


async def test_right_code_no_longer_opens_after_too_many_wrong_ones(
    database: Database, guesses: Guesses, clock: Clock
):
    store = MongoCases(database)
    case = filed_case(code_hash=KEYS.hashed(CODE))
    await store.add(case)
    following = Following(store, guesses, KEYS, "KW", clock)
    for _ in range(5):
        with pytest.raises(CaseNotSeenError):
            await following.with_code("web:1", str(case.number), "AAAA-AAAA")

    with pytest.raises(TooManyGuessesError):
        await following.with_code("web:1", str(case.number), CODE)

    assert await following.with_code("web:2", str(case.number), CODE) == case


async def test_old_guesses_are_dropped_by_the_store(database: Database):
    indexes = await database["guesses"].index_information()

    assert indexes["at_1"]["expireAfterSeconds"] == 15 * 60
