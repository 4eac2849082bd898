"""What an agency did is told once, where the citizen can be reached, with what they can do."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.channels import Failure
from bot.jurisdiction import load_jurisdiction
from bot.notices import Notices
from bot.outbox import Outbox
from bot.parcels import State
from bot.settings import ROOT
from bot.texts import load_texts
from bot.turns import Turns
from cases.case import Case, Entry, Person, Status
from cases.numbers import CaseNumber
from tests.builders import CITIZEN, NOON, complaint, filed_case
from tests.fakes import AttachmentShelf, RecordingConversations, ScriptedAgent
from tests.push import ContactBook, Pacing, ParcelShelf, ScriptedChannel, failing, until

WORDS = ROOT / "nlu" / "data" / "responses"
NUMBER = str(filed_case().number)


@dataclass
class News:
    """Cases with news."""

    cases: list[Case] = field(default_factory=list[Case])
    told: dict[CaseNumber, int] = field(default_factory=dict[CaseNumber, int])

    async def untold(self, limit: int) -> list[tuple[Case, int]]:
        known = [(case, self.told.get(case.number, 1)) for case in self.cases]
        return [(case, lines) for case, lines in known if lines < len(case.history)][:limit]

    async def set_told(self, number: CaseNumber, lines: int) -> None:
        self.told[number] = lines


class Office:
    """Notices with all that they stand on."""

    def __init__(self) -> None:
        self.news, self.contacts, self.store = News(), ContactBook(), ParcelShelf()
        self.telegram = ScriptedChannel()
        self.whatsapp = ScriptedChannel(name="whatsapp", confirms=True)
        self.conversations = RecordingConversations()
        texts = load_texts(WORDS / "gateway.yml", WORDS / "notices.yml")
        self.outbox = Outbox(
            self.store,
            self.contacts,
            {"telegram": self.telegram, "whatsapp": self.whatsapp},
            sleep=Pacing().sleep,
        )
        turns = Turns(self.conversations, ScriptedAgent(), AttachmentShelf(), texts, lambda: NOON)
        self.notices = Notices(
            self.news,
            self.contacts,
            turns,
            self.outbox,
            texts,
            load_jurisdiction(ROOT / "jurisdictions" / "kuwait"),
            frozenset({"telegram", "whatsapp"}),
        )

    async def happens(self, *entries: Entry, **changes: Any) -> int:
        case = filed_case(**changes)
        self.news.cases = [replace(case, history=(*case.history, *entries))]
        told = await self.notices.tell()
        await until(lambda: self.outbox._queues.idle)
        return told


def entry(status: Status | None = None, note: str = "", by: str = "officer:1") -> Entry:
    return Entry(NOON, by, status=status, note=note)


@pytest.fixture
def office() -> Office:
    return Office()


async def test_a_new_status_is_told_with_number_agency_and_note(office: Office) -> None:
    await office.happens(entry(Status.RESOLVED, "صلّحنا العمود"))

    text = office.telegram.sent[0].answer.text
    assert NUMBER in text
    assert "وزارة الكهرباء والماء" in text
    assert "صلّحنا العمود" in text


async def test_each_line_is_told_once(office: Office) -> None:
    assert await office.happens(entry(Status.ASSIGNED)) == 1
    office.news.told.clear()  # as after a crash before the telling was marked

    assert await office.notices.tell() == 0
    assert len(office.telegram.sent) == 1


async def test_what_the_citizen_did_is_not_told_to_them(office: Office) -> None:
    assert await office.happens(entry(Status.WITHDRAWN, by="citizen")) == 0


async def test_a_message_without_a_new_status_is_told(office: Office) -> None:
    await office.happens(entry(note="متى نقدر نزوركم؟"))

    assert office.telegram.sent[0].answer.text.endswith("متى نقدر نزوركم؟")


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("language", ["ar", "en", "ur", "fr"])
async def test_every_status_is_told_in_every_language(
    office: Office, status: Status, language: str
) -> None:
    await office.happens(entry(status), complaint=complaint(filing_key="k", language=language))

    sent = office.telegram.sent[0]
    assert NUMBER in sent.answer.text
    assert sent.answer.buttons
    assert sent.template is not None
    assert sent.template.values["case_number"] == NUMBER


@pytest.mark.parametrize(
    ("status", "acts"),
    [
        (Status.AWAITING_CITIZEN, ["add_information"]),
        (Status.RESOLVED, ["rate_service", "reopen_case"]),
        (Status.REJECTED, ["reopen_case"]),
        (Status.IN_PROGRESS, ["check_status"]),
    ],
)
async def test_a_notice_offers_what_can_be_done_about_it(
    office: Office, status: Status, acts: list[str]
) -> None:
    await office.happens(entry(status))

    offers = office.conversations.kept[CITIZEN].offers
    tapped = [offers[button.payload].command for button in office.telegram.sent[0].answer.buttons]
    assert tapped == [f'/{act}{{"case_number": "{NUMBER}"}}' for act in acts]


async def test_it_goes_where_the_citizen_wrote_last(office: Office) -> None:
    office.contacts.people = {CITIZEN: ["whatsapp:BSUID", CITIZEN]}

    await office.happens(entry(Status.ASSIGNED))

    assert [one.conversation for one in office.whatsapp.sent] == ["whatsapp:BSUID"]
    assert not office.telegram.sent


async def test_one_who_blocked_us_is_told_on_their_other_channel_once(office: Office) -> None:
    office.contacts.people = {CITIZEN: [CITIZEN, "whatsapp:BSUID"]}
    office.telegram.script = [failing(Failure.UNREACHABLE)]

    await office.happens(entry(Status.ASSIGNED))

    assert [one.conversation for one in office.whatsapp.sent] == ["whatsapp:BSUID"]
    assert list(office.store.states.values()) == [State.SENT]


async def test_one_who_filed_where_nobody_can_be_reached_is_tried_by_phone(
    office: Office,
) -> None:
    person = Person("سالم", None, "+96550000000")

    await office.happens(
        entry(Status.ASSIGNED), complaint=complaint(conversation="sms:7", person=person)
    )

    assert [one.conversation for one in office.whatsapp.sent] == ["whatsapp:96550000000"]


async def test_the_phone_of_one_who_can_be_reached_is_left_alone(office: Office) -> None:
    office.telegram.script = [failing(Failure.UNREACHABLE)]
    await office.happens(entry(Status.ASSIGNED))

    assert not office.whatsapp.sent


async def test_a_citizen_with_no_channel_at_all_holds_up_nobody(office: Office) -> None:
    nowhere = complaint(conversation="sms:7", person=Person())

    assert await office.happens(entry(Status.ASSIGNED), complaint=nowhere) == 0
    assert not await office.news.untold(10)
