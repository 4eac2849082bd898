"""WhatsApp's deliveries: recorded and made ones, alone and in batches, whole and broken."""

import base64
import copy
import hashlib
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kapso_whatsapp.webhooks import normalize_webhook

from bot.channels import (
    Delivery,
    Event,
    Failure,
    Happening,
    MediaRef,
    Presence,
    Receipt,
    Received,
    UnreadableEventError,
)
from bot.messages import InboundMessage, Place
from connectors.whatsapp.payloads import parse
from tests.builders import NOON

RECORDED: Final = {
    f"{file.stem}.{case}": payload
    for file in sorted((Path(__file__).parent / "payloads" / "whatsapp").glob("*.json"))
    for case, payload in json.loads(file.read_text()).items()
}
USER, PHONE, NUMBER = "US.13491208655302741918", "972987654321", "1122334455667"
PDF = b"%PDF-1.7"
HASH = hashlib.sha256(PDF)
UNSUPPORTED = ("gateway_kind_unsupported",)

type Payload = dict[str, Any]


def event(payload: Payload) -> Event:
    return Event("whatsapp:e1", "whatsapp", payload, NOON)


def told(payload: Payload) -> list[Happening]:
    return parse(event(payload))


def received(
    message_id: str = "wamid.xyzxyz", *media: MediaRef, user: str = USER, **parts: Any
) -> Received:
    phone = {"phone": PHONE}
    message = InboundMessage("whatsapp", message_id, user, NOON, **parts)
    return Received(message, media, receipt={"id": message_id}, address=phone)


def receipt(delivery: Delivery, parcel: str | None = None, **parts: Any) -> Receipt:
    return Receipt("whatsapp", "wamid.xyzxyz", parcel, delivery, **parts)


LOOKASIDE = (
    "https://lookaside.fbsbx.com/whatsapp_business/attachments/"
    "?mid=65463453&source=webhook&ext=487r9re&hash=heiwchueowbcew-dnedcw"
)
VOICE = "9b4e2915fd8445d6a8a53c859063c0d3e6d7de2f986367588151703a00cb4832"
LONG_ID = "1234567890987654321"

EXPECTED: Final[dict[str, list[Happening]]] = {
    "callback_button.button": [received(text="callback_data")],
    "callback_button.quick_reply": [received("wamid.xsidjw", text="callback_data")],
    "callback_button.quick_reply_without_context": [
        received("wamid.xsidjx", text="callback_data")
    ],
    "callback_selection.callback": [received("wamid.zyzxyz", text="callback_data")],
    "callback_selection.description": [received("wamid.zyzxyz", text="callback_data")],
    "message.text": [received(text="Body Text")],
    "message.reply": [received(text="replied text")],
    "message.forwarded": [received(text="forwarded text")],
    "message.forwarded_many_times": [received(text="text forwarded many times")],
    "message.referral": [received("wamid.ID", text="BODY")],
    # The recorded hashes were shortened: only that of the voice note is whole.
    "message.image": [received("wamid.xyzxyz", MediaRef("65463453", "image"))],
    "message.media_with_url": [
        received("wamid.xyzxyz", MediaRef(f"65463453 {LOOKASIDE}", "image"))
    ],
    "message.video": [
        received("wamid.xyzxyz", MediaRef("765756756", "video"), text="caption"),
    ],
    "message.document": [
        received("wamid.xyzxyz", MediaRef(LONG_ID, "document", "filename.pdf"), text="caption"),
    ],
    "message.audio": [received("wamid.xyzxyz", MediaRef(LONG_ID, "audio"))],
    "message.voice": [received("wamid.xyzxyz", MediaRef(LONG_ID, "audio", sha256=VOICE))],
    "message.static_sticker": [received(remarks=UNSUPPORTED)],
    "message.animated_sticker": [received(remarks=UNSUPPORTED)],
    "message.reaction": [],
    "message.unreaction_empty": [],
    "message.unreaction_no_emoji": [],
    "message.current_location": [received(place=Place(12.25089, 43.90539))],
    "message.chosen_location": [
        received(
            place=Place(
                37.4611978,
                -122.2164385,
                label="Facebook HQ, 1 Hacker Way, Menlo Park, CA 94025",
            )
        )
    ],
    "message.contacts": [received(remarks=("gateway_contact_not_yours",))],
    "message.order": [received(remarks=UNSUPPORTED)],
    "message.unsupported": [received(remarks=UNSUPPORTED)],
    "message.unsupported_with_type": [received(remarks=UNSUPPORTED)],
    "message.interactive_message_with_err": [
        received("wamid.wegrchytvwcggt=", remarks=UNSUPPORTED)
    ],
    "message_status.sent": [receipt(Delivery.SENT, price="service")],
    "message_status.delivered": [receipt(Delivery.DELIVERED, price="service")],
    "message_status.read": [receipt(Delivery.READ, price="service")],
    "message_status.played": [receipt(Delivery.READ, price="service")],
    "message_status.failed": [
        receipt(Delivery.FAILED, failure=Failure.REFUSED, code="130472"),
    ],
    "message_status.with_tracker": [receipt(Delivery.SENT, parcel="some data", price="service")],
    "message_status.group": [],
}


