"""Updates in the shapes that Telegram documents, each with ids of its own."""

from itertools import count
from typing import Any, Final

type Update = dict[str, Any]

DATE: Final = 1_772_452_800
_UPDATE_IDS: Final = count(700_000_001)
_MESSAGE_IDS: Final = count(5_001)


def update(kind: str, content: dict[str, Any]) -> Update:
    return {"update_id": next(_UPDATE_IDS), kind: content}


def person(citizen: int, language: str | None = "ar") -> dict[str, Any]:
    known: dict[str, Any] = {"id": citizen, "is_bot": False, "first_name": "سالم"}
    return known if language is None else {**known, "language_code": language}


def private(citizen: int) -> dict[str, Any]:
    return {"id": citizen, "first_name": "سالم", "type": "private"}


def message(citizen: int, language: str | None = "ar", **content: Any) -> Update:
    """A private message; `content` is what tells its kind."""
    envelope: dict[str, Any] = {
        "message_id": next(_MESSAGE_IDS),
        "from": person(citizen, language),
        "chat": private(citizen),
        "date": DATE,
    }
    return update("message", {**envelope, **content})


def text(citizen: int, words: str, language: str | None = "ar") -> Update:
    return message(citizen, language, text=words)


def tap(citizen: int, token: str, under: dict[str, Any] | None = None) -> Update:
    """A tapped button; `under` is the message that has it, as Telegram tells it."""
    query: dict[str, Any] = {
        "id": f"43825{next(_MESSAGE_IDS)}",
        "from": person(citizen),
        "chat_instance": "-3971",
        "data": token,
    }
    if under is not None:
        query["message"] = {"chat": private(citizen), "date": DATE, **under}
    return update("callback_query", query)


def photo(citizen: int, file_id: str, caption: str = "", **more: Any) -> Update:
    small = {"file_unique_id": "s", "width": 90, "height": 67, "file_size": 1_200}
    large = {"file_unique_id": "l", "width": 1280, "height": 960, "file_size": 140_000}
    sizes = [{"file_id": f"{file_id}-small", **small}, {"file_id": file_id, **large}]
    said = {"caption": caption} if caption else {}
    return message(citizen, photo=sizes, **said, **more)


def album(citizen: int, group: str, *file_ids: str, caption: str = "") -> list[Update]:
    """The members of one album; the caption is on the first only."""
    captions = [caption, *[""] * (len(file_ids) - 1)]
    return [
        photo(citizen, file_id, said, media_group_id=group)
        for file_id, said in zip(file_ids, captions, strict=True)
    ]


def voice(citizen: int, file_id: str, file_size: int = 9_000) -> Update:
    note = {"file_unique_id": "v", "duration": 3, "mime_type": "audio/ogg"}
    return message(citizen, voice={"file_id": file_id, "file_size": file_size, **note})


def location(citizen: int, latitude: float, longitude: float, **more: Any) -> Update:
    return message(citizen, location={"latitude": latitude, "longitude": longitude, **more})
