"""The browser in which pages are tried."""

import subprocess
from typing import Final

from bot.settings import ROOT

ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str:
    """Return the path of Chromium, which is fetched the first time."""
    found = subprocess.check_output([ROOT / "scripts" / "chromium"], text=True)  # noqa: S603
    return found.strip()
