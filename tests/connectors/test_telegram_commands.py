"""Commands and links: what each is taken to say."""

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from bot.settings import ROOT
from connectors.telegram.commands import Commands, Said

COMMANDS: Final = Commands.load()
FILE: Final[dict[str, dict[str, dict[str, str]]]] = yaml.safe_load(
    (ROOT / "connectors" / "telegram" / "commands.yml").read_text("utf-8")
)
INTENTS: Final = {
    "start": "greet",
    "new": "file_complaint",
    "status": "check_status",
    "cancel": "cancel",
    "help": "help",
}
GREETING: Final = "السلام عليكم"


def trained(intent: str, folder: Path = ROOT / "nlu" / "data" / "intents") -> set[str]:
    """The lines that the model learns an intent from."""
    lines: set[str] = set()
    for path in folder.glob("*.yml"):
        groups: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))["nlu"]
        for group in groups:
            if group["intent"] == intent:
                lines |= {line.removeprefix("- ") for line in group["examples"].splitlines()}
    return lines


def test_every_command_has_an_intent():
    assert FILE.keys() == INTENTS.keys()


@pytest.mark.parametrize("name", INTENTS)
@pytest.mark.parametrize("language", ["ar", "en", "ur"])
def test_command_says_what_the_agent_surely_understands(name: str, language: str):
    assert COMMANDS.read(f"/{name}", language).text in trained(INTENTS[name])


@pytest.mark.parametrize("name", INTENTS)
@pytest.mark.parametrize("typed", ["/{}", "/{}@shakwa_example_bot", "/{}@Other_Bot"])
def test_command_may_name_the_bot(name: str, typed: str):
    assert COMMANDS.read(typed.format(name), "en") == Said(FILE[name]["en"]["says"])


def test_command_may_have_capitals():
    assert COMMANDS.read("/Help", "en").text == "help"


@pytest.mark.parametrize("language", [None, "ar", "hi", "fr"])
def test_command_is_arabic_where_its_language_is_none_of_ours(language: str | None):
    assert COMMANDS.read("/start", language).text == GREETING


def test_words_after_a_command_are_kept():
    said = COMMANDS.read("/status KW-2026-004217-6", "en").text

    assert said == f"{FILE['status']['en']['says']} KW-2026-004217-6"


@pytest.mark.parametrize(
    "text",
    ["/unknown", "/start_over", "/", "//start", "start", "انا /start", "/شكوى", "", "/ start"],
)
def test_what_is_no_command_says_itself(text: str):
    assert COMMANDS.read(text, "ar") == Said(text)


@pytest.mark.parametrize("payload", ["GO-7K2M9Q", "go-7k2m9q", "GO_7K2M9Q", "go_7k2m9q"])
def test_link_with_a_code_says_the_code(payload: str):
    assert COMMANDS.read(f"/start {payload}", "ar") == Said("GO-7K2M9Q")


@pytest.mark.parametrize("payload", ["municipality", "electricity_water", "ab", "a" * 40])
def test_link_may_name_an_agency(payload: str):
    assert COMMANDS.read(f"/start {payload}", "ar") == Said(GREETING, {"agency": payload})


@pytest.mark.parametrize(
    "payload",
    [
        "a",
        "a" * 41,
        "Municipality",
        "GO-7K2M9",
        "GO-7K2M9QX",
        "GO7K2M9Q",
        "GO-٧K2M9Q",
        "GO-7\u212a2M9Q",
        "x y",
        "é1",
    ],
)
def test_other_payloads_only_start(payload: str):
    assert COMMANDS.read(f"/start {payload}", "ar") == Said(GREETING)


# The menu


def test_menu_is_for_everybody_in_arabic():
    assert COMMANDS.languages == ["ar", "en", "ur"]


@pytest.mark.parametrize("language", ["ar", "en", "ur"])
def test_menu_fits_telegram(language: str):
    menu = COMMANDS.menu(language)

    assert [name for name, _ in menu] == ["start", "new", "status", "cancel", "help"]
    assert all(name.isascii() and name.islower() and len(name) <= 32 for name, _ in menu)
    assert all(1 <= len(does) <= 256 for _, does in menu)
    assert len({does for _, does in menu}) == len(menu)
