"""The case API: what the agent asks of cases, over HTTP."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.messages import clean
from bot.metrics import Metrics
from bot.routes import Caller, Route
from cases.case import Case, Complaint, Kind, Person
from cases.following import Act, CaseNotSeenError, Following, TooManyGuessesError
from cases.intake import IncompleteComplaintError, Intake, UnknownCategoryError
from cases.workflow import AdditionRefusedError, MoveRefusedError

_LONGEST: Final = 10_000  # characters of any one answer


class BadComplaintError(ValueError):
    """What the agent sent is no complaint."""


def parse_complaint(body: Mapping[str, Any]) -> Complaint:
    """Return the complaint that the agent sent; raises BadComplaintError."""
    try:
        return Complaint(
            filing_key=str(body["filing_key"]),
            conversation=str(body["conversation"]),
            channel=str(body["channel"]),
            language=str(body["language"]),
            kind=Kind(body["kind"]),
            description=text_of(body["description"]),
            category=None if body["category"] is None else str(body["category"]),
            details={str(key): text_of(value) for key, value in body["details"].items()},
            place=dict(body["place"]),
            occurred=dict(body["occurred"]),
            remedy=text_of(body["remedy"]),
            attachments=tuple(map(str, body["attachments"])),
            anonymous=bool(body["anonymous"]),
            person=_person(body),
            consented_at=datetime.now(UTC) if body["consented"] else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadComplaintError(type(error).__name__) from error


def _person(body: Mapping[str, Any]) -> Person:
    if body["anonymous"]:
        return Person()
    return Person(*(text_of(body[name]) or None for name in ("name", "civil_id", "phone")))


def text_of(value: object) -> str:
    """Return what was written, cleaned and at most 10,000 characters of it."""
    return clean(str(value or ""))[:_LONGEST]


def case_view(case: Case, time_zone: ZoneInfo) -> dict[str, Any]:
    """Return what a citizen may see of a case; its days are those of the time zone."""
    told = [entry.note for entry in case.history if entry.note and entry.by != "citizen"]
    return {
        "case_number": str(case.number),
        "category": case.complaint.category,
        "agency": case.agency,
        "status": case.status.value,
        "filed_on": case.filed_at.astimezone(time_zone).date().isoformat(),
        "due": case.due.isoformat(),
        "note": told[-1] if told else "",
    }


class CaseApi:
    """Serves intake and following to the agent, and to nobody else."""

    def __init__(
        self, intake: Intake, following: Following, metrics: Metrics, time_zone: ZoneInfo
    ) -> None:
        self._intake, self._following, self._metrics = intake, following, metrics
        self._time_zone = time_zone

    @property
    def routes(self) -> list[Route]:
        """The API's routes."""
        return [
            Route("POST", "/internal/complaints", self.file, Caller.AGENT),
            Route("GET", "/internal/cases", self.own, Caller.AGENT),
            Route("POST", "/internal/cases/lookup", self.look_up, Caller.AGENT),
            Route("POST", "/internal/cases/{number}/acts", self.act, Caller.AGENT),
        ]

    async def file(self, request: web.Request) -> web.Response:
        """201 with number and code; 422 with what is missing; 400 for no complaint at all."""
        try:
            filed = await self._intake.file(parse_complaint(await request.json()))
        except IncompleteComplaintError as error:
            return web.json_response({"missing": list(error.missing)}, status=422)
        except (BadComplaintError, UnknownCategoryError, ValueError) as error:
            return refused(400, error)
        self._metrics.filed.labels(filed.case.agency).inc()
        answer = {
            "case_number": str(filed.case.number),
            "agency": filed.case.agency,
            "tracking_code": filed.tracking_code,
            "due": filed.case.due.isoformat(),
        }
        return web.json_response(answer, status=201)

    async def own(self, request: web.Request) -> web.Response:
        """200 with the conversation's cases, newest first."""
        cases = await self._following.own(request.query["conversation"])
        return web.json_response({"cases": [case_view(case, self._time_zone) for case in cases]})

    async def look_up(self, request: web.Request) -> web.Response:
        """200 with the case; 404 for a wrong number or code alike; 429 after too many."""
        guess = await request.json()
        try:
            case = await self._following.with_code(guess["asker"], guess["number"], guess["code"])
        except CaseNotSeenError as error:
            return refused(404, error)
        except TooManyGuessesError as error:
            return refused(429, error)
        return web.json_response(case_view(case, self._time_zone))

    async def act(self, request: web.Request) -> web.Response:
        """200 with the case as it stands now; 404 when it is not theirs; 409 when not allowed."""
        asked = await request.json()
        try:
            case = await self._following.act(
                asked["conversation"],
                request.match_info["number"],
                Act(asked["act"]),
                note=text_of(asked["note"]),
                attachments=tuple(map(str, asked["attachments"])),
                rating=int(asked["rating"]),
            )
        except CaseNotSeenError as error:
            return refused(404, error)
        except (MoveRefusedError, AdditionRefusedError) as error:
            return refused(409, error)
        return web.json_response(case_view(case, self._time_zone))


def refused(status: int, error: Exception) -> web.Response:
    """Return an answer that names the error, and nothing of what it says."""
    return web.json_response({"error": type(error).__name__}, status=status)
