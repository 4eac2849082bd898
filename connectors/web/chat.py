"""The chat's transport: a WebSocket, and polling where a network breaks those."""

import asyncio
import logging
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol, cast

from aiohttp import BodyPartReader, WSCloseCode, WSMsgType, web

from bot.conversations import AttachmentDesk
from bot.files import LIMITS, FileRefusedError
from bot.inbox import Inbox
from bot.messages import InboundMessage, Logged
from bot.metrics import Metrics
from bot.routes import Caller, Route
from bot.texts import Texts
from bot.turns import LONGEST_TEXT
from bot.uploads import AttachmentKeeper, keep_upload
from connectors.web.frames import (
    CHANNEL,
    MESSAGES,
    MOST_FILES,
    BadFrameError,
    Hello,
    check_frame,
    frames_after,
    is_answering,
    parse_frame,
    parse_hello,
    parse_message,
)
from connectors.web.visits import Guard, SessionStore, is_own_origin

_LOG: Final = logging.getLogger(__name__)
_HEARTBEAT: Final = 25.0  # seconds
_LARGEST_FRAME: Final = 2**16
_HISTORY: Final = 200  # messages that a page is shown again
_MOST_SOCKETS: Final = 5  # of one session: so many tabs
_POLL: Final = 25.0
_MOST_FRAMES: Final = 50
_UNKNOWN_SESSION: Final = 4001
_NO_HELLO: Final = 4002
_TOO_MANY_SOCKETS: Final = 4003
_SESSION: Final = "X-Shakwa-Session"
_LIMITS: Final[Mapping[str, int]] = {"text": LONGEST_TEXT, "files": MOST_FILES, **LIMITS}


class MessageLog(Protocol):
    """Knows what was said in a conversation."""

    async def history(self, conversation: str, limit: int) -> list[Logged]:
        """Return the newest messages with their answers, oldest first."""
        ...


class Attachments(AttachmentKeeper, AttachmentDesk, Protocol):
    """Keeps files and knows them."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the chat stands on."""

    inbox: Inbox
    log: MessageLog
    sessions: SessionStore
    attachments: Attachments
    guard: Guard
    texts: Texts
    metrics: Metrics
    clock: Callable[[], datetime]
    sender_of: Callable[[str], str]
    origins: frozenset[str] = frozenset()


@dataclass(slots=True)
class Visit:
    """One page that is connected: its session, and how far it has seen."""

    sid: str = field(repr=False)
    sender: str
    hello: Hello
    last: int
    resumed: bool
    typing: bool = False

    @property
    def conversation(self) -> str:
        """The conversation that the page shows."""
        return f"{CHANNEL}:{self.sender}"


