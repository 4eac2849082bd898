"""What a message holds: its words, its file, its place, or that it cannot be read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from bot.channels import MediaRef
from bot.members import object_at, text_at
from bot.messages import Place, parse_point
from connectors.telegram.fields import number, parts

_LARGEST: Final = 20_000_000  # bytes that `getFile` hands out
_LONGEST_LABEL: Final = 200
_WIDEST: Final = 1e6  # metres
_UNSUPPORTED: Final = "gateway_kind_unsupported"
# What Telegram itself says in a chat: nobody waits for an answer to it.
_SERVICE: Final = frozenset(
    {
        "boost_added",
        "chat_background_set",
        "connected_website",
        "delete_chat_photo",
        "message_auto_delete_timer_changed",
        "pinned_message",
        "proximity_alert_triggered",
        "write_access_allowed",
    }
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a message holds."""

    text: str = field(default="", repr=False)
    media: tuple[MediaRef, ...] = ()
    place: Place | None = field(default=None, repr=False)
    remarks: tuple[str, ...] = ()


def read_contents(message: Mapping[str, Any]) -> Contents | None:
    """Return what a message holds; None when it is only Telegram's own word of a change."""
    for kind, read in _READERS.items():
        if kind in message:
            return read(message)
    return None if _SERVICE & message.keys() else _unsupported(message)


def _unsupported(message: Mapping[str, Any]) -> Contents:
    return Contents(text_at(message, "caption"), remarks=(_UNSUPPORTED,))


def _text(message: Mapping[str, Any]) -> Contents:
    text = text_at(message, "text")
    return Contents(text) if text else _unsupported(message)


def _photo(message: Mapping[str, Any]) -> Contents:
    sizes = parts(message, "photo")
    fitting = [size for size in sizes if _fits(size)] or sizes
    largest = sorted(fitting, key=_area)[-1:]
    return _with_file(message, largest[0] if largest else {}, "image", "photo.jpg")


def _area(size: Mapping[str, Any]) -> int:
    return (number(size, "width") or 0) * (number(size, "height") or 0)


def _file(kind: str, media: str, name: str, message: Mapping[str, Any]) -> Contents:
    given = object_at(message, kind)
    return _with_file(message, given, media, text_at(given, "file_name") or name)


def _with_file(
    message: Mapping[str, Any], file: Mapping[str, Any], media: str, name: str
) -> Contents:
    ref = text_at(file, "file_id")
    if not ref:
        return _unsupported(message)
    caption = text_at(message, "caption")
    if not _fits(file):
        return Contents(caption, remarks=("gateway_file_too_large_telegram",))
    return Contents(caption, media=(MediaRef(ref, media, name),))


def _fits(file: Mapping[str, Any]) -> bool:
    return (number(file, "file_size") or 0) <= _LARGEST


def _location(message: Mapping[str, Any]) -> Contents:
    return _at(message, object_at(message, "location"))


def _venue(message: Mapping[str, Any]) -> Contents:
    venue = object_at(message, "venue")
    named = [name for name in (text_at(venue, "title"), text_at(venue, "address")) if name]
    found = _at(message, object_at(venue, "location"))
    if found.place is None:
        return found
    return replace(found, place=replace(found.place, label=" - ".join(named)[:_LONGEST_LABEL]))


def _at(message: Mapping[str, Any], point: Mapping[str, Any]) -> Contents:
    try:
        latitude, longitude = parse_point(point)
    except (KeyError, TypeError, ValueError, OverflowError):
        return _unsupported(message)
    return Contents(place=Place(latitude, longitude, _accuracy(point)))


def _accuracy(point: Mapping[str, Any]) -> float | None:
    given = point.get("horizontal_accuracy")
    if not isinstance(given, int | float) or not 0 <= given <= _WIDEST:
        return None
    return float(given)


def _contact(message: Mapping[str, Any]) -> Contents:
    contact, sender = object_at(message, "contact"), object_at(message, "from")
    phone, owner = text_at(contact, "phone_number"), number(contact, "user_id")
    if not phone:
        return _unsupported(message)
    if owner is None or owner != number(sender, "id"):
        return Contents(remarks=("gateway_contact_not_yours",))
    # It is international, with or without its plus: written so, it is read as one everywhere.
    return Contents("+" + phone.removeprefix("+"))


# In this order: an animation is also a document, and a venue is also a location.
_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Contents]]] = {
    "text": _text,
    "photo": _photo,
    "animation": partial(_file, "animation", "video", "animation.mp4"),
    "document": partial(_file, "document", "document", "file"),
    "voice": partial(_file, "voice", "audio", "voice.ogg"),
    "audio": partial(_file, "audio", "audio", "audio.mp3"),
    "video": partial(_file, "video", "video", "video.mp4"),
    "video_note": partial(_file, "video_note", "video", "video.mp4"),
    "venue": _venue,
    "location": _location,
    "contact": _contact,
}
