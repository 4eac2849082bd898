"""The agent's client: one HTTP call a turn."""

import json
import zlib
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import (
    ClientConnectionError,
    ClientError,
    ClientPayloadError,
    ClientSession,
    ClientTimeout,
)

from bot.conversations import AgentAnswer, AgentFailedError, AgentTurn, AgentUnavailableError
from bot.messages import Button

_TIMEOUT: Final = ClientTimeout(total=30)  # seconds: a turn takes a hundredth of it
_OK: Final = 200


class RasaAgent:
    """Asks the Rasa process; the dialogue travels with each turn."""

    def __init__(self, http: ClientSession, url: str, token: str) -> None:
        self._http, self._url = http, url
        self._headers = {"Authorization": f"Bearer {token}"}

    async def reply(self, turn: AgentTurn) -> AgentAnswer:
        """Answer a turn; raises AgentUnavailableError or AgentFailedError."""
        status, answer = await self._post("/turns", _asked(turn))
        if status != _OK or not answer:
            raise AgentFailedError(status, answer.get("failed"))
        return AgentAnswer(
            texts=tuple(answer["texts"]),
            buttons=tuple(Button(b["title"], b["payload"]) for b in answer["buttons"]),
            dialogue=zlib.compress(json.dumps(answer["dialogue"]).encode()),
            language=answer["language"],
            understood=answer["understood"],
            acted=bool(answer.get("acted")),
        )

    async def is_up(self) -> bool:
        """Say whether the agent has its model loaded."""
        try:
            async with self._http.get(f"{self._url}/healthz", timeout=_TIMEOUT) as response:
                return response.status == _OK
        except (ClientError, TimeoutError):
            return False

    async def _post(self, path: str, asked: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        url = f"{self._url}{path}"
        try:
            async with self._http.post(
                url, json=asked, headers=self._headers, timeout=_TIMEOUT
            ) as response:
                return response.status, await response.json(content_type=None) or {}
        except TimeoutError as error:  # also a kind of connection error, but one to give up on
            raise AgentFailedError from error
        except (ClientConnectionError, ClientPayloadError) as error:  # it died, also midway
            raise AgentUnavailableError from error
        except (ClientError, ValueError) as error:
            raise AgentFailedError from error


def _asked(turn: AgentTurn) -> dict[str, Any]:
    dialogue: list[Any] = json.loads(zlib.decompress(turn.dialogue)) if turn.dialogue else []
    return {
        "conversation": turn.conversation,
        "text": turn.text,
        "command": turn.command,
        "metadata": dict(turn.metadata),
        "dialogue": dialogue,
    }
