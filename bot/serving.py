"""Answering on a port, from before anything is taken up until the process is told to stop."""

import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Final

from aiohttp import web

_CLOSING: Final = 1.0  # seconds that open requests get at shutdown
_WAITING: Final = 128  # connections that may wait for the start to be done


async def serve(
    build: Callable[[], Awaitable[web.Application]], host: str, port: int, stack: AsyncExitStack
) -> int:
    """Build an application and answer with it; returns the port, and the stack stops it.

    The port is open from the beginning: turns that are taken up at the start make the agent
    call back, and whoever comes too early waits instead of being refused.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.create_server((host, port), family=family, backlog=_WAITING)
    stack.callback(door.close)
    runner = web.AppRunner(await build(), shutdown_timeout=_CLOSING)
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    await web.SockSite(runner, door).start()
    return int(door.getsockname()[1])
