"""REST: Rasa's convention for messages, and uploads beside it."""

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.conversations import ConversationStore
from bot.files import FileRefusedError
from bot.inbox import Inbox, InboxStore
from bot.messages import Answer, InboundMessage, Place, clean, parse_point
from bot.metrics import Metrics
from bot.routes import Caller, Route
from bot.texts import Texts
from bot.uploads import AttachmentKeeper, keep_upload

CHANNEL: Final = "rest"
_PATIENCE: Final = 25.0  # seconds that a caller is kept waiting for its answer
_LONGEST_NAME: Final = 200
_MOST_ATTACHMENTS: Final = 10
_LARGEST_MESSAGE: Final = 2**20  # bytes: no store keeps one of many megabytes
_FORM: Final = "multipart/form-data"


class WebhookRejectedError(Exception):
    """A request is not in this channel's form."""


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
    latitude, longitude = parse_point(given)
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
        self._metrics.count_received(CHANNEL, repeat=not new)
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
            info = await keep_upload(self._attachments, conversation, part)
        except FileRefusedError as error:
            self._metrics.files.labels(error.reason).inc()
            language = await self._conversations.language_of(conversation)
            text = self._texts.say(f"gateway_file_{error.reason}", language)
            return _error(error.status, error.reason, text)
        self._metrics.files.labels("kept").inc()
        kept = {"id": info.id, "media": info.media, "name": info.name}
        return web.json_response(kept, status=201, dumps=_dumps)


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


def _error(status: int, code: str, text: str) -> web.Response:
    return web.json_response({"error": code, "text": text}, status=status, dumps=_dumps)


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
