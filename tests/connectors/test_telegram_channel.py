"""Telegram as a channel: what is sent and in which order, how taps are answered, files."""

from dataclasses import replace
from typing import Any, Final

import pytest

from bot.channels import (
    Channel,
    Contact,
    Errand,
    Event,
    Failure,
    MediaGoneError,
    MediaRef,
    MediaUnavailableError,
    Parcel,
    Received,
    SendFailedError,
)
from bot.messages import Answer, Button
from bot.settings import ROOT, TelegramSettings
from bot.texts import Texts, load_texts
from connectors.telegram.channel import TelegramChannel
from connectors.telegram.client import build_bot
from tests.builders import NOON
from tests.doubles.telegram_calls import BLOCKED, BROKEN, Fault, bad_request, flood
from tests.doubles.telegram_stub import TelegramStub
from tests.doubles.telegram_updates import message, tap, text

SETTINGS: Final = TelegramSettings("123456:token-of-the-tests", webhook_secret="s")
REFUSAL: Final = Texts({"gateway_group_refused": {"ar": "في الخاص بس", "en": "in private only"}})
CHOICES: Final = (Button("نعم", "b:1:00000000:1"), Button("لا", "b:1:00000000:2"))
LONG: Final = "\n\n".join(["ا" * 4000, "ب" * 4000, "ج" * 4000])
CONTACT: Final = Contact("telegram:7")
PARCEL: Final = Parcel("k", "telegram:7", Answer("هلا"), "ar")
GROUP: Final = -1001987654321


@pytest.fixture
def api() -> TelegramStub:
    return TelegramStub()


@pytest.fixture
def channel(api: TelegramStub) -> TelegramChannel:
    return TelegramChannel(build_bot(SETTINGS, request=api), REFUSAL)


def parcel(answer: Answer, **changes: Any) -> Parcel:
    return replace(PARCEL, answer=answer, **changes)


def received(channel: TelegramChannel, update: dict[str, Any]) -> Received:
    (happening,) = channel.parse(Event("telegram:1", "telegram", update, NOON))
    assert isinstance(happening, Received)
    return happening


async def failure(channel: TelegramChannel, sent: Parcel = PARCEL) -> SendFailedError:
    with pytest.raises(SendFailedError) as failed:
        await channel.send(sent, CONTACT)
    return failed.value


async def fetched(channel: TelegramChannel, ref: str) -> bytes:
    return b"".join([chunk async for chunk in channel.fetch(MediaRef(ref, "image"))])


def test_it_is_a_channel_that_gets_no_receipts(channel: TelegramChannel):
    port: Channel = channel

    assert (port.name, port.confirms) == ("telegram", False)


# Sending


async def test_answer_is_one_plain_message(channel: TelegramChannel, api: TelegramStub):
    ids = await channel.send(parcel(Answer("<b>*هلا*</b> _و_", CHOICES)), CONTACT)

    (sent,) = api.messages(7)
    assert ids == (str(sent.message_id),)
    assert sent.text == "<b>*هلا*</b> _و_"
    assert "parse_mode" not in sent.parameters
    assert sent.buttons == {"نعم": "b:1:00000000:1", "لا": "b:1:00000000:2"}


async def test_links_are_not_visited_for_a_preview(channel: TelegramChannel, api: TelegramStub):
    await channel.send(parcel(Answer("https://shakwa.example/track/KW-2026-000001-1")), CONTACT)

    assert api.messages(7)[0].parameters["link_preview_options"] == '{"is_disabled": true}'


async def test_long_answer_is_sent_part_after_part(channel: TelegramChannel, api: TelegramStub):
    ids = await channel.send(parcel(Answer(LONG, CHOICES)), CONTACT)

    parts = api.messages(7)
    assert [part.text[0] for part in parts] == ["ا", "ب", "ج"]
    assert [bool(part.buttons) for part in parts] == [False, False, True]
    assert ids == tuple(str(part.message_id) for part in parts)


async def test_only_parts_that_were_not_sent_are_sent(channel: TelegramChannel, api: TelegramStub):
    ids = await channel.send(parcel(Answer(LONG), ids=("91", "92")), CONTACT)

    (last,) = api.messages(7)
    assert last.text[0] == "ج"
    assert ids == ("91", "92", str(last.message_id))


