"""Photos and files: each has its own outcome, and a weak phone sends no more than it must."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import FilePayload, Route, expect

from storage.database import connect
from tests.e2e.support import Server
from tests.web.support import Visitor, photo, png

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]
UPLOAD = "**/widget/attachments*"
STRANGE: FilePayload = {
    "name": "program.exe",
    "mimeType": "application/octet-stream",
    "buffer": b"MZ" * 99,
}
DISGUISED: FilePayload = {
    "name": "photo.png",
    "mimeType": "image/png",
    "buffer": b"<!doctype html><script>alert(1)</script>" + b" " * 500,
}


@pytest.fixture(scope="module")
def large() -> FilePayload:
    """A photo of 4000 by 3000 points and some megabytes."""
    picture = png(4000, 3000, noisy=range(0, 3000, 5))
    assert 1_000_000 < len(picture) < 10_000_000
    return {"name": "damage.png", "mimeType": "image/png", "buffer": picture}


async def test_one_refused_file_does_not_stop_the_others(citizen: Visitor) -> None:
    citizen.watch.allowed.append("415")
    await citizen.box.fill("صور الأضرار")

    await citizen.sends(photo("street.png"), STRANGE, photo("pole.png"))

    await expect(row(citizen, "program.exe").locator(".error")).to_be_visible()
    for name in ("street.png", "pole.png"):
        await expect(row(citizen, name).locator(".i-sent")).to_be_visible()
    await expect(citizen.own.last).to_contain_text("صور الأضرار")
    await citizen.page.reload()
    await citizen.has_heard(1)
    kept = await citizen.own.last.locator(".name").all_inner_texts()
    assert kept == ["street.png", "pole.png"]


@pytest.mark.parametrize("file", [STRANGE, DISGUISED], ids=["program", "page dressed as a photo"])
async def test_a_message_of_refused_files_alone_says_why(
    citizen: Visitor, file: FilePayload
) -> None:
    citizen.watch.allowed.append("415")
    await citizen.picks(file)
    await citizen.view.locator("#send").click()

    await expect(row(citizen, file["name"]).locator(".error")).not_to_be_empty()
    await expect(citizen.own.last.locator(".state")).to_contain_text(
        citizen.t["chat"]["nothing_was_sent"]
    )
    await expect(citizen.answers).to_have_count(0)


async def test_a_large_photo_is_shrunk_on_the_phone(
    citizen: Visitor, gateway: Server, large: FilePayload
) -> None:
    sent = await upload_of(citizen, large)

    kept = await newest_upload(gateway)
    assert sent < len(large["buffer"]) / 2
    assert kept["media_type"] == "image/jpeg"
    assert abs(kept["size"] - sent) < 1000
    assert max(kept["sides"]) == 1600
    assert kept["sides"] == (1600, 1200)


async def test_the_original_is_kept_where_the_citizen_wants_it(
    citizen: Visitor, gateway: Server, large: FilePayload
) -> None:
    sent = await upload_of(citizen, large, original=True)

    kept = await newest_upload(gateway)
    assert sent >= len(large["buffer"])
    assert kept["media_type"] == "image/png"
    assert kept["size"] == len(large["buffer"])


async def test_an_upload_can_be_cancelled_and_the_rest_arrives(
    citizen: Visitor, large: FilePayload
) -> None:
    await slow_upload(citizen)
    await citizen.picks(large, photo("pole.png"))
    await citizen.panel.get_by_role("checkbox").check()
    await citizen.view.locator("#send").click()
    uploading = row(citizen, "damage.png")
    await expect(uploading.locator("progress")).to_have_attribute("value", re.compile(r"0\.\d"))

    await uploading.get_by_role("button", name=citizen.t["chat"]["cancel"]).click()
    await citizen.has_heard(1)

    await expect(uploading.locator(".outcome")).to_have_text(citizen.t["chat"]["cancelled"])
    await expect(row(citizen, "pole.png").locator(".i-sent")).to_be_visible()


async def test_a_broken_upload_is_sent_again_and_kept_once(
    citizen: Visitor, gateway: Server
) -> None:
    citizen.watch.allowed.append("ERR_CONNECTION_RESET")
    attempts: list[str] = []

    async def broken_once(route: Route) -> None:
        attempts.append(route.request.url)
        await (route.abort("connectionreset") if len(attempts) == 1 else route.continue_())

    await citizen.page.route(UPLOAD, broken_once)

    await citizen.sends(photo("again.png"))

    assert len(attempts) == 2
    await expect(citizen.own).to_have_count(1)
    await expect(row(citizen, "again.png").locator(".i-sent")).to_be_visible()


async def test_a_picked_file_can_be_taken_out_again(citizen: Visitor) -> None:
    await citizen.picks(photo("street.png"), photo("secret.png"))

    words = citizen.t["chat"]["remove_file"].format(name="secret.png")
    await citizen.panel.get_by_role("button", name=words).click()
    await citizen.answers_after(citizen.view.locator("#send").click())

    assert await citizen.own.last.locator(".name").all_inner_texts() == ["street.png"]
    await expect(citizen.panel).to_be_empty()


async def test_more_than_ten_files_are_too_many_at_once(citizen: Visitor) -> None:
    await citizen.picks(*(photo(f"{n}.png") for n in range(12)))

    told = citizen.t["chat"]["files_at_once"].format(n=10)
    await expect(citizen.panel.get_by_role("alert")).to_have_text(told)
    await expect(citizen.panel.locator(".file")).to_have_count(10)


async def test_a_voice_note_can_be_thrown_away(citizen: Visitor) -> None:
    await citizen.records()
    await citizen.panel.get_by_text(citizen.t["chat"]["stop_recording"]).click()
    await expect(citizen.panel.locator("audio")).to_be_visible()

    await citizen.panel.get_by_text(citizen.t["chat"]["throw_away"], exact=True).click()

    await expect(citizen.panel).to_be_empty()
    await expect(citizen.own).to_have_count(0)


def row(citizen: Visitor, name: str) -> Any:
    """Return a file's line in the citizen's newest message."""
    return citizen.own.last.locator(".file", has_text=name)


async def upload_of(citizen: Visitor, file: FilePayload, *, original: bool = False) -> int:
    """Send a file and return how many bytes went over the network."""
    await citizen.picks(file)
    if original:
        await citizen.panel.get_by_role("checkbox").check()
    async with citizen.page.expect_request_finished(
        lambda request: "/widget/attachments" in request.url
    ) as uploaded:
        await citizen.answers_after(citizen.view.locator("#send").click())
    length = await (await uploaded.value).header_value("content-length")
    assert length
    return int(length)


async def slow_upload(citizen: Visitor) -> None:
    """Let the phone's network carry 200 kilobytes a second."""
    session = await citizen.page.context.new_cdp_session(citizen.page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}
    await session.send("Network.emulateNetworkConditions", slow)


async def newest_upload(gateway: Server) -> dict[str, Any]:
    """Return what the store knows of the newest upload."""
    async with asyncio.timeout(10), connect(gateway._env["MONGODB_URI"]) as database:
        newest: Any = await database["attachments"].find_one(sort=[("uploaded_at", -1)])
        file: Any = await database["attachments.files"].find_one({"length": newest["size"]})
        chunk: Any = await database["attachments.chunks"].find_one(
            {"files_id": file["_id"], "n": 0}
        )
    return {**newest, "sides": jpeg_sides(chunk["data"])}


def jpeg_sides(head: bytes) -> tuple[int, int]:
    """Return width and height from a JPEG's beginning; zeros for another kind."""
    frame = re.search(rb"\xff[\xc0\xc2]..\x08(..)(..)", head, re.DOTALL)
    return (int.from_bytes(frame[2]), int.from_bytes(frame[1])) if frame else (0, 0)
