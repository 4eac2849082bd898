"""A complaint is what the citizen said; a case is what an agency does about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from cases.numbers import CaseNumber


class Kind(StrEnum):
    """What a citizen came to say."""

    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    INQUIRY = "inquiry"
    PRAISE = "praise"


class Status(StrEnum):
    """Where a case stands."""

    FILED = "filed"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    AWAITING_CITIZEN = "awaiting_citizen"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class CaseError(Exception):
    """A rule of casework was broken; its subclasses say which."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who complains; all None when the citizen chose to give no name."""

    name: str | None = None
    civil_id: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a citizen told us, word for word; it never changes."""

    filing_key: str
    conversation: str
    channel: str
    language: str
    kind: Kind
    description: str = field(repr=False)
    category: str | None
    details: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    place: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    occurred: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    remedy: str = field(default="", repr=False)
    attachments: tuple[str, ...] = ()
    anonymous: bool = False
    person: Person = Person()
    consented_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's history: a new status, a note, a rating or files added."""

    at: datetime
    by: str
    status: Status | None = None
    note: str = field(default="", repr=False)
    rating: int | None = None
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What an agency does about a complaint; its history only grows."""

    number: CaseNumber
    complaint: Complaint
    agency: str
    filed_at: datetime
    due: date
    code_hash: str = field(repr=False)
    history: tuple[Entry, ...] = ()

    @property
    def status(self) -> Status:
        """The last status that the history tells."""
        told = (entry.status for entry in reversed(self.history) if entry.status)
        return next(told, Status.FILED)
