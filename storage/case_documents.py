"""A case as a document, field by field, and back."""

from datetime import date

from cases.case import Case, Complaint, Entry, Kind, Person, Status
from cases.numbers import CaseNumber
from storage.database import Document


def case_document(case: Case) -> Document:
    """Return the document that keeps a case; `lines` counts its history."""
    return {
        "_id": str(case.number),
        "country": case.number.country,
        "year": case.number.year,
        "serial": case.number.serial,
        "complaint": _complaint_document(case.complaint),
        "agency": case.agency,
        "filed_at": case.filed_at,
        "due": case.due.isoformat(),  # a day of the jurisdiction, in no time zone
        "code_hash": case.code_hash,
        "history": [entry_document(entry) for entry in case.history],
        "lines": len(case.history),
    }


def case_from(document: Document) -> Case:
    """Return the case that a document keeps."""
    return Case(
        number=CaseNumber(document["country"], document["year"], document["serial"]),
        complaint=_complaint_from(document["complaint"]),
        agency=document["agency"],
        filed_at=document["filed_at"],
        due=date.fromisoformat(document["due"]),
        code_hash=document["code_hash"],
        history=tuple(_entry_from(entry) for entry in document["history"]),
    )


def entry_document(entry: Entry) -> Document:
    """Return the document that keeps one line of a history."""
    return {
        "at": entry.at,
        "by": entry.by,
        "status": entry.status.value if entry.status else None,
        "note": entry.note,
        "rating": entry.rating,
        "attachments": list(entry.attachments),
    }


def _entry_from(document: Document) -> Entry:
    return Entry(
        at=document["at"],
        by=document["by"],
        status=Status(document["status"]) if document["status"] else None,
        note=document["note"],
        rating=document["rating"],
        attachments=tuple(document["attachments"]),
    )


def _complaint_document(complaint: Complaint) -> Document:
    return {
        "filing_key": complaint.filing_key,
        "conversation": complaint.conversation,
        "channel": complaint.channel,
        "language": complaint.language,
        "kind": complaint.kind.value,
        "description": complaint.description,
        "category": complaint.category,
        "details": dict(complaint.details),
        "place": dict(complaint.place),
        "occurred": dict(complaint.occurred),
        "remedy": complaint.remedy,
        "attachments": list(complaint.attachments),
        "anonymous": complaint.anonymous,
        "person": _person_document(complaint.person),
        "consented_at": complaint.consented_at,
    }


def _complaint_from(document: Document) -> Complaint:
    return Complaint(
        filing_key=document["filing_key"],
        conversation=document["conversation"],
        channel=document["channel"],
        language=document["language"],
        kind=Kind(document["kind"]),
        description=document["description"],
        category=document["category"],
        details=document["details"],
        place=document["place"],
        occurred=document["occurred"],
        remedy=document["remedy"],
        attachments=tuple(document["attachments"]),
        anonymous=document["anonymous"],
        person=_person_from(document["person"]),
        consented_at=document["consented_at"],
    )


def _person_document(person: Person) -> Document:
    return {"name": person.name, "civil_id": person.civil_id, "phone": person.phone}


def _person_from(document: Document) -> Person:
    return Person(document["name"], document["civil_id"], document["phone"])
