"""How soon a weak phone can type: our chat page beside two public chat widgets, in one run.

    uv run --no-sync python benchmarks/widget.py

Headless Chromium at 360 x 740, CPU slowed 4 times, slow 3G (400 kbit/s, 400 ms), an empty cache
each time. The peers come from the npm registry into `.shakwa/bench`; all pages are served from
loopback with gzip. `usable` is when the field to type in is there.
"""

import asyncio
import gzip
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from playwright.async_api import Browser, async_playwright

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.web.chromium import ARGUMENTS, find_chromium

PEERS: Final = ("deep-chat@2.4.2", "botframework-webchat@4.18.1")
FOLDER: Final = ROOT / ".shakwa" / "bench"
RUNS: Final = 3
SLOW_3G: Final = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 50_000,
    "uploadThroughput": 50_000,
}
HEAD: Final = '<!doctype html><meta name=viewport content="width=device-width">'
DEEP_CHAT: Final = f"{HEAD}<script type=module src=/deep-chat.js></script><deep-chat></deep-chat>"
WEB_CHAT: Final = f"""{HEAD}<div id=chat style="height:700px"></div>
<script src=/webchat.js></script>
<script>
const nothing = {{ subscribe: () => ({{ unsubscribe() {{}} }}) }};
const some = (value) => ({{
  subscribe(o) {{ (o.next || o).call(o, value); return {{ unsubscribe() {{}} }}; }},
}});
const directLine = {{
  activity$: nothing,
  connectionStatus$: some(2),
  postActivity: () => nothing,
  getSessionId: () => nothing,
  end() {{}},
}};
WebChat.renderWebChat({{ directLine }}, document.getElementById('chat'));
</script>"""


@dataclass
class Subject:
    """A page to measure: where it is, and what a citizen must be able to type into."""

    name: str
    path: str
    usable: str
    seconds: list[float] = field(default_factory=list[float])
    bytes: list[int] = field(default_factory=list[int])


OURS: Final = """() => document.querySelector('#box:not([disabled])')
    && document.querySelector('#composer svg')"""  # drawn by the script: it runs
SUBJECTS: Final = (
    Subject("shakwa", "/widget/?lang=ar", OURS),
    Subject(
        "deep-chat 2.4.2",
        "/deep-chat",
        "() => document.querySelector('deep-chat')?.shadowRoot?.querySelector('#text-input')",
    ),
    Subject(
        "botframework-webchat 4.18.1",
        "/webchat",
        "() => document.querySelector('[data-id=webchat-sendbox-input]')",
    ),
)


def bring_peers() -> None:
    """Install the peers where that has not been done."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not (FOLDER / "node_modules" / "deep-chat").exists():
        command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", *PEERS]
        subprocess.run(command, cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)


def page(text: str) -> Callable[[web.Request], Any]:
    """Return a handler that serves a page."""

    async def serve(_request: web.Request) -> web.Response:
        return web.Response(text=text, content_type="text/html")

    return serve


def script(path: Path) -> Callable[[web.Request], Any]:
    """Return a handler that serves a script, squeezed as a web server would."""
    body = gzip.compress(path.read_bytes(), 9)
    headers = {"Content-Encoding": "gzip", "Content-Type": "text/javascript"}

    async def serve(_request: web.Request) -> web.Response:
        return web.Response(body=body, headers=headers)

    return serve


def build_app() -> web.Application:
    """Build the server of all three."""
    from bot.routes import add_routes
    from connectors.web.pages import Pages, Service
    from connectors.web.visits import Guard

    guard = Guard.build("bench", (), time.monotonic, time.time)
    service = Service(names={}, emergency="112", answer_within_days=30, messages_kept_days=8)
    app = web.Application()
    nobody: Any = None  # no case is followed here
    add_routes(app, Pages(service, nobody, guard).routes, {})
    packages = FOLDER / "node_modules"
    app.router.add_get("/deep-chat", page(DEEP_CHAT))
    app.router.add_get("/deep-chat.js", script(packages / "deep-chat/dist/deepChat.bundle.js"))
    app.router.add_get("/webchat", page(WEB_CHAT))
    app.router.add_get("/webchat.js", script(packages / "botframework-webchat/dist/webchat.js"))
    return app


async def measure(browser: Browser, subject: Subject, base: str) -> None:
    """Load a page once on a slow phone."""
    context = await browser.new_context(viewport={"width": 360, "height": 740})
    shown = await context.new_page()
    wire = await context.new_cdp_session(shown)
    received = [0]
    wire.on(
        "Network.loadingFinished",
        lambda event: received.__setitem__(0, received[0] + int(event["encodedDataLength"])),
    )
    await wire.send("Network.enable")
    await wire.send("Network.emulateNetworkConditions", SLOW_3G)
    await wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    started = time.monotonic()
    await shown.goto(base + subject.path, wait_until="commit")
    await shown.wait_for_function(subject.usable, timeout=90_000)
    subject.seconds.append(time.monotonic() - started)
    await shown.wait_for_load_state("load")
    subject.bytes.append(sum(received))
    await context.close()


async def main(chromium: str) -> None:
    """Measure all in turn, several times, and print the medians."""
    runner = web.AppRunner(build_app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for _ in range(RUNS):
            for subject in SUBJECTS:
                await measure(browser, subject, base)
        await browser.close()
    await runner.cleanup()
    report()


def report() -> None:
    """Print the table."""
    ours = statistics.median(SUBJECTS[0].seconds)
    for subject in SUBJECTS:
        seconds, size = statistics.median(subject.seconds), statistics.median(subject.bytes)
        ratio = seconds / ours
        print(f"{subject.name:28} usable {seconds:5.1f} s ({ratio:4.1f} x) {size / 1024:7.1f} KiB")
    print(json.dumps({s.name: [round(x, 2) for x in s.seconds] for s in SUBJECTS}))


if __name__ == "__main__":
    bring_peers()
    asyncio.run(main(find_chromium()))
