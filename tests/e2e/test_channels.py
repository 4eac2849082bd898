"""The same story on Telegram and on WhatsApp, from the first word to the agency's answer."""

import re

import pytest

from tests.doubles.telegram_calls import BLOCKED
from tests.e2e.conftest import Platforms
from tests.e2e.pushing import Pushed
from tests.e2e.support import case_number

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]
PROBLEM = "الكهرباء مقطوعة عندنا من الفجر"
PERSON = "سالم فهد العنزي 287010112349 50012345"
CODE = re.compile(r"GO-[0-9A-Z]{6}")


def citizen_on(platforms: Platforms, channel: str) -> Pushed:
    if channel == "telegram":
        return platforms.on_telegram()
    return platforms.on_whatsapp(phone=channel == "whatsapp")


async def files(citizen: Pushed, photo: bytes) -> str:
    """Live the interview up to the receipt."""
    await citizen.says(PROBLEM)
    await citizen.taps("نعم")
    asked = await citizen.sends_place(29.3339, 48.0758)
    if "صورة" not in asked:
        await citizen.says("ابي يرجعون التيار ويعوضوني")
    await citizen.sends_photo(photo)
    await citizen.taps("خلاص")
    await citizen.says(PERSON)
    return await citizen.taps("أوافق")


@pytest.mark.parametrize("channel", ["telegram", "whatsapp", "whatsapp without a phone"])
async def test_the_whole_journey(platforms: Platforms, photo: bytes, channel: str) -> None:
    citizen = citizen_on(platforms, channel)

    receipt = await files(citizen, photo)
    status = await citizen.says("وين وصلت شكواي؟")

    assert case_number(receipt) in status


@pytest.mark.parametrize("channel", ["telegram", "whatsapp", "whatsapp without a phone"])
async def test_news_of_a_case_come_by_themselves_and_can_be_answered(
    platforms: Platforms, photo: bytes, channel: str
) -> None:
    citizen = citizen_on(platforms, channel)
    number = case_number(await files(citizen, photo))

    assert await platforms.moves(number, "assigned") == 200
    assigned = await citizen.hears()
    await platforms.moves(number, "in_progress")
    await citizen.hears()
    await platforms.moves(number, "awaiting_citizen", "كم رقم العداد؟")
    question = await citizen.hears()
    asked = await citizen.taps("أرد عليهم")
    added = await citizen.says("رقم العداد ٤٤٥٥٦")

    assert number in assigned
    assert "كم رقم العداد؟" in question
    assert number in asked
    assert "أضفتها" in added


async def test_a_draft_goes_on_on_another_channel(platforms: Platforms, photo: bytes) -> None:
    web, telegram = platforms.on_the_web(), platforms.on_telegram()
    await web.says("الكهرباء مقطوعة عندنا من الفجر في السالمية قطعة ٤")
    offered = await web.says("أكمل على قناة ثانية")
    code = CODE.search(offered)
    assert code

    moved = await telegram.says(f"/start {code[0]}")
    await telegram.taps("نعم")
    await telegram.says("ابي يرجعون التيار ويعوضوني")
    await telegram.sends_photo(photo)
    await telegram.taps("خلاص")
    await telegram.says(PERSON)
    receipt = await telegram.taps("أوافق")
    left = await web.says("وين وصلت شكواي؟")

    assert "t.me/shakwa_test_bot?start=" in offered
    assert "نكمل هني" in moved
    assert case_number(receipt) in left  # it is the same person's


async def test_one_who_blocked_the_bot_is_told_on_their_other_channel(
    platforms: Platforms, photo: bytes
) -> None:
    telegram, whatsapp = platforms.on_telegram(), platforms.on_whatsapp()
    await whatsapp.says("السلام عليكم")
    code = CODE.search(await whatsapp.says("أكمل على تليجرام"))
    assert code
    await telegram.says(code[0])
    await telegram.says("إلغاء")
    number = case_number(await files(telegram, photo))

    platforms.telegram.faults = lambda _sent: BLOCKED
    await platforms.moves(number, "assigned")

    assert number in await whatsapp.hears()
