"""Receive first, think later: messages wait in the inbox and are taken in order."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Final, Protocol

from bot.conversations import AgentUnavailableError, ConversationChangedError
from bot.messages import Answer, InboundMessage
from bot.queues import ConversationQueues
from bot.texts import Texts
from bot.turns import Turns

_LOG: Final = logging.getLogger(__name__)
_FIRST_PAUSE: Final = 0.25  # seconds before an unreachable agent is asked again
_LONGEST_PAUSE: Final = 5.0
_MOST_TRIES: Final = 200  # a quarter of an hour


class InboxStore(Protocol):
    """Keeps received messages until they are answered, and the answers until collected."""

    async def receive(self, message: InboundMessage) -> bool:
        """Keep a message; False if one with its key was received before."""
        ...

    async def finish(self, key: str, answer: Answer) -> None:
        """Keep the answer to a message and mark the message as done."""
        ...

    async def find_answer(self, key: str) -> Answer | None:
        """Return the answer to a message that is done."""
        ...

    async def collect(self, conversation: str) -> list[tuple[str, Answer]]:
        """Return key and answer of the done messages not collected yet, oldest first."""
        ...

    async def mark_collected(self, keys: list[str]) -> None:
        """Remember that these answers reached their channel."""
        ...

    async def tell(self, conversation: str, key: str, answer: Answer, at: datetime) -> None:
        """Keep an answer to nothing, once, as one that is not collected yet."""
        ...

    def waiting(self) -> AsyncIterator[InboundMessage]:
        """Yield the messages without an answer, in the order in which they were received."""
        ...


async def _fetched(_message: InboundMessage, _answer: Answer) -> None:
    """Send nothing: the channel comes for its answers."""


class Inbox:
    """Takes each conversation's messages in order, one at a time; conversations side by side."""

    def __init__(
        self,
        store: InboxStore,
        turns: Turns,
        texts: Texts,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        deliver: Callable[[InboundMessage, Answer], Awaitable[None]] | None = None,
    ) -> None:
        self._store, self._turns, self._texts, self._sleep = store, turns, texts, sleep
        self._deliver = deliver or _fetched
        self._queues = ConversationQueues(self._take)
        self._done: dict[str, asyncio.Event] = {}
        self._watchers: dict[str, set[asyncio.Event]] = defaultdict(set)

    async def recover(self) -> int:
        """Queue what was received, but not answered, before the last stop; return how many."""
        count = 0
        async for message in self._store.waiting():
            self._queue(message)
            count += 1
        return count

    async def receive(self, message: InboundMessage) -> bool:
        """Keep a message and have it taken; False, and nothing happens, if it is a repeat."""
        if not await self._store.receive(message):
            return False
        self._queue(message)
        return True

    async def wait(self, key: str, seconds: float) -> bool:
        """Wait until the message of this key is answered; False when that takes too long."""
        done = self._done.get(key)
        if done is None:  # taken before, or by another process
            return await self._store.find_answer(key) is not None
        try:
            await asyncio.wait_for(done.wait(), seconds)
        except TimeoutError:
            return False
        return True

    @contextmanager
    def watch(self, conversation: str) -> Generator[asyncio.Event]:
        """Hold an event that is set whenever the conversation gets a message or an answer."""
        changed = asyncio.Event()
        self._watchers[conversation].add(changed)
        try:
            yield changed
        finally:
            self._watchers[conversation].discard(changed)
            if not self._watchers[conversation]:
                del self._watchers[conversation]

    @property
    def depth(self) -> int:
        """How many messages wait for their turn."""
        return self._queues.depth

    async def stop(self) -> None:
        """Stop taking messages; what is not done stays in the store."""
        await self._queues.stop()

    async def tell(self, conversation: str, key: str, answer: Answer, at: datetime) -> None:
        """Put something into the log that answers nothing, for channels that fetch."""
        await self._store.tell(conversation, key, answer, at)
        self._tell_watchers(conversation)

    def _tell_watchers(self, conversation: str) -> None:
        for changed in self._watchers.get(conversation, ()):
            changed.set()

    def _queue(self, message: InboundMessage) -> None:
        self._tell_watchers(message.conversation)
        self._done[message.key] = asyncio.Event()
        self._queues.put(message.conversation, message)

    async def _take(self, message: InboundMessage) -> None:
        """Have a message answered and marked as done, however often that must be tried."""
        pause, crashes = _FIRST_PAUSE, 0
        while True:
            try:
                answer = await self._answer(message, crashes)
                # First on its way, then done: a crash between the two delivers a repeat, and
                # that is told by its key.
                await self._deliver(message, answer)
                await self._store.finish(message.key, answer)
            except (AgentUnavailableError, ConversationChangedError) as error:
                _LOG.warning("turn.delayed", extra={"reason": type(error).__name__})
            except Exception:  # noqa: BLE001 - whatever it was, the message keeps its place
                crashes += 1
                _LOG.exception("turn.crashed")
            else:
                self._done.pop(message.key).set()
                self._tell_watchers(message.conversation)
                return
            await self._sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _answer(self, message: InboundMessage, crashes: int) -> Answer:
        if crashes < _MOST_TRIES:
            return await self._turns.take(message)
        # One message that nobody can take must not hold up its conversation for ever.
        _LOG.error("turn.given_up", extra={"channel": message.channel})
        return Answer(self._texts.say("gateway_turn_failed", message.language))
