"""A parcel as a document, and back."""

from collections.abc import Mapping

from bot.channels import Parcel, Template
from bot.parcels import State
from storage.answers import answer_document, answer_from
from storage.database import Document


def parcel_document(parcel: Parcel) -> Document:
    """Return the document of a new parcel, of which nothing was told yet."""
    return {
        "_id": parcel.key,
        **parcel_fields(parcel),
        "state": State.WAITING.value,
        "reason": "",
        "changed_at": None,
        "sent_at": None,  # the others begin to expire at this moment
        "delivered_at": None,
        "read_at": None,
        "failed_at": None,
        "delivery": None,
        "whole": False,
        "word": [],
        "gone": [],
    }


def parcel_fields(parcel: Parcel) -> Document:
    """Return what the outbox changes of a parcel."""
    return {
        "conversation": parcel.conversation,
        "channel": parcel.channel,
        "answer": answer_document(parcel.answer),
        "language": parcel.language,
        "template": _template_document(parcel.template),
        "fallbacks": list(parcel.fallbacks),
        "ids": list(parcel.ids),
        "attempts": parcel.attempts,
    }


def parcel_from(document: Document) -> Parcel:
    """Return the parcel that a document keeps; one that was being sent is unsure."""
    return Parcel(
        key=document["_id"],
        conversation=document["conversation"],
        answer=answer_from(document["answer"]),
        language=document["language"],
        template=_template_from(document["template"]),
        fallbacks=tuple(document["fallbacks"]),
        ids=tuple(document["ids"]),
        attempts=document["attempts"],
        unsure=document["state"] == State.SENDING,
    )


def _template_document(template: Template | None) -> Document | None:
    if template is None:
        return None
    # A list: the names of its values are no field names.
    values = [{"name": name, "value": value} for name, value in template.values.items()]
    return {"name": template.name, "values": values}


def _template_from(document: Document | None) -> Template | None:
    if document is None:
        return None
    values: Mapping[str, str] = {one["name"]: one["value"] for one in document["values"]}
    return Template(document["name"], values)
