"""Turning a complaint into a case, once."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from cases.access import AccessKeys
from cases.case import Case, CaseError, Complaint, Entry, Kind, Status
from cases.deadlines import Calendar
from cases.numbers import CaseNumber

CENTRAL_UNIT: Final = "central"  # takes what no category was found for
_NEEDED: Final = ("description", "consented_at")
_NAMELESS_KINDS: Final = frozenset({Kind.SUGGESTION, Kind.PRAISE})  # nobody waits for an answer


class IncompleteComplaintError(CaseError):
    """The complaint lacks what it cannot be filed without."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class UnknownCategoryError(CaseError):
    """The category is not one of the jurisdiction's."""


class AlreadyFiledError(CaseError):
    """Another case was kept under the same number or filing key in the meantime."""


class CaseStore(Protocol):
    """What intake needs from wherever cases are kept."""

    async def find_filed(self, filing_key: str) -> Case | None:
        """Return the case already filed under this key, if any."""
        ...

    async def last_serial(self, year: int) -> int:
        """Return the highest serial given in a year; 0 before the first."""
        ...

    async def add(self, case: Case) -> None:
        """Keep a new case; raises AlreadyFiledError if its number or filing key is taken."""
        ...


@dataclass(frozen=True, slots=True)
class Routing:
    """Where complaints of one jurisdiction go, and by when they are answered."""

    country: str
    agency_of: Mapping[str, str]  # category code -> agency code
    nameless: frozenset[str]  # categories which may be filed without a name
    calendar: Calendar
    answer_within_days: int
    time_zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Filed:
    """What the citizen gets: the case and the code that follows it from elsewhere."""

    case: Case
    tracking_code: str


class Intake:
    """Files complaints: the same filing key always gives the same case."""

    def __init__(
        self,
        store: CaseStore,
        routing: Routing,
        keys: AccessKeys,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._routing, self._keys, self._now = store, routing, keys, now
        # Serials are given one after another anyway: without this, of many filings at once all
        # but one are refused, over and over (200 on the embedded engine: 14 s, with it 0.5 s).
        self._numbering = asyncio.Lock()

    async def file(self, complaint: Complaint) -> Filed:
        """File a complaint, or return the case that it already is.

        Raises IncompleteComplaintError or UnknownCategoryError, and then gives no number away.
        """
        self._check(complaint)
        code = self._keys.tracking_code(complaint.filing_key)
        async with self._numbering:
            return Filed(await self._kept(complaint, self._keys.hashed(code)), code)

    async def _kept(self, complaint: Complaint, code_hash: str) -> Case:
        while True:
            if filed := await self._store.find_filed(complaint.filing_key):
                return filed
            case = await self._numbered(complaint, code_hash)
            try:
                await self._store.add(case)
            except AlreadyFiledError:
                continue  # another process took this serial first: the next one is ours
            return case

    def _check(self, complaint: Complaint) -> None:
        missing = [name for name in _NEEDED if not getattr(complaint, name)]
        if not complaint.anonymous:
            person = complaint.person
            missing += [name for name in ("name", "phone") if not getattr(person, name)]
        elif not self._may_be_nameless(complaint):
            missing.append("name")
        if missing:
            raise IncompleteComplaintError(tuple(missing))
        if complaint.category and complaint.category not in self._routing.agency_of:
            raise UnknownCategoryError(complaint.category)

    def _may_be_nameless(self, complaint: Complaint) -> bool:
        return complaint.kind in _NAMELESS_KINDS or complaint.category in self._routing.nameless

    async def _numbered(self, complaint: Complaint, code_hash: str) -> Case:
        now = self._now()
        today = now.astimezone(self._routing.time_zone).date()
        serial = await self._store.last_serial(today.year) + 1
        routing = self._routing
        return Case(
            number=CaseNumber(routing.country, today.year, serial),
            complaint=complaint,
            agency=routing.agency_of.get(complaint.category or "", CENTRAL_UNIT),
            filed_at=now,
            due=routing.calendar.due(today, routing.answer_within_days),
            code_hash=code_hash,
            history=(Entry(now, "citizen", status=Status.FILED),),
        )
