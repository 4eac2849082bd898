"""Runs the test conversations with `rasa test`; exits 1 when a prediction differs."""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any, cast

from nlu import rasa_setup

rasa_setup.prepare()

from rasa.core.agent import Agent, load_agent  # noqa: E402
from rasa.core.test import test as test_conversations  # noqa: E402
from rasa.utils.log_utils import configure_structlog  # noqa: E402

from nlu.model_files import newest_model  # noqa: E402


async def run(groups: list[Path]) -> int:
    """Test the conversations of each file and return how many failed."""
    agent = await load_agent(str(newest_model()))
    _leave_entities_out(agent)
    failed = passed = 0
    for group in groups:
        with tempfile.TemporaryDirectory() as reports:
            report: dict[str, Any] = await test_conversations(
                str(group), agent, out_directory=reports, e2e=True, disable_plotting=True
            )
            details = Path(reports) / "failed_test_stories.yml"
            outcome = report["report"]["conversation_accuracy"]
            failed += outcome["total"] - outcome["correct"]
            passed += outcome["correct"]
            print(f"{group.name}: {outcome['correct']} of {outcome['total']}")
            if outcome["correct"] < outcome["total"]:
                print(details.read_text("utf-8"))
    print(f"{passed} passed, {failed} failed")
    return failed


def _leave_entities_out(agent: Agent) -> None:
    # Times and places are read by rule and tested by table; a conversation would have to
    # spell out their whole values.
    processor = cast("Any", agent.processor)
    parse = processor.parse_message

    async def parse_labels(*asked: Any, **named: Any) -> dict[str, Any]:
        return {**await parse(*asked, **named), "entities": []}

    processor.parse_message = parse_labels


def main() -> None:
    """Run the folder that the command line names."""
    logging.disable(logging.WARNING)
    configure_structlog(logging.ERROR)
    warnings.simplefilter("ignore")
    sys.exit(1 if asyncio.run(run(sorted(Path(sys.argv[1]).iterdir()))) else 0)


if __name__ == "__main__":
    main()
