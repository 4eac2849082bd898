"""What a delivery of Meta's tells, thing by thing: one that cannot be read costs no other."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from bot.channels import (
    Delivery,
    Event,
    Happening,
    Presence,
    Receipt,
    Received,
    UnreadableEventError,
)
from bot.members import object_at, text_at
from bot.messages import InboundMessage
from connectors.whatsapp.contents import Content, Sender, content_of, sender_of, user_at
from connectors.whatsapp.failures import NO_CODE, failure_of
from connectors.whatsapp.members import Members, items, objects, phone_at

CHANNEL: Final = "whatsapp"
_LONGEST_ID: Final = 400
_LONGEST_WORD: Final = 60
_LOG: Final = logging.getLogger(__name__)
_DELIVERIES: Final[Mapping[str, Delivery]] = {
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "played": Delivery.READ,
    "failed": Delivery.FAILED,
}


def parse(event: Event, phone_id: str = "") -> list[Happening]:
    """Return what an event tells; with a phone id, only what is told of that number.

    Raises UnreadableEventError when something was there and nothing of it could be read.
    """
    reading = _Reading(event.received_at, phone_id)
    reading.each(event.body.get("entry"), reading.entry)
    if reading.unreadable:
        _LOG.warning("whatsapp.unreadable", extra={"count": reading.unreadable})
    if reading.unreadable and not reading.read:
        raise UnreadableEventError(event.key)
    return reading.happenings


class _Reading:
    """One pass over one event."""

    def __init__(self, received_at: datetime, phone_id: str) -> None:
        self._received_at, self._phone_id = received_at, phone_id
        self.happenings: list[Happening] = []
        self.read = self.unreadable = 0

    def each(self, given: Any, take: Callable[[Members], None]) -> None:
        """Take each object of a list, and count what is none."""
        for one in items(given):
            if isinstance(one, Mapping):
                take(cast("Members", one))
            else:
                self.unreadable += 1

    def entry(self, entry: Members) -> None:
        """Take what happened to one account."""
        self.each(entry.get("changes"), self._change)

    def _change(self, change: Members) -> None:
        field = text_at(change, "field")
        if field == "messages":
            self.each(change.get("value"), self._value)
            return
        # Templates, the account, what colleagues wrote in the app: none of it is a citizen's.
        _LOG.info("whatsapp.field_ignored", extra={"field": field[:_LONGEST_WORD]})
        self._tell()

    def _value(self, value: Members) -> None:
        number = text_at(object_at(value, "metadata"), "phone_number_id")
        if self._phone_id and number and number != self._phone_id:
            self._tell()
            return
        self.each(value.get("messages"), lambda message: self._message(value, message))
        self.each(value.get("statuses"), self._status)
        self.each(value.get("errors"), self._error)

    def _tell(self, *happenings: Happening) -> None:
        self.read += 1
        self.happenings += happenings

    def _message(self, value: Members, message: Members) -> None:
        content = content_of(message)
        if content is None or _is_echo(value, message):
            self._tell(*_departures(message))
            return
        sender = sender_of(message, objects(value.get("contacts")))
        message_id = text_at(message, "id")
        if sender is None or not message_id or len(message_id) > _LONGEST_ID:
            self.unreadable += 1
            return
        self._tell(_received(sender, message_id, content, self._received_at))

    def _status(self, status: Members) -> None:
        delivery, message_id = text_at(status, "status"), text_at(status, "id")
        if delivery not in _DELIVERIES or text_at(status, "recipient_type") == "group":
            self._tell()
        elif not message_id:
            self.unreadable += 1
        else:
            self._tell(_receipt(message_id, _DELIVERIES[delivery], status))

    def _error(self, error: Members) -> None:
        # Of the whole number, not of a message: nobody waits for it, but an operator may.
        _LOG.warning("whatsapp.error", extra={"code": _code([error])})
        self._tell()


def _is_echo(value: Members, message: Members) -> bool:
    """Say whether a message is our own number's."""
    ours = phone_at(object_at(value, "metadata"), "display_phone_number")
    return bool(ours) and phone_at(message, "from") == ours


def _departures(message: Members) -> list[Presence]:
    """Return the conversations that a citizen left by taking another number."""
    if text_at(message, "type") != "system":
        return []
    system = object_at(message, "system")
    user, phone = user_at(system, "previous_user_id"), phone_at(message, "from")
    moves = {"user_changed_number": (user, phone), "user_changed_user_id": (user,)}
    left = filter(None, moves.get(text_at(system, "type"), ()))
    return [Presence(f"{CHANNEL}:{old}", reachable=False) for old in left]


def _received(sender: Sender, message_id: str, content: Content, now: datetime) -> Received:
    phone = sender.phone or content.phone
    return Received(
        InboundMessage(
            channel=CHANNEL,
            message_id=message_id,
            sender=sender.id,
            received_at=now,
            text=content.text,
            place=content.place,
            remarks=content.remarks,
            edits=content.edits,
        ),
        content.media,
        receipt={"id": message_id},
        address={"phone": phone} if phone else {},
    )


def _receipt(message_id: str, delivery: Delivery, status: Members) -> Receipt:
    pricing = object_at(status, "pricing")
    code = _code(objects(status.get("errors")))
    return Receipt(
        channel=CHANNEL,
        message_id=message_id,
        parcel=text_at(status, "biz_opaque_callback_data") or None,
        delivery=delivery,
        failure=failure_of(code) if delivery is Delivery.FAILED else None,
        code="" if code == NO_CODE else str(code),
        price=(text_at(pricing, "category") or None) if pricing.get("billable") is True else None,
    )


def _code(errors: Sequence[Members]) -> int:
    codes = (error.get("code") for error in errors)
    return next((code for code in codes if type(code) is int), NO_CODE)
