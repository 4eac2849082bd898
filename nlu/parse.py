"""One utterance a line in, one JSON object a line out; the model is loaded once."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO, cast

from nlu import rasa_setup

rasa_setup.prepare()

from rasa.utils.log_utils import configure_structlog  # noqa: E402

from nlu.components.classifiers import CATEGORY_WORDS  # noqa: E402
from nlu.dialogue import Dialogue  # noqa: E402
from nlu.model_files import newest_model  # noqa: E402
from nlu.taxonomy import agencies_of, mandates_of  # noqa: E402

_JURISDICTION = Path(__file__).parents[1] / "jurisdictions" / "kuwait"


def described(text: str, parsed: dict[str, Any], agency_of: Mapping[str, str]) -> dict[str, Any]:
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


def reasons(parsed: dict[str, Any], agency: str | None) -> dict[str, Any]:
    """Return why a category was chosen: the words that decided, and its agency's mandate."""
    mandate = mandates_of(_JURISDICTION).get(agency or "", {})
    return {"words": parsed.get(CATEGORY_WORDS) or [], "mandate": mandate}


async def parse_lines(lines: TextIO, out: TextIO, model: Path, *, why: bool = False) -> None:
    """Parse each line; an empty line gives an object too, so that lines keep their places."""
    dialogue, agency_of = await Dialogue.load(model), agencies_of(_JURISDICTION)
    for line in lines:
        text = line.rstrip("\r\n")
        parsed = await dialogue.parse(text, why=why)
        told = described(text, parsed, agency_of)
        if why:
            told["why"] = reasons(parsed, told["category"]["agency"])
        out.write(json.dumps(told, ensure_ascii=False) + "\n")
        out.flush()


def main() -> None:
    """Parse standard input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--why", action="store_true", help="say which words decided")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    configure_structlog(logging.WARNING)
    cast("TextIOWrapper", sys.stdin).reconfigure(encoding="utf-8", errors="replace")
    cast("TextIOWrapper", sys.stdout).reconfigure(encoding="utf-8")
    asyncio.run(parse_lines(sys.stdin, sys.stdout, newest_model(), why=asked.why))


if __name__ == "__main__":
    main()
