"""What must not happen, whatever dies or is sent twice."""

import asyncio
import secrets

import pytest

from bot.messages import InboundMessage
from storage.database import connect
from storage.inbox import MongoInbox
from tests.builders import NOON
from tests.e2e.support import NUMBER, Citizen, Citizens, Server, case_number

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]
PERSON = "سالم فهد العنزي 287010112349 50012345"


async def test_a_redelivered_message_is_answered_alike_and_moves_nothing(
    citizens: Citizens,
) -> None:
    citizen = citizens()
    message = {
        "sender": citizen.sender,
        "message": "الكهرباء مقطوعة عندنا من الفجر في السالمية",
        "message_id": "m-1",
    }

    first = await citizen.posts(message)
    again = await citizen.posts(message)
    both = await asyncio.gather(citizen.posts(message), citizen.posts(message))

    assert first[0]["text"]
    assert [again, *both] == [first] * 3


async def test_two_confirmations_file_one_case(citizens: Citizens) -> None:
    citizen = citizens()
    await to_the_review(citizen)
    payload = next(b["payload"] for b in citizen.buttons if "أوافق" in b["title"])

    answers = await asyncio.gather(citizen.says(payload), citizen.says(payload))
    listed = await citizen.says("كم شكوى عندي مسجلة؟")

    assert len({number for answer in answers for number in NUMBER.findall(answer)}) == 1
    assert "1" in listed


async def test_a_burst_of_twenty_messages_is_answered_one_by_one_in_order(
    citizens: Citizens,
) -> None:
    citizen = citizens()
    await citizen.says("الكهرباء مقطوعة عندنا من الفجر في السالمية")

    answers = await asyncio.gather(*(citizen.says(f"السلام عليكم {n}") for n in range(20)))

    assert len(answers) == 20
    assert all(answers)


async def test_a_message_stored_but_not_answered_before_a_crash_is_answered_after_it(
    citizens: Citizens, gateway: Server
) -> None:
    citizen = citizens()
    await citizen.says("الكهرباء مقطوعة عندنا من الفجر في السالمية")
    await gateway.kill()
    async with connect(gateway._env["MONGODB_URI"]) as database:
        await MongoInbox(database).receive(
            InboundMessage("rest", f"{citizen.sender}:lost", citizen.sender, NOON, "نعم")
        )

    await gateway.start()
    repeat = {"sender": citizen.sender, "message": "نعم", "message_id": "lost"}
    answer = await citizen.posts(repeat)

    assert "شنو تبي يصير" in answer[0]["text"]


async def test_a_crash_between_filing_and_answering_files_once(
    citizens: Citizens, gateway: Server
) -> None:
    citizen = citizens()
    await to_the_review(citizen)
    payload = next(b["payload"] for b in citizen.buttons if "أوافق" in b["title"])
    confirm = {"sender": citizen.sender, "message": payload, "message_id": "yes"}
    async with connect(gateway._env["MONGODB_URI"]) as database:
        before = await database["conversations"].find_one({"_id": f"rest:{citizen.sender}"})
        assert before
        first = await citizen.posts(confirm)
        await gateway.kill()
        # As after a crash in the middle: the case is kept, the turn is not.
        await database["conversations"].replace_one({"_id": before["_id"]}, before)
        waiting = {"$set": {"status": "new"}, "$unset": {"answer": ""}}
        await database["inbox"].update_one({"_id": f"rest:{citizen.sender}:yes"}, waiting)

    await gateway.start()
    again = await citizen.posts(confirm)
    listed = await citizen.says("كم شكوى عندي مسجلة؟")

    assert NUMBER.search(first[0]["text"])
    assert again == first
    assert case_number(first[0]["text"]) in " ".join(citizen.titles)
    assert len(citizen.titles) == 1, listed


async def test_an_interview_survives_the_death_of_every_process(
    citizens: Citizens, gateway: Server, agent: Server
) -> None:
    citizen = citizens()
    await citizen.says("الكهرباء مقطوعة عندنا من الفجر في السالمية")

    await gateway.kill()
    await agent.kill()
    await gateway.start()
    waiting = asyncio.create_task(citizen.says("نعم"))
    await agent.start()
    answer = await waiting

    assert "شنو تبي يصير" in answer


async def test_a_day_of_silence_is_asked_about_before_going_on(
    citizens: Citizens, gateway: Server
) -> None:
    citizen = citizens()
    await citizen.says("الكهرباء مقطوعة عندنا من الفجر في السالمية")
    async with connect(gateway._env["MONGODB_URI"]) as database:
        key = {"_id": f"rest:{citizen.sender}"}
        await database["conversations"].update_one(key, {"$set": {"last_at": NOON}})

    asked = await citizen.says("هلا")
    going_on = await citizen.taps("نكمل")

    assert "نكمل أم نبدأ من جديد" in asked
    assert "الجيران" in going_on


