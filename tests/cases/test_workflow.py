"""Moves of a case, and what may be added to it."""

from datetime import timedelta

import pytest

from cases import workflow
from cases.case import Case, Entry, Status
from cases.workflow import MOVES, AdditionRefusedError, MoveRefusedError
from tests.builders import NOON, filed_case

LATER = NOON + timedelta(hours=1)
ANSWERED = (Status.RESOLVED, Status.CLOSED, Status.REJECTED)
UNANSWERED = tuple(status for status in Status if status not in ANSWERED)
ALLOWED = [(at, to) for at, targets in MOVES.items() for to in targets]
REFUSED = [(at, to) for at in Status for to in Status if to not in MOVES[at]]


def case_at(status: Status) -> Case:
    return filed_case(history=(Entry(NOON, "citizen", status=status),))


def test_every_status_has_its_moves():
    assert set(MOVES) == set(Status)


def test_every_status_can_be_reached_from_filing():
    reached, to_follow = {Status.FILED}, [Status.FILED]
    while to_follow:
        new = MOVES[to_follow.pop()] - reached
        reached |= new
        to_follow += new

    assert reached == set(Status)


@pytest.mark.parametrize(("at", "to"), ALLOWED)
def test_allowed_move_adds_a_line(at: Status, to: Status):
    moved = workflow.move(case_at(at), to, at=LATER, by="officer:1", note="why")

    assert moved.status == to
    assert moved.history == (
        *case_at(at).history,
        Entry(LATER, "officer:1", status=to, note="why"),
    )


@pytest.mark.parametrize(("at", "to"), REFUSED)
def test_other_move_is_refused_with_its_reason(at: Status, to: Status):
    with pytest.raises(MoveRefusedError) as refusal:
        workflow.move(case_at(at), to, at=LATER, by="officer:1")

    assert (refusal.value.number, refusal.value.at, refusal.value.to) == (
        filed_case().number,
        at,
        to,
    )


def test_move_leaves_the_case_it_began_with_alone():
    case = filed_case()

    workflow.move(case, Status.ASSIGNED, at=LATER, by="officer:1")

    assert case == filed_case()


def test_withdrawn_case_goes_nowhere():
    assert not MOVES[Status.WITHDRAWN]


@pytest.mark.parametrize("status", ANSWERED)
def test_answered_case_is_reopened_for_a_reason(status: Status):
    reopened = workflow.reopen(case_at(status), at=LATER, by="citizen", note="لم يُصلح")

    assert reopened.status == Status.IN_PROGRESS
    assert reopened.history[-1].note == "لم يُصلح"


@pytest.mark.parametrize("status", UNANSWERED)
def test_unanswered_case_is_not_reopened(status: Status):
    with pytest.raises(MoveRefusedError):
        workflow.reopen(case_at(status), at=LATER, by="citizen", note="why")


@pytest.mark.parametrize("status", [status for status in Status if status != Status.WITHDRAWN])
def test_addition_keeps_the_status(status: Status):
    grown = workflow.add(
        case_at(status), at=LATER, by="citizen", note="more", attachments=("photo",)
    )

    assert grown.status == status
    assert grown.history[-1] == Entry(LATER, "citizen", note="more", attachments=("photo",))


def test_nothing_is_added_to_a_withdrawn_case():
    with pytest.raises(AdditionRefusedError):
        workflow.add(case_at(Status.WITHDRAWN), at=LATER, by="citizen", note="more")


@pytest.mark.parametrize("status", ANSWERED)
@pytest.mark.parametrize("rating", [1, 5])
def test_answered_case_is_rated_from_one_to_five(status: Status, rating: int):
    rated = workflow.rate(case_at(status), rating, at=LATER, by="citizen", note="thanks")

    assert rated.status == status
    assert rated.history[-1] == Entry(LATER, "citizen", rating=rating, note="thanks")


@pytest.mark.parametrize("rating", [-1, 0, 6])
def test_rating_out_of_range_is_refused(rating: int):
    with pytest.raises(AdditionRefusedError):
        workflow.rate(case_at(Status.RESOLVED), rating, at=LATER, by="citizen")


@pytest.mark.parametrize("status", UNANSWERED)
def test_unanswered_case_is_not_rated(status: Status):
    with pytest.raises(AdditionRefusedError):
        workflow.rate(case_at(status), 5, at=LATER, by="citizen")


def test_case_without_a_history_is_filed():
    assert filed_case(history=()).status == Status.FILED


def test_status_is_the_last_one_told_whatever_was_added_after():
    case = workflow.move(filed_case(), Status.ASSIGNED, at=LATER, by="officer:1")

    assert workflow.add(case, at=LATER, by="citizen", note="more").status == Status.ASSIGNED