def said(message_id: str = "wamid.1", **parts: Any) -> Payload:
    text = {"type": "text", "text": {"body": "السلام عليكم"}}
    return {"from": PHONE, "id": message_id, "timestamp": "1697043223", **text, **parts}


def of_kind(kind: str, content: Any, **parts: Any) -> Payload:
    return {"from": PHONE, "id": "wamid.1", "type": kind, kind: content, **parts}


def value(*messages: Any, **parts: Any) -> Payload:
    metadata = {"display_phone_number": "+972 12-345-6789", "phone_number_id": NUMBER}
    contacts = [{"profile": {"name": "Salem"}, "wa_id": PHONE, "user_id": USER}]
    return {"metadata": metadata, "contacts": contacts, "messages": list(messages), **parts}


def webhook(*values: Any, field: Any = "messages") -> Payload:
    changes = [{"field": field, "value": one} for one in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}


def only(payload: Payload) -> Received:
    [happening] = told(payload)
    assert isinstance(happening, Received)
    return happening


def message(**content: Any) -> Received:
    [(kind, given)] = content.items()
    return only(webhook(value(of_kind(kind, given))))


def ids(happenings: list[Happening]) -> list[str]:
    return [one.message.message_id for one in happenings if isinstance(one, Received)]


# Recorded


def test_every_recorded_payload_has_its_expectation():
    assert set(EXPECTED) == set(RECORDED)


@pytest.mark.parametrize("case", RECORDED)
def test_recorded_payload_tells_what_happened(case: str):
    assert told(RECORDED[case]) == EXPECTED[case]


@pytest.mark.parametrize("case", RECORDED)
def test_members_that_nobody_knows_change_nothing(case: str):
    assert told(_with_news(RECORDED[case])) == EXPECTED[case]


def _with_news(given: Any) -> Any:
    if isinstance(given, dict):
        news: Payload = {"new_in_v99": {"type": "text", "id": "?"}, "new_list": [None, 1]}
        members = cast("Payload", given).items()
        return {name: _with_news(one) for name, one in members} | news
    if isinstance(given, list):
        return [_with_news(one) for one in cast("list[Any]", given)]
    return given


@pytest.mark.parametrize("case", RECORDED)
def test_an_independent_parser_reads_the_same(case: str):
    oracle = normalize_webhook(RECORDED[case])
    happenings = told(RECORDED[case])
    messages = [one for one in happenings if isinstance(one, Received)]
    receipts = [one for one in happenings if isinstance(one, Receipt)]

    turns = [one for one in oracle.messages if one["type"] != "reaction"]
    statuses = [one for one in oracle.statuses if "recipientType" not in one.extra]
    [contact] = oracle.contacts
    assert [_as_read(one) for one in messages] == [_as_normalized(one, contact) for one in turns]
    assert [(one.message_id, one.delivery) for one in receipts] == [
        (one.id, {"played": "read"}.get(one.status, one.status)) for one in statuses
    ]


