"""A server that can be killed, and a citizen who chats."""

import asyncio
import io
import os
import re
import secrets
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Self

from aiohttp import ClientError, ClientSession, FormData

from bot.settings import ROOT

TOKEN = "internal-token-of-the-tests"
SECRET = "secret-key-of-the-tests"


PHOTO: Final = bytes.fromhex(  # of one pixel
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def gateway_env(uri: str, agent_url: str, port: int) -> dict[str, str]:
    """Return what a gateway runs with."""
    return {
        "MONGODB_URI": uri,
        "SHAKWA_AGENT_URL": agent_url,
        "SHAKWA_INTERNAL_TOKEN": TOKEN,
        "SHAKWA_SECRET_KEY": SECRET,
        "SHAKWA_PORT": str(port),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A process of Shakwa's that can be killed and started again on the same port."""

    def __init__(self, command: list[str], port: int, env: dict[str, str]) -> None:
        self.gateway_port = 0  # where the agent's actions look for the gateway
        self.url = f"http://127.0.0.1:{port}"
        self._command, self._env = command, {**os.environ, **env}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=ROOT,
            env=self._env,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(90), ClientSession() as http:
            while not await _answers(http, f"{self.url}/healthz"):
                assert self._process.returncode is None, "the process ended at once"
                await asyncio.sleep(0.05)
        return self

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        if self._process and self._process.returncode is None:
            self._process.send_signal(number)
            await self._process.wait()


async def _answers(http: ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as response:
            return response.status == 200
    except ClientError:
        return False


@dataclass
class Citizen:
    """Somebody who chats over REST; taps a button by the words in its title."""

    http: ClientSession
    url: str
    sender: str = field(default_factory=lambda: f"citizen-{secrets.token_hex(4)}")
    buttons: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    said: list[str] = field(default_factory=list[str])
    turns: int = 0

    async def says(self, text: str, **more: Any) -> str:
        """Send a message and return what comes back."""
        self.turns += 1
        answers: list[dict[str, Any]] = await self.posts(
            {"sender": self.sender, "message": text, **more}
        )
        assert answers, "a turn ended in silence"
        self.buttons = [button for answer in answers for button in answer.get("buttons", [])]
        self.said += [answer["text"] for answer in answers]
        return "\n".join(answer["text"] for answer in answers)

    async def posts(self, body: Any) -> Any:
        async with self.http.post(f"{self.url}/webhooks/rest/webhook", json=body) as response:
            return await response.json()

    async def taps(self, words: str) -> str:
        """Tap the button whose title has these words."""
        payload = next(b["payload"] for b in self.buttons if words in b["title"])
        return await self.says(payload)

    async def uploads(self, content: bytes, name: str) -> dict[str, Any]:
        form = FormData()
        form.add_field("sender", self.sender)
        form.add_field("file", io.BytesIO(content), filename=name)
        async with self.http.post(f"{self.url}/attachments", data=form) as response:
            return await response.json()

    async def sends_photo(self, content: bytes) -> str:
        kept = await self.uploads(content, "photo.png")
        return await self.says("", metadata={"attachments": [kept["id"]]})

    @property
    def titles(self) -> list[str]:
        return [button["title"] for button in self.buttons]


type Citizens = Callable[[], Citizen]
NUMBER: Final = re.compile(r"KW-\d{4}-\d{6}-\d")


def case_number(text: str) -> str:
    """Return the case number in a text."""
    found = NUMBER.search(text)
    assert found, text
    return found[0]
