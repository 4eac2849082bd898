"""Meta's side of the webhook: posts what citizens say and how far our messages got, signed."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError, ClientSession

from tests.doubles import graph_webhooks
from tests.doubles.graph_webhooks import Citizen

_AGAIN = 0.5  # seconds


@dataclass(frozen=True)
class Sent:
    """A message that was taken; a dropped one was answered with 200 and never arrives."""

    addressee: str
    message: Mapping[str, Any]
    wamid: str
    key: str | None
    dropped: bool = False
    button: tuple[str, str] | None = None  # of a template: title and payload

    @property
    def kind(self) -> str:
        kind = str(self.message["type"])
        return str(self.message[kind]["type"]) if kind == "interactive" else kind

    @property
    def text(self) -> str:
        if self.message["type"] == "interactive":
            return str(self.message["interactive"]["body"]["text"])
        return str(self.message.get("text", {}).get("body", ""))

    @property
    def choices(self) -> dict[str, str]:
        """What can be tapped: title -> payload."""
        action: Any = self.message.get("interactive", {}).get("action", {})
        replies = [button["reply"] for button in action.get("buttons", [])]
        rows = [row for section in action.get("sections", []) for row in section["rows"]]
        tapped = {one["title"]: one["id"] for one in [*replies, *rows]}
        return {**tapped, **dict([self.button] if self.button else [])}


_REPLIES = {
    "button": graph_webhooks.button_reply,
    "list": graph_webhooks.list_reply,
    "template": graph_webhooks.quick_reply,
}


class WebhookSender:
    """Posts webhooks to `callback_url`; `answers` is the status of each answer."""

    def __init__(self, phone_id: str, secret: str, callback_url: str) -> None:
        self.callback_url, self.answers = callback_url, list[int]()
        self._phone_id, self._secret = phone_id, secret
        self._posts = set[asyncio.Task[None]]()

    def reply_to(
        self, citizen: Citizen, sent: Sequence[Sent], title: str
    ) -> tuple[dict[str, Any], str]:
        """Return what a tap on the last message with this title says, and that message's id."""
        mine = [s for s in sent if s.addressee in citizen.addresses and not s.dropped]
        shown = next(s for s in reversed(mine) if title in s.choices)
        return _REPLIES[shown.kind](shown.choices[title], title), shown.wamid

    async def say(
        self, citizen: Citizen, *contents: Mapping[str, Any], answering: str = ""
    ) -> int:
        """Post a citizen's messages in one webhook; return the status of the answer."""
        body = graph_webhooks.said(
            citizen, *contents, phone_id=self._phone_id, answering=answering
        )
        return await self.post(body)

    async def tell(self, sent: Sent, delivery: str, code: int = 0) -> int:
        """Post how far a message got; with a code, why it failed."""
        body = graph_webhooks.status(
            sent.wamid,
            delivery,
            sent.addressee,
            phone_id=self._phone_id,
            key=sent.key,
            category="utility" if sent.kind == "template" else "service",
            code=code,
        )
        return await self.post(body)

    async def post(self, body: Mapping[str, Any], *, escaped: bool = True) -> int:
        """Post a webhook under its signature; return the status of the answer."""
        raw = graph_webhooks.encoded(body, escaped=escaped)
        headers = {
            "X-Hub-Signature-256": graph_webhooks.signature(raw, self._secret),
            "Content-Type": "application/json",
        }
        async with (
            ClientSession() as http,
            http.post(self.callback_url, data=raw, headers=headers) as response,
        ):
            self.answers.append(response.status)
            return response.status

    def report(self, sent: Sent) -> None:
        """Begin to post that a message was sent and delivered."""
        post = asyncio.get_running_loop().create_task(self._report(sent))
        self._posts.add(post)
        post.add_done_callback(self._posts.discard)

    async def settle(self) -> None:
        """Wait until all that was begun is posted."""
        while self._posts:
            await asyncio.gather(*self._posts)

    async def _report(self, sent: Sent) -> None:
        for delivery in ("sent", "delivered"):
            await self._insist(sent, delivery)

    async def _insist(self, sent: Sent, delivery: str) -> None:
        """Tell until it is taken, as Meta does for days."""
        while True:
            with suppress(ClientError):
                if await self.tell(sent, delivery) == HTTPStatus.OK:
                    return
            await asyncio.sleep(_AGAIN)
