"""One interview's turns in the agent, as adjusted by nlu/rasa_setup.py and as Rasa ships.

    uv run --no-sync --project nlu python benchmarks/turns.py

Both run in this order A B A B …, each in a process of its own, on the newest model; what is
printed is CPU time a turn, and the ratio pair by pair. The case API is a small stand-in on
loopback, so that neither side waits for a store.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAIRS = 3
CONVERSATIONS = 15
TURNS = (
    "السلام عليكم",
    "الكهرباء مقطوعة عندنا من الفجر في السالمية قطعة ٤",
    "نعم",
    "ليش تبون رقمي المدني؟",
    "ابي يرجعون التيار",
    "خلاص",
    "سالم فهد العنزي 287010112349 50012345",
    "نعم",
    "وين وصلت شكواي؟",
)


async def measure() -> float:
    """Return milliseconds of CPU a turn, after one conversation to warm up."""
    from nlu.dialogue import Dialogue
    from nlu.model_files import newest_model

    async with _case_api() as url:
        os.environ["SHAKWA_CASES_URL"] = url
        dialogue = await Dialogue.load(newest_model())
        await _converse(dialogue, "warm-up")
        started = time.process_time()
        for number in range(CONVERSATIONS):
            await _converse(dialogue, f"citizen-{number}")
        spent = time.process_time() - started
    return spent * 1000 / (CONVERSATIONS * len(TURNS))


async def _converse(dialogue: Any, sender: str) -> None:
    events: list[dict[str, Any]] = []
    for number, text in enumerate(TURNS):
        metadata = {
            "channel": "rest",
            "text": text,
            "message_key": f"{sender}:{number}",
            "now": "2026-11-21T12:00:00+03:00",
        }
        answer = await dialogue.take(sender, text, None, metadata, events)
        assert answer.texts, f"silence after {text}"
        events = answer.dialogue


class _case_api:  # noqa: N801 - used as a function
    async def __aenter__(self) -> str:
        from aiohttp import web

        async def file(_request: web.Request) -> web.Response:
            filed = {"case_number": "KW-2026-000001-7", "agency": "electricity_water"}
            return web.json_response(
                {**filed, "tracking_code": "AB3D-7K9M", "due": ""}, status=201
            )

        async def own(_request: web.Request) -> web.Response:
            return web.json_response({"cases": []})

        app = web.Application()
        app.router.add_post("/internal/complaints", file)
        app.router.add_get("/internal/cases", own)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def __aexit__(self, *_error: object) -> None:
        await self._runner.cleanup()


def one(stock: bool) -> None:
    """Measure one side in this process and print it."""
    from nlu import rasa_setup

    rasa_setup.prepare(quick=not stock)
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(50)
    print(json.dumps(asyncio.run(measure())))


def both() -> None:
    """Measure both sides in pairs and print what came of it."""
    pairs = [(_in_a_process("--ours"), _in_a_process("--stock")) for _ in range(PAIRS)]
    for ours, stock in pairs:
        print(f"ours {ours:6.1f} ms CPU a turn   stock {stock:6.1f}   ratio {ours / stock:.2f}")
    ratio = statistics.median(ours / stock for ours, stock in pairs)
    print(f"median ratio {ratio:.2f} over {PAIRS} pairs of {CONVERSATIONS * len(TURNS)} turns")


def _in_a_process(side: str) -> float:
    command = [sys.executable, __file__, side]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return float(told.stdout.splitlines()[-1])


def main() -> None:
    """Run the benchmark, or one side of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    side = parser.add_mutually_exclusive_group()
    side.add_argument("--ours", action="store_true")
    side.add_argument("--stock", action="store_true")
    asked = parser.parse_args()
    if asked.ours or asked.stock:
        one(asked.stock)
    else:
        both()


if __name__ == "__main__":
    main()
