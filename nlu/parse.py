"""One utterance a line in, one JSON object a line out; the model is loaded once."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO, cast

from nlu import rasa_setup

rasa_setup.prepare()

from rasa.utils.log_utils import configure_structlog  # noqa: E402

from nlu.dialogue import Dialogue  # noqa: E402
from nlu.model_files import newest_model  # noqa: E402
from nlu.taxonomy import agencies_of  # noqa: E402

_JURISDICTION = Path(__file__).parents[1] / "jurisdictions" / "kuwait"


def described(text: str, parsed: dict[str, Any], agency_of: dict[str, str]) -> dict[str, Any]:
    """Return what `shakwa parse` prints for one text."""
    options: list[dict[str, Any]] = parsed.get("category_ranking") or []
    ranking = [{"agency": agency_of[option["code"]], **option} for option in options]
    nothing: dict[str, Any] = {"agency": None, "code": None, "confidence": 0.0}
    return {
        "text": text,
        "language": parsed["language"]["name"],
        "intent": parsed["intent"],
        "intent_ranking": parsed.get("intent_ranking") or [],
        "category": ranking[0] if ranking else nothing,
        "category_ranking": ranking,
        "entities": parsed["entities"],
    }


async def parse_lines(lines: TextIO, out: TextIO, model: Path) -> None:
    """Parse each line; an empty line gives an object too, so that lines keep their places."""
    dialogue, agency_of = await Dialogue.load(model), agencies_of(_JURISDICTION)
    for line in lines:
        text = line.rstrip("\r\n")
        parsed = await dialogue.parse(text)
        out.write(json.dumps(described(text, parsed, agency_of), ensure_ascii=False) + "\n")
        out.flush()


def main() -> None:
    """Parse standard input."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    configure_structlog(logging.WARNING)
    cast("TextIOWrapper", sys.stdin).reconfigure(encoding="utf-8", errors="replace")
    cast("TextIOWrapper", sys.stdout).reconfigure(encoding="utf-8")
    asyncio.run(parse_lines(sys.stdin, sys.stdout, newest_model()))


if __name__ == "__main__":
    main()
