"""Files of the fake Graph API: handed over, asked for by id, read from an address for a while."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import BodyPartReader, web

from tests.doubles.graph_calls import Calls, Kept
from tests.doubles.graph_limits import INVALID, RefusedError

_URL_LIFE = timedelta(minutes=5)
_SIGNED = "?hash=a%2Fb%3D"  # of which not a character may change
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class GraphFiles:
    """Keeps files; `kept` is all of them by id."""

    def __init__(self, calls: Calls, url: Callable[[str], str]) -> None:
        self.kept: dict[str, Kept] = {}
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._calls, self._url = calls, url
        self._urls: dict[str, tuple[str, datetime]] = {}

    def routes(self, version: str, phone_id: str) -> Iterable[web.RouteDef]:
        return [
            web.post(f"{version}/{phone_id}/media", self._upload),
            web.get(f"{version}/{{file}}", self._media),
            web.get("/lookaside/{token}", self._file),
        ]

    def keep(self, content: bytes, media_type: str = "image/jpeg") -> str:
        """Keep a file that somebody sent, and return its id."""
        file_id = str(7000 + len(self.kept))
        self.kept[file_id] = Kept(content, media_type)
        return file_id

    def url_of(self, file_id: str) -> str:
        """Return an address of a file, good for five minutes."""
        token = f"t{len(self._urls)}"
        self._urls[token] = (file_id, self.now() + _URL_LIFE)
        return self._url(f"/lookaside/{token}") + _SIGNED

    def expire_urls(self) -> None:
        self._urls = dict.fromkeys(self._urls, ("", _LONG_AGO))

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        fields: dict[str, str] = {}
        kept: list[Kept] = []
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            content = bytes(await part.read())
            if part.name == "file":
                kept.append(Kept(content, part.headers["Content-Type"]))
            else:
                fields[str(part.name)] = content.decode()
        return await self._calls.take(request, "upload", lambda: self._uploaded(fields, kept))

    def _uploaded(self, fields: Mapping[str, str], kept: Sequence[Kept]) -> dict[str, str]:
        if fields.get("messaging_product") != "whatsapp" or len(kept) != 1:
            raise RefusedError(INVALID, "messaging_product or file")
        if fields.get("type") != kept[0].media_type:
            raise RefusedError(INVALID, "type")
        return {"id": self.keep(kept[0].content, kept[0].media_type)}

    async def _media(self, request: web.Request) -> web.StreamResponse:
        file_id = request.match_info["file"]
        return await self._calls.take(request, "media", lambda: self._located(file_id))

    def _located(self, file_id: str) -> dict[str, Any]:
        if file_id not in self.kept:
            raise RefusedError(INVALID, "Object with this ID does not exist")
        kept = self.kept[file_id]
        return {
            "url": self.url_of(file_id),
            "mime_type": kept.media_type,
            "sha256": hashlib.sha256(kept.content).hexdigest(),
            "file_size": len(kept.content),
            "id": file_id,
        }

    async def _file(self, request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"] if request.raw_path.endswith(_SIGNED) else ""
        return await self._calls.take(request, "file", lambda: self._content(token))

    def _content(self, token: str) -> Kept:
        file_id, expires = self._urls.get(token, ("", _LONG_AGO))
        if self.now() >= expires or file_id not in self.kept:
            raise RefusedError(INVALID, "URL signature expired", status=404)
        return self.kept[file_id]