async def test_whole_parcel_is_not_sent_again(channel: TelegramChannel, api: TelegramStub):
    assert await channel.send(parcel(Answer("هلا"), ids=("91",)), CONTACT) == ("91",)
    assert api.asked == []


async def test_failure_tells_which_parts_were_sent(channel: TelegramChannel, api: TelegramStub):
    api.faults["sendMessage"] = [None, flood(7)]

    failed = await failure(channel, parcel(Answer(LONG), ids=("91",)))

    assert failed.ids == ("91", str(api.messages(7)[0].message_id))


async def test_passed_choices_are_taken_away_first(channel: TelegramChannel, api: TelegramStub):
    await channel.send(PARCEL, replace(CONTACT, keyboard="55"))

    (asked, cleared), (then, _) = api.asked
    assert (asked, then) == ("editMessageReplyMarkup", "sendMessage")
    assert cleared == {"chat_id": "7", "message_id": "55"}


async def test_choices_that_stay_do_not_stop_the_answer(
    channel: TelegramChannel, api: TelegramStub
):
    api.faults["editMessageReplyMarkup"] = [bad_request("message is not modified")]

    assert await channel.send(PARCEL, replace(CONTACT, keyboard="55"))


async def test_rest_of_a_parcel_takes_no_choices_away(channel: TelegramChannel, api: TelegramStub):
    await channel.send(parcel(Answer(LONG), ids=("91",)), replace(CONTACT, keyboard="55"))

    assert api.called("editMessageReplyMarkup") == []


async def test_place_can_be_shared_in_the_parcels_language(
    channel: TelegramChannel, api: TelegramStub
):
    await channel.send(parcel(Answer("Where?", asks="place"), language="en"), CONTACT)

    assert api.messages(7)[0].rows == [["📍 Share my location"]]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (flood(35), Failure.HALTED),
        (BLOCKED, Failure.UNREACHABLE),
        (Fault(403, "Forbidden: user is deactivated"), Failure.UNREACHABLE),
        (bad_request("chat not found"), Failure.UNREACHABLE),
        (bad_request("message is too long"), Failure.REFUSED),
        (Fault(401, "Unauthorized"), Failure.CREDENTIALS),
        (Fault(404, "Not Found"), Failure.CREDENTIALS),
        (BROKEN, Failure.TRANSIENT),
        (Fault(502, "Bad Gateway"), Failure.TRANSIENT),
        (Fault(502, body=b"<html>"), Failure.TRANSIENT),
        (Fault(403, body=b"<html>blocked by a firewall"), Failure.TRANSIENT),
        (Fault(404, body=b"<html>parked domain"), Failure.TRANSIENT),
        (Fault(silent=True), Failure.AMBIGUOUS),
        (Fault(200, body=b"<html>"), Failure.AMBIGUOUS),
        (Fault(200, body=b'{"ok": true, "result": {"message_id": 5}}'), Failure.AMBIGUOUS),
        (Fault(200, body=b'{"ok": true}'), Failure.AMBIGUOUS),
    ],
)
async def test_each_error_tells_what_to_do(
    channel: TelegramChannel, api: TelegramStub, fault: Fault, expected: Failure
):
    api.faults["sendMessage"] = [fault]

    failed = await failure(channel)

    assert failed.failure is expected
    assert failed.ids == ()


async def test_flood_tells_how_long_to_wait(channel: TelegramChannel, api: TelegramStub):
    api.faults["sendMessage"] = [flood(35)]

    assert (await failure(channel)).retry_after == 35.0
    assert len(api.asked) == 1, "the outbox waits, not the library"


async def test_other_failures_tell_no_wait(channel: TelegramChannel, api: TelegramStub):
    api.faults["sendMessage"] = [BROKEN]

    assert (await failure(channel)).retry_after is None


async def test_failure_quotes_neither_text_nor_token(channel: TelegramChannel, api: TelegramStub):
    api.faults["sendMessage"] = [
        bad_request("can't parse entities: سر"),
        Fault(401, "Unauthorized"),
    ]

    codes = [(await failure(channel)).code for _ in range(2)]

    assert codes == ["BadRequest", "InvalidToken"]


async def test_answer_that_telegram_never_takes_is_refused_before_it_is_sent(
    channel: TelegramChannel, api: TelegramStub
):
    failed = await failure(channel, parcel(Answer("؟", (Button("نعم", "b" * 65),))))

    assert failed.failure is Failure.REFUSED
    assert api.asked == []


