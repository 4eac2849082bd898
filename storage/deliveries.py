"""What becomes of a parcel, by its channel's account and by receipts, whichever comes first.

Both are rules from a parcel's document to what changes of it; an empty change means that what
was said is of no account. Of the document's fields

* `ids` are the messages that the channel counted as parts already sent;
* `whole` says that the channel itself counted all parts as sent;
* `word` is what receipts told of messages of this attempt;
* `gone` are the messages of attempts that are over: a receipt told of a failure, or the parcel
  went on to another conversation. Whatever is still said of those changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from bot.channels import Delivery, Parcel, Receipt
from bot.parcels import State
from storage.database import Document
from storage.parcel_documents import parcel_fields

_RANK: Final = {delivery: rank for rank, delivery in enumerate(Delivery)}
_ARRIVED: Final = frozenset({Delivery.DELIVERED, Delivery.READ})
# Only these does nobody else see to when a receipt tells that they failed.
UNATTENDED: Final = frozenset({State.SENDING.value, State.SENT.value})


def changed(kept: Document, parcel: Parcel, state: State, reason: str, at: datetime) -> Document:
    """Return what the outbox changes of a parcel; one that is sent stays so."""
    if not set(parcel.ids).isdisjoint(kept["gone"]):  # of an attempt that has failed since
        return {"gone": _united(kept["gone"], parcel.ids)}
    if state is not State.SENT and _stays_sent(kept, parcel):
        return {}
    changes = parcel_fields(parcel) | {"state": state.value, "reason": reason, "changed_at": at}
    if parcel.conversation != kept["conversation"]:
        changes |= _ended(kept)
    if state in {State.SENDING, State.SENT}:
        changes["delivery"] = _furthest(changes.get("word", kept["word"]))
    if state is State.SENT:
        return changes | {"whole": True, "sent_at": kept["sent_at"] or at}
    return changes | {"whole": False, "sent_at": None}


def noted(kept: Document, receipt: Receipt, at: datetime) -> Document:
    """Return what a receipt changes of its parcel."""
    if receipt.message_id in kept["gone"]:
        return {}
    if receipt.delivery is Delivery.FAILED:
        return _failed(kept, receipt, at)
    return _raised(kept, receipt, at)


def _stays_sent(kept: Document, parcel: Parcel) -> bool:
    if kept["state"] != State.SENT:
        return False
    # A receipt may have come before the channel's own account. When it told of a part that
    # the channel counts by now, it said nothing of the parts after that one.
    return kept["whole"] or not set(_told(kept["word"])) <= set(parcel.ids)


def _raised(kept: Document, receipt: Receipt, at: datetime) -> Document:
    word = _told(kept["word"])
    before = word.get(receipt.message_id, receipt.delivery)
    word[receipt.message_id] = max(before, receipt.delivery, key=_RANK.__getitem__)
    listed = [{"id": one, "delivery": delivery.value} for one, delivery in word.items()]
    changes: Document = {"word": listed, "delivery": _furthest(listed)}
    if receipt.delivery in _ARRIVED:
        moment = f"{receipt.delivery}_at"
        changes[moment] = kept[moment] or at
    if kept["state"] != State.SENT and receipt.message_id not in kept["ids"]:
        # A message beyond the counted parts: what was in doubt has arrived.
        changes |= {"state": State.SENT.value, "reason": "", "changed_at": at, "sent_at": at}
    return changes


def _failed(kept: Document, receipt: Receipt, at: datetime) -> Document:
    if _told(kept["word"]).get(receipt.message_id) in _ARRIVED:
        return {}
    ended = _ended(kept)
    ended["gone"] = _united(ended["gone"], [receipt.message_id])
    changes: Document = {**ended, "ids": [], "delivery": receipt.delivery.value, "failed_at": at}
    if kept["state"] not in UNATTENDED:
        return changes
    # Should the process end before the outbox has acted on it, the parcel is sent once more;
    # one that failed for no reason that the outbox knows is left to an operator.
    state = State.WAITING if receipt.failure else State.DEAD
    return changes | {
        "state": state.value,
        "reason": f"{receipt.failure or receipt.delivery}:{receipt.code}",
        "changed_at": at,
        "sent_at": None,
    }


def _ended(kept: Document) -> Document:
    """Return the end of an attempt: all its messages are of no account any more."""
    gone = _united(kept["gone"], [*kept["ids"], *_told(kept["word"])])
    return {"gone": gone, "word": []}


def _told(word: Sequence[Document]) -> dict[str, Delivery]:
    return {one["id"]: Delivery(one["delivery"]) for one in word}


def _furthest(word: Sequence[Document]) -> str | None:
    deliveries = _told(word).values()
    return max(deliveries, key=_RANK.__getitem__).value if deliveries else None


def _united(before: Sequence[Any], more: Sequence[Any]) -> list[Any]:
    return list(dict.fromkeys([*before, *more]))
