"""The moves that a case may make, and what may be added to it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from cases.case import Case, CaseError, Entry, Status
from cases.numbers import CaseNumber

MOVES: Final[Mapping[Status, frozenset[Status]]] = {
    Status.FILED: frozenset({Status.ASSIGNED, Status.REJECTED, Status.WITHDRAWN}),
    Status.ASSIGNED: frozenset({Status.IN_PROGRESS, Status.REJECTED, Status.WITHDRAWN}),
    Status.IN_PROGRESS: frozenset(
        {Status.AWAITING_CITIZEN, Status.RESOLVED, Status.REJECTED, Status.WITHDRAWN}
    ),
    Status.AWAITING_CITIZEN: frozenset(
        {Status.IN_PROGRESS, Status.RESOLVED, Status.CLOSED, Status.WITHDRAWN}
    ),
    Status.RESOLVED: frozenset({Status.IN_PROGRESS, Status.CLOSED}),  # reopened, or accepted
    Status.CLOSED: frozenset({Status.IN_PROGRESS}),  # reopened
    Status.REJECTED: frozenset({Status.IN_PROGRESS}),  # reopened
    Status.WITHDRAWN: frozenset(),
}
ANSWERED: Final = frozenset({Status.RESOLVED, Status.CLOSED, Status.REJECTED})
_RATINGS: Final = range(1, 6)


class MoveRefusedError(CaseError):
    """The case may not go from where it stands to where it was sent."""

    def __init__(self, number: CaseNumber, *, at: Status, to: Status) -> None:
        super().__init__(f"{number}: {at} -> {to}")
        self.number, self.at, self.to = number, at, to


class AdditionRefusedError(CaseError):
    """Nothing can be added to a withdrawn case, and only an answered one can be rated."""


def move(case: Case, to: Status, *, at: datetime, by: str, note: str = "") -> Case:
    """Return the case with one more status in its history."""
    if to not in MOVES[case.status]:
        raise MoveRefusedError(case.number, at=case.status, to=to)
    return _grown(case, Entry(at, by, status=to, note=note))


def reopen(case: Case, *, at: datetime, by: str, note: str) -> Case:
    """Return an answered case taken up again, for the reason given."""
    if case.status not in ANSWERED:
        raise MoveRefusedError(case.number, at=case.status, to=Status.IN_PROGRESS)
    return move(case, Status.IN_PROGRESS, at=at, by=by, note=note)


def add(
    case: Case, *, at: datetime, by: str, note: str = "", attachments: tuple[str, ...] = ()
) -> Case:
    """Return the case with a note or files added by the citizen or an officer."""
    if case.status is Status.WITHDRAWN:
        raise AdditionRefusedError(str(case.number))
    return _grown(case, Entry(at, by, note=note, attachments=attachments))


def rate(case: Case, rating: int, *, at: datetime, by: str, note: str = "") -> Case:
    """Return an answered case with the citizen's score of 1 to 5."""
    if case.status not in ANSWERED or rating not in _RATINGS:
        raise AdditionRefusedError(str(case.number))
    return _grown(case, Entry(at, by, rating=rating, note=note))


def _grown(case: Case, entry: Entry) -> Case:
    return replace(case, history=(*case.history, entry))
