"""A thousand citizens at once, while everything goes wrong that can.

`python -m tests.e2e.storm 1000` prints what became of them. The agent is a stand-in that files
over the real case API: what is shaken here is what receives, files and delivers.
"""

import asyncio
import json
import random
import secrets
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientError, ClientSession, web
from aiohttp.test_utils import TestServer

from storage.cases import MongoCases
from storage.database import connect
from storage.engine import embedded_engine
from tests.doubles import graph_webhooks, telegram_updates
from tests.doubles.graph_calls import FINE
from tests.doubles.graph_calls import Fault as GraphFault
from tests.doubles.graph_server import PHONE_ID, GraphServer
from tests.doubles.graph_webhooks import Citizen
from tests.doubles.platforms import platforms_env
from tests.doubles.telegram_calls import BROKEN, TIMED_OUT_BEFORE, Fault, flood
from tests.doubles.telegram_server import TelegramServer
from tests.e2e.support import PHOTO, TOKEN, Server, free_port, gateway_env

_STEPS: Final = ("problem", "photo", "file", "thanks")
ON_THEIR_WAY: Final = 8  # of one channel, at a kill


@dataclass
class Report:
    """What became of everybody."""

    conversations: int = 0
    cases: int = 0
    cases_filed_twice: int = 0
    answers: int = 0
    delivered_once: int = 0
    lost: int = 0
    doubled_on_telegram: int = 0
    doubled_on_whatsapp: int = 0
    out_of_order: int = 0
    faults: int = 0
    redeliveries: int = 0
    seconds: float = 0.0


@dataclass
class Faults:
    """Goes wrong now and then, the same way each time."""

    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - no secret
    count: int = 0

    def of(self, kinds: dict[str, float]) -> str | None:
        roll = self.chance.random()
        for kind, share in kinds.items():
            roll -= share
            if roll < 0:
                self.count += 1
                return kind
        return None


class StandIn:
    """Answers each text by its own words, and files on `file`."""

    def __init__(self, gateway: str, http: ClientSession) -> None:
        self._gateway, self._http = gateway, http

    def app(self) -> web.Application:
        app = web.Application(client_max_size=2**23)
        app.router.add_post("/turns", self._turn)
        app.router.add_get("/healthz", self._healthy)
        return app

    async def _healthy(self, _request: web.Request) -> web.Response:
        return web.json_response({})

    async def _turn(self, request: web.Request) -> web.Response:
        turn = await request.json()
        said = turn["text"] or "photo"
        if said == "file":
            await self._file(turn)
        answer: dict[str, Any] = {
            "texts": [f"answer to {said}"],
            "buttons": [{"title": "نعم", "payload": "/affirm"}],
            "dialogue": [*turn["dialogue"], said],
            "language": "ar",
            "understood": {},
        }
        return web.json_response(answer)

    async def _file(self, turn: dict[str, Any]) -> None:
        conversation = turn["conversation"]
        complaint: dict[str, Any] = {
            "filing_key": conversation,
            "conversation": conversation,
            "channel": conversation.partition(":")[0],
            "language": "ar",
            "kind": "complaint",
            "description": "الكهرباء مقطوعة",
            "category": "power_outage",
            "details": {},
            "place": {},
            "occurred": {},
            "remedy": "",
            "attachments": [],
            "anonymous": False,
            "name": "سالم",
            "civil_id": None,
            "phone": "+96550000000",
            "consented": True,
        }
        async with self._http.post(
            f"{self._gateway}/internal/complaints",
            json=complaint,
            headers={"Authorization": f"Bearer {TOKEN}"},
        ) as response:
            if response.status != 201:
                raise web.HTTPInternalServerError


