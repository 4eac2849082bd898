"""The pages around the chat: the service in a few words, following a case, privacy."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import jinja2
import segno
import yaml
from aiohttp import web

from bot.routes import Caller, Route
from cases.case import Case, Status
from cases.following import CaseNotSeenError, Following, TooManyGuessesError
from connectors.web.visits import Guard

_HERE: Final = Path(__file__).parent
_DIST: Final = _HERE / "static" / "dist"
_LANGUAGES: Final = ("ar", "en", "ur")
_RIGHT_TO_LEFT: Final = frozenset({"ar", "ur"})
_KINDS: Final[Mapping[str, str]] = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}
_YEAR: Final = "public, max-age=31536000, immutable"
_SHORT: Final = "public, max-age=300"
# What a citizen is told a case goes through, whatever it has gone through so far.
_PATH: Final = (Status.FILED, Status.ASSIGNED, Status.IN_PROGRESS, Status.RESOLVED)


@dataclass(frozen=True, slots=True)
class Channel:
    """Another way to reach Shakwa; its QR code is drawn from the address."""

    name: str
    href: str

    @property
    def qr(self) -> str:
        """The address as an SVG element."""
        return segno.make(self.href, error="m").svg_inline(scale=4, border=2, omitsize=True)


@dataclass(frozen=True, slots=True)
class Service:
    """What the pages say of the service."""

    names: Mapping[str, Mapping[str, str]]  # category or agency code -> language -> name
    emergency: str
    answer_within_days: int
    channels: Sequence[Channel] = ()
    origins: frozenset[str] = frozenset()


class Pages:
    """Serves the pages and their static files."""

    def __init__(self, service: Service, following: Following, guard: Guard) -> None:
        self._service, self._following, self._guard = service, following, guard
        loader = jinja2.FileSystemLoader(_HERE / "templates")
        self._templates = jinja2.Environment(
            loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        self._templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
        self._version = _version()

    @property
    def routes(self) -> list[Route]:
        """The pages' routes."""
        return [
            Route("GET", "/", self.home, Caller.ANYBODY),
            Route("GET", "/widget/", self.chat, Caller.ANYBODY),
            Route("GET", "/widget.js", self.loader, Caller.ANYBODY),
            Route("GET", "/static/{version}/{name}", self.static, Caller.ANYBODY),
            Route("GET", "/track", self.track, Caller.ANYBODY),
            Route("POST", "/track", self.tracked, Caller.ANYBODY),
            Route("GET", "/privacy", self.privacy, Caller.ANYBODY),
        ]

    async def home(self, request: web.Request) -> web.Response:
        """Say what the service is, with the chat one tap away."""
        return self._page(request, "home.html", "/", channels=self._service.channels)

    async def chat(self, request: web.Request) -> web.Response:
        """Serve the chat, alone or in a host page's frame."""
        return self._page(request, "chat.html", "/widget/")

    async def privacy(self, request: web.Request) -> web.Response:
        """Say what is kept, by whom and for how long."""
        return self._page(request, "privacy.html", "/privacy")

    async def track(self, request: web.Request) -> web.Response:
        """Ask for number and code."""
        number = request.query.get("number", "")
        return self._page(request, "track.html", "/track", case=None, error=None, number=number)

    async def tracked(self, request: web.Request) -> web.Response:
        """Show the case; a wrong number and a wrong code are told alike."""
        asked = await request.post()
        number, code = str(asked.get("number", "")), str(asked.get("code", ""))
        asker = f"web:{self._guard.address(request)}"
        shown: dict[str, Any] = {"case": None, "error": None, "number": number}
        status = 200
        try:
            case = await self._following.with_code(asker, number, code)
        except CaseNotSeenError:
            shown["error"], status = "wrong", 404
        except TooManyGuessesError:
            shown["error"], status = "too_many", 429
        else:
            shown["case"] = self._told(case, _language(request))
        page = self._page(request, "track.html", "/track", **shown)
        page.set_status(status)
        return page

    async def loader(self, _request: web.Request) -> web.Response:
        """Serve the script that host pages embed; kept for minutes, so that it can be mended."""
        return _file("loader.js", _SHORT)

    async def static(self, request: web.Request) -> web.Response:
        """Serve a file of the present version, to be kept for ever."""
        name = request.match_info["name"]
        if request.match_info["version"] != self._version or name not in _names():
            raise web.HTTPNotFound
        return _file(name, _YEAR)

    def _page(
        self, request: web.Request, template: str, path: str, **context: Any
    ) -> web.Response:
        language = _language(request)
        text = self._templates.get_template(template).render(
            lang=language,
            dir="rtl" if language in _RIGHT_TO_LEFT else "ltr",
            digits="latn",
            t=_texts(language),
            static=f"/static/{self._version}/",
            languages=_others(request, path, language),
            emergency=self._service.emergency,
            answer_within_days=self._service.answer_within_days,
            **context,
        )
        return web.Response(
            text=text, content_type="text/html", headers=self._headers(request, template)
        )

    def _headers(self, request: web.Request, template: str) -> dict[str, str]:
        ancestors = " ".join(["'self'", *sorted(self._service.origins)])
        framed = ancestors if template == "chat.html" else "'none'"
        sockets = f"ws://{request.host} wss://{request.host}"
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
            f" connect-src 'self' {sockets}; media-src blob:; frame-src 'self';"
            f" form-action 'self'; base-uri 'none'; frame-ancestors {framed}"
        )
        return {
            "Content-Security-Policy": policy,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store" if template == "track.html" else "no-cache",
        }

    def _told(self, case: Case, language: str) -> dict[str, Any]:
        entries = {entry.status: entry for entry in case.history if entry.status}
        path = _PATH if case.status in _PATH else (Status.FILED, case.status)
        notes = [entry.note for entry in case.history if entry.note and entry.by != "citizen"]
        return {
            "number": str(case.number),
            "status": case.status.value,
            "agency": self._name(case.agency, language),
            "category": self._name(case.complaint.category or "", language),
            "filed_on": case.filed_at.date(),
            "due": case.due,
            "note": notes[-1] if notes else "",
            "steps": [
                {
                    "status": step.value,
                    "on": entries[step].at.date() if step in entries else None,
                    "is_now": step is case.status,
                }
                for step in path
            ],
        }

    def _name(self, code: str, language: str) -> str:
        names = self._service.names.get(code, {})
        return names.get(language) or names.get("ar", "")


