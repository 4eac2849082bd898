"""Officers move cases and write to citizens, by the rules of the workflow."""

import pytest

from cases.case import Status
from cases.casework import Casework
from cases.following import CaseNotSeenError
from cases.workflow import MoveRefusedError
from tests.builders import NOON, filed_case
from tests.fakes import CaseShelf

NUMBER = str(filed_case().number)


@pytest.fixture
def shelf() -> CaseShelf:
    return CaseShelf([filed_case()])


@pytest.fixture
def casework(shelf: CaseShelf) -> Casework:
    return Casework(shelf, "KW", lambda: NOON)


async def test_a_move_is_a_line_of_the_history_with_its_officer(
    casework: Casework, shelf: CaseShelf
) -> None:
    await casework.move(NUMBER, Status.ASSIGNED, by="officer:1", note="وصلت")

    line = shelf.kept[0].history[-1]
    assert (line.status, line.by, line.note, line.at) == (
        Status.ASSIGNED,
        "officer:1",
        "وصلت",
        NOON,
    )


async def test_a_move_against_the_workflow_is_refused(casework: Casework) -> None:
    with pytest.raises(MoveRefusedError):
        await casework.move(NUMBER, Status.RESOLVED, by="officer:1")


async def test_a_note_keeps_the_status(casework: Casework) -> None:
    case = await casework.add(NUMBER, by="officer:1", note="متى نزوركم؟")

    assert case.status is Status.FILED
    assert case.history[-1].note == "متى نزوركم؟"


@pytest.mark.parametrize("number", ["KW-2026-000009-9", "nonsense", ""])
async def test_a_wrong_number_is_no_case(casework: Casework, number: str) -> None:
    with pytest.raises(CaseNotSeenError):
        await casework.add(number, by="officer:1", note="x")


async def test_a_number_may_be_typed_with_any_digits(casework: Casework) -> None:
    typed = NUMBER.translate({ord("0") + digit: 0x660 + digit for digit in range(10)})

    assert (await casework.add(typed, by="officer:1", note="x")).history[-1].note == "x"
