"""The case API: what the agent asks of cases, and what it is answered."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp import AiohttpClient

from bot.case_api import CaseApi
from bot.metrics import Metrics
from bot.routes import Caller, add_routes
from cases import workflow
from cases.access import AccessKeys
from cases.case import Case, Entry, Kind, Person, Status
from cases.deadlines import Calendar
from cases.following import Following
from cases.intake import Intake, Routing
from tests.builders import CITIZEN, NOON, complaint, filed_case
from tests.fakes import CaseShelf, GuessCounter

type Client = TestClient[web.Request, web.Application]

KEYS = AccessKeys(b"secret")
ROUTING = Routing(
    country="KW",
    agency_of={"lighting": "electricity_water", "corruption": "human_rights"},
    nameless=frozenset({"corruption"}),
    calendar=Calendar(frozenset({4, 5}), lambda _: False),
    answer_within_days=5,
    time_zone=ZoneInfo("Asia/Kuwait"),
)
CODE = KEYS.tracking_code("telegram:7:1")
CASE = filed_case(code_hash=KEYS.hashed(CODE))
NUMBER = str(CASE.number)
OFFICER = "officer:1"
FILING: Mapping[str, Any] = {
    "filing_key": "telegram:7:1",
    "conversation": CITIZEN,
    "channel": "telegram",
    "language": "ar",
    "kind": "complaint",
    "description": "عمود الإنارة مطفأ منذ أسبوع",
    "category": "lighting",
    "details": {"posts": "ثلاثة"},
    "place": {"area": "salmiya", "latitude": 29.33},
    "occurred": {"date": "2026-03-01"},
    "remedy": "إصلاحه",
    "attachments": ["photo-1"],
    "anonymous": False,
    "name": "سالم",
    "civil_id": "290010112345",
    "phone": "+96550000000",
    "consented": True,
}
DOING: Mapping[str, Any] = {
    "conversation": CITIZEN,
    "act": "add_information",
    "note": "ما زال مطفأ",
    "attachments": ["photo-2"],
    "rating": 0,
}


class Office:
    """The case API on shelves, at noon."""

    def __init__(self) -> None:
        self.cases, self.guesses, self.metrics = CaseShelf(), GuessCounter(), Metrics()
        intake = Intake(self.cases, ROUTING, KEYS, lambda: NOON)
        following = Following(self.cases, self.guesses, KEYS, "KW", lambda: NOON)
        self.api = CaseApi(intake, following, self.metrics, ROUTING.time_zone)

    def filed(self, agency: str) -> float | None:
        return self.metrics.registry.get_sample_value(
            "shakwa_complaints_filed_total", {"agency": agency}
        )


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
async def client(office: Office, aiohttp_client: AiohttpClient) -> Client:
    app = web.Application()
    add_routes(app, office.api.routes, {Caller.AGENT: "internal"})
    return await aiohttp_client(app, headers={"Authorization": "Bearer internal"})


async def post(client: Client, path: str, body: object) -> tuple[int, Any]:
    async with client.post(path, json=body) as response:
        return response.status, await response.json()


async def file(client: Client, **changes: object) -> tuple[int, Any]:
    return await post(client, "/internal/complaints", {**FILING, **changes})


async def act(client: Client, number: str = NUMBER, **changes: object) -> tuple[int, Any]:
    return await post(client, f"/internal/cases/{number}/acts", {**DOING, **changes})


async def look_up(client: Client, number: str, code: str) -> tuple[int, Any]:
    guess = {"asker": "web:9", "number": number, "code": code}
    return await post(client, "/internal/cases/lookup", guess)


async def own(client: Client, conversation: str = CITIZEN) -> list[Any]:
    params = {"conversation": conversation}
    async with client.get("/internal/cases", params=params) as response:
        assert response.status == 200
        return (await response.json())["cases"]


# Filing


async def test_filed_complaint_gets_a_number_a_code_an_agency_and_a_day(client: Client):
    status, filed = await file(client)

    assert status == 201
    assert filed == {
        "case_number": "KW-2026-000001-7",
        "agency": "electricity_water",
        "tracking_code": CODE,
        "due": "2026-03-08",
    }


async def test_complaint_is_kept_as_the_agent_sent_it(client: Client, office: Office):
    await file(client)

    (case,) = office.cases.kept
    kept = case.complaint
    assert isinstance(kept.consented_at, datetime)
    assert kept == complaint(
        details={"posts": "ثلاثة"},
        place={"area": "salmiya", "latitude": 29.33},
        occurred={"date": "2026-03-01"},
        remedy="إصلاحه",
        attachments=("photo-1",),
        consented_at=kept.consented_at,
    )


async def test_repeated_filing_gets_the_same_number_and_code(client: Client, office: Office):
    first = await file(client)

    again = await file(client)

    assert again == first
    assert len(office.cases.kept) == 1


async def test_incomplete_complaint_is_answered_with_all_that_is_missing(
    client: Client, office: Office
):
    status, answer = await file(client, description="", name="", phone=None, consented=False)

    assert status == 422
    assert answer == {"missing": ["description", "consented_at", "name", "phone"]}
    assert office.cases.kept == []


@pytest.mark.parametrize("kind", Kind)
async def test_every_kind_can_be_filed(client: Client, office: Office, kind: Kind):
    await file(client, kind=kind.value)

    assert office.cases.kept[0].complaint.kind is kind


async def test_complaint_without_a_category_goes_to_the_central_unit(client: Client):
    _, filed = await file(client, category=None)

    assert filed["agency"] == "central"


async def test_anonymous_complaint_is_kept_without_what_is_known_of_the_person(
    client: Client, office: Office
):
    await file(client, anonymous=True, category="corruption")

    assert office.cases.kept[0].complaint.person == Person()


async def test_texts_are_kept_clean_and_not_endless(client: Client, office: Office):
    await file(
        client,
        description="a\u202eb" + "ا" * 20_000,
        remedy="c\u0000d",
        details={"posts": " ثلاثة\u2066 "},
        name="سا\u202eلم",
    )

    kept = office.cases.kept[0].complaint
    assert kept.description == "ab" + "ا" * 9_998
    assert kept.remedy == "cd"
    assert kept.details == {"posts": "ثلاثة"}
    assert kept.person.name == "سالم"


@pytest.mark.parametrize("category", ["invented", ["lighting"], {"code": "lighting"}, 7])
async def test_unknown_category_is_refused(client: Client, office: Office, category: object):
    status, answer = await file(client, category=category)

    assert (status, answer) == (400, {"error": "UnknownCategoryError"})
    assert office.cases.kept == []


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "rumour"},
        {"kind": None},
        {"details": ["posts"]},
        {"details": None},
        {"place": "salmiya"},
        {"occurred": 7},
        {"attachments": None},
    ],
)
async def test_what_is_no_complaint_is_refused(
    client: Client, office: Office, changes: dict[str, object]
):
    status, answer = await file(client, **changes)

    assert (status, answer) == (400, {"error": "BadComplaintError"})
    assert office.cases.kept == []


@pytest.mark.parametrize("lacking", sorted(FILING))
async def test_complaint_that_lacks_a_field_is_refused(client: Client, lacking: str):
    body = {name: value for name, value in FILING.items() if name != lacking}

    status, _ = await post(client, "/internal/complaints", body)

    assert status == 400


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"complaint"', "7"])
async def test_body_that_is_no_complaint_is_refused(client: Client, body: str):
    response = await client.post("/internal/complaints", data=body)

    assert response.status == 400


async def test_filed_complaints_are_counted_by_agency(client: Client, office: Office):
    await file(client)
    await file(client, filing_key="telegram:7:2")
    await file(client, filing_key="telegram:7:3", category="invented")

    assert office.filed("electricity_water") == 2


# One's own cases


async def test_citizen_sees_of_a_case_where_it_stands_and_nothing_of_the_person(
    client: Client, office: Office
):
    office.cases.kept = [CASE]

    assert await own(client) == [
        {
            "case_number": "KW-2026-000001-7",
            "category": "lighting",
            "agency": "electricity_water",
            "status": "filed",
            "filed_on": "2026-03-02",
            "due": "2026-03-12",
            "note": "",
        }
    ]


async def test_own_cases_come_newest_first_and_without_those_of_others(
    client: Client, office: Office
):
    newer = filed_case(2, filed_at=NOON + timedelta(days=1))
    theirs = filed_case(3, complaint=complaint(filing_key="3", conversation="web:9"))
    office.cases.kept = [CASE, newer, theirs]

    numbers = [case["case_number"] for case in await own(client)]

    assert numbers == [str(newer.number), str(CASE.number)]


async def test_citizen_without_cases_sees_none(client: Client):
    assert await own(client, "web:9") == []


async def test_case_was_filed_on_the_day_it_was_in_the_country(client: Client, office: Office):
    after_midnight_in_kuwait = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    office.cases.kept = [filed_case(filed_at=after_midnight_in_kuwait)]

    (case,) = await own(client)

    assert case["filed_on"] == date(2027, 1, 1).isoformat()


def grown(*entries: Entry) -> Case:
    return replace(CASE, history=(*CASE.history, *entries))


@pytest.mark.parametrize(
    ("entries", "note"),
    [
        ((), ""),
        ((Entry(NOON, OFFICER, note="أرسلنا فريقا"),), "أرسلنا فريقا"),
        ((Entry(NOON, OFFICER, note="1"), Entry(NOON, OFFICER, note="2")), "2"),
        ((Entry(NOON, OFFICER, note="1"), Entry(NOON, OFFICER, status=Status.ASSIGNED)), "1"),
        ((Entry(NOON, OFFICER, note="1"), Entry(NOON, "citizen", note="ما زال")), "1"),
        ((Entry(NOON, "citizen", note="ما زال"),), ""),
    ],
)
async def test_citizen_sees_the_last_note_of_the_agency(
    client: Client, office: Office, entries: tuple[Entry, ...], note: str
):
    office.cases.kept = [grown(*entries)]

    (case,) = await own(client)

    assert case["note"] == note


# Another's case, by its code


async def test_number_and_code_show_the_case(client: Client, office: Office):
    office.cases.kept = [CASE]

    status, case = await look_up(client, NUMBER, CODE)

    assert (status, case["case_number"]) == (200, NUMBER)


async def test_wrong_number_and_wrong_code_look_alike(client: Client, office: Office):
    office.cases.kept = [CASE]

    wrong = [
        await look_up(client, NUMBER, "AAAA-AAAA"),
        await look_up(client, str(filed_case(2).number), CODE),
        await look_up(client, "no number", CODE),
    ]

    assert wrong == [(404, {"error": "CaseNotSeenError"})] * 3


async def test_who_guessed_too_often_must_wait_even_with_the_right_code(
    client: Client, office: Office
):
    office.cases.kept = [CASE]
    for _ in range(3):
        await look_up(client, NUMBER, "AAAA-AAAA")

    status, answer = await look_up(client, NUMBER, CODE)

    assert (status, answer) == (429, {"error": "TooManyGuessesError"})


# Acting


async def test_information_is_added_clean_with_its_files(client: Client, office: Office):
    office.cases.kept = [CASE]

    status, _ = await act(client, note=" ما\u202e زال مطفأ ")

    assert status == 200
    added = Entry(NOON, "citizen", note="ما زال مطفأ", attachments=("photo-2",))
    assert office.cases.kept[0].history == (*CASE.history, added)


async def test_act_is_answered_with_the_case_as_it_stands_now(client: Client, office: Office):
    office.cases.kept = [CASE]

    _, case = await act(client, act="withdraw_case")

    assert case["status"] == "withdrawn"
    assert office.cases.kept[0].status is Status.WITHDRAWN


async def test_answered_case_can_be_reopened(client: Client, office: Office):
    office.cases.kept = [workflow.move(CASE, Status.REJECTED, at=NOON, by=OFFICER)]

    status, case = await act(client, act="reopen_case")

    assert (status, case["status"]) == (200, "in_progress")


async def test_answered_case_can_be_rated(client: Client, office: Office):
    office.cases.kept = [workflow.move(CASE, Status.REJECTED, at=NOON, by=OFFICER)]

    status, _ = await act(client, act="rate_service", rating="4")

    assert status == 200
    assert office.cases.kept[0].history[-1].rating == 4


@pytest.mark.parametrize(
    "changes", [{"conversation": "web:9"}, {"number": str(filed_case(2).number)}, {"number": "x"}]
)
async def test_only_ones_own_case_can_be_acted_on(
    client: Client, office: Office, changes: dict[str, str]
):
    office.cases.kept = [CASE]

    status, answer = await act(client, **changes)

    assert (status, answer) == (404, {"error": "CaseNotSeenError"})
    assert office.cases.kept == [CASE]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"act": "reopen_case"}, "MoveRefusedError"),
        ({"act": "rate_service", "rating": 5}, "AdditionRefusedError"),
    ],
)
async def test_what_the_case_does_not_allow_is_refused(
    client: Client, office: Office, changes: dict[str, object], error: str
):
    office.cases.kept = [CASE]

    status, answer = await act(client, NUMBER, **changes)

    assert (status, answer) == (409, {"error": error})
    assert office.cases.kept == [CASE]
