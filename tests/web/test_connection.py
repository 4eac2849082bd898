"""What networks, servers and tabs do: nothing is lost, nothing is doubled."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, Route, WebSocketRoute, expect

from tests.e2e.support import Server, case_number
from tests.web.support import PERSON, POWER_CUT, Visitor, Visits, photo

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]
BROKEN = ["ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION", "ERR_FAILED", "ERR_EMPTY", "WebSocket"]


@dataclass
class Network:
    """A network in the page's way; `sockets` and `requests` say what passes."""

    sockets: bool = True
    requests: bool = True
    polls: int = 0

    async def between(self, page: Page) -> "Network":
        await page.route_web_socket("**/widget/socket", self._socket)
        await page.route(re.compile(r"/widget/\w"), self._request)
        return self

    async def _socket(self, socket: WebSocketRoute) -> None:
        if self.sockets:
            socket.connect_to_server()
        else:
            await socket.close()

    async def _request(self, route: Route) -> None:
        self.polls += "/widget/poll" in route.request.url
        await (route.continue_() if self.requests else route.abort())


@pytest.fixture
def shaken(citizen: Visitor) -> Visitor:
    """A citizen whose browser may complain of a broken network."""
    citizen.watch.allowed += BROKEN
    return citizen


async def test_a_message_waits_while_offline_and_is_delivered_once(shaken: Visitor) -> None:
    await shaken.says("السلام عليكم")

    await shaken.page.context.set_offline(offline=True)
    await expect(shaken.banner).to_have_text(shaken.t["chat"]["offline"])
    await shaken.types(POWER_CUT)
    state = shaken.own.last.locator(".state")
    await expect(state).to_have_text(shaken.t["chat"]["wait"])
    await shaken.page.context.set_offline(offline=False)
    await shaken.has_heard(2)

    await expect(state).to_have_text(shaken.t["chat"]["sent"])
    await expect(shaken.banner).not_to_have_text(shaken.t["chat"]["offline"])
    assert "انقطاع الكهرباء" in await shaken.last_answer()
    assert await as_the_server_tells(shaken) == await shaken.reads()


async def test_messages_typed_while_the_gateway_is_dead_arrive_once_in_order(
    shaken: Visitor, gateway: Server
) -> None:
    await shaken.says(POWER_CUT)

    await gateway.kill()
    await shaken.types("نعم")
    await shaken.types("ابي يرجعون التيار")
    await expect(shaken.own.last.locator(".state")).to_have_text(shaken.t["chat"]["wait"])
    await gateway.start()
    await looks_again(shaken.page)
    await shaken.has_heard(3)

    told = await shaken.own.locator(".text").all_inner_texts()
    assert told == [POWER_CUT, "نعم", "ابي يرجعون التيار"]
    assert await as_the_server_tells(shaken) == await shaken.reads()


async def test_a_gateway_killed_at_once_after_a_message_still_answers_it_once(
    shaken: Visitor, gateway: Server
) -> None:
    await shaken.says(POWER_CUT)
    await shaken.taps("نعم")
    await shaken.says("ابي يرجعون التيار")
    await shaken.taps("كمّل")
    await shaken.says(PERSON)

    await shaken.log.locator(".choices button", has_text="أوافق").click()
    await gateway.kill()
    await gateway.start()
    await looks_again(shaken.page)
    await shaken.has_heard(6)
    number = case_number(await shaken.last_answer())
    listed = await shaken.says("كم شكوى عندي مسجلة؟")

    assert number in listed or "1" in listed
    await expect(shaken.own).to_have_count(7)
    assert await as_the_server_tells(shaken) == await shaken.reads()


async def test_a_gateway_that_stops_in_order_is_found_again(
    shaken: Visitor, gateway: Server
) -> None:
    await shaken.says("السلام عليكم")

    async with asyncio.timeout(8):
        await gateway.stop()
    await gateway.start()

    assert "انقطاع الكهرباء" in await shaken.says(POWER_CUT)
    await expect(shaken.own).to_have_count(2)


async def test_two_tabs_see_the_same_and_nothing_twice(citizen: Visitor) -> None:
    other = await tab_of(citizen)
    await citizen.says(POWER_CUT)
    await other.has_heard(1)
    await other.taps("نعم")
    await citizen.has_heard(2)

    seen = await citizen.reads()

    assert len(seen) == 4
    assert await other.reads() == seen
    await expect(citizen.answers.first.locator(".choices")).to_have_count(0)