FILES: Final = frozenset({"image", "video", "document", "audio"})
type Facts = tuple[str, str, str, str, str, str]  # kind, id, sender, phone, text, file


def _as_read(received: Received) -> Facts:
    message, [file] = received.message, received.media or (None,)
    said = "place" if message.place else "words" if message.text else "other"
    kind, ref = (file.media, file.ref.partition(" ")[0]) if file else (said, "")
    phone = received.address["phone"]
    return kind, message.message_id, message.sender, phone, message.text, ref


def _as_normalized(given: Payload, contact: Payload) -> Facts:
    kind: str = given["type"]
    content: Payload = {"text": {}, **given}.get(kind, {}) if kind != "contacts" else {}
    choice: Payload = content.get("buttonReply") or content.get("listReply") or {}
    words = {
        "text": content.get("body"),
        "button": content.get("payload"),
        "interactive": choice.get("id"),
    }
    text: str = content.get("caption") or words.get(kind) or ""
    said = "place" if kind == "location" else "words" if text else "other"
    who: str = given.get("fromUserId") or contact["userId"]
    kind, ref = (kind, content["id"]) if kind in FILES else (said, "")
    return kind, given["id"], who, given["from"], text, ref


# Batches


def test_each_of_three_messages_in_one_delivery_is_told():
    batch = webhook(value(said("wamid.1"), said("wamid.2"), said("wamid.3")))

    assert ids(told(batch)) == ["wamid.1", "wamid.2", "wamid.3"]


def test_all_entries_and_changes_of_a_delivery_are_told():
    batch = webhook(value(said("wamid.1")), value(said("wamid.2")))
    batch["entry"] += webhook(value(said("wamid.3")))["entry"]

    assert ids(told(batch)) == ["wamid.1", "wamid.2", "wamid.3"]


def test_recorded_payloads_in_one_delivery_are_told_in_order():
    batch = copy.deepcopy(RECORDED["message.text"])
    batch["entry"] = [entry for payload in RECORDED.values() for entry in payload["entry"]]

    assert told(batch) == [one for case in RECORDED for one in EXPECTED[case]]


def test_messages_statuses_and_errors_of_one_delivery_are_all_read(
    caplog: pytest.LogCaptureFixture,
):
    statuses = [{"id": "wamid.xyzxyz", "status": "sent"}]
    errors = [{"code": 130429, "title": "Rate limit hit"}]

    happenings = told(webhook(value(said(), statuses=statuses, errors=errors)))

    assert happenings == [received("wamid.1", text="السلام عليكم"), receipt(Delivery.SENT)]
    assert [vars(record).get("code") for record in caplog.records] == [130429]


# Who it is


def test_sender_is_the_business_scoped_id_when_the_message_tells_it():
    given = value(said(from_user_id="KW.77"), contacts=[{"wa_id": PHONE}])

    assert only(webhook(given)).message.sender == "KW.77"


def test_citizen_without_a_phone_is_known_by_the_business_scoped_id():
    hidden = {"id": "wamid.1", "type": "text", "text": {"body": "مرحبا"}, "from_user_id": "KW.77"}
    given = value(hidden, contacts=[{"profile": {"username": "salem"}, "user_id": "KW.77"}])

    told_of = only(webhook(given))

    assert (told_of.message.sender, told_of.address) == ("KW.77", {})


def test_phone_is_told_by_the_contact_of_the_business_scoped_id():
    hidden = {"id": "wamid.1", "type": "text", "text": {"body": "مرحبا"}, "from_user_id": "KW.2"}
    contacts = [{"wa_id": "96550000001", "user_id": "KW.1"}, {"wa_id": PHONE, "user_id": "KW.2"}]

    told_of = only(webhook(value(hidden, contacts=contacts, metadata={})))

    assert (told_of.message.sender, told_of.address) == ("KW.2", {"phone": PHONE})


@pytest.mark.parametrize("user", ["", "<BSUID>", "KW 77", "K" * 161, 77, None])
def test_what_cannot_be_a_business_scoped_id_is_none(user: Any):
    given = value(said(from_user_id=user), contacts=[{"user_id": user}])

    assert only(webhook(given)).message.sender == PHONE


