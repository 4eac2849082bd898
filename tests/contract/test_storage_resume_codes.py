"""What every CodeStore promises."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.drafts import CodeStore
from storage.database import Database
from storage.resume_codes import MongoResumeCodes, ResumeCodeTakenError
from tests.builders import CITIZEN

pytestmark = pytest.mark.mongo

NOW = datetime.now(UTC)  # the store drops what is really old
SOON = NOW + timedelta(minutes=30)
DRAFT = b"\x00" + "حوار".encode()


@pytest.fixture
def codes(database: Database) -> CodeStore:
    return MongoResumeCodes(database)


async def test_code_is_redeemed_for_the_conversation_that_issued_it(codes: CodeStore):
    await codes.issue("hash", CITIZEN, SOON)
    await codes.issue("other", "web:other", SOON)

    assert await codes.redeem("hash", "web:1", NOW) == CITIZEN


async def test_same_message_redeems_the_code_again(codes: CodeStore):
    await codes.issue("hash", CITIZEN, SOON)

    redeemed = [await codes.redeem("hash", "web:1", NOW) for _ in range(3)]

    assert redeemed == [CITIZEN] * 3


async def test_message_that_redeemed_in_time_may_be_taken_again_later(codes: CodeStore):
    await codes.issue("hash", CITIZEN, SOON)
    await codes.redeem("hash", "web:1", NOW)

    assert await codes.redeem("hash", "web:1", SOON + timedelta(hours=1)) == CITIZEN


async def test_another_message_does_not_redeem_a_used_code(codes: CodeStore):
    await codes.issue("hash", CITIZEN, SOON)
    await codes.redeem("hash", "web:1", NOW)

    assert await codes.redeem("hash", "web:2", NOW) is None
    assert await codes.redeem("hash", "web:1", NOW) == CITIZEN


async def test_of_many_messages_at_once_one_redeems_the_code(codes: CodeStore):
    await codes.issue("hash", CITIZEN, SOON)

    redeemed = await asyncio.gather(
        *(codes.redeem("hash", f"web:{number}", NOW) for number in range(20))
    )

    assert sorted(redeemed, key=bool) == [None] * 19 + [CITIZEN]


async def test_unknown_code_is_not_redeemed(codes: CodeStore):
    assert await codes.redeem("unknown", "web:1", NOW) is None


async def test_expired_code_is_not_redeemed(codes: CodeStore):
    await codes.issue("hash", CITIZEN, SOON)

    assert await codes.redeem("hash", "web:1", SOON) is None
    assert await codes.redeem("hash", "web:1", SOON - timedelta(seconds=1)) == CITIZEN


async def test_code_that_is_issued_again_stays_as_it_is(codes: CodeStore):
    await codes.issue("hash", CITIZEN, SOON)
    await codes.redeem("hash", "web:1", NOW)

    await codes.issue("hash", CITIZEN, SOON + timedelta(hours=1))

    assert await codes.redeem("hash", "web:2", NOW) is None


async def test_code_of_another_conversation_is_not_issued(codes: CodeStore):
    await codes.issue("hash", CITIZEN, SOON)

    with pytest.raises(ResumeCodeTakenError):
        await codes.issue("hash", "web:other", SOON)

    assert await codes.redeem("hash", "web:1", NOW) == CITIZEN


@pytest.mark.parametrize(("draft", "language"), [(DRAFT, "ur"), (DRAFT, None), (b"", "ar")])
async def test_redeemed_code_carries_a_draft(codes: CodeStore, draft: bytes, language: str | None):
    await codes.issue("hash", CITIZEN, SOON)
    await codes.redeem("hash", "web:1", NOW)
    before = await codes.carried("hash")

    await codes.carry("hash", draft, language)

    assert before is None
    assert await codes.carried("hash") == (draft, language)


@pytest.mark.parametrize("first", [DRAFT, b""])
async def test_first_draft_stays(codes: CodeStore, first: bytes):
    await codes.issue("hash", CITIZEN, SOON)
    await codes.redeem("hash", "web:1", NOW)
    await codes.carry("hash", first, "ar")

    await codes.carry("hash", b"second", "en")

    assert await codes.carried("hash") == (first, "ar")


async def test_code_that_was_not_redeemed_carries_nothing(codes: CodeStore):
    await codes.issue("hash", CITIZEN, SOON)

    await codes.carry("hash", DRAFT, "ar")
    await codes.carry("unknown", DRAFT, "ar")

    assert await codes.carried("hash") is None
    assert await codes.carried("unknown") is None


async def test_codes_are_dropped_a_day_after_they_have_expired(database: Database):
    indexes = await database["resume_codes"].index_information()

    assert indexes["expires_at_1"]["expireAfterSeconds"] == 24 * 60 * 60
