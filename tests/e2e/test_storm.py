"""Sixty citizens at once on both platforms, with everything going wrong that can."""

import secrets

import pytest

from tests.e2e.storm import ON_THEIR_WAY, rage

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def test_every_case_is_filed_once_and_every_answer_arrives(engine_uri: str) -> None:
    database = engine_uri.rpartition("/")[0] + f"/storm_{secrets.token_hex(6)}"

    report = await rage(database, 60)

    assert (report.cases, report.cases_filed_twice) == (60, 0)
    assert report.lost == 0
    assert report.out_of_order == 0
    # WhatsApp tells what it took before a kill; Telegram does not, and then says it again.
    assert report.doubled_on_whatsapp == 0
    assert report.doubled_on_telegram <= ON_THEIR_WAY
    assert report.faults > 0
    assert report.redeliveries > 0
