"""A site of a ministry embeds the chat under the strictest policy; a stranger's cannot."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Frame, Locator, expect

from tests.e2e.support import Server, case_number
from tests.web.support import POWER_CUT, Site, Visitor, Visits, faults, photo, to_the_receipt

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]
DESKTOP = {"width": 1280, "height": 800}


@dataclass
class Host:
    """A visitor of a host page, and where the chat opens."""

    visitor: Visitor

    @property
    def launcher(self) -> Locator:
        return self.visitor.page.locator("shakwa-chat button")

    @property
    def frame(self) -> Locator:
        return self.visitor.page.locator("shakwa-chat iframe")

    async def opens_the_chat(self) -> Visitor:
        await self.launcher.click()
        handle = await self.frame.element_handle()
        frame: Frame | None = await handle.content_frame()
        assert frame
        self.visitor.chat = frame
        return self.visitor


@pytest_asyncio.fixture(loop_scope="session")
async def host(visits: Visits, site: Site) -> AsyncGenerator[Host]:
    """Somebody on a page of the site, at a desk."""
    yield await host_of(visits, site.origin, viewport=DESKTOP)


async def host_of(visits: Visits, origin: str, **more: object) -> Host:
    visitor = await visits(path=None, **more)
    visitor.watch.friends.add(urlsplit(origin).netloc)
    await visitor.page.goto(origin)
    return Host(visitor)


async def test_nothing_opens_by_itself(host: Host) -> None:
    await expect(host.launcher).to_be_visible()
    await expect(host.launcher).to_have_attribute("aria-expanded", "false")
    await expect(host.frame).to_have_count(0)


async def test_axe_finds_nothing_in_the_closed_launcher(host: Host) -> None:
    await expect(host.launcher).to_be_visible()

    assert await faults(host.visitor.page, "shakwa-chat") == []


async def test_a_host_that_forbids_microphone_and_place_gets_a_chat_without_them(
    visits: Visits, site: Site
) -> None:
    host = await host_of(visits, f"{site.origin}/quiet", viewport=DESKTOP)
    citizen = await host.opens_the_chat()

    await citizen.says(POWER_CUT)

    await citizen.view.locator("#plus").click()
    tools = citizen.view.locator("#tools")
    await expect(tools.locator("[data-icon=file]")).to_be_visible()
    await expect(tools.locator("[data-icon=mic]")).to_be_hidden()
    await expect(tools.locator("[data-icon=place]")).to_be_hidden()


async def test_a_complaint_is_filed_inside_the_frame(host: Host) -> None:
    citizen = await host.opens_the_chat()

    receipt = await to_the_receipt(citizen)

    assert case_number(receipt)
    await expect(host.launcher).to_have_attribute("aria-expanded", "true")


async def test_photo_and_voice_note_work_inside_the_frame(host: Host) -> None:
    citizen = await host.opens_the_chat()
    await citizen.says(POWER_CUT)

    await citizen.sends(photo())
    await citizen.speaks()

    await expect(citizen.own).to_have_count(3)
    await expect(citizen.log.locator(".failed")).to_have_count(0)


async def test_escape_closes_and_the_focus_returns(host: Host) -> None:
    citizen = await host.opens_the_chat()
    await citizen.box.click()

    await citizen.page.keyboard.press("Escape")

    await expect(host.frame).to_be_hidden()
    assert (
        await citizen.page.evaluate(
            "document.querySelector('shakwa-chat').shadowRoot.activeElement?.tagName"
        )
        == "BUTTON"
    )


async def test_a_closed_chat_is_found_as_it_was_left(host: Host) -> None:
    citizen = await host.opens_the_chat()
    await citizen.says(POWER_CUT)
    await host.launcher.click()
    await expect(host.frame).to_be_hidden()

    await host.launcher.click()
    await expect(host.frame).to_be_visible()
    # By key: the browser sends a click elsewhere until a frame of another site is drawn again.
    await citizen.answers_after(citizen.log.get_by_role("button", name="نعم").press("Enter"))

    await expect(citizen.own).to_have_count(2)


async def test_on_a_phone_the_chat_fills_the_screen_and_has_its_own_close(
    visits: Visits, site: Site
) -> None:
    host = await host_of(visits, site.origin)
    citizen = await host.opens_the_chat()
    await expect(host.launcher).to_be_hidden()
    box = await host.frame.bounding_box()

    await citizen.view.locator("#close").click()

    assert box == {"x": 0, "y": 0, "width": 360, "height": 740}
    await expect(host.frame).to_be_hidden()
    await expect(host.launcher).to_be_visible()


async def test_a_site_that_is_not_on_the_list_cannot_frame_the_chat(
    visits: Visits, site: Site, gateway: Server
) -> None:
    host = await host_of(visits, site.stranger, viewport=DESKTOP)
    host.visitor.watch.allowed.append("frame-ancestors")
    async with host.visitor.page.expect_event(
        "console", lambda message: "frame-ancestors" in message.text
    ):
        citizen = await host.opens_the_chat()

    assert citizen.chat
    assert not citizen.chat.url.startswith(gateway.url)
    await expect(citizen.box).to_have_count(0)
