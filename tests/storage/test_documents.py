"""Typed things as documents and back, without a store; BSON keeps milliseconds, and so do we."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Final

import bson
import pytest
from bson.codec_options import CodecOptions
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import Event, MediaRef, Parcel, Template
from bot.conversations import Conversation, Offer
from bot.media import MediaJob
from bot.messages import Answer, Button, InboundMessage, Place, clean
from cases.case import Case, Complaint, Entry, Kind, Person, Status
from cases.numbers import CaseNumber
from storage.answers import answer_document, answer_from
from storage.case_documents import case_document, case_from, entry_document
from storage.conversations import conversation_document, conversation_from
from storage.database import Document
from storage.events import event_document, event_from
from storage.inbox import message_document, message_from
from storage.media import job_document, job_from
from storage.parcel_documents import parcel_document, parcel_from
from tests.builders import complaint, filed_case

IN_UTC: Final[CodecOptions[Document]] = CodecOptions(tz_aware=True)


def as_kept(document: Document) -> Document:
    # The signature of decode leaves the element of array[…] open.
    return bson.decode(bson.encode(document), IN_UTC)  # pyright: ignore[reportUnknownMemberType]


def to_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)


# What a citizen may send: no lone surrogates, which bot.messages.clean takes out.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NAMES = st.from_regex(r"[a-z][a-z_]{0,12}", fullmatch=True)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    to_milliseconds
)
LISTS = st.lists(TEXTS, max_size=3).map(tuple)
VALUES = TEXTS | st.floats(allow_nan=False) | st.integers(-(2**62), 2**62) | st.none()
FACTS = st.dictionaries(NAMES, VALUES | st.dictionaries(NAMES, VALUES, max_size=2), max_size=3)

PERSONS = st.builds(Person, *(st.none() | TEXTS for _ in range(3)))
COMPLAINTS = st.builds(
    Complaint,
    filing_key=TEXTS,
    conversation=TEXTS,
    channel=TEXTS,
    language=TEXTS,
    kind=st.sampled_from(Kind),
    description=TEXTS,
    category=st.none() | TEXTS,
    details=st.dictionaries(NAMES, TEXTS, max_size=3),
    place=FACTS,
    occurred=FACTS,
    remedy=TEXTS,
    attachments=LISTS,
    anonymous=st.booleans(),
    person=PERSONS,
    consented_at=st.none() | MOMENTS,
)
ENTRIES = st.builds(
    Entry,
    at=MOMENTS,
    by=TEXTS,
    status=st.none() | st.sampled_from(Status),
    note=TEXTS,
    rating=st.none() | st.integers(1, 5),
    attachments=LISTS,
)
CASES = st.builds(
    Case,
    number=st.builds(
        CaseNumber,
        country=st.from_regex(r"[A-Z]{2}", fullmatch=True),
        year=st.integers(2000, 2100),
        serial=st.integers(1, 999_999),
    ),
    complaint=COMPLAINTS,
    agency=TEXTS,
    filed_at=MOMENTS,
    due=st.dates(),
    code_hash=TEXTS,
    history=st.lists(ENTRIES, max_size=4).map(tuple),
)
ANSWERS = st.builds(
    Answer,
    TEXTS,
    st.lists(st.builds(Button, TEXTS, TEXTS), max_size=3).map(tuple),
    st.none() | TEXTS,
)
CONVERSATIONS = st.builds(
    Conversation,
    id=TEXTS,
    version=st.integers(0, 2**31),
    turn=st.integers(0, 2**31),
    language=st.none() | TEXTS,
    dialogue=st.binary(max_size=200),
    offers=st.dictionaries(
        TEXTS, st.builds(Offer, st.integers(0, 2**31), TEXTS, TEXTS), max_size=4
    ),
    last_key=TEXTS,
    last_answer=st.none() | ANSWERS,
    last_at=st.none() | MOMENTS,
    before=st.none() | st.binary(max_size=200),
)
DEGREES = st.floats(-180, 180)
MESSAGES = st.builds(
    InboundMessage,
    channel=NAMES,
    message_id=TEXTS,
    sender=TEXTS,
    received_at=MOMENTS,
    text=TEXTS,
    attachments=LISTS,
    place=st.none() | st.builds(Place, DEGREES, DEGREES, st.none() | DEGREES, TEXTS),
    language=st.none() | TEXTS,
    remarks=LISTS,
    edits=st.none() | TEXTS,
)
# What a platform may send: anything that JSON can say, with lone surrogates in names and values.
ANYTHING = st.text(max_size=20)
NUMBERS = st.integers() | st.floats(allow_nan=False)
BODIES = st.dictionaries(
    ANYTHING,
    st.recursive(
        st.none() | st.booleans() | NUMBERS | ANYTHING,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANYTHING, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)
EVENTS = st.builds(Event, key=TEXTS, channel=NAMES, body=BODIES, received_at=MOMENTS)
PARCELS = st.builds(
    Parcel,
    key=TEXTS,
    conversation=TEXTS,
    answer=ANSWERS,
    language=st.none() | TEXTS,
    template=st.none() | st.builds(Template, TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=3)),
    fallbacks=LISTS,
    ids=LISTS,
    attempts=st.integers(0, 2**31),
)
CLEAN = TEXTS.map(clean)
JOBS = st.builds(
    MediaJob,
    id=TEXTS,
    conversation=TEXTS,
    channel=NAMES,
    ref=st.builds(MediaRef, TEXTS, st.sampled_from(["image", "document"]), CLEAN, TEXTS),
    attempts=st.integers(0, 2**31),
)


@given(CASES)
def test_any_case_comes_back_as_it_was(case: Case):
    assert case_from(as_kept(case_document(case))) == case


@given(CONVERSATIONS)
def test_any_conversation_comes_back_as_it_was(conversation: Conversation):
    kept = conversation_from(as_kept(conversation_document(conversation)))

    assert kept == conversation
    assert list(kept.offers) == list(conversation.offers)


@given(MESSAGES)
def test_any_message_comes_back_as_it_was(message: InboundMessage):
    assert message_from(as_kept(message_document(message))) == message


@given(ANSWERS)
def test_any_answer_comes_back_as_it_was(answer: Answer):
    assert answer_from(as_kept(answer_document(answer))) == answer


@given(EVENTS)
def test_any_event_comes_back_as_it_was(event: Event):
    assert event_from(as_kept(event_document(event))) == event


@given(PARCELS)
def test_any_parcel_comes_back_as_it_was(parcel: Parcel):
    assert parcel_from(as_kept(parcel_document(parcel))) == parcel


@given(JOBS)
def test_any_job_comes_back_as_it_was(job: MediaJob):
    assert job_from(as_kept(job_document(job))) == job


ENTRY = filed_case().history[0]


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (Case, case_document(filed_case()) | {"number": "as _id, country, year and serial"}),
        (Complaint, case_document(filed_case())["complaint"]),
        (Person, case_document(filed_case())["complaint"]["person"]),
        (Entry, entry_document(ENTRY)),
    ],
)
def test_every_field_has_its_place_in_the_document(kind: Any, document: Mapping[str, Any]):
    # Fields with defaults would otherwise be forgotten in silence.
    assert {field.name for field in fields(kind)} <= set(document)


def test_due_day_is_kept_as_a_day():
    assert case_document(filed_case())["due"] == "2026-03-12"


def test_case_tells_how_many_lines_it_has():
    assert case_document(filed_case(history=(ENTRY, ENTRY)))["lines"] == 2


def test_dialogue_is_kept_compressed():
    dialogue = b'{"event": "slot"}' * 1_000

    document = conversation_document(Conversation("web:1", dialogue=dialogue))

    assert len(document["dialogue"]) < len(dialogue) / 20


def test_changing_the_document_leaves_the_complaint_alone():
    original = complaint(details={"meter": "12"}, place={"area": "السالمية"})

    document = case_document(filed_case(complaint=original))["complaint"]
    document["details"]["meter"] = "13"

    assert original.details == {"meter": "12"}
