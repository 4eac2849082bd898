"""Nobody is shut out: WCAG 2.2 AA in every state, by keyboard alone, on small screens."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.e2e.support import NUMBER
from tests.web.support import (
    PERSON,
    POWER_CUT,
    Visitor,
    Visits,
    faults,
    photo,
    to_the_receipt,
)
from tests.web.test_connection import BROKEN
from tests.web.test_files import STRANGE

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]
LOOKS = [(scheme, language) for scheme in ("light", "dark") for language in ("ar", "en")]


@pytest.mark.parametrize(("scheme", "language"), LOOKS)
async def test_axe_finds_nothing_in_any_state_of_the_chat(
    visits: Visits, scheme: str, language: str
) -> None:
    citizen = await visits(language=language, color_scheme=scheme)
    citizen.watch.allowed += [*BROKEN, "415"]

    found = {state: await faults(citizen.page) async for state in states(citizen)}

    assert not any(found.values()), found
    assert len(found) == 9


async def states(citizen: Visitor) -> AsyncIterator[str]:
    """Bring the chat into one state after another."""
    yield "empty"
    await citizen.says(POWER_CUT)
    yield "a conversation with choices"
    await citizen.view.locator("#plus").click()
    yield "the tools unfolded"
    await citizen.view.locator("#plus").click()
    await citizen.view.locator("#menu").click()
    yield "the settings"
    await citizen.view.locator("#settings .main").click()
    await citizen.records()
    yield "recording"
    await citizen.panel.get_by_text(citizen.t["chat"]["cancel"]).click()
    await citizen.picks(photo(), STRANGE)
    yield "files picked"
    await citizen.answers_after(citizen.view.locator("#send").click())
    await expect(citizen.own.last.locator(".error")).to_be_visible()
    yield "a refused file"
    await citizen.page.context.set_offline(offline=True)
    await citizen.types("نعم")
    await expect(citizen.banner).to_have_text(citizen.t["chat"]["offline"])
    yield "offline"
    await citizen.page.context.set_offline(offline=False)
    await citizen.has_heard(3)
    await citizen.starts_anew()
    await to_the_receipt(citizen)
    yield "the receipt"


@pytest.mark.parametrize(("scheme", "language"), LOOKS)
@pytest.mark.parametrize("path", ["/", "/track", "/privacy"])
async def test_axe_finds_nothing_on_the_pages(
    visits: Visits, path: str, scheme: str, language: str
) -> None:
    visitor = await visits(language=language, path=path, color_scheme=scheme)

    assert not await faults(visitor.page)


async def test_axe_finds_nothing_on_a_followed_case_nor_on_a_wrong_code(visits: Visits) -> None:
    visitor = await visits()
    visitor.watch.allowed.append("404")
    await to_the_receipt(visitor)
    number, code = await visitor.answers.last.locator(".key bdi").all_inner_texts()

    await visitor.opens("/track")
    await visitor.follows(number, "AAAA-2222")
    wrong = await faults(visitor.page)
    await visitor.follows(number, code)
    right = await faults(visitor.page)

    assert not wrong
    assert not right


async def test_the_whole_interview_by_keyboard_alone(visits: Visits) -> None:
    citizen = await visits()
    keys = Keys(citizen)

    await keys.says(POWER_CUT)
    await keys.chooses("نعم")
    await keys.says("ابي يرجعون التيار")
    await keys.chooses("كمّل")
    await keys.says(PERSON)
    receipt = await keys.chooses("أوافق")

    assert NUMBER.search(receipt)


async def test_settings_and_tools_by_keyboard_alone(citizen: Visitor) -> None:
    keys, page = Keys(citizen), citizen.page

    await keys.goes_to("#menu")
    await page.keyboard.press("Enter")
    await expect(citizen.view.locator("#settings")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(citizen.view.locator("#settings")).to_be_hidden()
    await expect(citizen.view.locator("#menu")).to_be_focused()
    await keys.goes_to("#plus")
    await page.keyboard.press("Enter")
    await expect(citizen.view.locator("#tools")).to_be_visible()
    await page.keyboard.press("Escape")

    await expect(citizen.view.locator("#tools")).to_be_hidden()
    await expect(citizen.view.locator("#plus")).to_be_focused()


async def test_nothing_scrolls_sideways_at_320_pixels(visits: Visits) -> None:
    citizen = await visits(viewport={"width": 320, "height": 640})

    empty = await beyond_the_edge(citizen.page)
    await to_the_receipt(citizen)
    receipt = await beyond_the_edge(citizen.page)

    assert (empty, receipt) == ([], [])


async def test_nothing_scrolls_sideways_with_text_of_200_percent(citizen: Visitor) -> None:
    await citizen.page.evaluate("document.documentElement.style.fontSize = '200%'")

    empty = await beyond_the_edge(citizen.page)
    await to_the_receipt(citizen)
    receipt = await beyond_the_edge(citizen.page)

    assert (empty, receipt) == ([], [])
    await expect(citizen.box).to_be_in_viewport()
    await expect(citizen.view.locator("#send")).to_be_in_viewport()


@pytest.mark.parametrize("path", ["/", "/track", "/privacy"])
async def test_no_page_scrolls_sideways_on_small_screens(visits: Visits, path: str) -> None:
    visitor = await visits(path=path, viewport={"width": 320, "height": 640})

    normal = await beyond_the_edge(visitor.page)
    await visitor.page.evaluate("document.documentElement.style.fontSize = '200%'")
    doubled = await beyond_the_edge(visitor.page)

    assert (normal, doubled) == ([], [])


async def test_what_can_be_touched_is_large_enough(citizen: Visitor) -> None:
    await to_the_receipt(citizen)
    await citizen.view.locator("#plus").click()

    small = await citizen.page.evaluate(
        """() => [...document.querySelectorAll('button, textarea, a')]
            .map(node => [node, node.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.width < 44 || box.height < 44))
            .map(([node, box]) => `${node.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""
    )

    assert small == []


async def test_forced_colours_and_reduced_motion_are_kept(visits: Visits) -> None:
    citizen = await visits(forced_colors="active", reduced_motion="reduce")
    await citizen.says(POWER_CUT)

    await citizen.records()

    moving = "() => document.getAnimations().filter(one => one.playState === 'running').length"
    assert await citizen.page.evaluate(moving) == 0
    assert not await faults(citizen.page)
    edge = citizen.log.locator(".choices button").first
    assert await edge.evaluate("node => getComputedStyle(node).borderTopStyle") == "solid"


async def test_the_log_alone_is_announced_and_history_is_not(visits: Visits) -> None:
    citizen = await visits()
    await citizen.says(POWER_CUT)
    await citizen.taps("نعم")
    # Told in the page, since nothing outside it sees the order of things.
    await citizen.page.add_init_script(
        """window.announced = [];
        addEventListener('DOMContentLoaded', () => new MutationObserver(records => {
            const log = document.getElementById('log');
            for (const { addedNodes } of records)
                if (log.getAttribute('role') === 'log')
                    window.announced.push(...[...addedNodes].map(node => node.textContent));
        }).observe(document.getElementById('log'), { childList: true }));"""
    )

    await citizen.page.reload()
    await citizen.has_heard(2)
    log = citizen.page.get_by_role("log")
    await expect(log).to_have_attribute("aria-live", "polite")
    history = await citizen.page.evaluate("window.announced")
    await citizen.says("ابي يرجعون التيار")
    announced = await citizen.page.evaluate("window.announced")

    assert history == []
    assert len(announced) == 2
    await expect(log.locator("[role=status], #typing, #banner")).to_have_count(0)
    await expect(citizen.page.locator("[role=status]")).to_have_count(2)


async def test_each_message_says_who_speaks_and_in_which_language(citizen: Visitor) -> None:
    await citizen.says("There is a big pothole in the road in Salmiya since last week")

    await expect(citizen.own.first.locator(".vh").first).to_have_text(
        citizen.t["chat"]["you_said"]
    )
    await expect(citizen.answers.first.locator(".vh").first).to_have_text(
        citizen.t["chat"]["shakwa_says"]
    )
    await expect(citizen.own.first.locator(".text")).to_have_attribute("lang", "en")
    await expect(citizen.own.first.locator(".text")).to_have_attribute("dir", "auto")


async def test_size_and_colours_are_remembered(citizen: Visitor) -> None:
    words = citizen.t["page"]
    await citizen.view.locator("#menu").click()
    await citizen.view.get_by_role("radio", name=words["size_largest"], exact=True).check()
    await citizen.view.get_by_role("radio", name=words["colours_dark"], exact=True).check()

    await citizen.page.reload()

    html = citizen.page.locator("html")
    await expect(html).to_have_css("font-size", "22.4px")
    await expect(html).to_have_css("color-scheme", "dark")
    assert await beyond_the_edge(citizen.page) == []


class Keys:
    """A citizen who has only a keyboard."""

    def __init__(self, citizen: Visitor) -> None:
        self._citizen, self._keyboard = citizen, citizen.page.keyboard

    async def goes_to(self, selector: str, words: str = "") -> None:
        """Press Tab until something that matches has the focus."""
        matches = (
            "([selector, words]) => document.activeElement.matches(selector)"
            " && document.activeElement.textContent.includes(words)"
        )
        for _ in range(40):
            if await self._citizen.page.evaluate(matches, [selector, words]):
                return
            await self._keyboard.press("Tab")
        message = f"Tab never reaches {selector} {words}"
        raise AssertionError(message)

    async def says(self, text: str) -> str:
        """Write a message and press Enter."""
        await self.goes_to("#box")
        await self._keyboard.insert_text(text)
        return await self._citizen.answers_after(self._keyboard.press("Enter"))

    async def chooses(self, words: str) -> str:
        """Go to a choice and press Enter."""
        await self.goes_to(".choices button", words)
        return await self._citizen.answers_after(self._keyboard.press("Enter"))


async def beyond_the_edge(page: Page) -> list[str]:
    """Return what makes the page, or a part of it, scroll sideways."""
    return await page.evaluate(
        """() => [...document.querySelectorAll('html, body, body *:not(.vh, svg, svg *)')]
            .filter(node => node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 1
                && (node === document.documentElement
                    || ['auto', 'scroll'].includes(getComputedStyle(node).overflowX)))
            .map(node => `${node.tagName}#${node.id}.${node.className}`)"""
    )
