"""The operator's commands: they ask a running gateway over HTTP."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.launch import LaunchError, known_secrets

_TIMEOUT: Final = ClientTimeout(total=30)
_OK: Final = 200


def ask(env: Mapping[str, str], method: str, path: str, body: Any = None) -> Any:
    """Return the gateway's answer; raises LaunchError with what went wrong."""
    return asyncio.run(_asked(env, method, path, body))


async def _asked(env: Mapping[str, str], method: str, path: str, body: Any) -> Any:
    url = env.get("SHAKWA_URL") or f"http://127.0.0.1:{env.get('SHAKWA_PORT', '8080')}"
    token = {**known_secrets(), **env}.get("SHAKWA_INTERNAL_TOKEN", "")
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with (
            ClientSession(headers=headers, timeout=_TIMEOUT) as http,
            http.request(method, f"{url}{path}", json=body) as response,
        ):
            answer = await response.json(content_type=None)
    except (ClientError, TimeoutError, json.JSONDecodeError) as error:
        raise LaunchError(f"no gateway answers at {url}: start it, or set SHAKWA_URL") from error
    if response.status != _OK:
        raise LaunchError(f"refused: {answer.get('error', response.status)}")
    return answer
