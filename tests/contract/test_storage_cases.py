"""What every CaseStore and FollowedCases promises, alone and under Intake and Following."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases import workflow
from cases.access import AccessKeys
from cases.case import Case, Status
from cases.casework import Casework
from cases.deadlines import Calendar
from cases.following import Act, Following
from cases.intake import AlreadyFiledError, Intake, Routing
from cases.numbers import CaseNumber
from storage.cases import MongoCases
from storage.database import Database
from storage.guesses import MongoGuesses
from tests.builders import CITIZEN, NOON, complaint, filed_case

pytestmark = pytest.mark.mongo

KEYS = AccessKeys(b"secret")
ROUTING = Routing(
    country="KW",
    agency_of={"lighting": "electricity_water"},
    nameless=frozenset(),
    calendar=Calendar(frozenset({4, 5}), lambda _: False),
    answer_within_days=10,
    time_zone=ZoneInfo("Asia/Kuwait"),
)


@pytest.fixture
def store(database: Database) -> MongoCases:
    return MongoCases(database)


@pytest.fixture
def intake(store: MongoCases) -> Intake:
    return Intake(store, ROUTING, KEYS, lambda: NOON)


@pytest.fixture
def following(store: MongoCases, database: Database) -> Following:
    return Following(store, MongoGuesses(database, lambda: NOON), KEYS, "KW", lambda: NOON)


async def test_case_comes_back_whole(store: MongoCases):
    case = filed_case()
    await store.add(case)

    assert await store.find(case.number) == case
    assert await store.find_filed(case.complaint.filing_key) == case


async def test_case_that_was_never_filed_is_not_found(store: MongoCases):
    assert await store.find(CaseNumber("KW", 2026, 1)) is None
    assert await store.find_filed("telegram:7:1") is None


async def test_taken_number_is_refused(store: MongoCases):
    await store.add(filed_case(1))

    with pytest.raises(AlreadyFiledError):
        await store.add(filed_case(1, complaint=complaint(filing_key="telegram:7:other")))


async def test_serial_is_given_once_a_year_whatever_the_country(store: MongoCases):
    await store.add(filed_case(1))
    foreign = filed_case(number=CaseNumber("QA", 2026, 1), complaint=complaint(filing_key="x"))

    with pytest.raises(AlreadyFiledError):
        await store.add(foreign)


async def test_taken_filing_key_is_refused(store: MongoCases):
    await store.add(filed_case(1))

    with pytest.raises(AlreadyFiledError):
        await store.add(filed_case(2, complaint=filed_case(1).complaint))


async def test_serials_begin_at_nothing(store: MongoCases):
    assert await store.last_serial(2026) == 0


async def test_last_serial_is_the_highest_number_not_the_highest_text(store: MongoCases):
    for serial in (9, 1_000_000, 10, 999_999):
        await store.add(filed_case(serial))

    assert await store.last_serial(2026) == 1_000_000


async def test_each_year_has_its_own_serials(store: MongoCases):
    await store.add(filed_case(7))
    await store.add(
        filed_case(number=CaseNumber("KW", 2027, 3), complaint=complaint(filing_key="other"))
    )

    assert (await store.last_serial(2026), await store.last_serial(2027)) == (7, 3)


async def test_last_serial_stays_the_last_until_another_is_given(store: MongoCases):
    await store.add(filed_case(7))

    assert [await store.last_serial(2026) for _ in range(3)] == [7, 7, 7]


async def test_serials_given_by_another_process_are_seen(database: Database):
    here, elsewhere = MongoCases(database), MongoCases(database)
    await here.add(filed_case(1))
    await here.last_serial(2026)

    await elsewhere.add(filed_case(2))

    assert await here.last_serial(2026) == 2


async def test_cases_of_a_conversation_come_newest_first(store: MongoCases):
    for serial, hours in ((1, 0), (2, 2), (3, 1), (4, 2)):
        await store.add(filed_case(serial, filed_at=NOON + timedelta(hours=hours)))
    await store.add(filed_case(5, complaint=complaint(conversation="web:x", filing_key="x")))

    own = await store.of_conversation(CITIZEN, 3)

    assert [case.number.serial for case in own] == [4, 2, 3]


async def test_case_grows_by_the_added_line(store: MongoCases):
    case = filed_case()
    await store.add(case)
    grown = workflow.add(case, at=NOON, by="citizen", note="ما زال مطفأ", attachments=("a",))

    assert await store.grow(case, grown)
    assert await store.find(case.number) == grown


async def test_case_does_not_grow_from_what_it_no_longer_is(store: MongoCases):
    case = filed_case()
    await store.add(case)
    first = workflow.add(case, at=NOON, by="citizen", note="first")
    await store.grow(case, first)

    assert not await store.grow(case, workflow.add(case, at=NOON, by="citizen", note="second"))
    assert await store.find(case.number) == first


async def test_unknown_case_does_not_grow(store: MongoCases):
    case = filed_case()

    assert not await store.grow(case, workflow.add(case, at=NOON, by="citizen", note="lost"))


async def test_one_filing_many_times_at_once_is_one_case(store: MongoCases, intake: Intake):
    filed = await asyncio.gather(*(intake.file(complaint()) for _ in range(50)))

    assert {str(one.case.number) for one in filed} == {str(CaseNumber("KW", 2026, 1))}
    assert len({one.tracking_code for one in filed}) == 1
    assert await store.last_serial(2026) == 1


async def test_repeated_filings_leave_no_gap_in_the_serials(intake: Intake):
    keys = [f"telegram:7:{number % 10}" for number in range(50)]
    filed = await asyncio.gather(*(intake.file(complaint(filing_key=key)) for key in keys))

    assert Counter(one.case.number.serial for one in filed) == dict.fromkeys(range(1, 11), 5)


async def test_many_filings_at_once_are_numbered_without_gaps(store: MongoCases, intake: Intake):
    complaints = [complaint(filing_key=f"telegram:7:{number}") for number in range(200)]
    filed = await asyncio.gather(*(intake.file(one) for one in complaints))

    assert sorted(one.case.number.serial for one in filed) == list(range(1, 201))
    assert await store.last_serial(2026) == 200


async def test_gateways_side_by_side_number_without_gaps(database: Database):
    intakes = [Intake(MongoCases(database), ROUTING, KEYS, lambda: NOON) for _ in range(4)]
    complaints = [complaint(filing_key=f"telegram:7:{number}") for number in range(40)]
    filings = (intakes[place % 4].file(one) for place, one in enumerate(complaints))
    filed = await asyncio.gather(*filings)

    assert sorted(one.case.number.serial for one in filed) == list(range(1, 41))


async def test_one_filing_at_several_gateways_is_one_case(database: Database):
    intakes = [Intake(MongoCases(database), ROUTING, KEYS, lambda: NOON) for _ in range(8)]
    filed = await asyncio.gather(*(intake.file(complaint()) for intake in intakes))

    assert [one.case.number.serial for one in filed] == [1] * 8


async def test_no_addition_is_lost_when_many_come_at_once(intake: Intake, following: Following):
    number = str((await intake.file(complaint())).case.number)
    notes = [str(place) for place in range(20)]

    await asyncio.gather(*(following.act(CITIZEN, number, Act.ADD, note=note) for note in notes))

    grown = await following.own_numbered(CITIZEN, number)
    assert sorted(entry.note for entry in grown.history[1:]) == sorted(notes)


async def test_case_is_due_on_the_same_day_after_it_was_kept(store: MongoCases):
    case: Case = replace(filed_case(), due=date(2026, 12, 31))
    await store.add(case)

    kept = await store.find(case.number)

    assert kept is not None
    assert kept.due == date(2026, 12, 31)


def moved(case: Case, to: Status = Status.ASSIGNED) -> Case:
    return workflow.move(case, to, at=NOON, by="officer")


async def grown(store: MongoCases, case: Case, after: Case) -> Case:
    assert await store.grow(case, after)
    return after


async def untold(store: MongoCases, limit: int = 10) -> list[tuple[int, int]]:
    return [(case.number.serial, told) for case, told in await store.untold(limit)]


async def test_what_an_officer_adds_is_news_after_the_filing(store: MongoCases):
    case = filed_case()
    await store.add(case)
    before = await store.untold(10)

    after = await grown(store, case, moved(case))

    assert before == []
    assert await store.untold(10) == [(after, 1)]


async def test_what_the_citizen_adds_is_no_news(store: MongoCases):
    case = filed_case()
    await store.add(case)

    await grown(store, case, workflow.add(case, at=NOON, by="citizen", note="ما زال مطفأ"))

    assert await store.untold(10) == []


async def test_news_are_not_forgotten_when_the_citizen_adds_something(store: MongoCases):
    case = filed_case()
    await store.add(case)
    after = await grown(store, case, moved(case))

    await grown(store, after, workflow.add(after, at=NOON, by="citizen", note="شكرا"))

    assert await untold(store) == [(1, 1)]


async def test_addition_that_was_refused_is_no_news(store: MongoCases):
    case = filed_case()
    await store.add(case)
    await store.grow(case, workflow.add(case, at=NOON, by="citizen", note="first"))

    assert not await store.grow(case, moved(case))
    assert await store.untold(10) == []


async def test_news_that_were_told_are_none_any_more(store: MongoCases):
    case = filed_case()
    await store.add(case)
    await grown(store, case, moved(case))

    await store.set_told(case.number, 2)

    assert await store.untold(10) == []


async def test_next_news_begin_where_the_last_ended(store: MongoCases):
    case = filed_case()
    await store.add(case)
    assigned = await grown(store, case, moved(case))
    await store.set_told(case.number, 2)

    await grown(store, assigned, moved(assigned, Status.IN_PROGRESS))

    assert await untold(store) == [(1, 2)]


async def test_what_was_added_while_news_were_told_is_still_to_be_told(store: MongoCases):
    case = filed_case()
    await store.add(case)
    assigned = await grown(store, case, moved(case))
    await grown(store, assigned, moved(assigned, Status.IN_PROGRESS))

    await store.set_told(case.number, 2)

    assert await untold(store) == [(1, 2)]


async def test_telling_late_what_was_told_before_takes_nothing_back(store: MongoCases):
    case = filed_case()
    await store.add(case)
    assigned = await grown(store, case, moved(case))
    in_progress = await grown(store, assigned, moved(assigned, Status.IN_PROGRESS))
    await store.set_told(case.number, 3)

    await store.set_told(case.number, 2)
    await grown(store, in_progress, moved(in_progress, Status.RESOLVED))

    assert await untold(store) == [(1, 3)]


async def test_no_news_are_lost_when_all_happens_at_once(store: MongoCases, following: Following):
    case = filed_case()
    await store.add(case)
    number = str(case.number)
    casework = Casework(store, "KW", lambda: NOON)
    notes = [casework.add(number, by="officer", note=str(place)) for place in range(10)]
    additions = [following.act(CITIZEN, number, Act.ADD, note="شكرا") for _ in range(5)]

    await asyncio.gather(*notes, *additions, store.set_told(case.number, 1))

    ((news, told),) = await store.untold(10)
    assert (len(news.history), told) == (16, 1)


async def test_of_many_cases_with_news_the_oldest_come_first(store: MongoCases):
    for serial in (2, 3, 1):
        case = filed_case(serial, filed_at=NOON + timedelta(hours=serial))
        await store.add(case)
        await grown(store, case, moved(case))

    assert await untold(store, 2) == [(1, 1), (2, 1)]


async def test_nothing_is_told_of_an_unknown_case(store: MongoCases):
    await store.set_told(CaseNumber("KW", 2026, 9), 2)

    assert await store.untold(10) == []
