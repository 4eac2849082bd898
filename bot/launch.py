"""Starting everything on one machine: the store, the agent and the gateway."""

import asyncio
import json
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Final, Self

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.settings import ROOT, Settings, parse_port
from storage.engine import EngineFailedError, embedded_engine

_STATE: Final = ROOT / ".shakwa"
_SECRETS: Final = "secrets.json"
_GUARD: Final = ROOT / "storage" / "guard.py"
_STARTING: Final = 120.0  # seconds for a process to answer
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 15.0
_SETTLED: Final = 30.0  # a process that ran this long may fail anew
_PROBE: Final = ClientTimeout(total=2)
_OK: Final = 200


class LaunchError(Exception):
    """Something needed to start is missing or taken; the message says what to do."""


def agent_python() -> str:
    """Return the agent's own Python; raises LaunchError when it is not set up."""
    python = ROOT / "nlu" / ".venv" / "bin" / "python"
    if not python.exists():
        raise LaunchError("the agent's environment is missing: run `make setup`")
    return str(python)


async def run(env: Mapping[str, str]) -> None:
    """Start everything, say where it is, and stop it when told to."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with AsyncExitStack() as stack:
        settings = await _settings(env, stack)
        agent = await stack.enter_async_context(_Kept("agent", _agent_command(settings), settings))
        gateway = await stack.enter_async_context(_Kept("gateway", _GATEWAY, settings))
        await agent.wait_until_up(settings["SHAKWA_AGENT_URL"], told)
        await gateway.wait_until_up(_url(settings), told)
        if not told.is_set():
            await _show_that_it_works(settings)
        await told.wait()
        _say("Stopping …")


_GATEWAY: Final = (sys.executable, "-m", "bot.cli", "serve")


def _agent_command(settings: Mapping[str, str]) -> tuple[str, ...]:
    port = settings["SHAKWA_AGENT_URL"].rpartition(":")[2]
    return (agent_python(), "-m", "nlu.agent", "--port", port)


async def _settings(env: Mapping[str, str], stack: AsyncExitStack) -> dict[str, str]:
    """Return the environment of the gateway and the agent, with all that is not given made up."""
    agent_python()
    port = parse_port(env.get("SHAKWA_PORT", "8080"))
    _check_free(env.get("SHAKWA_HOST", "127.0.0.1"), port)
    made_up = {
        **_secrets(_STATE),
        "SHAKWA_PORT": str(port),
        "SHAKWA_AGENT_URL": _loopback(_free_port()),
    }
    settings = {**made_up, **env, "SHAKWA_CASES_URL": _loopback(port)}
    if not env.get("MONGODB_URI"):
        settings |= await _embedded_store(env, stack)
    Settings.from_env(settings)  # what the gateway would miss is told here, not in its log
    return settings


async def _embedded_store(env: Mapping[str, str], stack: AsyncExitStack) -> dict[str, str]:
    if env.get("SHAKWA_ENV") == "production":
        raise LaunchError("production needs MONGODB_URI: the embedded store is for trying out")
    _say("Starting the embedded store (for trying out, not for data of real people) …")
    try:
        uri = await stack.enter_async_context(embedded_engine(_STATE / "store"))
    except EngineFailedError as error:
        raise LaunchError(f"the embedded store did not start: {error}") from error
    return {"MONGODB_URI": uri, "SHAKWA_EMBEDDED_STORE": "1"}


def known_secrets(folder: Path = _STATE) -> dict[str, str]:
    """Return the secrets that this installation made up for itself; none before its first run."""
    path = folder / _SECRETS
    return json.loads(path.read_text()) if path.exists() else {}


def _secrets(folder: Path) -> dict[str, str]:
    """Return this installation's own secrets, made once and readable by its user only."""
    path = folder / _SECRETS
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        names = ("SHAKWA_SECRET_KEY", "SHAKWA_INTERNAL_TOKEN")
        made = json.dumps({name: secrets.token_urlsafe(32) for name in names})
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made)
    return known_secrets(folder)


def _check_free(host: str, port: int) -> None:
    with socket.socket() as probe, suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return
    raise LaunchError(f"port {port} is taken: choose another with SHAKWA_PORT")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _loopback(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _url(settings: Mapping[str, str]) -> str:
    return _loopback(int(settings["SHAKWA_PORT"]))


class _Kept:
    """A process that is started again when it dies, and that dies with this one."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._name, self._command, self._env = name, command, dict(env)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def wait_until_up(self, url: str, told: asyncio.Event) -> None:
        """Wait until the process answers, or until somebody tells to stop."""
        _say(f"Starting the {self._name} …")
        until = time.monotonic() + _STARTING
        async with ClientSession(timeout=_PROBE) as http:
            while not told.is_set():
                if await _is_up(http, f"{url}/healthz"):
                    return
                if time.monotonic() > until:
                    raise LaunchError(f"the {self._name} did not start; see {_log(self._name)}")
                await asyncio.sleep(0.1)

    async def _keep(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            started = time.monotonic()
            status = await self._run_once()
            if time.monotonic() - started > _SETTLED:
                pause = _FIRST_PAUSE
            _say(f"The {self._name} stopped (status {status}); starting it again …")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _run_once(self) -> int:
        with _log(self._name).open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", str(_GUARD), *self._command),
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self._env,
                cwd=ROOT,
                start_new_session=True,
            )
        try:
            return await process.wait()
        finally:
            if process.stdin:
                process.stdin.close()  # tells the guard to end what it runs
            await process.wait()


async def _is_up(http: ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as response:
            return response.status == _OK
    except (ClientError, TimeoutError):
        return False


def _log(name: str) -> Path:
    folder = _STATE / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"


async def _show_that_it_works(settings: Mapping[str, str]) -> None:
    """Say hello as a citizen would, and print what comes back."""
    hello = {"sender": f"hello-{secrets.token_hex(4)}", "message": "hello"}
    token = settings.get("SHAKWA_REST_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        ClientSession(headers=headers) as http,
        http.post(f"{_url(settings)}/webhooks/rest/webhook", json=hello) as response,
    ):
        answers = await response.json()
    _say("")
    _say("  you     hello")
    for answer in answers:
        _say(f"  shakwa  {answer['text']}")
    _say("")
    _say(f"Shakwa is up; the chat is open at {_url(settings)}/widget/ — stop it with Ctrl-C.")
    _say(f"The service's page: {_url(settings)}/   A chat in the terminal: uv run shakwa chat")
    await _show_channels(settings)


async def _show_channels(settings: Mapping[str, str]) -> None:
    """Say of each platform whether it takes the credentials that were given."""
    async with (
        ClientSession(timeout=_PROBE) as http,
        http.get(f"{_url(settings)}/readyz") as response,
    ):
        ready = await response.json()
    for channel, state in ready["channels"].items():
        _say(f"{channel.capitalize()}: {state}")


def _say(line: str) -> None:
    print(line, flush=True)
