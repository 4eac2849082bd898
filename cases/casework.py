"""What officers do to a case; their pages and their own systems come through here."""

from collections.abc import Callable
from datetime import datetime

from cases import workflow
from cases.case import Case, Status
from cases.following import CaseNotSeenError, FollowedCases, find_numbered


class Casework:
    """Moves cases and adds to them."""

    def __init__(self, store: FollowedCases, country: str, now: Callable[[], datetime]) -> None:
        self._store, self._country, self._now = store, country, now

    async def move(self, number: str, to: Status, *, by: str, note: str = "") -> Case:
        """Return the case with its new status; raises CaseNotSeenError or MoveRefusedError."""
        return await self._grown(
            number, lambda case: workflow.move(case, to, at=self._now(), by=by, note=note)
        )

    async def add(self, number: str, *, by: str, note: str) -> Case:
        """Return the case with a note for its citizen; raises as `move` does."""
        return await self._grown(
            number, lambda case: workflow.add(case, at=self._now(), by=by, note=note)
        )

    async def _grown(self, number: str, change: Callable[[Case], Case]) -> Case:
        while True:
            case = await self._find(number)
            grown = change(case)
            if await self._store.grow(case, grown):
                return grown

    async def _find(self, number: str) -> Case:
        case = await find_numbered(self._store, number, self._country)
        if case is None:
            raise CaseNotSeenError
        return case
