"""What each kind of update tells, from payloads in the shapes that Telegram documents."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from bot.channels import (
    Errand,
    Event,
    Happening,
    MediaRef,
    Presence,
    Received,
    UnreadableEventError,
)
from bot.messages import InboundMessage, Place
from connectors.telegram.commands import Commands
from connectors.telegram.updates import KINDS, UpdateReader
from tests.builders import NOON
from tests.doubles.telegram_updates import message, photo, tap, text, update

PAYLOADS: Final = Path(__file__).parent / "payloads" / "telegram"
CITIZEN: Final = 5501234567
UNSUPPORTED: Final = "gateway_kind_unsupported"
PHOTO: Final = MediaRef("AgACAgQAAxkBAAIB-x", "image", "photo.jpg")
SPOKEN: Final = InboundMessage(
    channel="telegram",
    message_id=f"{CITIZEN}:412",
    sender=str(CITIZEN),
    received_at=NOON,
    language="ar",
)
NOTHING: Final = (
    "live_location_moved",
    "pinned",
    "auto_delete_timer",
    "poll_answer",
    "reaction",
    "removed_from_group",
    "tap_on_a_game",
    "text_of_a_bot",
)
MESSAGES: Final[dict[str, dict[str, Any]]] = {
    "text": {"text": "عمود الإنارة مطفأ منذ أسبوع"},
    "text_forwarded": {"text": "الحفرة ما زالت مفتوحة"},
    "text_english": {"text": "The street light is off", "language": "en"},
    "text_without_language": {"text": "السلام عليكم", "language": None},
    "location": {"place": Place(29.33917, 48.02833, 65.0)},
    "location_live": {"place": Place(29.33917, 48.02833, 14.5)},
    "venue": {"place": Place(29.3759, 47.9774, None, "مدرسة السالمية - شارع سالم المبارك")},
    "contact_own": {"text": "+96550012345"},
    "contact_of_another": {"remarks": ("gateway_contact_not_yours",)},
    "contact_without_telegram": {"remarks": ("gateway_contact_not_yours",)},
    "sticker": {"remarks": (UNSUPPORTED,)},
    "dice": {"remarks": (UNSUPPORTED,)},
    "poll": {"remarks": (UNSUPPORTED,)},
    "story": {"remarks": (UNSUPPORTED,)},
    "kind_of_tomorrow": {"remarks": (UNSUPPORTED,), "text": "شاهدوا هذا"},
    "document_too_large": {
        "remarks": ("gateway_file_too_large_telegram",),
        "text": "تسجيل كامل",
    },
}
FILES: Final[dict[str, tuple[MediaRef, str]]] = {
    "photo": (PHOTO, ""),
    "photo_with_caption": (PHOTO, "حفرة أمام مدرسة السالمية"),
    "document": (
        MediaRef("BQACAgQAAxkBAAID", "document", "عقد الإيجار.pdf"),
        "عقد الإيجار",
    ),
    "document_without_name": (MediaRef("BQACAgQAAxkBAAIE", "document", "file"), ""),
    "voice": (MediaRef("AwACAgQAAxkBAAIG", "audio", "voice.ogg"), ""),
    "audio": (MediaRef("CQACAgQAAxkBAAIH", "audio", "noise.m4a"), ""),
    "video": (MediaRef("BAACAgQAAxkBAAII", "video", "video.mp4"), "الماء يتسرب"),
    "video_note": (MediaRef("DQACAgQAAxkBAAIJ", "video", "video.mp4"), ""),
    "animation": (MediaRef("CgACAgQAAxkBAAIK", "video", "leak.mp4"), ""),
}
ALBUM: Final = ("album_first", "album_second", "album_third_is_a_video")
EDITS: Final = ("text_edited", "caption_edited")
TAPS: Final = ("tap", "tap_under_an_old_message", "tap_without_message")
PRESENCES: Final = {"blocked": False, "unblocked": True}
CROWDS: Final[dict[str, tuple[int, str | None]]] = {
    "added_to_group": (-1001987654321, "ur"),
    "made_channel_administrator": (-1001555444333, "ar"),
    "group_text": (-1001987654321, "ar"),
    "group_text_edited": (-1001987654321, "ar"),
    "channel_post": (-1001555444333, None),
}
TESTED: Final = {
    *NOTHING,
    *MESSAGES,
    *FILES,
    *ALBUM,
    *EDITS,
    *TAPS,
    *PRESENCES,
    *CROWDS,
    "text_of_the_guide_2017",
}


class Reader:
    """Reads updates, and keeps which chats were refused."""

    def __init__(self) -> None:
        self.refused: list[tuple[int, str | None]] = []
        self._reader = UpdateReader(Commands.load(), self._refuse)

    async def _refuse(self, chat: int, language: str | None) -> None:
        self.refused.append((chat, language))

    def read(self, body: dict[str, Any]) -> list[Happening]:
        return self._reader.read(Event("telegram:1", "telegram", body, NOON))

    def received(self, body: dict[str, Any]) -> Received:
        (happening,) = self.read(body)
        assert isinstance(happening, Received)
        return happening


@pytest.fixture
def reader() -> Reader:
    return Reader()


def load(name: str) -> dict[str, Any]:
    return json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))


def test_every_payload_is_tested():
    assert {path.stem for path in PAYLOADS.glob("*.json")} == TESTED


def test_kinds_asked_of_telegram_are_those_that_are_read():
    assert KINDS == ("message", "edited_message", "callback_query", "my_chat_member")


@pytest.mark.parametrize("name", MESSAGES)
def test_message_without_a_file_is_read(reader: Reader, name: str):
    received = reader.received(load(name))

    assert received.message == replace(SPOKEN, **MESSAGES[name])
    assert received.media == ()
    assert received.album is None
    assert received.receipt == {"chat": CITIZEN}


@pytest.mark.parametrize("name", FILES)
def test_file_is_named_and_its_caption_is_the_text(reader: Reader, name: str):
    file, caption = FILES[name]

    received = reader.received(load(name))

    assert received.media == (file,)
    assert received.message == replace(SPOKEN, text=caption)


def test_members_of_an_album_share_its_name(reader: Reader):
    members = [reader.received(load(name)) for name in ALBUM]

    assert {member.album for member in members} == {"13579246801234567"}
    assert [len(member.media) for member in members] == [1, 1, 1]
    assert [member.message.text for member in members] == ["ثلاث صور للحفرة", "", ""]
    assert len({member.message.key for member in members}) == 3


@pytest.mark.parametrize("name", NOTHING)
def test_what_nobody_waits_to_be_answered_tells_nothing(reader: Reader, name: str):
    assert reader.read(load(name)) == []


def test_update_that_the_library_cannot_parse_is_read(reader: Reader):
    received = reader.received(load("text_of_the_guide_2017"))

    assert received.message.text == "السلام عليكم"
    assert received.message.language is None


# Edits


def test_edit_is_a_message_of_its_own_that_names_the_first(reader: Reader):
    edit = reader.received(load("text_edited"))

    assert edit.message == replace(
        SPOKEN,
        message_id=f"edit:{CITIZEN}:412:1772452845",
        edits=f"{CITIZEN}:412",
        text="عمود الإنارة مطفأ منذ أسبوعين",
    )


def test_second_edit_is_not_a_repeat_of_the_first(reader: Reader):
    first, second = load("text_edited"), load("text_edited")
    second["edited_message"]["edit_date"] += 1

    edits = [reader.received(first).message, reader.received(second).message]

    assert edits[0].key != edits[1].key
    assert edits[0].edits == edits[1].edits


def test_edited_caption_brings_its_photo_and_waits_for_no_album(reader: Reader):
    edit = reader.received(load("caption_edited"))

    assert edit.message.edits == f"{CITIZEN}:430"
    assert edit.message.text == "الحفرة أمام المدرسة"
    assert len(edit.media) == 1
    assert edit.album is None


# Taps


def test_tap_tells_its_token_and_what_is_under_it(reader: Reader):
    received = reader.received(load("tap"))

    assert received.message == replace(
        SPOKEN, message_id="tap:2362897654321098765", text="b:12:9f8e7d6c:2"
    )
    assert received.receipt == {
        "callback": "2362897654321098765",
        "chat": CITIZEN,
        "message": 431,
        "text": "أي جهة تقصد؟",
        "label": "الكهرباء والماء",
    }


def test_tap_under_a_message_too_old_to_be_told_is_still_a_tap(reader: Reader):
    received = reader.received(load("tap_under_an_old_message"))

    assert received.message.text == "b:3:11223344:1"
    assert received.receipt == {
        "callback": "2362897654321098766",
        "chat": CITIZEN,
        "message": 112,
    }


def test_tap_without_its_message_is_still_a_tap(reader: Reader):
    received = reader.received(load("tap_without_message"))

    assert received.message.conversation == f"telegram:{CITIZEN}"
    assert received.receipt == {"callback": "2362897654321098767", "chat": CITIZEN}


def test_second_tap_of_one_button_is_another_message(reader: Reader):
    taps = [reader.received(tap(7, "b:1:00000000:1")) for _ in range(2)]

    assert taps[0].message.key != taps[1].message.key


def test_tap_in_a_group_is_none_of_ours(reader: Reader):
    tapped = load("tap")
    tapped["callback_query"]["message"]["chat"] = {"id": -5, "type": "group"}

    assert reader.read(tapped) == []


# Who can be reached, and where we do not talk


@pytest.mark.parametrize("name", PRESENCES)
def test_block_is_told(reader: Reader, name: str):
    assert reader.read(load(name)) == [Presence(f"telegram:{CITIZEN}", PRESENCES[name])]


@pytest.mark.parametrize(("name", "refused"), CROWDS.items())
async def test_groups_and_channels_are_refused(
    reader: Reader, name: str, refused: tuple[int, str | None]
):
    (errand,) = reader.read(load(name))
    assert isinstance(errand, Errand)

    await errand.run()

    assert reader.refused == [refused]


@pytest.mark.parametrize("status", ["left", "restricted", "", "of tomorrow"])
def test_other_changes_in_private_tell_nothing_of_reach(reader: Reader, status: str):
    changed = load("blocked")
    changed["my_chat_member"]["new_chat_member"]["status"] = status

    assert reader.read(changed) == []


@pytest.mark.parametrize("kind", ["sender", "secret", ["private"], None])
def test_chats_of_other_kinds_are_none_of_ours(reader: Reader, kind: Any):
    said = text(7, "هلا")
    said["message"]["chat"]["type"] = kind

    assert reader.read(said) == []


# What comes with a link


def test_link_says_what_it_prefilled(reader: Reader):
    followed = reader.received(text(7, "/start municipality")).message

    assert (followed.text, followed.context) == ("السلام عليكم", {"agency": "municipality"})


def test_contact_of_nobody_is_not_of_a_sender_without_an_id(reader: Reader):
    shared = message(7, contact={"phone_number": "+96560098765"})
    del shared["message"]["from"]

    assert reader.received(shared).message.remarks == ("gateway_contact_not_yours",)


# Files


def test_largest_photo_that_can_be_fetched_is_taken(reader: Reader):
    huge = photo(7, "huge")
    huge["message"]["photo"][1]["file_size"] = 20_000_001

    assert [file.ref for file in reader.received(huge).media] == ["huge-small"]


@pytest.mark.parametrize(("size", "files"), [(20_000_000, 1), (20_000_001, 0)])
def test_file_is_too_large_from_twenty_megabytes_on(reader: Reader, size: int, files: int):
    sent = message(7, video={"file_id": "v", "file_size": size})

    assert len(reader.received(sent).media) == files


def test_file_of_unknown_size_is_tried(reader: Reader):
    assert len(reader.received(message(7, video={"file_id": "v"})).media) == 1


# Whatever is not as documented


@pytest.mark.parametrize(
    "content",
    [
        {"text": 5},
        {"text": "\u0007"},
        {"photo": []},
        {"photo": {"file_id": "x"}},
        {"photo": [{"width": 5}]},
        {"voice": None},
        {"document": {"file_id": 7}},
        {"location": {"latitude": 91, "longitude": 0}},
        {"location": {"latitude": "here"}},
        {"location": {"latitude": 10**400, "longitude": 0}},
        {"venue": {"title": "بيت"}},
        {"contact": {"user_id": 7}},
        {},
    ],
)
def test_broken_content_is_answered_as_unreadable(reader: Reader, content: dict[str, Any]):
    assert reader.received(message(7, **content)).message.remarks == (UNSUPPORTED,)


@pytest.mark.parametrize(
    ("given", "accuracy"),
    [(12, 12.0), (0, 0.0), (-1, None), (float("nan"), None), ("9", None), (10**400, None)],
)
def test_accuracy_is_kept_when_it_is_one(reader: Reader, given: Any, accuracy: float | None):
    sent = message(7, location={"latitude": 1, "longitude": 2, "horizontal_accuracy": given})

    assert reader.received(sent).message.place == Place(1, 2, accuracy)


@pytest.mark.parametrize(
    ("tag", "language"),
    [("ar", "ar"), ("ar-KW", "ar"), ("pt_BR", "pt"), ("UR", "ur"), ("", None), ("1", None)],
)
def test_only_the_primary_language_is_kept(reader: Reader, tag: str, language: str | None):
    assert reader.received(text(7, "هلا", tag)).message.language == language


@pytest.mark.parametrize(
    "body",
    [
        {"message": None},
        {"message": []},
        {"message": {"message_id": 1, "text": "x"}},
        {"message": {"chat": {"type": "private"}, "message_id": 1, "text": "x"}},
        {"message": {"chat": {"id": True, "type": "private"}, "message_id": 1, "text": "x"}},
        {"message": {"chat": {"id": 7, "type": "private"}, "text": "x"}},
        {"edited_message": "x"},
        {"callback_query": {"data": "b:1:00000000:1", "from": {"id": 7}}},
        {"callback_query": {"id": "1", "data": "b:1:00000000:1"}},
        {"my_chat_member": {"chat": {"type": "private"}}},
    ],
)
def test_update_without_its_essentials_is_unreadable(reader: Reader, body: dict[str, Any]):
    with pytest.raises(UnreadableEventError):
        reader.read({"update_id": 1, **body})


@pytest.mark.parametrize("kind", ["poll", "inline_query", "business_message", "purchased_thing"])
def test_kind_that_was_not_asked_for_tells_nothing(reader: Reader, kind: str):
    assert reader.read(update(kind, {"id": "1"})) == []
