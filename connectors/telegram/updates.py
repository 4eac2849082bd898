"""Reading updates: from what Telegram delivered to what it tells us."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, cast

from bot.channels import Errand, Event, Happening, Presence, Received, UnreadableEventError
from bot.members import object_at, text_at
from bot.messages import InboundMessage
from connectors.telegram.commands import Commands
from connectors.telegram.contents import read_contents
from connectors.telegram.events import CHANNEL
from connectors.telegram.fields import language, number, parts, required

KINDS: Final = ("message", "edited_message", "callback_query", "my_chat_member")
_PRIVATE: Final = "private"
_CROWDS: Final = frozenset({"group", "supergroup", "channel"})
_THERE: Final = frozenset({"member", "administrator", "restricted"})
_REACHABLE: Final[Mapping[str, bool]] = {"member": True, "kicked": False}


@dataclass(frozen=True, slots=True)
class UpdateReader:
    """Reads updates; `refuse` says in a group that we talk in private only, and leaves it."""

    commands: Commands
    refuse: Callable[[int, str | None], Coroutine[Any, Any, None]]

    def read(self, event: Event) -> list[Happening]:
        """Return what an update tells, nothing for kinds that do not concern us.

        Raises UnreadableEventError. It is the raw update that is read, not the library's:
        that one fails on any member which is not in the form that it expects.
        """
        readers: Mapping[str, Callable[[dict[str, Any], Event], Happening | None]] = {
            "message": self._message,
            "edited_message": self._edited,
            "callback_query": self._tap,
            "my_chat_member": self._membership,
            "channel_post": self._message,
        }
        kind = next((kind for kind in readers if kind in event.body), None)
        happening = readers[kind](object_at(event.body, kind), event) if kind else None
        return [] if happening is None else [happening]

    def _message(self, message: dict[str, Any], event: Event) -> Happening | None:
        chat, sender = object_at(message, "chat"), object_at(message, "from")
        if text_at(chat, "type") in _CROWDS:
            return self._refusal(chat, sender)
        if not chat:
            raise UnreadableEventError("no chat")
        if text_at(chat, "type") != _PRIVATE or sender.get("is_bot") is True:
            return None
        return self._received(message, event)

    def _received(self, message: dict[str, Any], event: Event) -> Received | None:
        contents = read_contents(message)
        if contents is None:
            return None
        chat_id, spoken = (
            required(object_at(message, "chat"), "id"),
            language(object_at(message, "from")),
        )
        said = self.commands.read(contents.text, spoken)
        inbound = _inbound(event, chat_id, f"{chat_id}:{required(message, 'message_id')}", spoken)
        return Received(
            replace(
                inbound,
                text=said.text,
                place=contents.place,
                context=said.context,
                remarks=contents.remarks,
            ),
            media=contents.media,
            album=text_at(message, "media_group_id") or None,
            receipt={"chat": chat_id},
        )

    def _edited(self, message: dict[str, Any], event: Event) -> Happening | None:
        if "location" in message:  # shared while it moves: many updates, none of them an answer
            return None
        happening = self._message(message, event)
        if not isinstance(happening, Received):
            return happening
        original = happening.message.message_id
        own = f"edit:{original}:{number(message, 'edit_date') or 0}"
        edit = replace(happening.message, message_id=own, edits=original)
        return replace(happening, message=edit, album=None)

    def _tap(self, query: dict[str, Any], event: Event) -> Happening | None:
        tap, token = text_at(query, "id"), text_at(query, "data")
        message, sender = object_at(query, "message"), object_at(query, "from")
        chat = object_at(message, "chat")
        if not tap:
            raise UnreadableEventError("no id")
        if not token or chat.get("type", _PRIVATE) != _PRIVATE:
            return None
        # The message may be too old to be told; in private its chat has the citizen's own id.
        chat_id = number(chat, "id") or required(sender, "id")
        inbound = _inbound(event, chat_id, f"tap:{tap}", language(sender))
        return Received(
            replace(inbound, text=token),
            receipt={"callback": tap, "chat": chat_id, **_tapped(message, token)},
        )

    def _membership(self, change: dict[str, Any], event: Event) -> Happening | None:
        chat, status = (
            object_at(change, "chat"),
            text_at(object_at(change, "new_chat_member"), "status"),
        )
        if text_at(chat, "type") in _CROWDS:
            return self._refusal(chat, object_at(change, "from")) if status in _THERE else None
        chat_id = required(chat, "id")
        reachable = _REACHABLE.get(status)
        if text_at(chat, "type") != _PRIVATE or reachable is None:
            return None
        return Presence(f"{event.channel}:{chat_id}", reachable)

    def _refusal(self, chat: Mapping[str, Any], sender: Mapping[str, Any]) -> Errand:
        return Errand(partial(self.refuse, required(chat, "id"), language(sender)))


def _inbound(event: Event, chat_id: int, message_id: str, spoken: str | None) -> InboundMessage:
    return InboundMessage(
        channel=CHANNEL,
        message_id=message_id,
        sender=str(chat_id),
        received_at=event.received_at,
        language=spoken,
    )


def _tapped(message: Mapping[str, Any], token: str) -> dict[str, Any]:
    """Return what is known of the message under which a button was tapped."""
    rows = object_at(message, "reply_markup").get("inline_keyboard")
    buttons = [one for row in _rows(rows) for one in parts({"row": row}, "row")]
    label = next(
        (text_at(one, "text") for one in buttons if one.get("callback_data") == token), ""
    )
    told = {
        "message": number(message, "message_id"),
        "text": text_at(message, "text"),
        "label": label,
    }
    return {name: value for name, value in told.items() if value}


def _rows(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