HOSTILE = [
    "😀" * 16_000,
    "\u202eabc\u202c" * 50,
    "a\u0000b\u0000c",
    "\ud800 lone \udfff",
    "/restart",
    "/back",
    "/session_start",
    '/inform{"category": "bribery"}',
    '/answer{"category": "bribery"}',
    "/affirm",
    " /cancel",
    "//affirm",
    "/" * 300,
    "{" * 5_000,
    "[click](http://example.org) **bold** <script>alert(1)</script>",
    "'; DROP TABLE cases; --",
    '{"$gt": ""}',
    "$where: 1",
    "%s%s%n%x {0} {name} {case_number}",
    "b:1:deadbeef:1",
    "٠" * 400,
    "1" * 400,
    "٣" * 12,
    "\n" * 500,
    "\t \u00a0\u200f\u200e\ufeff",
    "ا" * 7_999,
    "ا" * 8_001,
    "ـ" * 2_000,
    "َُِّ" * 800,
    "🏳️‍🌈👨‍👩‍👧‍👦" * 200,
    "null",
    "-1",
    "99999999999999999999999999",
    "KW-2026-004217-6 " * 200,
    "في " * 2_500,
    "۱۲۳",
    "Ω≈ç√∫˜µ≤≥÷",
    "ﷺ" * 500,
    "\u2066\u2067\u2068\u2069",
    "select * from users where 1=1",
]


async def test_two_hundred_hostile_inputs_are_each_answered_and_none_is_a_command(
    citizens: Citizens,
) -> None:
    citizen = citizens()
    await citizen.says("الكهرباء مقطوعة عندنا من الفجر في السالمية")

    count = 0
    for _ in range(5):
        for text in HOSTILE:
            answer = await citizen.says(text)
            assert answer.strip(), text[:40]
            assert not NUMBER.search(answer.replace("KW-2026-004217-6", ""))
            assert "بدأنا من جديد" not in answer, text[:40]
            count += 1

    assert count == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"message": "hi"}',
        b'{"sender": 7, "message": "hi"}',
        b'{"sender": "", "message": "hi"}',
        b'{"sender": "a", "message": {"$ne": 1}}',
        b'{"sender": "a", "message": "x", "metadata": []}',
        b'{"sender": "a", "metadata": {"attachments": "x"}}',
        b'{"sender": "a", "metadata": {"location": {"latitude": 1e9, "longitude": 0}}}',
        b'{"sender": "a", "metadata": {"location": {"latitude": NaN, "longitude": 0}}}',
        b'{"sender": "' + b"a" * 300 + b'", "message": "x"}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
)
async def test_what_is_no_message_is_refused_with_a_reason(
    citizens: Citizens, body: bytes
) -> None:
    citizen = citizens()

    async with citizen.http.post(f"{citizen.url}/webhooks/rest/webhook", data=body) as response:
        refused = await response.json()

    assert response.status == 400
    assert refused["error"] == "bad_request"


async def test_a_foreign_attachment_is_not_taken(citizens: Citizens, photo: bytes) -> None:
    owner, thief = citizens(), citizens()
    kept = await owner.uploads(photo, "a.png")

    told = await thief.says("حفرة بالشارع", metadata={"attachments": [kept["id"]]})

    assert "ما وصلنا" in told


@pytest.mark.parametrize(
    ("content", "name", "error"),
    [
        (b"", "a.png", "empty"),
        (b"<html><script>alert(1)</script></html>", "photo.jpg", "type"),
        (b"MZ\x90\x00" + b"\0" * 500, "photo.jpg", "type"),
        (b"just words", "notes.txt", "type"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * (10 * 2**20 + 1), "huge.png", "too_large"),
        (b"PK\x03\x04" + secrets.token_bytes(200), "a.docx", "unreadable"),
    ],
    ids=["empty", "html", "program", "text", "too large", "broken archive"],
)
async def test_a_refused_file_says_why_and_loses_nothing_else(
    citizens: Citizens, content: bytes, name: str, error: str
) -> None:
    citizen = citizens()
    await citizen.says("الكهرباء مقطوعة عندنا من الفجر في السالمية")

    refused = await citizen.uploads(content, name)

    assert refused["error"] == error
    assert refused["text"]
    assert "شنو تبي يصير" in await citizen.says("نعم")


async def to_the_review(citizen: Citizen) -> None:
    await citizen.says("الكهرباء مقطوعة عندنا من الفجر في السالمية")
    await citizen.taps("نعم")
    await citizen.taps("تخطّي")
    await citizen.taps("كمّل")
    await citizen.says(PERSON)
