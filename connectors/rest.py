"""REST: Rasa's convention for messages, and uploads beside it."""

import asyncio
import hashlib
import json
import math
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from typing import IO, Any, Final, Protocol, cast

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.files import HEAD, LARGEST, FileKind, FileRefusedError, check_archive, sniff
from bot.inbox import Inbox, InboxStore
from bot.messages import Answer, InboundMessage, Place, clean
from bot.metrics import Metrics
from bot.routes import Caller, Route
from bot.texts import Texts
from bot.turns import AttachmentInfo, ConversationStore

CHANNEL: Final = "rest"
_PATIENCE: Final = 25.0  # seconds that a caller is kept waiting for its answer
_LONGEST_NAME: Final = 200
_MOST_ATTACHMENTS: Final = 10
_LARGEST_MESSAGE: Final = 2**20  # bytes: no store keeps one of many megabytes
_FORM: Final = "multipart/form-data"
_CHUNK: Final = 2**16
_IN_MEMORY: Final = 2**20
_STATUS: Final[Mapping[str, int]] = {"too_large": 413, "type": 415}


class WebhookRejectedError(Exception):
    """A request is not in this channel's form."""


class AttachmentKeeper(Protocol):
    """Keeps uploaded files."""

    async def keep(  # noqa: PLR0913, PLR0917 - an upload has this many properties
        self,
        conversation: str,
        name: str,
        media_type: str,
        media: str,
        chunks: AsyncIterator[bytes],
        sha256: str,
    ) -> AttachmentInfo:
        """Keep a file and return its note."""
        ...


def parse_message(body: bytes, now: datetime) -> InboundMessage:
    """Return the message in a request's body.

    Raises WebhookRejectedError when the body is not `{"sender": …, "message": …}`.
    """
    if len(body) > _LARGEST_MESSAGE:
        raise WebhookRejectedError(len(body))
    try:
        request = json.loads(body)
        sender, text = request["sender"], request.get("message") or ""
        metadata = _object(request.get("metadata"))
        return InboundMessage(
            channel=CHANNEL,
            message_id=_message_id(
                sender, request.get("message_id") or metadata.get("message_id")
            ),
            sender=_name(sender),
            received_at=now,
            text=clean(_string(text)),
            attachments=_attachments(metadata.get("attachments") or []),
            place=_place(metadata.get("location")),
            language=_language(metadata.get("language")),
        )
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise WebhookRejectedError(type(error).__name__) from error