async def test_conversation_that_is_no_chat_is_refused(channel: TelegramChannel):
    failed = await failure(channel, replace(PARCEL, conversation="telegram:@somebody"))

    assert failed.failure is Failure.REFUSED


# Showing that something has come


async def test_message_is_acknowledged_by_typing(channel: TelegramChannel, api: TelegramStub):
    await channel.acknowledge(received(channel, text(7, "هلا")))

    assert api.called("sendChatAction") == [{"chat_id": "7", "action": "typing"}]


async def test_tap_is_answered_at_once_and_its_choice_shown(
    channel: TelegramChannel, api: TelegramStub
):
    await channel.send(parcel(Answer("تأكيد؟", CHOICES)), CONTACT)
    tapped = tap(7, "b:1:00000000:2", api.messages(7)[0].as_message)
    api.asked.clear()

    await channel.acknowledge(received(channel, tapped))

    assert [method for method, _ in api.asked] == [
        "answerCallbackQuery",
        "editMessageReplyMarkup",
        "editMessageText",
    ]
    assert api.asked[0][1] == {"callback_query_id": tapped["callback_query"]["id"]}
    edited = api.sent[7][-1]
    assert edited.text == "تأكيد؟\n\n✓ لا"
    assert edited.buttons == {}


@pytest.mark.parametrize(
    ("under", "asked"),
    [
        (None, ["answerCallbackQuery"]),
        ({"message_id": 5}, ["answerCallbackQuery", "editMessageReplyMarkup"]),
        (
            {
                "message_id": 5,
                "text": "ا" * 4095,
                "reply_markup": {
                    "inline_keyboard": [[{"text": "لا", "callback_data": "b:1:00000000:2"}]]
                },
            },
            ["answerCallbackQuery", "editMessageReplyMarkup"],
        ),
    ],
    ids=["without its message", "without its text", "with no room for the choice"],
)
async def test_tap_is_answered_as_far_as_it_is_known(
    channel: TelegramChannel, api: TelegramStub, under: dict[str, Any] | None, asked: list[str]
):
    await channel.acknowledge(received(channel, tap(7, "b:1:00000000:2", under)))

    assert [method for method, _ in api.asked] == asked


@pytest.mark.parametrize(
    "fault",
    [
        bad_request("query is too old and response timeout expired or query ID is invalid"),
        bad_request("message is not modified"),
        flood(3),
        BLOCKED,
        BROKEN,
        Fault(silent=True),
        Fault(200, body=b"<html>"),
        Fault(200, body=b'{"ok": true, "result": {}}'),
    ],
)
async def test_acknowledging_never_raises(
    channel: TelegramChannel, api: TelegramStub, fault: Fault
):
    for method in (
        "answerCallbackQuery",
        "editMessageReplyMarkup",
        "editMessageText",
        "sendChatAction",
    ):
        api.faults[method] = [fault]
    under = {
        "message_id": 5,
        "text": "؟",
        "reply_markup": {"inline_keyboard": [[{"text": "لا", "callback_data": "b:1:0:2"}]]},
    }

    await channel.acknowledge(received(channel, tap(7, "b:1:0:2", under)))
    await channel.acknowledge(received(channel, text(7, "هلا")))

    assert len(api.asked) == 4


async def test_typing_is_not_shown_where_nothing_is_known(
    channel: TelegramChannel, api: TelegramStub
):
    await channel.acknowledge(replace(received(channel, text(7, "هلا")), receipt={}))

    assert api.asked == []


# Groups


async def errand(channel: TelegramChannel, chat: int = GROUP, language: str = "en") -> None:
    said = text(7, "hello", language)
    said["message"]["chat"] = {"id": chat, "type": "supergroup", "title": "x"}
    (happening,) = channel.parse(Event("telegram:1", "telegram", said, NOON))
    assert isinstance(happening, Errand)
    await happening.run()


async def test_group_is_refused_in_its_language_and_left(
    channel: TelegramChannel, api: TelegramStub
):
    await errand(channel)

    assert api.methods(GROUP) == ["sendMessage", "leaveChat"]
    assert api.messages(GROUP)[0].text == "in private only"


