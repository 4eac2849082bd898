"""One message of a citizen: who sent it and what is in it, whatever else Meta adds to it."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.channels import MediaRef
from bot.members import object_at, text_at
from bot.messages import Place, parse_point
from connectors.whatsapp.members import NOTHING, Members, objects, phone_at

UNSUPPORTED_KIND: Final = "gateway_kind_unsupported"
FOREIGN_CONTACT: Final = "gateway_contact_not_yours"

_USER_ID: Final = re.compile(r"[0-9A-Za-z._-]{1,160}")
_FILE_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,200}")
_FILE_URL: Final = re.compile(r"https://[!-~]{1,2000}")
_HASH_BYTES: Final = 32
_LONGEST_LABEL: Final = 200
_CHOICES: Final = frozenset({"button_reply", "list_reply"})
# A reaction is no turn; the others are told by WhatsApp, not by the citizen.
_SILENT: Final = frozenset({"reaction", "revoke", "request_welcome", "system"})


@dataclass(frozen=True, slots=True)
class Sender:
    """A citizen as WhatsApp tells them: by an id that only we know them by, a phone, or both."""

    id: str = field(repr=False)
    phone: str = field(default="", repr=False)  # digits


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says."""

    text: str = field(default="", repr=False)
    media: tuple[MediaRef, ...] = ()
    place: Place | None = field(default=None, repr=False)
    remarks: tuple[str, ...] = ()
    edits: str | None = None
    phone: str = field(default="", repr=False)  # digits, for which WhatsApp vouches


_UNSUPPORTED: Final = Content(remarks=(UNSUPPORTED_KIND,))


def sender_of(message: Members, contacts: Sequence[Members]) -> Sender | None:
    """Return who sent a message: by the business-scoped id where there is one, else the phone."""
    user, phone = user_at(message, "from_user_id"), phone_at(message, "from")
    contact = _contact(contacts, user, phone)
    user, phone = user or user_at(contact, "user_id"), phone or phone_at(contact, "wa_id")
    return Sender(user or phone, phone) if user or phone else None


def user_at(given: Members, name: str) -> str:
    """Return the business-scoped id under a name, or an empty one."""
    user = text_at(given, name)
    return user if _USER_ID.fullmatch(user) else ""


def _contact(contacts: Sequence[Members], user: str, phone: str) -> Members:
    for contact in contacts:
        if user and user_at(contact, "user_id") == user:
            return contact
        if phone and phone_at(contact, "wa_id") == phone:
            return contact
    # Of several contacts any could be the sender, and a guess would answer the wrong one.
    unnamed = not user and not phone
    return contacts[0] if unnamed and len(contacts) == 1 else NOTHING


def content_of(message: Members) -> Content | None:
    """Return what a message says, or nothing when nothing was said to us."""
    # What is said in a group is not said to us, and the answer would go to one person alone.
    if text_at(message, "type") in _SILENT or "group_id" in message:
        return None
    return _edit(message) if text_at(message, "type") == "edit" else _plain(message)


def _edit(message: Members) -> Content | None:
    """Return what a message now says; its file is the one it had before."""
    edit = object_at(message, "edit")
    now = _plain(object_at(edit, "message"))
    if now.text:
        return Content(now.text, edits=text_at(edit, "original_message_id") or None)
    return None if now.media else _UNSUPPORTED  # the words under a file were taken away


def _plain(message: Members) -> Content:
    read = _READERS.get(text_at(message, "type"))
    return read(message) if read else _UNSUPPORTED


def _said(text: str) -> Content:
    return Content(text) if text else _UNSUPPORTED


def _text(message: Members) -> Content:
    return _said(text_at(object_at(message, "text"), "body"))


def _file(message: Members) -> Content:
    kind = text_at(message, "type")
    file = object_at(message, kind)
    caption, ref = text_at(file, "caption"), _reference(file)
    if not ref:
        return Content(caption, remarks=(UNSUPPORTED_KIND,))
    name, sha256 = text_at(file, "filename") or "file", _hash(text_at(file, "sha256"))
    return Content(caption, (MediaRef(ref, kind, name, sha256),))


def _reference(file: Members) -> str:
    """Return by what the channel fetches a file: `id`, or `id url` where there is an address."""
    file_id, url = text_at(file, "id"), text_at(file, "url")
    if not _FILE_ID.fullmatch(file_id):
        return ""
    return f"{file_id} {url}" if _FILE_URL.fullmatch(url) else file_id


def _hash(encoded: str) -> str:
    """Return a hash in hexadecimal, or none when it is not whole."""
    try:
        sha256 = base64.b64decode(encoded, validate=True)
    except ValueError:
        return ""
    return sha256.hex() if len(sha256) == _HASH_BYTES else ""


def _location(message: Members) -> Content:
    given = object_at(message, "location")
    try:
        latitude, longitude = parse_point(given)
    except (KeyError, TypeError, ValueError, OverflowError):
        return _UNSUPPORTED
    label = ", ".join(filter(None, (text_at(given, "name"), text_at(given, "address"))))
    return Content(place=Place(latitude, longitude, label=label[:_LONGEST_LABEL]))


def _contacts(message: Members) -> Content:
    """Return the citizen's own number, when they gave it because we asked."""
    phone = _own_phone(objects(message.get("contacts")), phone_at(message, "from"))
    return Content(f"+{phone}", phone=phone) if phone else Content(remarks=(FOREIGN_CONTACT,))


def _own_phone(contacts: Sequence[Members], known: str) -> str:
    if len(contacts) != 1 or text_at(contacts[0], "origin") != "contact_request":
        return ""
    phones = objects(contacts[0].get("phones"))
    told = next((phone_at(one, "wa_id") or phone_at(one, "phone") for one in phones), "")
    return told if known in {"", told} else ""


def _button(message: Members) -> Content:
    button = object_at(message, "button")
    return _said(text_at(button, "payload") or text_at(button, "text"))


def _interactive(message: Members) -> Content:
    """Return the token of the button or row that was tapped."""
    given = object_at(message, "interactive")
    kind = text_at(given, "type")
    choice = object_at(given, kind) if kind in _CHOICES else NOTHING
    return _said(text_at(choice, "id") or text_at(choice, "title"))


_READERS: Final[Mapping[str, Callable[[Members], Content]]] = {
    "text": _text,
    "image": _file,
    "document": _file,
    "audio": _file,
    "video": _file,
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
}
