"""Work by conversation: each one's in order, one piece at a time; conversations side by side."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import Final


class ConversationQueues[Item]:
    """Runs one worker for each conversation that has something to do."""

    def __init__(self, see_through: Callable[[Item], Awaitable[None]]) -> None:
        self._see_through: Final = see_through
        self._queues: dict[str, deque[Item]] = defaultdict(deque)
        self._workers: dict[str, asyncio.Task[None]] = {}

    def put(self, conversation: str, item: Item) -> None:
        """Add a conversation's next piece of work."""
        self._queues[conversation].append(item)
        if conversation not in self._workers:
            self._workers[conversation] = asyncio.create_task(self._work(conversation))

    @property
    def depth(self) -> int:
        """How many pieces are not done yet."""
        return sum(len(queue) for queue in self._queues.values())

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do."""
        return not self._workers

    async def stop(self) -> None:
        """Stop all work where it stands."""
        workers = list(self._workers.values())
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, conversation: str) -> None:
        queue = self._queues[conversation]
        try:
            while queue:
                await self._see_through(queue[0])
                queue.popleft()
        finally:
            self._queues.pop(conversation, None)
            self._workers.pop(conversation, None)
