"""What the gateway says itself: each text in every language, and every key has one."""

import re
from pathlib import Path
from string import Formatter

import pytest

from bot.files import FileRefusedError
from bot.jurisdiction import load_jurisdiction
from bot.settings import ROOT
from bot.texts import Texts, load_texts

FILE = ROOT / "nlu" / "data" / "responses" / "gateway.yml"
VALUES = {"code": "GO-234567", "links": "https://t.me/x", "upload": "https://chat.example/"}
LANGUAGES = load_jurisdiction(ROOT / "jurisdictions" / "kuwait").languages
REASONS = ("empty", "too_large", "type", "unreadable")
SOURCES = [path for room in ("bot", "connectors") for path in (ROOT / room).glob("*.py")]
SPOKEN = {
    *(key for path in SOURCES for key in re.findall(r'"(gateway_[a-z_]+)"', path.read_text())),
    *(f"gateway_file_{reason}" for reason in REASONS),
}
RESPONSES = """
responses:
  gateway_greeting:
  - text: "هلا {name}"
  - condition:
    - {type: slot, name: channel, value: web}
    - {type: slot, name: language, value: en}
    text: "Hello {name}"
  gateway_bye:
  - condition:
    - {type: slot, name: language, value: ar}
    text: "مع السلامة"
"""


@pytest.fixture
def texts(tmp_path: Path) -> Texts:
    file = tmp_path / "responses.yml"
    file.write_text(RESPONSES, encoding="utf-8")
    return load_texts(file)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "هلا سالم"),
        ("en", "Hello سالم"),
        ("ur", "هلا سالم"),
        ("", "هلا سالم"),
        (None, "هلا سالم"),
    ],
)
def test_text_is_said_in_the_language_or_in_arabic(texts: Texts, language: str | None, text: str):
    assert texts.say("gateway_greeting", language, name="سالم") == text


def test_variation_may_say_that_it_is_arabic(texts: Texts):
    assert texts.say("gateway_bye", "ar") == "مع السلامة"


def test_unknown_key_is_an_error(texts: Texts):
    with pytest.raises(KeyError):
        texts.say("gateway_nothing", "ar")


# The gateway's own file


@pytest.mark.parametrize("key", sorted(SPOKEN))
def test_every_key_that_the_gateway_says_has_a_text_of_its_own_in_every_language(key: str):
    said = [load_texts(FILE).say(key, language, **VALUES) for language in LANGUAGES]

    assert all(said)
    assert len(set(said)) == len(LANGUAGES)


def test_gateway_says_something():
    assert "gateway_turn_failed" in SPOKEN
    assert "gateway_still_working" in SPOKEN


def test_every_reason_to_refuse_a_file_is_known_here():
    raised = {
        reason
        for path in SOURCES
        for reason in re.findall(rf'{FileRefusedError.__name__}\("([a-z_]+)"\)', path.read_text())
    }

    assert raised == set(REASONS)


@pytest.mark.parametrize("key", sorted(SPOKEN))
def test_gateways_texts_wait_for_no_value_but_those_it_gives(key: str):
    texts = load_texts(FILE)

    for language in LANGUAGES:
        fields = {name for _, name, _, _ in Formatter().parse(texts._texts[key][language])}
        assert fields <= {None, *VALUES}
