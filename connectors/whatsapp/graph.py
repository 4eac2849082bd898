"""The Graph API's client: few calls, each with a time-out, and failures by what to do."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import quote

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    FormData,
)
from yarl import URL

from bot.channels import Failure, MediaGoneError, MediaUnavailableError, SendFailedError
from bot.settings import WhatsAppSettings
from connectors.whatsapp.failures import NO_CODE, failure_of, wait_after

_CHUNK: Final = 2**16
_LONGEST_HALT: Final = 3_600.0
_FINAL: Final = frozenset({Failure.REFUSED, Failure.UNREACHABLE})
_PRODUCT: Final = {"messaging_product": "whatsapp"}


class StaleUrlError(Exception):
    """A file's address has had its time; the file itself may still be there."""


class GraphClient:
    """Calls the Graph API for one number; `patience` is how long one call may take, in seconds."""

    def __init__(
        self, http: ClientSession, settings: WhatsAppSettings, patience: float = 20.0
    ) -> None:
        self._http, self._settings, self._patience = http, settings, patience
        self._headers = {"Authorization": f"Bearer {settings.token}"}
        self.phone_id = settings.phone_id

    async def send(self, payload: Mapping[str, Any], attempts: int = 0) -> str:
        """Send a message and return its id; `attempts` have been made before.

        Raises SendFailedError: AMBIGUOUS when the message may have been taken all the same.
        """
        message = {**_PRODUCT, "recipient_type": "individual", **payload}
        answer = await self._post("messages", attempts, json=message)
        try:
            return str(answer["messages"][0]["id"])
        except (KeyError, IndexError, TypeError) as error:
            raise SendFailedError(Failure.AMBIGUOUS, "no_id") from error

    async def mark_read_and_typing(self, wamid: str) -> None:
        """Show a citizen that their message was read and is being answered.

        Raises SendFailedError.
        """
        shown = {"status": "read", "message_id": wamid, "typing_indicator": {"type": "text"}}
        await self._post("messages", json={**_PRODUCT, **shown})

    async def upload(self, content: bytes, media_type: str) -> str:
        """Hand a file over and return the id under which it can be sent for 30 days.

        Raises SendFailedError; never AMBIGUOUS, since a file handed over twice harms nobody.
        """
        form = FormData({**_PRODUCT, "type": media_type})
        form.add_field("file", content, filename="file", content_type=media_type)
        answer = await self._post("media", lost=Failure.TRANSIENT, data=form)
        if not answer.get("id"):
            raise SendFailedError(Failure.TRANSIENT, "no_id")
        return str(answer["id"])

    async def probe(self) -> None:
        """Check that the number and the token are taken; raises SendFailedError."""
        await self._call("GET", self.phone_id, lost=Failure.TRANSIENT)

    async def media_url(self, media_id: str) -> str:
        """Return a file's address, good for some minutes.

        Raises MediaGoneError or MediaUnavailableError.
        """
        try:
            answer = await self._call("GET", quote(media_id, safe=""), lost=Failure.TRANSIENT)
        except SendFailedError as error:
            if error.failure in _FINAL:
                raise MediaGoneError("unreadable") from error
            raise MediaUnavailableError(error.code) from error
        return str(answer.get("url", ""))

    def trusts(self, url: str) -> bool:
        """Say whether our token may be shown to whoever has this address."""
        try:
            target = URL(url)
        except ValueError:
            return False
        # The scheme of the API itself: https but for a stand-in on this machine.
        known = target.scheme == URL(self._settings.api).scheme
        return known and target.host in self._settings.media_hosts

    @asynccontextmanager
    async def download(self, url: str) -> AsyncGenerator[AsyncIterator[bytes]]:
        """Open a file for reading; raises StaleUrlError or MediaUnavailableError."""
        if not self.trusts(url):
            raise MediaUnavailableError("host")
        timeout = ClientTimeout(total=300, connect=5, sock_read=self._patience)
        address = URL(url, encoded=True)  # signed: not a character of it may change
        try:
            async with self._http.get(
                address, headers=self._headers, timeout=timeout, allow_redirects=False
            ) as response:
                _check_file(response.status)
                yield response.content.iter_chunked(_CHUNK)
        except (ClientError, TimeoutError) as error:
            raise MediaUnavailableError("lost") from error

    async def _post(
        self, to: str, attempts: int = 0, lost: Failure = Failure.AMBIGUOUS, **content: Any
    ) -> dict[str, Any]:
        path = f"{self.phone_id}/{to}"
        return await self._call("POST", path, lost=lost, attempts=attempts, **content)

    async def _call(
        self, method: str, path: str, *, lost: Failure, attempts: int = 0, **content: Any
    ) -> dict[str, Any]:
        """Return what the API answers; `lost` is the failure once a request may have arrived."""
        timeout = ClientTimeout(total=self._patience, connect=min(self._patience, 5))
        try:
            async with self._http.request(
                method,
                f"{self._settings.api}/{path}",
                headers=self._headers,
                timeout=timeout,
                allow_redirects=False,
                **content,
            ) as response:
                status, headers = response.status, response.headers
                answer = _parsed(await response.read())
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise SendFailedError(Failure.TRANSIENT, "unconnected") from error
        except (ClientError, TimeoutError) as error:
            raise SendFailedError(lost, "lost") from error
        if status == HTTPStatus.OK:
            return answer
        raise _refusal(status, headers.get("Retry-After", ""), _code(answer), attempts)


def _check_file(status: int) -> None:
    if status == HTTPStatus.OK:
        return
    refused = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    if refused and status != HTTPStatus.TOO_MANY_REQUESTS:
        raise StaleUrlError(status)
    raise MediaUnavailableError(status)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}


def _code(answer: Mapping[str, Any]) -> int:
    error: Any = answer.get("error")
    code: Any = cast("Mapping[str, Any]", error).get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) else NO_CODE


def _refusal(status: int, retry_after: str, code: int, attempts: int) -> SendFailedError:
    given = retry_after.isascii() and retry_after.isdigit()
    told = min(float(retry_after), _LONGEST_HALT) if given else None
    named = f"http_{status}" if code == NO_CODE else str(code)
    wait = wait_after(code, attempts) if told is None else told
    return SendFailedError(failure_of(code, status), named, retry_after=wait)
