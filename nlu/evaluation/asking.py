"""Asks a loaded model for every held-out line, as the agent would be asked."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final, Protocol

from nlu import rasa_setup
from nlu.evaluation.heldout import Line, Ranking
from nlu.evaluation.parsed import Parsed

rasa_setup.prepare()

from actions.problems import ASSUMED  # noqa: E402
from nlu.dialogue import SURE, settle_intent  # noqa: E402

THRESHOLDS: Final = {"intents": SURE, "categories": ASSUMED}  # those in use


class Parser(Protocol):
    """What understands a text; nlu.dialogue.Dialogue does."""

    async def parse(self, text: str) -> dict[str, Any]:
        """Return what is understood of a text, whatever the conversation."""
        ...


async def ask(parser: Parser, lines: Sequence[Line]) -> list[Parsed]:
    """Return what is understood of each line, after one to warm up."""
    await parser.parse(lines[0].text)
    return [await _ask(parser, line) for line in lines]


async def _ask(parser: Parser, line: Line) -> Parsed:
    started = time.process_time()
    said = await parser.parse(line.text)
    spent = (time.process_time() - started) * 1000
    intents = _ranking(said.get("intent_ranking") or [said["intent"]], "name")
    categories = _ranking(said.get("category_ranking") or [], "code")
    settle_intent(said, {})
    taken_for, language = said["intent"]["name"], said["language"]["name"]
    return Parsed(line, intents, categories, taken_for, language, spent)


def _ranking(told: Sequence[dict[str, Any]], name: str) -> Ranking:
    return [(option[name], option["confidence"]) for option in told]