def _object(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError(value)
    return cast("dict[str, Any]", value)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _name(value: object) -> str:
    name = clean(_string(value))
    if not name or len(name) > _LONGEST_NAME:
        raise ValueError(value)
    return name


def _message_id(sender: object, given: object) -> str:
    # Ids are the sender's own: one sender cannot take another's, whatever colons it has.
    own = uuid.uuid4().hex if given is None else _name(given)
    escaped = _name(sender).replace("%", "%25").replace(":", "%3A")
    return f"{escaped}:{own}"


def _attachments(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list):
        raise TypeError(given)
    given = cast("list[object]", given)
    return tuple(clean(_string(one)) for one in given[:_MOST_ATTACHMENTS])


def _place(given: Mapping[str, Any] | None) -> Place | None:
    if given is None:
        return None
    latitude, longitude = float(given["latitude"]), float(given["longitude"])
    on_earth = abs(latitude) <= 90 and abs(longitude) <= 180  # noqa: PLR2004 - degrees
    if not on_earth or math.isnan(latitude + longitude):
        raise ValueError(given)
    return Place(latitude, longitude, label=clean(_string(given.get("label", ""))))


def _language(given: object) -> str | None:
    return None if given is None else clean(_string(given))[:10]


def render_answer(sender: str, answer: Answer) -> dict[str, Any]:
    """Return an answer in the channel's shape."""
    buttons = [{"title": b.title, "payload": b.payload} for b in answer.buttons]
    rendered: dict[str, Any] = {"recipient_id": sender, "text": answer.text}
    return {**rendered, "buttons": buttons} if buttons else rendered


class RestConnector:
    """Takes messages and files over HTTP, and answers in the response."""

    def __init__(  # noqa: PLR0913, PLR0917 - a connector stands between all of these
        self,
        inbox: Inbox,
        store: InboxStore,
        conversations: ConversationStore,
        attachments: AttachmentKeeper,
        texts: Texts,
        metrics: Metrics,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._inbox, self._store, self._conversations = inbox, store, conversations
        self._attachments, self._texts, self._metrics = attachments, texts, metrics
        self._clock = clock
        self._expected: set[str] = set()  # keys whose own caller is still waiting

    @property
    def routes(self) -> list[Route]:
        """The connector's routes."""
        return [
            Route("POST", "/webhooks/rest/webhook", self.receive, Caller.REST_CLIENT),
            Route("POST", "/attachments", self.upload, Caller.REST_CLIENT),
        ]

    async def receive(self, request: web.Request) -> web.Response:
        """Answer a message; 400 when it is none. A repeat gets the answer of the first."""
        try:
            message = parse_message(await request.read(), self._clock())
        except WebhookRejectedError:
            return _error(400, "bad_request", 'Send {"sender": "...", "message": "..."} as JSON.')
        self._expected.add(message.key)
        try:
            answers = await self._answers(message)
        finally:
            self._expected.discard(message.key)
        return web.json_response(
            [render_answer(message.sender, answer) for answer in answers], dumps=_dumps
        )

    async def _answers(self, message: InboundMessage) -> list[Answer]:
        new = await self._inbox.receive(message)
        self._metrics.received.labels(CHANNEL, str(not new).lower()).inc()
        with self._metrics.turn_seconds.labels(CHANNEL).time():
            done = await self._inbox.wait(message.key, _PATIENCE)
        if not done:
            return [Answer(self._texts.say("gateway_still_working", message.language))]
        own = await self._store.find_answer(message.key)
        earlier = await self._uncollected(message) if new else {}
        await self._store.mark_collected([message.key, *earlier])
        return [*earlier.values(), *([own] if own else [])]

    async def _uncollected(self, message: InboundMessage) -> dict[str, Answer]:
        """Return answers that nobody fetched, such as those to messages before a crash."""
        answers = await self._store.collect(message.conversation)
        return {key: answer for key, answer in answers if key not in self._expected}

    async def upload(self, request: web.Request) -> web.Response:
        """201 with the id that a message's metadata names; else why the file is refused."""
        try:
            sender, part = await _file_part(request)
        except WebhookRejectedError:
            return _error(400, "bad_request", "Send multipart fields `sender`, then `file`.")
        conversation = f"{CHANNEL}:{sender}"
        try:
            info = await self._kept(conversation, part)
        except FileRefusedError as error:
            self._metrics.files.labels(error.reason).inc()
            language = (await self._conversations.get(conversation)).language
            text = self._texts.say(f"gateway_file_{error.reason}", language)
            return _error(_STATUS.get(error.reason, 400), error.reason, text)
        self._metrics.files.labels("kept").inc()
        kept = {"id": info.id, "media": info.media, "name": info.name}
        return web.json_response(kept, status=201, dumps=_dumps)

    async def _kept(self, conversation: str, part: BodyPartReader) -> AttachmentInfo:
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            kind, sha256 = await _received(part, file)
            file.seek(0)
            kind = await asyncio.to_thread(check_archive, kind, file)
            file.seek(0)
            return await self._attachments.keep(
                conversation,
                (clean(part.filename or "") or "file")[:_LONGEST_NAME],
                kind.media_type,
                kind.media,
                _chunks(file),
                sha256,
            )


async def _file_part(request: web.Request) -> tuple[str, BodyPartReader]:
    """Return sender and file of a multipart request, the file unread."""
    if request.content_type != _FORM:
        raise WebhookRejectedError(request.content_type)
    try:
        reader = await request.multipart()
        sender = ""
        async for part in reader:
            if not isinstance(part, BodyPartReader):
                continue
            if part.name == "sender":
                sender = _name((await part.read()).decode()[: _LONGEST_NAME + 1])
            elif part.name == "file" and sender:
                return sender, part
    except (ValueError, TypeError, AssertionError, HttpProcessingError) as error:
        raise WebhookRejectedError from error
    raise WebhookRejectedError


async def _received(part: BodyPartReader, file: IO[bytes]) -> tuple[FileKind, str]:
    """Write a part to a file while it streams in; raises FileRefusedError as soon as it must."""
    head, size, hashed, kind = b"", 0, hashlib.sha256(), None
    while chunk := await part.read_chunk(_CHUNK):
        head = head if kind else head + chunk
        if kind is None and len(head) >= HEAD:
            kind = sniff(head[:HEAD])
        size += len(chunk)
        if size > (kind.limit if kind else LARGEST):
            raise FileRefusedError("too_large")
        hashed.update(chunk)
        file.write(chunk)
    if not part.at_eof():  # the request ended before the file did
        raise FileRefusedError("unreadable")
    return kind or sniff(head), hashed.hexdigest()


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _error(status: int, code: str, text: str) -> web.Response:
    return web.json_response({"error": code, "text": text}, status=status, dumps=_dumps)


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