class Storm:
    """Both platforms, the gateway between them, and those who write."""

    def __init__(self, gateway: Server, telegram: TelegramServer, graph: GraphServer) -> None:
        self.gateway, self.telegram, self.graph = gateway, telegram, graph
        self.faults, self.redeliveries = Faults(), 0
        self._sorted, self._by_phone = 0, defaultdict[str, list[str]](list)

    def begin(self, calls: int) -> None:
        """From now on things go wrong."""
        self.telegram.faults = self._telegram_fault
        self.graph.fail("send", *(self._graph_fault() for _ in range(calls)))
        self.graph.fail("media", *(self._media_fault() for _ in range(calls)))

    def end(self) -> None:
        """From now on nothing goes wrong any more."""
        self.telegram.faults = []

    def _telegram_fault(self, _sent: object) -> Fault | None:
        kinds = {"flood": 0.01, "broken": 0.05, "silent": 0.004}
        found = self.faults.of(kinds)
        return {"flood": flood(1), "broken": BROKEN, "silent": TIMED_OUT_BEFORE}.get(found or "")

    def _graph_fault(self) -> GraphFault:
        kinds = {"flood": 0.01, "pair": 0.01, "down": 0.03, "cut_after": 0.03, "cut": 0.005}
        found = self.faults.of(kinds)
        return {
            "flood": GraphFault(429, 130429, retry_after="1"),
            "pair": GraphFault(400, 131056),
            "down": GraphFault(502),
            "cut_after": GraphFault(broken=True, accepted=True),
            "cut": GraphFault(broken=True),
        }.get(found or "", FINE)

    def _media_fault(self) -> GraphFault:
        return GraphFault(503) if self.faults.of({"down": 0.1}) else FINE

    async def live(self, number: int) -> None:
        """Go through one conversation, each step after the answer to the one before."""
        for step, said in enumerate(_STEPS):
            if number % 2:
                await self._on_telegram(number, said)
                await self._wait(lambda n=step + 1: len(self._heard(number)) >= n)
            else:
                await self._on_whatsapp(number, said)
                await self._wait(lambda n=step + 1: len(self._heard(number)) >= n)

    async def _on_telegram(self, number: int, said: str) -> None:
        if said == "photo":
            self.telegram.api.keep_file(f"photo-{number}", PHOTO)
            update = telegram_updates.photo(number, f"photo-{number}")
        else:
            update = telegram_updates.text(number, said)
        await self.telegram.push(update)
        if number % 5 == 1:
            self.redeliveries += 1
            await self.telegram.push(telegram_updates.update("message", update["message"]))

    async def _on_whatsapp(self, number: int, said: str) -> None:
        content = graph_webhooks.text(said)
        if said == "photo":
            content = graph_webhooks.image(self.graph.files.keep(PHOTO), PHOTO)
        citizen = _citizen(number)
        body = graph_webhooks.said(citizen, content, phone_id=PHONE_ID)
        # Delivered until it is taken, and now and then once more.
        for _ in range(2 if number % 5 == 0 else 1):
            while not await self._posted(body):
                self.redeliveries += 1
                await asyncio.sleep(0.5)

    async def _posted(self, body: dict[str, Any]) -> bool:
        try:
            return await self.graph.webhooks.post(body) == 200
        except ClientError:
            return False

    def _heard(self, number: int) -> list[str]:
        if number % 2:
            return [sent.text for sent in self.telegram.api.messages(number)]
        # Sorted once as they come: a thousand citizens look again and again.
        for sent in self.graph.sent[self._sorted :]:
            self._by_phone[sent.addressee].append(sent.text)
        self._sorted = len(self.graph.sent)
        return self._by_phone[_citizen(number).phone]

    async def _wait(self, condition: Callable[[], bool]) -> None:
        while not condition():  # noqa: ASYNC110 - another process will make it true
            await asyncio.sleep(0.25)

    def count(self, conversations: int) -> Report:
        """Return what everybody heard."""
        report = Report(conversations, faults=self.faults.count, redeliveries=self.redeliveries)
        expected = [f"answer to {said}" for said in _STEPS]
        for number in range(1, conversations + 1):
            heard = self._heard(number)
            counts = Counter(heard)
            report.answers += len(expected)
            report.delivered_once += sum(counts[text] == 1 for text in expected)
            report.lost += sum(counts[text] == 0 for text in expected)
            doubled = sum(counts[text] - 1 for text in expected if counts[text] > 1)
            report.doubled_on_telegram += doubled if number % 2 else 0
            report.doubled_on_whatsapp += 0 if number % 2 else doubled
            report.out_of_order += list(dict.fromkeys(heard)) != expected
        return report


def _citizen(number: int) -> Citizen:
    return Citizen(f"9656{number:07d}")


@asynccontextmanager
async def _served(uri: str) -> AsyncGenerator[Storm]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with (
        ClientSession() as http,
        TestServer(StandIn(url, http).app()) as agent,
        TelegramServer() as telegram,
        GraphServer(callback_url=f"{url}/webhooks/whatsapp") as graph,
    ):
        env = gateway_env(uri, str(agent.make_url("")).rstrip("/"), port)
        env |= platforms_env(telegram, graph)
        gateway = Server([sys.executable, "-m", "bot.cli", "serve"], port, env)
        await gateway.start()
        yield Storm(gateway, telegram, graph)
        await gateway.stop()


async def rage(uri: str, conversations: int) -> Report:
    """Let so many citizens live their story, kill the gateway in the middle, and count."""
    began = asyncio.get_running_loop().time()
    async with _served(uri) as storm:
        storm.begin(conversations * len(_STEPS))
        everybody = asyncio.gather(*(storm.live(one) for one in range(1, conversations + 1)))
        third = conversations * len(_STEPS) // 3
        await storm._wait(lambda: _answers(storm, conversations) >= third)
        await storm.gateway.kill()
        await asyncio.sleep(1)
        await storm.gateway.start()
        await everybody
        storm.end()
        await asyncio.sleep(2)  # for what would come twice
        report = storm.count(conversations)
    report.seconds = round(asyncio.get_running_loop().time() - began, 1)
    return await _with_cases(report, uri)


def _answers(storm: Storm, conversations: int) -> int:
    return sum(len(storm._heard(one)) for one in range(1, conversations + 1))


async def _with_cases(report: Report, uri: str) -> Report:
    async with connect(uri) as database:
        filed = [
            await MongoCases(database).of_conversation(conversation, 10)
            for one in range(1, report.conversations + 1)
            for conversation in [
                f"telegram:{one}" if one % 2 else f"whatsapp:{_citizen(one).phone}"
            ]
        ]
    report.cases = sum(bool(cases) for cases in filed)
    report.cases_filed_twice = sum(len(cases) > 1 for cases in filed)
    return report


async def _main(conversations: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_engine(Path(folder)) as uri:
            report = await rage(
                uri.rpartition("/")[0] + f"/storm_{secrets.token_hex(4)}", conversations
            )
    sys.stdout.write(json.dumps(asdict(report), indent=2) + "\n")


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
