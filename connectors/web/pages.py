"""The pages around the chat: the service in a few words, following a case, privacy."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import jinja2
import segno
import yaml
from aiohttp import web
from babel.dates import format_date
from markupsafe import Markup

from bot.routes import Caller, Route
from cases import workflow
from cases.case import Case, Status
from cases.following import CaseNotSeenError, Following, TooManyGuessesError
from cases.numbers import fold_digits
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
# What a case goes through on its way to an answer; `answered` is what is to come last.
_PATH: Final = (Status.FILED, Status.ASSIGNED, Status.IN_PROGRESS)
_ANSWERED: Final = "answered"
_ENDED: Final = workflow.ANSWERED | {Status.WITHDRAWN}
_MINUTES: Final = 15  # that guesses are counted for


@dataclass(frozen=True, slots=True)
class Channel:
    """Another way to reach Shakwa; its QR code is drawn from the address."""

    code: str  # telegram, whatsapp or web
    href: str

    @property
    def qr(self) -> Markup:
        """The address as an SVG element."""
        return Markup(segno.make(self.href, error="m").svg_inline(border=2, omitsize=True))  # noqa: S704 - our own


@dataclass(frozen=True, slots=True)
class Service:
    """What the pages say of the service."""

    names: Mapping[str, Mapping[str, str]]  # category or agency code -> language -> name
    emergency: str
    answer_within_days: int
    messages_kept_days: int
    address: str = ""  # under which citizens reach it, when a proxy stands before
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
        service = self._service
        # A passer-by at a desk carries on at the phone.
        here = service.address or str(request.url.origin())
        chat = Channel("web", f"{here}/widget/")
        return self._page(
            request,
            "home",
            "/",
            channels=[*service.channels, chat],
            days=service.answer_within_days,
        )

    async def chat(self, request: web.Request) -> web.Response:
        """Serve the chat, alone or in a host page's frame."""
        return self._page(request, "chat", "/widget/")

    async def privacy(self, request: web.Request) -> web.Response:
        """Say what is kept, by whom and for how long."""
        return self._page(
            request, "privacy", "/privacy", message_days=self._service.messages_kept_days
        )

    async def track(self, request: web.Request) -> web.Response:
        """Ask for number and code."""
        number = request.query.get("number", "")
        return self._track_page(request, number=number)

    async def tracked(self, request: web.Request) -> web.Response:
        """Show the case; a wrong number and a wrong code are told alike."""
        asked = await request.post()
        number, code = str(asked.get("number", ""))[:40], str(asked.get("code", ""))[:40]
        asker = f"web:{self._guard.address(request)}"
        try:
            case = await self._following.with_code(asker, number, code)
        except CaseNotSeenError:
            return self._track_page(request, 404, number=number, problem="not_found")
        except TooManyGuessesError:
            return self._track_page(
                request, 429, number=number, problem="too_many", minutes=_MINUTES
            )
        return self._track_page(request, case=self._told(case, _language(request)))

    def _track_page(self, request: web.Request, status: int = 200, **shown: Any) -> web.Response:
        blank: dict[str, Any] = {"number": "", "problem": None, "minutes": 0, "case": None}
        page = self._page(request, "track", "/track", **{**blank, **shown})
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
        text = self._templates.get_template(f"{template}.html").render(
            lang=language,
            dir="rtl" if language in _RIGHT_TO_LEFT else "ltr",
            digits="latn",
            t=_texts(language),
            static=f"/static/{self._version}/",
            languages=_others(request, path, language),
            emergency=self._service.emergency,
            here=template,
            **context,
        )
        page = web.Response(
            text=text, content_type="text/html", headers=self._headers(request, template)
        )
        page.enable_compression()
        return page

    def _headers(self, request: web.Request, template: str) -> dict[str, str]:
        ancestors = " ".join(["'self'", *sorted(self._service.origins)])
        framed = ancestors if template == "chat" else "'none'"
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
            "Cache-Control": "no-store" if template == "track" else "no-cache",
        }

    def _told(self, case: Case, language: str) -> dict[str, Any]:
        notes = [entry.note for entry in case.history if entry.note and entry.by != "citizen"]
        ended = case.status in _ENDED
        return {
            "number": str(case.number),
            "status": case.status.value,
            "agency": self._name(case.agency, language),
            "category": self._name(case.complaint.category or "", language),
            "note": notes[-1] if notes else "",
            "filed_on": _dated(case.filed_at.date(), language),
            "due": None if ended else _dated(case.due, language),
            "steps": _steps(case, language),
        }

    def _name(self, code: str, language: str) -> str:
        names = self._service.names.get(code, {})
        return names.get(language) or names.get("ar", "")


def _steps(case: Case, language: str) -> list[dict[str, Any]]:
    """Return what the case has gone through, and what is still to come."""
    told = [entry for entry in case.history if entry.status]
    steps: list[dict[str, Any]] = [
        {
            "status": entry.status.value if entry.status else "",
            "state": "now" if entry is told[-1] else "done",
            "at": _dated(entry.at.date(), language),
            "note": "" if entry.by == "citizen" else entry.note,
        }
        for entry in told
    ]
    if case.status in _ENDED:
        return steps
    left = _PATH[_PATH.index(case.status) + 1 :] if case.status in _PATH else ()
    coming = [*(status.value for status in left), _ANSWERED]
    blank = {"state": "to_come", "at": None, "note": ""}
    return [*steps, *({"status": status, **blank} for status in coming)]


def _dated(day: date, language: str) -> dict[str, str]:
    text = format_date(day, "d MMMM y", locale=language)
    return {"iso": day.isoformat(), "text": fold_digits(text)}


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
            "name": _texts(code)["own_name"],
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
    file = web.Response(
        body=path.read_bytes(),
        content_type=_KINDS[path.suffix],
        charset="utf-8",
        headers={"Cache-Control": cache, "X-Content-Type-Options": "nosniff"},
    )
    file.enable_compression()
    return file
