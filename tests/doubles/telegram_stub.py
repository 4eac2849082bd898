"""Telegram's Bot API in memory: tg-auto-test's stub, with what it lacks."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final, cast, override

from telegram.error import TimedOut
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter
from tg_auto_test.test_utils.models import FileData
from tg_auto_test.test_utils.stub_request import StubTelegramRequest

from tests.doubles.telegram_calls import SEND, Fault, Faults, Reply, Sent, bad_request, done
from tests.doubles.telegram_deliveries import Deliveries, Webhook
from tests.doubles.telegram_updates import Update

_LARGEST_FILE: Final = 20 * 2**20
_LONGEST_TEXT: Final = 4096


class TelegramStub(StubTelegramRequest):
    """The Bot API in memory: give it to a bot as its `request`, or to the server below."""

    def __init__(self) -> None:
        super().__init__(bot_username="shakwa_test_bot", bot_first_name="شكوى")
        self.asked: list[tuple[str, dict[str, str]]] = []  # also what then failed
        self.sent: defaultdict[int, list[Sent]] = defaultdict(list)
        self.faults: dict[str, Faults] = {}
        self.deliveries = Deliveries()
        self._changed = self.deliveries.changed
        self._claimed: dict[str, int] = {}
        self._handlers.update(
            {
                "deleteWebhook": self.deliveries.delete_webhook,
                "editMessageReplyMarkup": self._edit_markup,
                "getFile": self._get_file,
                "getUpdates": self.deliveries.get_updates,
                "getWebhookInfo": self.deliveries.get_webhook_info,
                "leaveChat": self._handle_ack,
                "sendMessage": self._send_message,
                "setWebhook": self.deliveries.set_webhook,
            }
        )

    # What tests do

    @property
    def webhook(self) -> Webhook:
        """What Telegram knows of where to deliver."""
        return self.deliveries.webhook

    async def push(self, *updates: Update) -> None:
        """Have updates wait for `getUpdates`."""
        await self.deliveries.push(*updates)

    def keep_file(self, file_id: str, content: bytes, claimed_size: int | None = None) -> None:
        self.file_store[file_id] = FileData(content, file_id, "application/octet-stream")
        self._claimed[file_id] = len(content) if claimed_size is None else claimed_size

    def methods(self, chat: int) -> list[str]:
        return [sent.method for sent in self.sent[chat]]

    def messages(self, chat: int) -> list[Sent]:
        return [sent for sent in self.sent[chat] if sent.method == SEND]

    async def wait_for(
        self, chat: int, times: int = 1, method: str = SEND, seconds: float = 10
    ) -> list[Sent]:
        """Return what was sent to a chat, once so many were."""

        def found() -> list[Sent]:
            return [sent for sent in self.sent[chat] if sent.method == method]

        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: len(found()) >= times)
        return found()

    async def wait_until_asked(self, method: str, times: int = 1, seconds: float = 10) -> None:
        """Wait until a method was called so often, whatever came of it."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(
                lambda: [asked for asked, _ in self.asked].count(method) >= times
            )

    def called(self, method: str) -> list[dict[str, str]]:
        """The parameters of each call to a method that was carried out."""
        return [call.parameters for call in self.calls if call.api_method == method]

    # What bots do

    @override
    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> Reply:
        if "/file/bot" in url:
            return self.download(url.rsplit("/", 1)[-1])
        given = {} if request_data is None else dict(request_data.json_parameters)
        reply = await self.call(url.rsplit("/", 1)[-1], given)
        if reply is None:
            raise TimedOut
        return reply

    def download(self, file_id: str) -> Reply:
        kept = self.file_store.get(file_id)
        return (200, kept.data) if kept else Fault(404, "Not Found").reply

    async def call(self, method: str, parameters: dict[str, str]) -> Reply | None:
        """Carry out a call and return the answer, or None when none ever comes."""
        await self._note(lambda: self.asked.append((method, parameters)))
        fault = self._fault(method, parameters)
        if fault is not None and not fault.accepted:
            return None if fault.silent else fault.reply
        reply = await self._carried_out(method, parameters)
        if fault is None:
            return reply
        return None if fault.silent else fault.reply

    def _fault(self, method: str, parameters: Mapping[str, str]) -> Fault | None:
        faults = self.faults.get(method, [])
        if callable(faults):
            return faults(parameters)
        return faults.pop(0) if faults else None

    async def _carried_out(self, method: str, parameters: dict[str, str]) -> Reply:
        if method == "getUpdates":
            await self.deliveries.wait(parameters)
        if method not in self._handlers:
            return Fault(404, "Not Found").reply
        given = RequestData([RequestParameter(*one, None) for one in parameters.items()])
        reply = await super().do_request(f"/{method}", "POST", given)
        if "chat_id" in parameters and reply[0] == 200:
            await self._note(lambda: self._record(method, parameters, reply))
        return reply

    async def _note(self, note: Callable[[], None]) -> None:
        async with self._changed:
            note()
            self._changed.notify_all()

    def _record(self, method: str, parameters: dict[str, str], reply: Reply) -> None:
        result: Any = json.loads(reply[1])["result"]
        told = cast("dict[str, Any]", result) if isinstance(result, dict) else {}
        sent = Sent(method, parameters, told.get("message_id"))
        self.sent[int(parameters["chat_id"])].append(sent)

    # What tg-auto-test has no handler for, or an easier one than Telegram's

    def _send_message(self, parameters: dict[str, str]) -> Reply:
        if not parameters["text"].strip():
            return bad_request("message text is empty").reply
        if len(parameters["text"].encode("utf-16-le")) > 2 * _LONGEST_TEXT:
            return bad_request("message is too long").reply
        markup = json.loads(parameters.get("reply_markup", "{}"))
        keys = [key for row in markup.get("inline_keyboard", []) for key in row]
        if any(not 1 <= len(key["callback_data"].encode()) <= 64 for key in keys):
            return bad_request("BUTTON_DATA_INVALID").reply
        return self._handle_send_message(parameters)

    def _edit_markup(self, parameters: dict[str, str]) -> Reply:
        return done(self._edit_message(parameters))

    def _get_file(self, parameters: dict[str, str]) -> Reply:
        file_id = parameters["file_id"]
        if file_id not in self.file_store:
            return bad_request("invalid file_id").reply
        if self._claimed[file_id] > _LARGEST_FILE:
            return bad_request("file is too big").reply
        return self._handle_get_file(parameters)