def test_citizen_whom_only_the_one_contact_names_is_that_contact():
    hidden = {"id": "wamid.1", "type": "text", "text": {"body": "مرحبا"}}

    assert only(webhook(value(hidden))).message.sender == USER


def test_nobody_is_guessed_among_several_contacts():
    hidden = {"id": "wamid.1", "type": "text", "text": {"body": "مرحبا"}}
    contacts = [{"user_id": "KW.77"}, {"user_id": "KW.78"}]

    with pytest.raises(UnreadableEventError):
        told(webhook(value(hidden, contacts=contacts)))


def test_citizen_without_a_business_scoped_id_is_known_by_the_phone():
    given = only(webhook(value(said(), contacts=[{"wa_id": PHONE}])))

    assert (given.message.sender, given.address) == (PHONE, {"phone": PHONE})


def test_messages_of_two_citizens_in_one_delivery_stay_apart():
    contacts = [{"wa_id": "96550000001", "user_id": "KW.1"}, {"wa_id": PHONE, "user_id": "KW.2"}]
    batch = webhook(value(said("a"), said("b", **{"from": "96550000001"}), contacts=contacts))

    senders = [one.message.sender for one in told(batch) if isinstance(one, Received)]

    assert senders == ["KW.2", "KW.1"]


def test_contact_of_another_phone_is_not_the_sender():
    given = value(said(**{"from": "96550000001"}), contacts=[{"wa_id": PHONE, "user_id": "KW.2"}])

    assert only(webhook(given)).message.sender == "96550000001"


def test_other_numbers_of_the_account_are_left_to_others():
    batch = webhook(value(said("wamid.1")), value(said("wamid.2"), metadata={}))
    batch["entry"] += webhook(value(said("wamid.3"), metadata={"phone_number_id": "9"}))["entry"]

    assert ids(parse(event(batch), NUMBER)) == ["wamid.1", "wamid.2"]


# What was said


def test_file_comes_with_name_words_and_hash():
    encoded = base64.b64encode(HASH.digest()).decode()
    file = {"id": "55", "filename": "شكوى.pdf", "caption": "الفاتورة", "sha256": encoded}

    told_of = message(document=file)

    assert told_of.media == (MediaRef("55", "document", "شكوى.pdf", HASH.hexdigest()),)
    assert told_of.message.text == "الفاتورة"


@pytest.mark.parametrize(
    "told_hash",
    [
        None,
        7,
        "",
        "x",
        "é",
        HASH.hexdigest(),
        base64.b64encode(b"short").decode(),
        "*" + base64.b64encode(HASH.digest()).decode(),
    ],
)
def test_hash_that_is_not_whole_is_none(told_hash: Any):
    assert message(audio={"id": "55", "sha256": told_hash}).media == (MediaRef("55", "audio"),)


@pytest.mark.parametrize("file_id", [None, 7, "", "../me", "1/2", "a b"])
def test_file_that_cannot_be_asked_for_is_told_and_its_words_are_kept(file_id: Any):
    told_of = message(image={"id": file_id, "caption": "الحفرة"})

    assert (told_of.media, told_of.message.remarks) == ((), UNSUPPORTED)
    assert told_of.message.text == "الحفرة"


@pytest.mark.parametrize("url", ["http://lookaside.fbsbx.com/1", "https://a b", "", None, 7])
def test_address_that_is_no_plain_https_one_is_not_carried(url: Any):
    assert message(image={"id": "55", "url": url}).media == (MediaRef("55", "image"),)


@pytest.mark.parametrize("latitude", ["x", None, 91, "nan", [1], 10**400])
def test_place_that_is_not_on_earth_is_told(latitude: Any):
    told_of = message(location={"latitude": latitude, "longitude": 47.9})

    assert (told_of.message.place, told_of.message.remarks) == (None, UNSUPPORTED)


def test_name_of_a_place_is_no_essay():
    place = {"latitude": 29.3, "longitude": 47.9, "name": "س" * 300}

    assert message(location=place).message.place == Place(29.3, 47.9, label="س" * 200)


