"""A citizen in front of the chat page, and somebody who looks over their shoulder."""

import re
import zlib
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import yaml
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import (
    BrowserContext,
    ConsoleMessage,
    FilePayload,
    Frame,
    Locator,
    Page,
    Request,
    expect,
)

from bot.settings import ROOT

PERSON: Final = "سالم فهد العنزي 287010112349 50012345"
POWER_CUT: Final = "الكهرباء مقطوعة عندنا من الفجر في السالمية قطعة ٤"
_OUTSIDE: Final = frozenset({"data", "blob", "about", "chrome-error"})
# A strict policy forbids wait_for_function.
_UNTIL_A_SESSION: Final = """async () => {
    while (!localStorage.getItem('shakwa.sid')) await new Promise(requestAnimationFrame);
}"""


@cache
def texts(language: str) -> dict[str, Any]:
    """Return the web's texts of a language."""
    path: Path = ROOT / "connectors" / "web" / "texts" / f"{language}.yml"
    return yaml.safe_load(path.read_text("utf-8"))


@dataclass
class Watch:
    """What a page complains of and fetches; `allowed` are complaints that a test provokes."""

    hosts: set[str] = field(default_factory=set[str])
    complaints: list[str] = field(default_factory=list[str])
    allowed: list[str] = field(default_factory=list[str])
    friends: set[str] = field(default_factory=set[str])  # hosts that a test visits on purpose

    def over(self, context: BrowserContext) -> None:
        """Watch every page of a context."""
        context.on("console", self._console)
        context.on("weberror", lambda event: self.complaints.append(str(event.error)))
        context.on("request", self._request)

    @property
    def unexpected(self) -> list[str]:
        """The complaints that no test has allowed."""
        return [
            complaint
            for complaint in self.complaints
            if not any(re.search(allowed, complaint) for allowed in self.allowed)
        ]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            where: Any = message.location
            self.complaints.append(f"{message.text} {where}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in _OUTSIDE:
            self.hosts.add(address.netloc)


@dataclass(frozen=True, slots=True)
class Site:
    """One server with two names: a ministry that may embed the chat, and a stranger."""

    port: int

    @property
    def origin(self) -> str:
        """The name that is on SHAKWA_WEB_ORIGINS."""
        return f"http://localhost:{self.port}"

    @property
    def stranger(self) -> str:
        """The name that is not."""
        return f"http://127.0.0.1:{self.port}"


@dataclass
class Visitor:
    """Somebody at the chat page: types, taps by the words of a button, and reads."""

    page: Page
    base: str
    watch: Watch
    language: str = "ar"
    chat: Page | Frame | None = None  # the chat's frame where a host page embeds it

    @property
    def view(self) -> Page | Frame:
        """Where the chat is."""
        return self.chat or self.page

    @property
    def t(self) -> dict[str, Any]:
        """The texts of the page's language."""
        return texts(self.language)

    @property
    def box(self) -> Locator:
        return self.view.locator("#box")

    @property
    def log(self) -> Locator:
        return self.view.locator("#log")

    @property
    def answers(self) -> Locator:
        """Shakwa's messages."""
        return self.log.locator(".m.bot")

    @property
    def own(self) -> Locator:
        """The citizen's messages."""
        return self.log.locator(".m.me")

    @property
    def panel(self) -> Locator:
        return self.view.locator("#panel")

    @property
    def banner(self) -> Locator:
        return self.view.locator("#banner")

    async def opens(self, path: str = "/widget/", **query: str) -> None:
        """Open a page and wait until it can be used."""
        asked = urlencode({"lang": self.language, **query})
        await self.page.goto(f"{self.base}{path}?{asked}")

    async def is_connected(self) -> None:
        """Wait for a session."""
        await self.page.evaluate(_UNTIL_A_SESSION)

    async def answers_after(self, act: Coroutine[Any, Any, None]) -> str:
        """Do something and return what Shakwa answers."""
        heard = await self.answers.count()
        await act
        await self.has_heard(heard + 1)
        return await self.last_answer()

    async def types(self, text: str) -> None:
        """Send a message without waiting for the answer."""
        await self.box.fill(text)
        await self.view.locator("#send").click()

    async def says(self, text: str) -> str:
        """Send a message and return the answer."""
        return await self.answers_after(self.types(text))

    async def taps(self, words: str) -> str:
        """Tap the choice whose title has these words and return the answer."""
        choice = self.log.locator(".choices button", has_text=words)
        return await self.answers_after(choice.click())

    async def taps_once_there(self, words: str) -> str:
        """Tap a choice of the history that is still arriving."""
        await expect(self.log.locator(".choices button", has_text=words)).to_be_visible()
        return await self.taps(words)

    async def sends(self, *files: FilePayload) -> str:
        """Pick files, send them and return the answer."""
        await self.picks(*files)
        return await self.answers_after(self.view.locator("#send").click())

    async def picks(self, *files: FilePayload) -> None:
        await self.view.locator("#pick").set_input_files(list(files))

    async def records(self) -> None:
        """Begin a voice note."""
        await self.uses("mic")
        await expect(self.panel.locator(".rec")).to_be_visible()

    async def speaks(self) -> str:
        """Record a voice note, listen to it, send it and return the answer."""
        await self.records()
        await expect(self.panel.get_by_role("timer")).to_have_text("0:01")
        await self.panel.get_by_text(self.t["chat"]["stop_recording"]).click()
        await expect(self.panel.locator("audio")).to_be_visible()
        send = self.panel.get_by_role("button", name=self.t["chat"]["send_voice"], exact=True)
        return await self.answers_after(send.click())

    async def uses(self, tool: str) -> None:
        """Use one of the tools beside the text box: file, mic or place."""
        button = self.view.locator(f"#tools [data-icon={tool}]")
        if not await button.is_visible():
            await self.view.locator("#plus").click()
        await button.click()

    async def starts_anew(self) -> None:
        await self.view.locator("#menu").click()
        await self.view.locator("#anew").click()
        async with self.page.expect_navigation():
            await self.view.locator("#sure button[value=yes]").click()

    async def follows(self, number: str, code: str) -> None:
        """Ask the /track page for a case."""
        if not await self.page.locator("[name=number]").count():
            await self.opens("/track")
        await self.page.locator("[name=number]").fill(number)
        await self.page.locator("[name=code]").fill(code)
        async with self.page.expect_navigation():
            await self.page.locator("form button").click()

    async def reads(self) -> list[str]:
        """Return what stands in the log, one text a message, without times and states."""
        return await self.log.locator(".m").evaluate_all(
            "all => all.map(one => [...one.querySelectorAll('.text, .name')]"
            ".map(part => { const copy = part.cloneNode(true);"
            " copy.querySelectorAll('button').forEach(button => button.remove());"
            " return copy.textContent.trim(); }).join(' | '))"
        )

    async def last_answer(self) -> str:
        """Return the newest answer's words."""
        return await self.answers.last.locator(".text").inner_text()

    async def has_heard(self, count: int) -> None:
        """Wait until there are so many answers."""
        await expect(self.answers).to_have_count(count)


type Visits = Callable[..., Coroutine[Any, Any, Visitor]]


async def to_the_review(citizen: Visitor) -> str:
    """Tell of a power cut and answer all that is asked."""
    await citizen.says(POWER_CUT)
    await citizen.taps("نعم")
    await citizen.says("ابي يرجعون التيار")
    await citizen.taps("كمّل")
    return await citizen.says(PERSON)


async def to_the_receipt(citizen: Visitor) -> str:
    """Tell of a power cut, to the receipt."""
    await to_the_review(citizen)
    return await citizen.taps("أوافق")


async def faults(page: Page, within: str | None = None) -> list[str]:
    """Return what axe finds on a page or in a part of it, with where it is."""
    results: Any = await Axe().run(page, within and [[within]])
    violations: list[Any] = results.response["violations"]
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in violations]


def png(width: int, height: int, *, noisy: Sequence[int] = ()) -> bytes:
    """Return a grey picture; the rows of `noisy` cannot be compressed."""
    rows = bytearray((b"\0" + b"\x99" * width) * height)
    dice = Random(width)  # noqa: S311 - the same noise everywhere
    for row in noisy:
        start = row * (width + 1) + 1
        rows[start : start + width] = dice.randbytes(width)
    header = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 0, 0, 0, 0])
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 1)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def photo(name: str = "photo.png") -> FilePayload:
    """Return a small photo; no two names have the same bytes."""
    return {
        "name": name,
        "mimeType": "image/png",
        "buffer": png(8 + len(name), 8 + sum(name.encode()) % 64),
    }
