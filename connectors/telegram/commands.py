"""The bot's commands: each is taken as the words that a citizen says with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import yaml

from bot.texts import DEFAULT_LANGUAGE

_FILE: Final = Path(__file__).parent / "commands.yml"
_COMMAND: Final = re.compile(r"/([a-z]+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)
_START: Final = "start"
# A link's payload knows neither space nor much else: the dash may come as an underscore.
_CODE: Final = re.compile(r"GO[-_]([0-9A-Z]{6})", re.IGNORECASE | re.ASCII)
_AGENCY: Final = re.compile(r"[a-z_]{2,40}")


@dataclass(frozen=True, slots=True)
class Said:
    """What a citizen said, and what the link that they followed prefilled."""

    text: str = field(repr=False)
    context: Mapping[str, str] = field(default_factory=dict[str, str])


class Commands:
    """Knows the commands, in each language."""

    def __init__(self, commands: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
        self._commands = commands

    @classmethod
    def load(cls, path: Path = _FILE) -> Self:
        """Read a file of commands."""
        commands: Mapping[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        return cls(commands)

    @property
    def languages(self) -> list[str]:
        """The languages in which there is a menu, the one for everybody else first."""
        return sorted(self._commands[_START], key=lambda one: (one != DEFAULT_LANGUAGE, one))

    def menu(self, language: str) -> list[tuple[str, str]]:
        """Return each command, and what it does, in a language."""
        return [(name, spoken[language]["menu"]) for name, spoken in self._commands.items()]

    def read(self, text: str, language: str | None) -> Said:
        """Return what a text says; one that is no command of ours says itself."""
        typed = _COMMAND.fullmatch(text)
        name = typed[1].lower() if typed else ""
        if typed is None or name not in self._commands:
            return Said(text)
        rest = (typed[2] or "").strip()
        if name == _START:
            return self._started(rest, language)
        return Said(f"{self._says(name, language)} {rest}".strip())

    def _started(self, payload: str, language: str | None) -> Said:
        """Return what following a link says: a draft's code is taken as if it were typed."""
        if code := _CODE.fullmatch(payload):
            return Said(f"GO-{code[1].upper()}")
        context = {"agency": payload} if _AGENCY.fullmatch(payload) else {}
        return Said(self._says(_START, language), context)

    def _says(self, name: str, language: str | None) -> str:
        spoken = self._commands[name]
        return spoken.get(language or DEFAULT_LANGUAGE, spoken[DEFAULT_LANGUAGE])["says"]