@pytest.mark.parametrize(
    "interactive",
    [
        {"type": "nfm_reply", "nfm_reply": {"id": "b:1:0:1", "title": "?"}},
        {"type": "nfm_reply", "nfm_reply": {"response_json": "[]", "body": "Sent"}},
        {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}},
        {"type": "button_reply"},
        {"type": "button_reply", "button_reply": {"id": "", "title": ""}},
        {"type": "type", "id": "b:1:0:1"},
        {},
        None,
    ],
)
def test_answer_in_a_form_that_we_do_not_offer_is_told(interactive: Any):
    assert message(interactive=interactive).message.remarks == UNSUPPORTED


def test_token_of_a_tapped_row_is_the_text_even_when_it_turns_a_page():
    row = {"type": "list_reply", "list_reply": {"id": "more:12:9f8e7d6c:10", "title": "المزيد"}}

    assert message(interactive=row).message.text == "more:12:9f8e7d6c:10"


def test_choice_without_a_token_is_its_title():
    choice = {"type": "button_reply", "button_reply": {"title": "نعم"}}

    assert message(interactive=choice).message.text == "نعم"
    assert message(button={"text": "متابعة"}).message.text == "متابعة"


@pytest.mark.parametrize(
    "given",
    [
        of_kind("poll", {"name": "?"}),
        of_kind("text", {"body": "\u202e \x00"}),
        of_kind("text", None),
        of_kind("image", None, errors=[{"code": 131052}]),
        {"from": PHONE, "id": "wamid.1"},
        {"from": PHONE, "id": "wamid.1", "type": 7},
    ],
)
def test_message_that_says_nothing_to_us_is_answered_with_a_remark(given: Payload):
    told_of = only(webhook(value(given)))

    assert (told_of.message.text, told_of.message.remarks) == ("", UNSUPPORTED)


def test_text_is_clean():
    assert message(text={"body": " a\u202eb\r\nc\ud83d "}).message.text == "ab\nc"


def contact(**changes: Any) -> Payload:
    phones = [{"phone": "+972 98-765-4321", "wa_id": PHONE, "type": "CELL"}]
    return {"origin": "contact_request", "phones": phones, **changes}


def test_number_that_we_asked_for_is_the_answer():
    hidden = {"id": "wamid.1", "type": "contacts", "contacts": [contact()], "from_user_id": USER}

    told_of = only(webhook(value(hidden, contacts=[{"user_id": USER}])))

    assert (told_of.message.text, told_of.message.remarks) == (f"+{PHONE}", ())
    assert told_of.address == {"phone": PHONE}


def test_number_is_the_one_that_whatsapp_itself_knows():
    phones = [{"phone": "0987-654321", "wa_id": PHONE}]

    assert message(contacts=[contact(phones=phones)]).message.text == f"+{PHONE}"


def test_number_that_we_asked_for_may_come_without_a_wa_id():
    assert message(contacts=[contact(phones=[{"phone": "+972 987654321"}])]).message.text == (
        f"+{PHONE}"
    )


@pytest.mark.parametrize(
    "contacts",
    [
        [contact(origin="other")],
        [contact(origin=None)],
        [contact(phones=[{"wa_id": "96550000001"}])],
        [contact(phones=[])],
        [contact(), contact()],
        [],
    ],
)
def test_number_of_anybody_else_is_no_answer(contacts: list[Payload]):
    told_of = message(contacts=contacts)

    assert (told_of.message.text, told_of.message.remarks) == ("", ("gateway_contact_not_yours",))
    assert told_of.address == {"phone": PHONE}


def test_edit_corrects_the_message_it_names():
    now = {"type": "text", "text": {"body": "الرميثية قطعة ٥"}}
    told_of = message(edit={"original_message_id": "wamid.0", "message": now})

    assert told_of == received("wamid.1", text="الرميثية قطعة ٥", edits="wamid.0")


@pytest.mark.parametrize("file_id", ["55", None])
def test_edit_of_the_words_under_a_file_leaves_the_file_alone(file_id: str | None):
    now = {"type": "image", "image": {"id": file_id, "caption": "الحفرة"}}
    told_of = message(edit={"original_message_id": "wamid.0", "message": now})

    assert told_of == received("wamid.1", text="الحفرة", edits="wamid.0")