async def test_two_tabs_that_speak_at_once_agree_on_the_order(citizen: Visitor) -> None:
    other = await tab_of(citizen)
    await citizen.says("السلام عليكم")
    await other.has_heard(1)

    await asyncio.gather(citizen.types("شكرا"), other.types("وين وصلت شكواي؟"))
    await citizen.has_heard(3)
    await other.has_heard(3)

    assert await other.reads() == await citizen.reads()
    await expect(citizen.own).to_have_count(3)


async def test_two_tabs_opened_at_once_share_one_session(visits: Visits) -> None:
    citizen = await visits(path=None)
    other = Visitor(await citizen.page.context.new_page(), citizen.base, citizen.watch)
    await asyncio.gather(citizen.opens(), other.opens())

    await citizen.says("السلام عليكم")
    await other.has_heard(1)

    assert await other.reads() == await citizen.reads()


async def test_a_network_without_websockets_goes_on_by_polling(visits: Visits) -> None:
    citizen = await visits(path=None)
    citizen.watch.allowed += BROKEN
    network = await Network(sockets=False).between(citizen.page)
    await citizen.opens()

    async with citizen.page.expect_request("**/widget/send"):
        for _ in range(3):
            await looks_again(citizen.page)
    answer = await citizen.says(POWER_CUT)
    photo_kept = await citizen.sends(photo())

    assert "انقطاع الكهرباء" in answer
    assert photo_kept
    assert network.polls
    await expect(citizen.own).to_have_count(2)
    assert await as_the_server_tells(citizen) == await citizen.reads()


async def test_unsent_messages_and_files_survive_a_reload(visits: Visits) -> None:
    citizen = await visits(path=None)
    citizen.watch.allowed += BROKEN
    network = await Network().between(citizen.page)
    await citizen.opens()
    await citizen.says(POWER_CUT)
    network.sockets = network.requests = False
    await citizen.page.reload()
    await citizen.types("نعم")
    await citizen.picks(photo())
    await citizen.view.locator("#send").click()

    await citizen.page.reload()
    await expect(citizen.own).to_have_count(2)
    await expect(citizen.own.last.locator(".state")).to_have_text(citizen.t["chat"]["wait"])
    network.sockets = network.requests = True
    await citizen.page.reload()
    await citizen.has_heard(3)

    await expect(citizen.own).to_have_count(3)
    assert "photo.png" in (await citizen.reads())[4]
    assert await as_the_server_tells(citizen) == await citizen.reads()


async def test_a_half_written_message_survives_a_reload(citizen: Visitor) -> None:
    await citizen.box.fill("كنت أكتب ولم")

    await citizen.page.reload()

    await expect(citizen.box).to_have_value("كنت أكتب ولم")
    await expect(citizen.own).to_have_count(0)


async def test_a_session_that_the_gateway_does_not_know_is_begun_anew(citizen: Visitor) -> None:
    await citizen.page.evaluate("localStorage.setItem('shakwa.sid', 'x'.repeat(43))")

    await citizen.page.reload()
    answer = await citizen.says(POWER_CUT)

    assert "انقطاع الكهرباء" in answer
    await expect(citizen.own).to_have_count(1)


async def test_many_new_sessions_from_one_address_prove_work_unseen(visits: Visits) -> None:
    first, frames = await visits(path=None), list[str]()
    first.page.on("websocket", lambda socket: socket.on("framereceived", heard_by(frames)))
    await first.opens()
    await first.is_connected()
    for _ in range(12):
        await first.page.evaluate("localStorage.clear()")
        await first.page.reload()
        await first.is_connected()

    assert "انقطاع الكهرباء" in await first.says(POWER_CUT)
    assert any('"challenge"' in frame for frame in frames)


def heard_by(frames: list[str]) -> Callable[[str | bytes], None]:
    return lambda frame: frames.append(str(frame))


async def tab_of(citizen: Visitor) -> Visitor:
    """Open a second tab of the same browser, once the first has a session."""
    await citizen.is_connected()
    other = Visitor(await citizen.page.context.new_page(), citizen.base, citizen.watch)
    await other.opens()
    return other


async def looks_again(page: Page) -> None:
    """Turn to the page again: it then connects at once."""
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))")


async def as_the_server_tells(citizen: Visitor) -> list[str]:
    """Return the history as a fresh tab of the same browser shows it."""
    heard = await citizen.answers.count()
    fresh = Visitor(await citizen.page.context.new_page(), citizen.base, citizen.watch)
    await fresh.opens()
    await fresh.has_heard(heard)
    return await fresh.reads()
