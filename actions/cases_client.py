"""The case API of the gateway: the only way from the agent to cases."""

import asyncio
import os
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Dict, Final, List, Mapping, Optional, Tuple, Union

import aiohttp

_TIMEOUT: Final = 10.0  # seconds, all in


class CasesUnavailableError(Exception):
    """The case API could not be reached, or failed: nothing is known of the outcome."""


class TooManyGuessesError(Exception):
    """Whoever asks has guessed numbers and codes too often."""


@dataclass(frozen=True)
class Filed:
    """A complaint has become a case; the code is told this once."""

    case_number: str
    agency: str
    tracking_code: str
    due: str


@dataclass(frozen=True)
class Incomplete:
    """The complaint was refused for what it lacks."""

    missing: Tuple[str, ...]


@dataclass(frozen=True)
class CaseView:
    """What a citizen may see of a case; dates are ISO."""

    case_number: str
    category: Optional[str]
    agency: str
    status: str
    filed_on: str
    due: str
    note: str


class CasesClient:
    """Talks to the case API over HTTP."""

    def __init__(
        self,
        url: Optional[str] = None,
        token: Optional[str] = None,
        timeout: float = _TIMEOUT,
    ) -> None:
        self._url = url or os.environ.get("SHAKWA_CASES_URL", "http://127.0.0.1:8080")
        self._token = token or os.environ.get("SHAKWA_INTERNAL_TOKEN", "")
        self._timeout = aiohttp.ClientTimeout(total=timeout)

    async def file(self, complaint: Mapping[str, Any]) -> Union[Filed, Incomplete]:
        """File a complaint under its filing key; the same key always gives the same case."""
        status, answer = await self._call("POST", "/internal/complaints", json=complaint)
        if status == HTTPStatus.CREATED:
            return Filed(**answer)
        if status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return Incomplete(tuple(answer["missing"]))
        raise CasesUnavailableError(status)

    async def own(self, conversation: str) -> List[CaseView]:
        """Return the conversation's cases, newest first."""
        status, answer = await self._call(
            "GET", "/internal/cases", params={"conversation": conversation}
        )
        if status != HTTPStatus.OK:
            raise CasesUnavailableError(status)
        return [CaseView(**case) for case in answer["cases"]]

    async def with_code(self, asker: str, number: str, code: str) -> Optional[CaseView]:
        """Return the case of this number and code, or None; raises TooManyGuessesError."""
        guess = {"asker": asker, "number": number, "code": code}
        status, answer = await self._call("POST", "/internal/cases/lookup", json=guess)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise TooManyGuessesError
        if status == HTTPStatus.NOT_FOUND:
            return None
        if status != HTTPStatus.OK:
            raise CasesUnavailableError(status)
        return CaseView(**answer)

    async def act(self, number: str, request: Mapping[str, Any]) -> Optional[CaseView]:
        """Do something to one's own case; None when the case does not allow it."""
        status, answer = await self._call("POST", f"/internal/cases/{number}/acts", json=request)
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT):
            return None
        if status != HTTPStatus.OK:
            raise CasesUnavailableError(status)
        return CaseView(**answer)

    async def _call(self, method: str, path: str, **request: Any) -> Tuple[int, Dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout, headers=headers) as http,
                http.request(method, f"{self._url}{path}", **request) as response,
            ):
                return response.status, await response.json()
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            raise CasesUnavailableError from error
