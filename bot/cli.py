"""The `shakwa` command: run, serve, chat, parse."""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from urllib.parse import quote

from bot import chat, launch, logs, operations
from bot.app import build_app
from bot.serving import serve
from bot.settings import ROOT, BadSettingError, MissingSettingsError, Settings
from connectors.whatsapp.templates import load_templates, problems, registration
from storage.database import StoreUnavailableError


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; errors that a person can mend are one clear line."""
    asked = _parser().parse_args(words)
    try:
        return int(asked.command(asked) or 0)
    except (
        MissingSettingsError,
        BadSettingError,
        StoreUnavailableError,
        launch.LaunchError,
    ) as error:
        print(f"shakwa: {str(error) or type(error).__name__}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shakwa", description="The complaint assistant.")
    commands = parser.add_subparsers(required=True)
    commands.add_parser("run", help="start everything here").set_defaults(command=_run)
    commands.add_parser("serve", help="the gateway alone").set_defaults(command=_serve)
    parse = commands.add_parser(
        "parse", help="one utterance a line in, one JSON object a line out"
    )
    parse.add_argument("--why", action="store_true", help="say which words decided, and why")
    parse.set_defaults(command=_parse)
    talk = commands.add_parser("chat", help="chat in this terminal")
    talk.add_argument("--url", default=os.environ.get("SHAKWA_URL", "http://127.0.0.1:8080"))
    talk.add_argument(
        "--as", dest="sender", default="terminal", help="who you are (one draft each)"
    )
    talk.set_defaults(command=_chat)
    _add_operations(commands)
    return parser


def _add_operations(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    case = commands.add_parser("case", help="move a case, or write to its citizen")
    case.add_argument("number")
    case.add_argument("--to", help="the new status, such as in_progress or resolved")
    case.add_argument("--note", default="", help="what the citizen is told with it")
    case.set_defaults(command=_case)
    outbox = commands.add_parser("outbox", help="list messages that were given up")
    outbox.add_argument("--again", nargs="*", metavar="KEY", help="send these, or all, again")
    outbox.set_defaults(command=_outbox)
    templates = commands.add_parser(
        "templates", help="check WhatsApp's templates and print what to register"
    )
    templates.set_defaults(command=_templates)


def _chat(asked: argparse.Namespace) -> None:
    asyncio.run(chat.talk(asked.url, asked.sender))


def _run(_asked: argparse.Namespace) -> None:
    asyncio.run(launch.run(os.environ))


def _serve(_asked: argparse.Namespace) -> None:
    asyncio.run(_serve_until_told(Settings.from_env(os.environ)))


async def _serve_until_told(settings: Settings) -> None:
    logs.configure(settings.secret_key.encode())
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with AsyncExitStack() as stack:
        await serve(lambda: build_app(settings, stack), settings.host, settings.port, stack)
        await told.wait()


def _parse(asked: argparse.Namespace) -> int:
    """Hand over to the agent's own Python; input and output are this process's."""
    why = ["--why"] if asked.why else []
    return subprocess.call([launch.agent_python(), "-m", "nlu.parse", *why], cwd=ROOT)  # noqa: S603


def _case(asked: argparse.Namespace) -> None:
    kind, body = ("moves", {"to": asked.to}) if asked.to else ("notes", {})
    path = f"/internal/cases/{quote(asked.number)}/{kind}"
    _show(operations.ask(os.environ, "POST", path, {**body, "note": asked.note}))


def _outbox(asked: argparse.Namespace) -> None:
    if asked.again is None:
        _show(operations.ask(os.environ, "GET", "/internal/outbox/dead"))
    else:
        body = {"keys": asked.again}
        _show(operations.ask(os.environ, "POST", "/internal/outbox/again", body))


def _templates(_asked: argparse.Namespace) -> int:
    templates = load_templates().values()
    faults = [f"{one.name}: {fault}" for one in templates for fault in problems(one)]
    for fault in faults:
        print(fault, file=sys.stderr)
    _show([registration(one, language) for one in templates for language in one.wordings])
    return min(len(faults), 1)


def _show(answer: object) -> None:
    print(json.dumps(answer, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    sys.exit(main())