def test_words_taken_away_from_under_a_file_are_no_turn():
    now = {"type": "image", "image": {"id": "55"}}

    edit = of_kind("edit", {"original_message_id": "wamid.0", "message": now})

    assert told(webhook(value(edit))) == []


@pytest.mark.parametrize("edit", [None, {}, {"message": {"type": "edit", "edit": {}}}])
def test_edit_that_cannot_be_read_is_told(edit: Any):
    assert message(edit=edit).message.remarks == UNSUPPORTED


@pytest.mark.parametrize(
    "given",
    [
        of_kind("revoke", {"original_message_id": "wamid.0"}),
        of_kind("request_welcome", None),
        of_kind("system", {"type": "customer_identity_changed"}),
        said(group_id="Y2FwaV9n"),
        said(**{"from": "972123456789"}),
    ],
    ids=["revoke", "welcome", "identity", "group", "echo of our own"],
)
def test_what_is_not_said_to_us_is_no_turn(given: Payload):
    assert told(webhook(value(given))) == []


def test_new_number_makes_the_old_conversations_unreachable():
    system = {"type": "user_changed_number", "wa_id": "96550000001", "body": "Salem changed"}
    moved = of_kind("system", system)

    assert told(webhook({"messages": [moved]})) == [Presence(f"whatsapp:{PHONE}", reachable=False)]
    system["previous_user_id"] = "KW.77"
    assert told(webhook({"messages": [moved]})) == [
        Presence("whatsapp:KW.77", reachable=False),
        Presence(f"whatsapp:{PHONE}", reachable=False),
    ]


def test_new_business_scoped_id_leaves_the_phone_reachable():
    system = {
        "type": "user_changed_user_id",
        "previous_user_id": "KW.77",
        "user_id": "SA.1",
    }

    assert told(webhook(value(of_kind("system", system)))) == [
        Presence("whatsapp:KW.77", reachable=False)
    ]


# Statuses


def status(**parts: Any) -> Receipt:
    [one] = told(webhook(value(statuses=[{"id": "wamid.xyzxyz", **parts}])))
    assert isinstance(one, Receipt)
    return one


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (4, Failure.HALTED),
        (131056, Failure.BUSY),
        (131047, Failure.WINDOW),
        (131026, Failure.UNREACHABLE),
        (131000, Failure.TRANSIENT),
        (190, Failure.CREDENTIALS),
        (0, Failure.CREDENTIALS),
        (132001, Failure.REFUSED),
    ],
)
def test_failed_status_says_what_to_do_about_it(code: int, failure: Failure):
    told_of = status(status="failed", errors=[{"title": "?"}, {"code": code}, {"code": 1}])

    assert told_of == receipt(Delivery.FAILED, failure=failure, code=str(code))


@pytest.mark.parametrize("errors", [None, [], {}, [{"code": "x"}], [{"code": True}], "x"])
def test_failure_without_a_reason_is_final(errors: Any):
    told_of = status(status="failed", errors=errors)

    assert told_of == receipt(Delivery.FAILED, failure=Failure.REFUSED)


def test_price_is_told_only_of_what_is_billed():
    pricing = {"billable": False, "category": "utility"}

    assert status(status="sent", pricing=pricing).price is None
    assert status(status="sent", pricing={**pricing, "billable": True}).price == "utility"


def test_status_of_another_kind_is_ignored():
    assert told(webhook(value(statuses=[{"id": "wamid.1", "status": "warning"}]))) == []


# What is none of ours