class WebChat:
    """Serves the chat page's frames."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._sockets: weakref.WeakSet[web.WebSocketResponse] = weakref.WeakSet()
        self._open: Counter[str] = Counter()

    @property
    def routes(self) -> list[Route]:
        """The chat's routes; each checks origin and session itself."""
        return [
            Route("GET", "/widget/socket", self.connect, Caller.ANYBODY),
            Route("POST", "/widget/send", self.send, Caller.ANYBODY),
            Route("GET", "/widget/poll", self.poll, Caller.ANYBODY),
            Route("POST", "/widget/attachments", self.upload, Caller.ANYBODY),
        ]

    async def close_all(self, _app: web.Application) -> None:
        """Close every socket at once: one left open would look alive to its page."""
        closing = [one.close(code=WSCloseCode.SERVICE_RESTART) for one in set(self._sockets)]
        await asyncio.gather(*closing)

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Talk to one page until it leaves."""
        self._check_origin(request)
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT, max_msg_size=_LARGEST_FRAME)
        await socket.prepare(request)
        self._sockets.add(socket)
        visit = await self._welcomed(request, socket)
        if visit is None:
            return socket
        self._open[visit.sender] += 1
        try:
            await self._talk(socket, visit)
        finally:
            self._open[visit.sender] -= 1
        return socket

    async def _talk(self, socket: web.WebSocketResponse, visit: Visit) -> None:
        with self._parts.inbox.watch(visit.conversation) as changed:
            changed.set()  # what the page has missed
            teller = asyncio.create_task(self._tell(socket, visit, changed))
            try:
                async for message in socket:
                    if message.type is WSMsgType.TEXT:
                        await socket.send_json(await self._answered(visit, message.data))
            finally:
                teller.cancel()

    async def _tell(
        self, socket: web.WebSocketResponse, visit: Visit, changed: asyncio.Event
    ) -> None:
        while not socket.closed:
            await changed.wait()
            changed.clear()
            for frame in await self._news(visit):
                await socket.send_json(frame)

    async def _news(self, visit: Visit) -> list[dict[str, Any]]:
        """Return the frames that the page has not seen, and remember that it has."""
        log = await self._parts.log.history(visit.conversation, _HISTORY)
        asked = [one for entry in log for one in entry.message.attachments]
        known, _ = await self._parts.attachments.claim(visit.conversation, asked)
        files = {info.id: info for info in known}
        frames = list(frames_after(log, files, visit.last))
        visit.last = max([visit.last, *(frame["seq"] for frame in frames)])
        if is_answering(log) != visit.typing:
            visit.typing = not visit.typing
            frames.append({"t": "typing", "on": visit.typing})
        return frames

    async def _welcomed(self, request: web.Request, socket: web.WebSocketResponse) -> Visit | None:
        try:
            hello = parse_hello(parse_frame(await socket.receive_str(timeout=_HEARTBEAT)))
        except (BadFrameError, TypeError, TimeoutError):
            await socket.close(code=_NO_HELLO)
            return None
        if hello.sid is None and not await self._has_proved(request, socket):
            return None
        visit = await self._visit(hello)
        if visit is None:
            await socket.close(code=_UNKNOWN_SESSION)
            return None
        if self._open[visit.sender] >= _MOST_SOCKETS:
            await socket.close(code=_TOO_MANY_SOCKETS)
            return None
        await socket.send_json(_welcome(visit))
        return visit

    async def _has_proved(self, request: web.Request, socket: web.WebSocketResponse) -> bool:
        """Ask for proof of work when the address has begun many sessions."""
        guard = self._parts.guard
        if not guard.new_sessions.take(guard.address(request)):
            return True
        await socket.send_json({"t": "challenge", "challenge": guard.proofs.challenge()})
        try:
            proof = parse_frame(await socket.receive_str(timeout=_HEARTBEAT))
        except (BadFrameError, TypeError, TimeoutError):
            proof = {}
        if guard.proofs.accepts(str(proof.get("solution", ""))):
            return True
        await socket.send_json({"t": "nack", "id": "", "code": "proof_needed"})
        await socket.close(code=_NO_HELLO)
        return False

    async def _visit(self, hello: Hello) -> Visit | None:
        """Return the visit of a known session, or of a new one; None for an unknown secret."""
        sessions = self._parts.sessions
        if hello.sid is None:
            sid = await sessions.create(hello.language, hello.context)
            return Visit(sid, self._parts.sender_of(sid), hello, 0, resumed=False)
        context = await sessions.find_context(hello.sid)
        if context is None:
            return None
        known = Hello(hello.sid, hello.last, hello.language, context)
        sender = self._parts.sender_of(hello.sid)
        return Visit(hello.sid, sender, known, hello.last, resumed=True)

    async def _answered(self, visit: Visit, text: str) -> dict[str, Any]:
        try:
            frame = parse_frame(text)
        except BadFrameError as error:
            return _nack(error)
        return await self._heard(visit, frame) if frame["t"] in MESSAGES else {"t": "pong"}

    async def _heard(self, visit: Visit, frame: Mapping[str, Any]) -> dict[str, Any]:
        try:
            message = parse_message(frame, visit.sender, visit.hello, self._parts.clock())
        except BadFrameError as error:
            return _nack(error)
        return await self._taken(visit, message)

    async def _taken(self, visit: Visit, message: InboundMessage) -> dict[str, Any]:
        frame_id = message.message_id.rpartition(":")[2]
        wait = self._parts.guard.messages.take(visit.sender)
        if wait:
            retry = {"code": "too_fast", "retry_ms": int(wait * 1000)}
            return {"t": "nack", "id": frame_id, **retry}
        new = await self._parts.inbox.receive(message)
        self._parts.metrics.count_received(CHANNEL, repeat=not new)
        return {"t": "ack", "id": frame_id}

    async def send(self, request: web.Request) -> web.Response:
        """Take frames from a page that polls; 401 when its session is unknown."""
        self._check_origin(request)
        try:
            frames = _frames(await request.json())
        except (BadFrameError, ValueError):
            return web.json_response({"error": "bad_frame"}, status=400)
        visit, answers = await self._polling_visit(request, frames)
        if visit is None:
            return web.json_response({"error": "unknown_session", "frames": answers}, status=401)
        for frame in frames:
            if frame["t"] in MESSAGES:
                answers.append(await self._heard(visit, frame))
        return web.json_response({"frames": answers})

    async def _polling_visit(
        self, request: web.Request, frames: Iterable[Mapping[str, Any]]
    ) -> tuple[Visit | None, list[dict[str, Any]]]:
        secret = request.headers.get(_SESSION)
        if secret:
            return await self._visit(Hello(secret, 0, None)), []
        hello = next((parse_hello(frame) for frame in frames if frame["t"] == "hello"), None)
        guard = self._parts.guard
        if hello is None:
            return None, []
        proof = next((str(f.get("solution")) for f in frames if f["t"] == "proof"), "")
        crowded = hello.sid is None and guard.new_sessions.take(guard.address(request))
        if crowded and not guard.proofs.accepts(proof):
            return None, [{"t": "challenge", "challenge": guard.proofs.challenge()}]
        visit = await self._visit(hello)
        return visit, [_welcome(visit)] if visit else []

    async def poll(self, request: web.Request) -> web.Response:
        """Wait for news of a session; an empty list when there is none in time."""
        self._check_origin(request)
        visit = await self._visit(Hello(request.headers.get(_SESSION, "-"), _after(request), None))
        if visit is None:
            return web.json_response({"error": "unknown_session"}, status=401)
        with self._parts.inbox.watch(visit.conversation) as changed:
            frames = await self._news(visit)
            if not any("seq" in frame for frame in frames):
                try:
                    await asyncio.wait_for(changed.wait(), _POLL)
                except TimeoutError:
                    return web.json_response({"frames": frames})
                frames += await self._news(visit)
        return web.json_response({"frames": frames})

    async def upload(self, request: web.Request) -> web.Response:
        """201 with the file's id; else why it is refused, in the session's language."""
        self._check_origin(request)
        visit = await self._visit(Hello(request.headers.get(_SESSION, "-"), 0, None))
        if visit is None:
            return web.json_response({"error": "unknown_session"}, status=401)
        wait = self._parts.guard.uploads.take(visit.sender)
        if wait:
            busy = {"error": "too_fast", "retry_ms": int(wait * 1000)}
            return web.json_response(busy, status=429)
        try:
            info = await keep_upload(
                self._parts.attachments, visit.conversation, await _file_part(request)
            )
        except FileRefusedError as error:
            self._parts.metrics.files.labels(error.reason).inc()
            text = self._parts.texts.say(f"gateway_file_{error.reason}", request.query.get("lang"))
            refused = {"error": error.reason, "text": text}
            return web.json_response(refused, status=error.status)
        self._parts.metrics.files.labels("kept").inc()
        kept = {"id": info.id, "media": info.media, "name": info.name}
        return web.json_response(kept, status=201)

    def _check_origin(self, request: web.Request) -> None:
        if not is_own_origin(request, self._parts.origins):
            raise web.HTTPForbidden


def _nack(error: BadFrameError) -> dict[str, Any]:
    return {"t": "nack", "id": error.frame_id or "", "code": error.code}


def _welcome(visit: Visit) -> dict[str, Any]:
    return {"t": "welcome", "sid": visit.sid, "resume": visit.resumed, "limits": dict(_LIMITS)}


def _frames(body: Any) -> list[dict[str, Any]]:
    frames = check_frame({"t": "", **body} if isinstance(body, dict) else body).get("frames")
    if not isinstance(frames, list):
        raise BadFrameError
    return [check_frame(frame) for frame in cast("list[Any]", frames)[:_MOST_FRAMES]]


def _after(request: web.Request) -> int:
    after = request.query.get("after", "0")
    return int(after) if after.isascii() and after.isdigit() else 0


async def _file_part(request: web.Request) -> BodyPartReader:
    if not request.content_type.startswith("multipart/"):
        raise FileRefusedError("unreadable")
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "file":
                return part
    except (ValueError, AssertionError) as error:
        raise FileRefusedError("unreadable") from error
    raise FileRefusedError("unreadable")
