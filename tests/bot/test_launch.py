"""Starting on one machine: what is made up, what is refused and how it is told."""

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from pytest_aiohttp import AiohttpServer

from bot.launch import (
    LaunchError,
    _agent_command,
    _check_free,
    _embedded_store,
    _free_port,
    _is_up,
    _secrets,
)
from bot.settings import ROOT


def shakwa(command: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command of Shakwa's to its end, in an environment of its own."""
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "bot.cli", command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


# Secrets


def test_secrets_are_for_their_user_only(tmp_path: Path):
    before = os.umask(0)  # as lax as can be
    try:
        _secrets(tmp_path / "state")
    finally:
        os.umask(before)

    mode = (tmp_path / "state" / "secrets.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_secrets_are_the_same_at_every_start(tmp_path: Path):
    assert _secrets(tmp_path) == _secrets(tmp_path)


def test_secrets_are_each_installations_own(tmp_path: Path):
    one, other = _secrets(tmp_path / "one"), _secrets(tmp_path / "other")

    assert set(one) == set(other) == {"SHAKWA_SECRET_KEY", "SHAKWA_INTERNAL_TOKEN"}
    assert len({*one.values(), *other.values()}) == 4
    assert all(len(secret) >= 32 for secret in one.values())


# Ports


def test_free_port_passes():
    _check_free("127.0.0.1", _free_port())


def test_taken_port_is_told_with_what_to_do(taken_port: int):
    with pytest.raises(LaunchError) as error:
        _check_free("127.0.0.1", taken_port)

    assert str(error.value) == f"port {taken_port} is taken: choose another with SHAKWA_PORT"


@pytest.mark.rasa
def test_start_on_a_taken_port_is_one_clear_line(taken_port: int):
    ended = shakwa("run", {"SHAKWA_PORT": str(taken_port)})

    line = f"shakwa: port {taken_port} is taken: choose another with SHAKWA_PORT\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", line)


@pytest.mark.rasa
@pytest.mark.parametrize("port", ["http", "", "70000"])
def test_start_on_what_is_no_port_is_one_clear_line(port: str):
    ended = shakwa("run", {"SHAKWA_PORT": port})

    line = f"shakwa: SHAKWA_PORT={port!r} is not a port from 0 to 65535\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", line)


# Settings and stores


async def test_production_is_refused_the_embedded_store():
    async with AsyncExitStack() as stack:
        with pytest.raises(LaunchError, match="production needs MONGODB_URI"):
            await _embedded_store({"SHAKWA_ENV": "production"}, stack)


def test_gateway_without_its_settings_is_one_clear_line():
    ended = shakwa("serve", {"SHAKWA_AGENT_URL": "http://127.0.0.1:5005"})

    line = "shakwa: missing settings: MONGODB_URI, SHAKWA_INTERNAL_TOKEN, SHAKWA_SECRET_KEY\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", line)


@pytest.mark.slow
def test_gateway_without_its_store_is_one_clear_line(unused_tcp_port: int):
    ended = shakwa(
        "serve",
        {
            "MONGODB_URI": f"mongodb://127.0.0.1:{unused_tcp_port}",
            "SHAKWA_AGENT_URL": "http://127.0.0.1:5005",
            "SHAKWA_INTERNAL_TOKEN": "internal",
            "SHAKWA_SECRET_KEY": "key",
        },
    )

    assert (ended.returncode, ended.stderr) == (1, "shakwa: StoreUnavailableError\n")


# The agent


@pytest.mark.rasa
def test_agent_is_started_on_the_port_where_it_is_looked_for():
    command = _agent_command({"SHAKWA_AGENT_URL": "http://127.0.0.1:5055"})

    assert command[1:] == ("-m", "nlu.agent", "--port", "5055")


@pytest.mark.parametrize(("status", "up"), [(200, True), (503, False)])
async def test_process_is_up_when_it_answers_so(
    aiohttp_server: AiohttpServer, status: int, *, up: bool
):
    async def health(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/healthz", health)
    server = await aiohttp_server(app)

    async with ClientSession() as http:
        assert await _is_up(http, str(server.make_url("/healthz"))) is up


async def test_process_that_does_not_listen_is_not_up(unused_tcp_port: int):
    async with ClientSession() as http:
        assert not await _is_up(http, f"http://127.0.0.1:{unused_tcp_port}/healthz")
