"""A citizen's whole story on a phone."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.support import NUMBER, case_number
from tests.web.support import (
    PERSON,
    POWER_CUT,
    Visitor,
    Visits,
    photo,
    texts,
    to_the_receipt,
    to_the_review,
)

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]


async def test_the_whole_story_with_a_photo_and_a_voice_note(citizen: Visitor) -> None:
    identified = await citizen.says(POWER_CUT)
    await citizen.taps("نعم")
    await citizen.says("ابي يرجعون التيار ويعوضوني عن الأكل اللي خرب")
    photo_kept = await citizen.sends(photo())
    voice_kept = await citizen.speaks()
    await citizen.taps("خلاص")
    review = await citizen.says(PERSON)
    receipt = await citizen.taps("أوافق")
    status = await citizen.says("وين وصلت شكواي؟")

    assert "انقطاع الكهرباء" in identified
    assert "وصل" in photo_kept
    assert "وصل" in voice_kept
    assert "سالم فهد العنزي" in review
    assert case_number(receipt) in status
    await expect(citizen.log.locator(".failed")).to_have_count(0)


async def test_a_reload_in_the_middle_shows_the_history_and_goes_on(citizen: Visitor) -> None:
    await citizen.says(POWER_CUT)
    await citizen.taps("نعم")
    said = await citizen.reads()

    await citizen.page.reload()
    await citizen.has_heard(2)
    history = await citizen.reads()
    await citizen.says("ابي يرجعون التيار")
    await citizen.taps("كمّل")
    await citizen.says(PERSON)
    receipt = await citizen.taps("أوافق")

    assert history == said
    assert NUMBER.search(receipt)


async def test_the_choices_of_the_newest_answer_survive_a_reload(citizen: Visitor) -> None:
    await citizen.says(POWER_CUT)

    await citizen.page.reload()
    answer = await citizen.taps_once_there("نعم")

    assert "شنو تبي يصير" in answer


async def test_a_tapped_choice_is_shown_and_the_buttons_retire(citizen: Visitor) -> None:
    await citizen.says(POWER_CUT)
    title = await citizen.log.locator(".choices button", has_text="نعم").inner_text()

    await citizen.taps("نعم")

    await expect(citizen.own.last.locator(".text")).to_have_text(title)
    await expect(citizen.answers.first.locator(".choices")).to_have_count(0)
    await expect(citizen.box).to_be_focused()


async def test_a_case_number_stays_on_one_line_and_can_be_copied(citizen: Visitor) -> None:
    number = case_number(await to_the_receipt(citizen))
    key = citizen.answers.last.locator(".key").filter(has_text=number)
    fenced = key.locator("bdi")

    await key.get_by_role("button").click()

    await expect(key.get_by_text(citizen.t["chat"]["copied"])).to_be_visible()
    await expect(fenced).to_have_text(number)
    await expect(fenced).to_have_attribute("dir", "ltr")
    await expect(fenced).to_have_css("white-space", "nowrap")
    assert await fenced.evaluate("node => node.getClientRects().length") == 1
    assert await citizen.page.evaluate("navigator.clipboard.readText()") == number


async def test_only_the_receipt_is_printed(citizen: Visitor) -> None:
    await to_the_receipt(citizen)

    await citizen.page.emulate_media(media="print")

    await expect(citizen.answers.last).to_be_visible()
    await expect(citizen.answers.first).to_be_hidden()
    await expect(citizen.box).to_be_hidden()


async def test_a_link_prefills_agency_and_place(visits: Visits) -> None:
    citizen = await visits(path=None)
    await citizen.opens(agency="electricity_water", place="الجهراء قطعة ٢")

    await citizen.says("الكهرباء مقطوعة عندنا من الفجر")
    await citizen.taps("نعم")
    await citizen.says("ابي يرجعون التيار")
    await citizen.taps("كمّل")
    review = await citizen.says(PERSON)

    assert "الجهراء" in review


async def test_a_shared_place_reaches_the_agent(citizen: Visitor) -> None:
    await citizen.uses("place")

    heard = await citizen.answers_after(
        citizen.panel.get_by_role("button", name=citizen.t["chat"]["share_it"]).click()
    )

    assert "شنو المشكلة" in heard
    await expect(citizen.own.last).to_contain_text("20")


async def test_starting_anew_leaves_nothing_behind(citizen: Visitor) -> None:
    await citizen.says(POWER_CUT)
    before = await citizen.page.evaluate("localStorage.getItem('shakwa.sid')")

    await citizen.starts_anew()
    answer = await citizen.says("السلام عليكم")

    await expect(citizen.own).to_have_count(1)
    assert "انقطاع الكهرباء" not in answer
    assert await citizen.page.evaluate("localStorage.getItem('shakwa.sid')") != before


@pytest.mark.parametrize(("language", "script"), [("en", "[A-Za-z]"), ("ur", "[\u0600-\u06ff]")])
async def test_pages_speak_their_language(visits: Visits, language: str, script: str) -> None:
    citizen = await visits(language=language)
    html, words = citizen.page.locator("html"), texts(language)["page"]

    answer = await citizen.answers_after(
        citizen.page.get_by_role("button", name=words["i_have_a_complaint"]).click()
    )

    await expect(html).to_have_attribute("lang", language)
    await expect(html).to_have_attribute("dir", "ltr" if language == "en" else "rtl")
    await expect(citizen.box).to_have_attribute("placeholder", words["write_here"])
    assert re.search(script, answer)
    assert (language == "en") == answer.isascii() or "…" in answer


async def test_markup_that_a_citizen_types_stays_text(citizen: Visitor) -> None:
    markup = "<img src=x onerror=alert(1)><script>alert(2)</script>"

    await citizen.says(markup)

    await expect(citizen.own.first.locator(".text")).to_have_text(markup)
    await expect(citizen.log.locator("img, script")).to_have_count(0)


async def test_the_review_shows_what_was_told(citizen: Visitor) -> None:
    review = await to_the_review(citizen)

    for told in ("انقطاع الكهرباء", "السالمية", "287010112349", "50012345"):
        assert told in review
