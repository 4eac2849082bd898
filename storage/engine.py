"""The embedded engine: what stands in for MongoDB at first runs, in development and in tests.

It is its own program in its own tool environment, talked to over MongoDB's protocol only.
Not for the data of real people: see docs/adr for what it lacks.
"""

import asyncio
import importlib.util
import os
import re
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_GUARD: Final = Path(__file__).with_name("guard.py")
RELEASE: Final = "secantusdb==0.6.0b17"
_OPTIONS: Final = (
    # Without it the engine acknowledges writes that a crash then takes back.
    "--sync-on-commit",
    # The default log of 2 GB costs that much disk and many seconds at a start.
    *("--log-file-max", "128MB"),
    *("--cache-size", "256M"),
    *("--log-level", "WARNING"),
)
_ADDRESS: Final = re.compile(rb"listening on 127\.0\.0\.1:(\d+)")
_HELD: Final = b"already being managed by another process"
_STARTING: Final = 300.0  # seconds; the first start downloads the engine
_STOPPING: Final = 15.0
_RELEASING: Final = 10.0  # the engine of an owner that was killed may take so long to end
_PAUSE: Final = 0.5
_LAST_WORDS: Final = 2_000


class EngineFailedError(Exception):
    """The engine did not start; its last words are the message."""


class EngineHeldError(EngineFailedError):
    """Another engine runs on this directory."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"another process holds {directory}")
        self.directory = directory


@dataclass(frozen=True, slots=True)
class Engine:
    """A running engine."""

    uri: str
    process: Process

    @property
    def group(self) -> int:
        """The process group of everything that was started for the engine."""
        return self.process.pid

    async def stop(self) -> None:
        """Have the engine end, by force if it must, and leave no process behind."""
        await _end(self.process)


@asynccontextmanager
async def embedded_engine(
    directory: Path, *, uv: Sequence[str] = (), port: int = 0
) -> AsyncGenerator[str]:
    """Hold an engine on the data in a directory and give its URI; see start_engine."""
    engine = await start_engine(directory, uv=uv, port=port)
    try:
        yield engine.uri
    finally:
        await engine.stop()


async def start_engine(
    directory: Path, *, uv: Sequence[str] = (), port: int = 0, patience: float = _RELEASING
) -> Engine:
    """Start an engine on the data in a directory, at a free port if none is given.

    `uv` is the command to run uv with, by default the one found. Raises EngineFailedError,
    or EngineHeldError when another engine still runs there after so many seconds of patience.
    """
    command = [*(uv or find_uv()), *_arguments(directory, port)]
    now = asyncio.get_running_loop().time
    patient_until = now() + patience
    while True:
        try:
            return await _fetched_and_started(directory, command)
        except EngineHeldError:
            if now() > patient_until:
                raise
            await asyncio.sleep(_PAUSE)


def find_uv() -> tuple[str, ...]:
    """Return the command that runs uv; raises EngineFailedError when there is none."""
    # uv names itself to what it runs; one found on the path may be a shim of another Python.
    if path := os.environ.get("UV") or shutil.which("uv"):
        return (path,)
    if importlib.util.find_spec("uv"):
        return (sys.executable, "-m", "uv")
    raise EngineFailedError("uv is not installed")


def _arguments(directory: Path, port: int) -> list[str]:
    return [
        *("tool", "run", "--from", RELEASE, "secantusd-rs"),
        *("--host", "127.0.0.1", "--port", str(port), "--storage-path", str(directory / "data")),
        *_OPTIONS,
    ]


async def _fetched_and_started(directory: Path, command: Sequence[str]) -> Engine:
    try:  # without asking the network, which is five times as fast and works without one
        return await _started(directory, command, os.environ | {"UV_OFFLINE": "1"})
    except EngineHeldError:
        raise
    except EngineFailedError:
        return await _started(directory, command, os.environ)


async def _started(
    directory: Path, command: Sequence[str], environment: Mapping[str, str]
) -> Engine:
    log = _log_in(directory)
    with log.open("ab") as words:
        said = words.tell()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(_GUARD), *command),
            stdin=PIPE,
            stdout=PIPE,
            stderr=words,
            env=environment,
            start_new_session=True,  # Ctrl-C ends its owner first, and that ends it
        )
    async with AsyncExitStack() as undo:
        undo.push_async_callback(_end, process)
        port = await _find_port(process)
        if port is None:
            raise _failure(directory, log.read_bytes()[said:])
        undo.pop_all()
    return Engine(f"mongodb://127.0.0.1:{port}/shakwa", process)


def _log_in(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return directory / "engine.log"


async def _find_port(process: Process) -> int | None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_STARTING):
            async for line in _output(process):
                if told := _ADDRESS.search(line):
                    return int(told[1])
    return None


def _output(process: Process) -> asyncio.StreamReader:
    if process.stdout is None:
        raise EngineFailedError("no pipe to the engine")
    return process.stdout


def _failure(directory: Path, words: bytes) -> EngineFailedError:
    if _HELD in words:
        return EngineHeldError(directory)
    last_words = words[-_LAST_WORDS:].decode(errors="replace").strip()
    return EngineFailedError(last_words or "the engine gave no address")


async def _end(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()  # the guard asks the engine to end
    with suppress(TimeoutError):
        async with asyncio.timeout(_STOPPING):
            await process.wait()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
