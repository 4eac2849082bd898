"""Complaints, cases and messages that are whole, for tests to change what they are about."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from bot.messages import InboundMessage
from cases.case import Case, Complaint, Entry, Kind, Person, Status
from cases.numbers import CaseNumber

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CITIZEN = "telegram:7"

_COMPLAINT = Complaint(
    filing_key="telegram:7:1",
    conversation=CITIZEN,
    channel="telegram",
    language="ar",
    kind=Kind.COMPLAINT,
    description="عمود الإنارة مطفأ منذ أسبوع",
    category="lighting",
    person=Person("سالم", "290010112345", "+96550000000"),
    consented_at=NOON,
)
_MESSAGE = InboundMessage(
    channel="telegram", message_id="1", sender="7", received_at=NOON, text="السلام عليكم"
)


def complaint(**changes: Any) -> Complaint:
    return replace(_COMPLAINT, **changes)


def message(**changes: Any) -> InboundMessage:
    return replace(_MESSAGE, **changes)


def filed_case(serial: int = 1, **changes: Any) -> Case:
    case = Case(
        number=CaseNumber("KW", 2026, serial),
        complaint=complaint(filing_key=f"telegram:7:{serial}"),
        agency="electricity_water",
        filed_at=NOON,
        due=date(2026, 3, 12),
        code_hash="c0de",
        history=(Entry(NOON, "citizen", status=Status.FILED),),
    )
    return replace(case, **changes)
