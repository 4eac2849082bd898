"""Which questions an interview asks, in which order."""

from typing import Any, Final, FrozenSet, Iterator, List, Mapping, Optional

from actions.jurisdiction import OTHER, Category, Jurisdiction, Question

Slots = Mapping[str, Any]

# Asked before the interview's own questions when they are open.
RESUME: Final = "resume"
LEAVE: Final = "leave"

DETAILS: Final = ("detail_1", "detail_2")
OPTIONAL: Final[FrozenSet[str]] = frozenset({"occurred", "remedy", "civil_id"})
# What an edit of one answer empties with it, because it was read from that answer.
GOES_WITH: Final[Mapping[str, FrozenSet[str]]] = {
    "description": frozenset({"category", "category_page", *DETAILS}),
    "category": frozenset({"category_page", *DETAILS}),
    "name": frozenset({"anonymous"}),
}
# The question behind each answer that a citizen can name.
QUESTION_OF: Final[Mapping[str, str]] = {
    "description": "description",
    "category": "category",
    "place": "place",
    "occurred": "occurred",
    "remedy": "remedy",
    "attachments": "attachments_done",
    "name": "name",
    "civil_id": "civil_id",
    "phone": "phone",
}


def category_of(slots: Slots, data: Jurisdiction) -> Optional[Category]:
    """Return the chosen category, if there is one and it is no `other`."""
    return data.categories.get(slots.get("category") or OTHER)


def nameless(slots: Slots, data: Jurisdiction) -> bool:
    """Say whether this may be filed without a name."""
    if slots.get("kind") in ("suggestion", "praise"):
        return True
    category = category_of(slots, data)
    return category is not None and category.nameless


def questions(slots: Slots, data: Jurisdiction) -> List[str]:
    """Return the slots that this interview fills, in the order of asking."""
    return [*_about(slots, data), *_who(slots), "review"]


def next_question(slots: Slots, data: Jurisdiction) -> Optional[str]:
    """Return the first question without an answer; None when all is said."""
    return next((slot for slot in questions(slots, data) if slots.get(slot) is None), None)


def detail_question(slot: str, slots: Slots, data: Jurisdiction) -> Question:
    """Return the extra question behind `detail_1` or `detail_2`."""
    category = category_of(slots, data)
    if category is None:
        raise LookupError(slot)
    return category.questions[DETAILS.index(slot)]


def is_optional(slot: str, slots: Slots, data: Jurisdiction) -> bool:
    """Say whether a question can be skipped."""
    if slot in DETAILS:
        return detail_question(slot, slots, data).optional
    return slot in OPTIONAL


def _about(slots: Slots, data: Jurisdiction) -> Iterator[str]:
    yield "description"
    yield "category"
    if slots.get("kind") != "complaint":
        return
    category = category_of(slots, data)
    yield from DETAILS[: len(category.questions) if category else 0]
    if category is None or category.asks_place:
        yield "place"
    if category is None or category.asks_time:
        yield "occurred"
    yield "remedy"
    yield "attachments_done"


def _who(slots: Slots) -> Iterator[str]:
    yield "name"
    if not slots.get("anonymous"):
        yield from ("civil_id", "phone")