@pytest.mark.parametrize(
    "field",
    ["message_template_status_update", "account_alerts", "smb_message_echoes", "history", "calls"],
)
def test_fields_that_tell_of_no_citizen_are_named_and_ignored(
    field: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    payload = webhook(value(said(), message_echoes=[said()]), field=field)

    assert told(payload) == []
    assert [vars(record).get("field") for record in caplog.records] == [field]


EMPTY: Final[list[Payload]] = [{}, {"entry": []}, {"entry": [{}]}, webhook(value())]


@pytest.mark.parametrize("payload", EMPTY)
def test_delivery_with_nothing_in_it_tells_nothing(payload: Payload):
    assert told(payload) == []


# What cannot be read


@pytest.mark.parametrize(
    "broken",
    [
        None,
        7,
        "text",
        [],
        {},
        said(id=None),
        said(id="x" * 401),
        said(id=""),
        said(**{"from": "<WHATSAPP_USER_PHONE_NUMBER>"}),
    ],
)
def test_message_that_cannot_be_read_costs_no_other(broken: Any, caplog: pytest.LogCaptureFixture):
    contacts = [{"wa_id": PHONE, "user_id": USER}, {"wa_id": "96550000001"}]
    batch = webhook(value(said("wamid.1"), broken, said("wamid.3"), contacts=contacts))

    assert ids(told(batch)) == ["wamid.1", "wamid.3"]
    [record] = caplog.records
    assert (record.getMessage(), vars(record)["count"]) == ("whatsapp.unreadable", 1)
    with pytest.raises(UnreadableEventError):
        told(webhook(value(broken, contacts=contacts)))


UNREADABLE: Final[list[Payload]] = [
    {"entry": 7},
    {"entry": ["x"]},
    {"entry": [{"changes": "x"}]},
    webhook("x"),
    webhook({"messages": "x"}),
    webhook({"statuses": [{"status": "sent"}]}),
]


@pytest.mark.parametrize("payload", UNREADABLE)
def test_delivery_of_which_nothing_can_be_read_is_kept_as_unparsed(payload: Payload):
    with pytest.raises(UnreadableEventError):
        told(payload)


def test_one_thing_read_is_enough_for_a_delivery_to_be_read():
    statuses = [{"status": "sent"}, {"id": "wamid.xyzxyz", "status": "sent"}]

    assert told(webhook(value(7, statuses=statuses))) == [receipt(Delivery.SENT)]


def test_what_a_citizen_wrote_is_not_logged(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)

    with pytest.raises(UnreadableEventError) as error:
        told(webhook(value(said(id=None), contacts=[])))

    logged = [str(vars(record)) for record in caplog.records]
    assert not [line for line in [*logged, str(error.value)] if PHONE in line or "السلام" in line]


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["entry", "object"]) | st.text(max_size=5), JSON))
def test_any_object_is_read_or_unreadable(payload: Payload):
    _read_or_unreadable(payload)


def _read_or_unreadable(payload: Payload) -> None:
    try:
        happenings = told(payload)
    except UnreadableEventError:
        return
    assert all(isinstance(one, Received | Receipt | Presence) for one in happenings)


def _places(given: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container in a payload with each of its keys."""
    if not isinstance(given, dict | list):
        return
    inside = cast("dict[Any, Any] | list[Any]", given)
    for key in list(inside) if isinstance(inside, dict) else range(len(inside)):
        yield inside, key
        yield from _places(inside[key])


@given(st.sampled_from(sorted(RECORDED)), st.data())
def test_recorded_payload_with_anything_anywhere_is_read_or_unreadable(
    case: str, data: st.DataObject
):
    payload = copy.deepcopy(RECORDED[case])
    places = list(_places(payload))
    container, key = places[data.draw(st.integers(0, len(places) - 1))]
    container[key] = data.draw(JSON)

    _read_or_unreadable(payload)


_KINDS: Final = st.sampled_from(
    ["text", "image", "location", "contacts", "interactive", "button", "edit", "system", "new"]
)
_NAMES: Final = _KINDS | st.sampled_from(["from", "id", "type", "from_user_id", "group_id"])


@given(_KINDS, st.dictionaries(_NAMES, JSON) | st.none())
def test_no_message_however_broken_costs_its_neighbours(kind: str, broken: Payload | None):
    broken = broken and {"type": kind, **broken}
    batch = webhook(value(said("wamid.first"), broken, said("wamid.last")))

    found = ids(told(batch))

    assert (found[0], found[-1]) == ("wamid.first", "wamid.last")
