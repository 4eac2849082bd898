"""The pages around the chat: what the service is, where a case stands, what is kept."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.e2e.support import Server
from tests.web.support import Visitor, Visits, texts, to_the_receipt

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]
WRONG_NUMBER, WRONG_CODE = "KW-2026-999999-0", "AAAA-2222"
LANGUAGES = ["ar", "en", "ur"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/", "/privacy", "/track"])
async def test_pages_render_whole_in_each_language(
    visits: Visits, gateway: Server, path: str, language: str
) -> None:
    visitor = await visits(language=language, path=path)
    name = {"/": "home", "/privacy": "privacy", "/track": "track"}[path]

    shown = await visitor.page.locator("body").inner_text()

    await expect(visitor.page.locator("html")).to_have_attribute("lang", language)
    await expect(visitor.page.locator("h1")).to_have_text(texts(language)[name]["headline"])
    assert not re.search(r"[{}]|None|undefined", shown)
    assert visitor.watch.hosts == {urlsplit(gateway.url).netloc}


async def test_the_language_of_the_browser_is_spoken(visits: Visits) -> None:
    visitor = await visits(path=None, locale="en-GB")

    await visitor.page.goto(visitor.base)

    await expect(visitor.page.locator("html")).to_have_attribute("lang", "en")


async def test_the_chat_opens_from_the_first_page(visits: Visits) -> None:
    visitor = await visits(path="/")

    await visitor.page.locator("[data-shakwa-open]").click()

    box = visitor.page.frame_locator("shakwa-chat iframe").locator("#box")
    await expect(box).to_be_visible()


async def test_a_case_is_followed_by_number_and_code(visits: Visits) -> None:
    visitor, number, code = await filed(visits)

    await visitor.follows(number, code)

    words = visitor.t["track"]
    main = visitor.page.get_by_role("main")
    await expect(main).to_contain_text(number)
    await expect(main).to_contain_text(words["status_filed"])
    await expect(main).to_contain_text(words["next_filed"])
    await expect(main).to_contain_text("وزارة الكهرباء والماء")
    await expect(main.locator("[aria-current=step]")).to_have_count(1)
    assert code not in await visitor.page.content()
    assert "سالم" not in await visitor.page.content()


async def test_a_wrong_number_and_a_wrong_code_are_told_alike(visits: Visits) -> None:
    visitor, number, code = await filed(visits)
    visitor.watch.allowed.append("404")

    told: list[str] = []
    for asked in ((number, WRONG_CODE), (WRONG_NUMBER, code), ("رقم", code), (number, "؟")):
        await visitor.follows(*asked)
        told.append(await visitor.page.get_by_role("alert").inner_text())

    assert told == [visitor.t["track"]["not_found"]] * 4
    assert number not in await main_text(visitor.page)


async def test_guessing_runs_into_a_limit_for_the_guesser_alone(visits: Visits) -> None:
    owner, number, code = await filed(visits)
    guesser = await visits(path="/track")
    guesser.watch.allowed += ["404", "429"]

    for _ in range(5):
        await guesser.follows(number, WRONG_CODE)
    await guesser.follows(number, code)
    await owner.follows(number, code)

    waits = guesser.t["track"]["too_many"].partition("{")[0]
    await expect(guesser.page.get_by_role("alert")).to_contain_text(waits)
    await expect(owner.page.get_by_role("main")).to_contain_text(number)


async def test_digits_and_letters_may_be_typed_loosely(visits: Visits) -> None:
    visitor, number, code = await filed(visits)
    eastern = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

    await visitor.follows(f" {number.lower().translate(eastern)} ", f" {code.lower()} ")

    await expect(visitor.page.get_by_role("main")).to_contain_text(number)


async def test_following_works_without_javascript(visits: Visits) -> None:
    _, number, code = await filed(visits)
    visitor = await visits(path="/track", java_script_enabled=False)

    await visitor.follows(number, code)

    await expect(visitor.page.get_by_role("main")).to_contain_text(number)


async def test_without_javascript_the_chat_names_other_ways(visits: Visits) -> None:
    visitor = await visits(java_script_enabled=False)

    way = visitor.page.locator("noscript a")  # a text that Playwright does not search
    await expect(way).to_be_visible()
    await expect(way).to_have_text(visitor.t["page"]["other_ways"])


async def filed(visits: Visits) -> tuple[Visitor, str, str]:
    """Return somebody who has filed, with the case's number and code."""
    visitor = await visits()
    await to_the_receipt(visitor)
    number, code = await visitor.answers.last.locator(".key bdi").all_inner_texts()
    await visitor.opens("/track")
    return visitor, number, code


async def main_text(page: Page) -> str:
    return await page.get_by_role("main").inner_text()
