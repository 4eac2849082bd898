"""Citizens on Telegram and on WhatsApp, in front of the platforms' doubles."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.doubles import graph_webhooks, telegram_updates
from tests.doubles.graph_server import GraphServer
from tests.doubles.graph_webhooks import Citizen
from tests.doubles.telegram_server import TelegramServer

PATIENCE = 30.0  # seconds


class Pushed(Protocol):
    """A citizen whom answers are pushed to."""

    async def says(self, text: str) -> str:
        """Say something and return the answer."""
        ...

    async def taps(self, words: str) -> str:
        """Tap the button with these words and return the answer."""
        ...

    async def sends_photo(self, content: bytes) -> str:
        """Send a photo and return the answer."""
        ...

    async def sends_place(self, latitude: float, longitude: float) -> str:
        """Send a place and return the answer."""
        ...

    async def hears(self) -> str:
        """Return the next message that comes by itself."""
        ...


async def _wait(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - another process will make it true
            await asyncio.sleep(0.02)


@dataclass
class OnTelegram:
    """Somebody on Telegram."""

    server: TelegramServer
    chat: int
    heard: int = 0
    buttons: dict[str, str] = field(default_factory=dict[str, str])

    async def hears(self) -> str:
        await _wait(lambda: len(self.server.api.messages(self.chat)) > self.heard)
        sent = self.server.api.messages(self.chat)[self.heard]
        self.heard += 1
        self.buttons = dict(sent.buttons)
        return sent.text

    async def _answered(self, update: dict[str, Any]) -> str:
        await self.server.push(update)
        return await self.hears()

    async def says(self, text: str) -> str:
        return await self._answered(telegram_updates.text(self.chat, text))

    async def taps(self, words: str) -> str:
        token = next(token for title, token in self.buttons.items() if words in title)
        return await self._answered(telegram_updates.tap(self.chat, token))

    async def sends_photo(self, content: bytes) -> str:
        self.server.api.keep_file(f"photo-{self.chat}", content)
        return await self._answered(telegram_updates.photo(self.chat, f"photo-{self.chat}"))

    async def sends_place(self, latitude: float, longitude: float) -> str:
        return await self._answered(telegram_updates.location(self.chat, latitude, longitude))


@dataclass
class OnWhatsApp:
    """Somebody on WhatsApp."""

    server: GraphServer
    citizen: Citizen
    heard: int = 0

    async def hears(self) -> str:
        await _wait(lambda: len(self.server.sent_to(self.citizen)) > self.heard)
        sent = self.server.sent_to(self.citizen)[self.heard]
        self.heard += 1
        return sent.text or str(sent.message)

    async def _answered(self, said: Awaitable[int]) -> str:
        assert await said == 200
        return await self.hears()

    async def says(self, text: str) -> str:
        return await self._answered(self.server.say(self.citizen, graph_webhooks.text(text)))

    async def taps(self, words: str) -> str:
        sent = self.server.sent_to(self.citizen)
        titles = [title for one in sent for title in one.choices if words in title]
        return await self._answered(self.server.tap(self.citizen, titles[-1]))

    async def sends_photo(self, content: bytes) -> str:
        file_id = self.server.files.keep(content)
        image = graph_webhooks.image(file_id, content)
        return await self._answered(self.server.say(self.citizen, image))

    async def sends_place(self, latitude: float, longitude: float) -> str:
        place = graph_webhooks.location(latitude, longitude)
        return await self._answered(self.server.say(self.citizen, place))
