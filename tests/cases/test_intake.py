"""Filing complaints."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cases.access import AccessKeys
from cases.case import Case, Complaint, Entry, Kind, Person, Status
from cases.deadlines import Calendar
from cases.intake import (
    CENTRAL_UNIT,
    AlreadyFiledError,
    IncompleteComplaintError,
    Intake,
    Routing,
    UnknownCategoryError,
)
from tests.builders import NOON, complaint

KEYS = AccessKeys(b"secret")
ROUTING = Routing(
    country="KW",
    agency_of={"lighting": "electricity_water", "corruption": "human_rights"},
    nameless=frozenset({"corruption"}),
    calendar=Calendar(frozenset({4, 5}), lambda _: False),
    answer_within_days=5,
    time_zone=ZoneInfo("Asia/Kuwait"),
)


@dataclass
class RecordingCases:
    """Keeps cases in a list; what is in `elsewhere` is filed by others just before an add."""

    kept: list[Case] = field(default_factory=list[Case])
    elsewhere: list[Case] = field(default_factory=list[Case])
    refused: int = 0

    async def find_filed(self, filing_key: str) -> Case | None:
        await asyncio.sleep(0)  # gives way, as a store does
        found = (case for case in self.kept if case.complaint.filing_key == filing_key)
        return next(found, None)

    async def last_serial(self, year: int) -> int:
        await asyncio.sleep(0)
        serials = (case.number.serial for case in self.kept if case.number.year == year)
        return max(serials, default=0)

    async def add(self, case: Case) -> None:
        await asyncio.sleep(0)
        self.kept += self.elsewhere
        self.elsewhere = []
        for other in self.kept:
            if case.number == other.number or (
                case.complaint.filing_key == other.complaint.filing_key
            ):
                self.refused += 1
                raise AlreadyFiledError
        self.kept.append(case)


def intake(store: RecordingCases, now: datetime = NOON) -> Intake:
    return Intake(store, ROUTING, KEYS, lambda: now)


async def file(**changes: object) -> Case:
    return (await intake(RecordingCases()).file(complaint(**changes))).case


async def test_complaint_becomes_a_case_of_the_agency_in_charge():
    case = await file()

    assert case == Case(
        number=case.number,
        complaint=complaint(),
        agency="electricity_water",
        filed_at=NOON,
        due=date(2026, 3, 8),  # five days on is a Saturday
        code_hash=KEYS.hashed(KEYS.tracking_code(complaint().filing_key)),
        history=(Entry(NOON, "citizen", status=Status.FILED),),
    )
    assert str(case.number) == "KW-2026-000001-7"


async def test_complaint_without_a_category_goes_to_the_central_unit():
    assert (await file(category=None)).agency == CENTRAL_UNIT


async def test_tracking_code_opens_the_case():
    filed = await intake(RecordingCases()).file(complaint())

    assert KEYS.opens(filed.tracking_code, filed.case.code_hash)


async def test_repeated_filing_is_the_same_case_with_the_same_code():
    store = RecordingCases()
    first = await intake(store).file(complaint())

    second = await intake(store).file(complaint(description="changed meanwhile"))

    assert second == first
    assert store.kept == [first.case]


async def test_filings_are_numbered_one_after_another():
    store = RecordingCases()
    for key in ("a", "b", "c"):
        await intake(store).file(complaint(filing_key=key))

    assert [case.number.serial for case in store.kept] == [1, 2, 3]


async def test_filings_at_once_are_numbered_without_gaps():
    store = RecordingCases()
    one = intake(store)
    await asyncio.gather(*(one.file(complaint(filing_key=str(key))) for key in range(50)))

    assert [case.number.serial for case in store.kept] == list(range(1, 51))


async def test_filings_at_once_do_not_take_serials_from_one_another():
    store = RecordingCases()
    one = intake(store)
    await asyncio.gather(*(one.file(complaint(filing_key=str(key))) for key in range(50)))

    assert store.refused == 0


async def test_serial_that_another_process_took_first_is_left_to_it():
    taken = replace(await file(), complaint=complaint(filing_key="elsewhere"))
    store = RecordingCases(elsewhere=[taken])

    filed = await intake(store).file(complaint())

    assert filed.case.number.serial == 2


async def test_complaint_that_another_process_filed_first_is_that_case():
    first = await file()
    store = RecordingCases(elsewhere=[first])

    filed = await intake(store, NOON.replace(hour=13)).file(complaint())

    assert filed.case == first
    assert store.kept == [first]


async def test_year_turns_at_midnight_of_the_jurisdiction():
    before_midnight_in_utc = datetime(2026, 12, 31, 21, 30, tzinfo=UTC)

    filed = await intake(RecordingCases(), before_midnight_in_utc).file(complaint())

    assert (filed.case.number.year, filed.case.number.serial) == (2027, 1)
    assert filed.case.due == date(2027, 1, 6)


@pytest.mark.parametrize(
    ("lacking", "missing"),
    [
        (complaint(description=""), ("description",)),
        (complaint(consented_at=None), ("consented_at",)),
        (complaint(person=Person()), ("name", "phone")),
        (complaint(person=Person(name="سالم")), ("phone",)),
        (complaint(description="", person=Person()), ("description", "name", "phone")),
        (complaint(anonymous=True, person=Person()), ("name",)),
        (complaint(anonymous=True, person=Person(), category=None), ("name",)),
    ],
)
async def test_incomplete_complaint_is_refused_with_all_that_is_missing(
    lacking: Complaint, missing: tuple[str, ...]
):
    store = RecordingCases()

    with pytest.raises(IncompleteComplaintError) as refusal:
        await intake(store).file(lacking)

    assert refusal.value.missing == missing
    assert store.kept == []


@pytest.mark.parametrize("kind", Kind)
async def test_every_kind_can_be_filed(kind: Kind):
    assert (await file(kind=kind)).complaint.kind == kind


async def test_some_categories_may_be_filed_without_a_name():
    case = await file(anonymous=True, person=Person(), category="corruption")

    assert case.complaint.person == Person()


async def test_unknown_category_is_refused():
    with pytest.raises(UnknownCategoryError):
        await file(category="invented")


async def test_refused_filing_gives_no_number_away():
    store = RecordingCases()
    with pytest.raises(UnknownCategoryError):
        await intake(store).file(complaint(category="invented"))

    filed = await intake(store).file(complaint())

    assert filed.case.number.serial == 1


async def test_failed_filing_does_not_stand_in_the_way_of_the_next():
    store = RecordingCases()
    one = intake(store)
    with pytest.raises(IncompleteComplaintError):
        await one.file(complaint(description=""))

    assert (await one.file(complaint())).case in store.kept
