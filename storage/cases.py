"""Cases: filed once, numbered without gaps, and growing line by line."""

from typing import Final

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from cases.case import Case
from cases.intake import AlreadyFiledError
from cases.numbers import CaseNumber
from storage.case_documents import case_document, case_from, entry_document
from storage.database import Database, Document

_CITIZEN: Final = "citizen"
_FILING: Final = 1  # the line of a history that the citizen knows from filing


class MongoCases:
    """Keeps cases; a CaseStore and a FollowedCases."""

    def __init__(self, database: Database) -> None:
        self._kept = database["cases"]
        self._seen: dict[int, int] = {}  # year -> the highest serial met so far

    async def find_filed(self, filing_key: str) -> Case | None:
        """Return the case already filed under this key, if any."""
        document = await self._kept.find_one({"complaint.filing_key": filing_key})
        return case_from(document) if document else None

    async def last_serial(self, year: int) -> int:
        """Return the highest serial given in a year; 0 before the first."""
        # Serials only grow: beginning at the highest one met keeps what must be sorted small,
        # for the embedded engine sorts all that it finds.
        serial = await self._highest(year, self._seen.get(year, 0))
        self._seen[year] = serial
        return serial

    async def add(self, case: Case) -> None:
        """Keep a new case; raises AlreadyFiledError if its number or filing key is taken."""
        try:
            await self._kept.insert_one(case_document(case))
        except DuplicateKeyError as error:
            raise AlreadyFiledError from error

    async def find(self, number: CaseNumber) -> Case | None:
        """Return the case with this number, if any."""
        document = await self._kept.find_one({"_id": str(number)})
        return case_from(document) if document else None

    async def of_conversation(self, conversation: str, limit: int) -> list[Case]:
        """Return a conversation's cases, newest first."""
        newest = [("filed_at", DESCENDING), ("serial", DESCENDING)]
        found = self._kept.find({"complaint.conversation": conversation}).sort(newest)
        return [case_from(document) async for document in found.limit(limit)]

    async def grow(self, before: Case, after: Case) -> bool:
        """Keep the lines that `after` adds; False if the case has grown since `before`."""
        lines = len(before.history)
        added = [entry_document(entry) for entry in after.history[lines:]]
        growth: Document = {
            "$push": {"history": {"$each": added}},
            "$inc": {"lines": len(added)},
        }
        if any(entry["by"] != _CITIZEN for entry in added):
            growth["$set"] = {"untold": True}
        result = await self._kept.update_one({"_id": str(before.number), "lines": lines}, growth)
        return result.matched_count == 1

    async def untold(self, limit: int) -> list[tuple[Case, int]]:
        """Return cases with news for the citizen, and how many lines of each were told."""
        oldest = [("filed_at", ASCENDING), ("serial", ASCENDING)]
        found = self._kept.find({"untold": True}).sort(oldest).limit(limit)
        return [(case_from(one), one.get("told", _FILING)) async for one in found]

    async def set_told(self, number: CaseNumber, lines: int) -> None:
        """Remember that the first lines of a case's history were told to the citizen."""
        told, case = {"$max": {"told": lines}}, {"_id": str(number)}
        all_of_them = case | {"lines": lines}
        result = await self._kept.update_one(all_of_them, {**told, "$unset": {"untold": ""}})
        if not result.matched_count:  # more were added meanwhile, and are still to be told
            await self._kept.update_one(case, told)

    async def _highest(self, year: int, seen: int) -> int:
        found = self._kept.find({"year": year, "serial": {"$gte": seen}}, {"serial": 1})
        newest = await found.sort("serial", DESCENDING).limit(1).to_list(1)
        return newest[0]["serial"] if newest else 0
