"""Following a case, and acting on it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from cases import workflow
from cases.access import AccessKeys
from cases.case import Case, Entry, Status
from cases.following import Act, CaseNotSeenError, Following, TooManyGuessesError
from cases.numbers import CaseNumber
from cases.workflow import AdditionRefusedError, MoveRefusedError
from tests.builders import CITIZEN, NOON, filed_case

KEYS = AccessKeys(b"secret")
CODE = KEYS.tracking_code("telegram:7:1")
CASE = filed_case(code_hash=KEYS.hashed(CODE))
NUMBER = str(CASE.number)
LATER = NOON + timedelta(hours=1)
STRANGER = "web:stranger"
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass
class RecordingCases:
    """Keeps cases by number; `meanwhile` is what others make of a case before the next grow."""

    kept: dict[CaseNumber, Case]
    meanwhile: list[Case] = field(default_factory=list[Case])

    async def find(self, number: CaseNumber) -> Case | None:
        return self.kept.get(number)

    async def of_conversation(self, conversation: str, limit: int) -> list[Case]:
        own = (case for case in self.kept.values() if case.complaint.conversation == conversation)
        return sorted(own, key=lambda case: case.filed_at, reverse=True)[:limit]

    async def grow(self, before: Case, after: Case) -> bool:
        if self.meanwhile:
            other = self.meanwhile.pop()
            self.kept[other.number] = other
        if self.kept[before.number] != before:
            return False
        self.kept[after.number] = after
        return True


@dataclass
class RecordingGuesses:
    """Counts wrong guesses; three are too many."""

    counted: Counter[str] = field(default_factory=Counter[str])

    async def check(self, asker: str) -> None:
        if self.counted[asker] >= 3:
            raise TooManyGuessesError

    async def count(self, asker: str) -> None:
        self.counted[asker] += 1


@pytest.fixture
def store() -> RecordingCases:
    return RecordingCases({CASE.number: CASE})


@pytest.fixture
def guesses() -> RecordingGuesses:
    return RecordingGuesses()


@pytest.fixture
def following(store: RecordingCases, guesses: RecordingGuesses) -> Following:
    return Following(store, guesses, KEYS, "KW", lambda: LATER)


def answered(store: RecordingCases) -> None:
    resolved = (Entry(NOON, "officer:1", status=Status.RESOLVED),)
    store.kept[CASE.number] = filed_case(history=(*CASE.history, *resolved))


async def test_own_cases_are_shown(following: Following):
    assert await following.own(CITIZEN) == [CASE]


async def test_cases_of_others_are_not_shown(following: Following):
    assert await following.own(STRANGER) == []


@pytest.mark.parametrize("typed", [NUMBER, NUMBER.translate(ARABIC_DIGITS)])
async def test_own_case_is_shown_by_its_number(following: Following, typed: str):
    assert await following.own_numbered(CITIZEN, typed) == CASE


@pytest.mark.parametrize("typed", [NUMBER, str(CaseNumber("KW", 2026, 2)), "KW-2026-000001-8", ""])
async def test_foreign_absent_and_mistyped_numbers_look_alike(following: Following, typed: str):
    with pytest.raises(CaseNotSeenError) as refusal:
        await following.own_numbered(STRANGER, typed)

    assert str(refusal.value) == ""


async def test_number_and_code_show_a_case_to_anyone(
    following: Following, guesses: RecordingGuesses
):
    assert await following.with_code(STRANGER, NUMBER, CODE.lower()) == CASE
    assert not guesses.counted


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (NUMBER, "AAAA-AAAA"),
        (NUMBER, ""),
        (str(CaseNumber("KW", 2026, 2)), CODE),
        (str(CaseNumber("KW", 2026, 2)), ""),
        ("no number", CODE),
    ],
)
async def test_wrong_number_and_wrong_code_look_alike_and_count(
    following: Following, guesses: RecordingGuesses, number: str, code: str
):
    with pytest.raises(CaseNotSeenError) as refusal:
        await following.with_code(STRANGER, number, code)

    assert str(refusal.value) == ""
    assert guesses.counted == {STRANGER: 1}


async def test_after_too_many_guesses_even_the_right_code_is_refused(following: Following):
    for _ in range(3):
        with pytest.raises(CaseNotSeenError):
            await following.with_code(STRANGER, NUMBER, "AAAA-AAAA")

    with pytest.raises(TooManyGuessesError):
        await following.with_code(STRANGER, NUMBER, CODE)


@pytest.mark.parametrize(
    ("act", "line"),
    [
        (Act.ADD, Entry(LATER, "citizen", note="note", attachments=("photo",))),
        (Act.WITHDRAW, Entry(LATER, "citizen", status=Status.WITHDRAWN, note="note")),
    ],
)
async def test_citizen_acts_on_an_open_case(
    following: Following, store: RecordingCases, act: Act, line: Entry
):
    grown = await following.act(CITIZEN, NUMBER, act, note="note", attachments=("photo",))

    assert grown.history == (*CASE.history, line)
    assert store.kept[CASE.number] == grown


@pytest.mark.parametrize(
    ("act", "line"),
    [
        (Act.REOPEN, Entry(LATER, "citizen", status=Status.IN_PROGRESS, note="note")),
        (Act.RATE, Entry(LATER, "citizen", rating=4, note="note")),
    ],
)
async def test_citizen_acts_on_an_answered_case(
    following: Following, store: RecordingCases, act: Act, line: Entry
):
    answered(store)

    grown = await following.act(CITIZEN, NUMBER, act, note="note", rating=4)

    assert grown.history[-1] == line
    assert store.kept[CASE.number] == grown


@pytest.mark.parametrize(
    ("act", "refusal"), [(Act.REOPEN, MoveRefusedError), (Act.RATE, AdditionRefusedError)]
)
async def test_act_out_of_season_is_refused_and_changes_nothing(
    following: Following, store: RecordingCases, act: Act, refusal: type[Exception]
):
    with pytest.raises(refusal):
        await following.act(CITIZEN, NUMBER, act, note="note", rating=4)

    assert store.kept[CASE.number] == CASE


@pytest.mark.parametrize("act", Act)
async def test_nobody_acts_on_the_case_of_another(
    following: Following, store: RecordingCases, act: Act
):
    with pytest.raises(CaseNotSeenError):
        await following.act(STRANGER, NUMBER, act, note="note", rating=4)

    assert store.kept[CASE.number] == CASE


async def test_act_is_done_on_the_case_as_others_left_it(
    following: Following, store: RecordingCases
):
    assigned = workflow.move(CASE, Status.ASSIGNED, at=NOON, by="officer:1")
    store.meanwhile = [assigned]

    grown = await following.act(CITIZEN, NUMBER, Act.ADD, note="note")

    assert grown.history == (*assigned.history, Entry(LATER, "citizen", note="note"))


async def test_act_that_others_made_impossible_is_refused(
    following: Following, store: RecordingCases
):
    store.meanwhile = [workflow.move(CASE, Status.WITHDRAWN, at=NOON, by="citizen")]

    with pytest.raises(AdditionRefusedError):
        await following.act(CITIZEN, NUMBER, Act.ADD, note="note")
