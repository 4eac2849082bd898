"""The agent's process: an HTTP server on loopback around one loaded model."""

from __future__ import annotations

import argparse
import hmac
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any, Final

from nlu import rasa_setup

rasa_setup.prepare()

from aiohttp import web  # noqa: E402
from rasa.utils.log_utils import configure_structlog  # noqa: E402

from nlu.dialogue import ActionFailedError, Dialogue  # noqa: E402
from nlu.model_files import MODELS, newest_model  # noqa: E402

_LOG: Final = logging.getLogger(__name__)
_LARGEST_TURN: Final = 8 * 2**20  # bytes: a dialogue of some hundred turns
_DIALOGUE: Final = web.AppKey("dialogue", Dialogue)


async def take_turn(request: web.Request) -> web.Response:
    """Answer one turn; 500 when it failed and nothing of it may be kept."""
    turn = await request.json()
    try:
        answer = await request.app[_DIALOGUE].take(
            turn["conversation"],
            turn["text"],
            turn["command"],
            turn["metadata"],
            turn["dialogue"],
        )
    except ActionFailedError as error:
        return web.json_response({"failed": str(error)}, status=500)
    return web.json_response(vars(answer), dumps=_dumps)


async def parse(request: web.Request) -> web.Response:
    """Say what the model understands of a text."""
    asked = await request.json()
    return web.json_response(await request.app[_DIALOGUE].parse(asked["text"]), dumps=_dumps)


async def health(_request: web.Request) -> web.Response:
    """Say that the model is loaded."""
    return web.json_response({"status": "ok"})


@web.middleware
async def check_token(request: web.Request, handler: Any) -> web.StreamResponse:
    """Refuse callers that do not know the deployment's own token."""
    token = os.environ.get("SHAKWA_INTERNAL_TOKEN", "")
    given = request.headers.get("Authorization", "")
    if request.path != "/healthz" and not hmac.compare_digest(given, f"Bearer {token}"):
        raise web.HTTPUnauthorized
    return await handler(request)


def build_app(model: Path) -> web.Application:
    """Build the agent's server for one model."""
    app = web.Application(client_max_size=_LARGEST_TURN, middlewares=[check_token])
    app.add_routes(
        [
            web.post("/turns", take_turn),
            web.post("/parse", parse),
            web.get("/healthz", health),
        ]
    )

    async def load(app: web.Application) -> None:
        app[_DIALOGUE] = await Dialogue.load(model)

    app.on_startup.append(load)  # pyright: ignore[reportArgumentType] - aiohttp 3.9's own slip
    return app


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    """Serve the newest model until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--models", type=Path, default=MODELS)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    configure_structlog(logging.WARNING)
    web.run_app(
        build_app(newest_model(asked.models)),
        host="127.0.0.1",
        port=asked.port,
        print=None,
        shutdown_timeout=2,
    )


if __name__ == "__main__":
    main()