async def test_group_is_refused_once_but_left_each_time(
    channel: TelegramChannel, api: TelegramStub
):
    for _ in range(3):
        await errand(channel)
    await errand(channel, chat=-5)

    assert api.methods(GROUP) == ["sendMessage", "leaveChat", "leaveChat", "leaveChat"]
    assert api.methods(-5) == ["sendMessage", "leaveChat"]


async def test_group_that_forbids_writing_is_left(channel: TelegramChannel, api: TelegramStub):
    api.faults["sendMessage"] = [Fault(403, "Forbidden: not enough rights to send text messages")]
    api.faults["leaveChat"] = [None, BROKEN]

    await errand(channel)
    await errand(channel)

    assert api.methods(GROUP) == ["leaveChat"]


# Files


async def test_file_comes_whole(channel: TelegramChannel, api: TelegramStub):
    api.keep_file("photo-1", b"\x89PNG" * 1000)

    assert await fetched(channel, "photo-1") == b"\x89PNG" * 1000


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("file is too big", "too_large_telegram"),
        ("invalid file_id", "unreadable"),
        ("wrong remote file identifier specified: wrong string length", "unreadable"),
    ],
)
async def test_file_that_will_never_come_is_gone(
    channel: TelegramChannel, api: TelegramStub, told: str, reason: str
):
    api.faults["getFile"] = [bad_request(told)]

    with pytest.raises(MediaGoneError) as gone:
        await fetched(channel, "photo-1")

    assert gone.value.reason == reason


async def test_file_over_telegrams_limit_is_gone(channel: TelegramChannel, api: TelegramStub):
    api.keep_file("video-1", b"", claimed_size=21 * 2**20)

    with pytest.raises(MediaGoneError) as gone:
        await fetched(channel, "video-1")

    assert gone.value.reason == "too_large_telegram"


@pytest.mark.parametrize(
    "fault",
    [
        BROKEN,
        flood(5),
        Fault(401, "Unauthorized"),
        Fault(silent=True),
        bad_request("wrong file_id or the file is temporarily unavailable"),
        Fault(200, body=b"<html>"),
        Fault(200, body=b'{"ok": true, "result": {}}'),
        Fault(200, body=b'{"ok":true,"result":{"file_id":"a","file_unique_id":"b"}}'),
    ],
)
async def test_file_that_did_not_come_now_is_tried_again(
    channel: TelegramChannel, api: TelegramStub, fault: Fault
):
    api.keep_file("photo-1", b"x")
    api.faults["getFile"] = [fault]

    with pytest.raises(MediaUnavailableError):
        await fetched(channel, "photo-1")


async def test_file_whose_link_is_dead_is_tried_again(channel: TelegramChannel, api: TelegramStub):
    api.keep_file("photo-1", b"x")
    api.faults["getFile"] = [
        Fault(
            200, body=b'{"ok":true,"result":{"file_id":"a","file_unique_id":"b","file_path":"z"}}'
        )
    ]

    with pytest.raises(MediaUnavailableError):
        await fetched(channel, "photo-1")


# The channel itself


async def test_probe_is_content_with_a_good_token(channel: TelegramChannel, api: TelegramStub):
    await channel.probe()

    assert [method for method, _ in api.asked] == ["getMe"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [(Fault(401, "Unauthorized"), Failure.CREDENTIALS), (BROKEN, Failure.TRANSIENT)],
)
async def test_probe_tells_what_is_wrong(
    channel: TelegramChannel, api: TelegramStub, fault: Fault, expected: Failure
):
    api.faults["getMe"] = [fault]

    with pytest.raises(SendFailedError) as failed:
        await channel.probe()

    assert failed.value.failure is expected


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("gateway_kind_unsupported", {}),
        ("gateway_contact_not_yours", {}),
        ("gateway_group_refused", {}),
        ("gateway_file_too_large_telegram", {"upload": "https://shakwa.example/chat"}),
    ],
)
def test_what_the_channel_has_said_is_said_in_every_language(key: str, values: dict[str, str]):
    texts = load_texts(ROOT / "nlu" / "data" / "responses" / "gateway.yml")

    said = [texts.say(key, language, **values) for language in ("ar", "en", "ur")]

    assert len(set(said)) == 3
    assert all(value in text.splitlines() for text in said for value in values.values())


async def test_message_is_read_with_its_command_in_its_language(channel: TelegramChannel):
    assert received(channel, message(7, "en", text="/help")).message.text == "help"