def _language(request: web.Request) -> str:
    asked = request.query.get("lang")
    if asked in _LANGUAGES:
        return asked
    accepted = request.headers.get("Accept-Language", "").lower().split(",")
    first = (one.strip()[:2] for one in accepted)
    return next((code for code in first if code in _LANGUAGES), "ar")


def _others(request: web.Request, path: str, language: str) -> list[dict[str, str]]:
    kept = {key: value for key, value in request.query.items() if key in ("agency", "place")}
    return [
        {
            "code": code,
            "name": _texts(code)["language"],
            "href": f"{path}?{urlencode({**kept, 'lang': code})}",
        }
        for code in _LANGUAGES
        if code != language
    ]


@lru_cache
def _texts(language: str) -> dict[str, Any]:
    path = _HERE / "texts" / f"{language}.yml"
    return yaml.safe_load(path.read_text("utf-8"))


@lru_cache
def _names() -> frozenset[str]:
    return frozenset(path.name for path in _DIST.iterdir())


@lru_cache
def _version() -> str:
    digest = hashlib.sha256()
    for path in sorted(_DIST.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _file(name: str, cache: str) -> web.Response:
    path = _DIST / name
    return web.Response(
        body=path.read_bytes(),
        content_type=_KINDS[path.suffix],
        charset="utf-8",
        headers={"Cache-Control": cache, "X-Content-Type-Options": "nosniff"},
    )
