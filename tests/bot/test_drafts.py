"""A draft goes on elsewhere with a code: once, for whoever holds it, and nothing is lost."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.conversations import BadCodeError, Conversation
from bot.drafts import VALID, MovingDrafts, fold, load_phrases
from bot.settings import ROOT
from bot.texts import load_texts
from cases.access import AccessKeys
from tests.builders import NOON, message
from tests.fakes import GuessCounter, RecordingConversations
from tests.push import ContactBook

WORDS = ROOT / "nlu" / "data" / "responses" / "gateway.yml"
WEB, TELEGRAM = "web:a", "telegram:7"


@dataclass
class CodeShelf:
    """Keeps codes."""

    issued: dict[str, tuple[str, datetime]] = field(
        default_factory=dict[str, tuple[str, datetime]]
    )
    redeemed: dict[str, str] = field(default_factory=dict[str, str])
    drafts: dict[str, tuple[bytes, str | None]] = field(
        default_factory=dict[str, tuple[bytes, str | None]]
    )

    async def issue(self, code_hash: str, conversation: str, expires_at: datetime) -> None:
        self.issued[code_hash] = (conversation, expires_at)

    async def redeem(self, code_hash: str, key: str, now: datetime) -> str | None:
        conversation, expires_at = self.issued.get(code_hash, ("", now))
        if expires_at <= now or self.redeemed.setdefault(code_hash, key) != key:
            return None
        return conversation

    async def carry(self, code_hash: str, draft: bytes, language: str | None) -> None:
        self.drafts.setdefault(code_hash, (draft, language))

    async def carried(self, code_hash: str) -> tuple[bytes, str | None] | None:
        return self.drafts.get(code_hash)


class Desk:
    """Drafts that move between a web chat with a draft and a Telegram chat."""

    def __init__(self) -> None:
        self.conversations, self.codes = RecordingConversations(), CodeShelf()
        self.contacts, self.guesses, self.now = ContactBook(), GuessCounter(), NOON
        self.conversations.kept[WEB] = Conversation(WEB, 1, dialogue=b"draft", language="en")
        self.drafts = MovingDrafts(
            self.conversations,
            self.codes,
            self.contacts,
            self.guesses,
            AccessKeys(b"secret"),
            load_texts(WORDS),
            lambda: self.now,
            {"telegram": "https://t.me/shakwa?start={code}"},
            load_phrases(ROOT / "bot" / "words.yml"),
        )

    async def code(self) -> str:
        asking = message(channel="web", sender="a", text="Continue on another channel!")
        answer = await self.drafts.answer(asking, "en")
        assert answer is not None
        return answer.text.partition("start=")[2]


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_code_comes_with_the_links_on_which_to_go_on(desk: Desk) -> None:
    code = await desk.code()

    assert code.startswith("GO-")
    assert len(code) == 9


async def test_a_code_is_kept_as_its_hash_only(desk: Desk) -> None:
    code = await desk.code()

    assert code not in str(desk.codes.issued)


@pytest.mark.parametrize(
    "text",
    ["أكمل على قناة ثانية", "اكمل على قناه ثانيه", "Continue on WhatsApp.", "رمز الإكمال؟"],
)
async def test_the_wish_is_known_however_it_is_typed(desk: Desk, text: str) -> None:
    assert await desk.drafts.answer(message(text=text), "ar") is not None


@pytest.mark.parametrize(
    "text", ["", "ما كملت شركة الاتصالات اشتراكي على واتساب", "continue", "GO-234567"]
)
async def test_nothing_else_is_taken_for_it(desk: Desk, text: str) -> None:
    assert await desk.drafts.answer(message(text=text), "ar") is None


async def test_the_draft_moves_and_the_old_conversation_is_left_with_the_new_ones(
    desk: Desk,
) -> None:
    desk.conversations.kept[TELEGRAM] = Conversation(TELEGRAM, 1, dialogue=b"other")

    draft = await desk.drafts.carry(message(text=await desk.code()))

    assert draft is not None
    assert (draft.dialogue, draft.language) == (b"draft", "en")
    assert desk.conversations.kept[WEB].dialogue == b"other"


async def test_both_conversations_are_one_persons_from_then_on(desk: Desk) -> None:
    await desk.drafts.carry(message(text=await desk.code()))

    assert set(await desk.contacts.conversations_of(TELEGRAM)) == {WEB, TELEGRAM}


@pytest.mark.parametrize("typed", ["-", " ", "_", ""])
async def test_a_code_may_be_typed_by_hand(desk: Desk, typed: str) -> None:
    code = (await desk.code()).lower().replace("-", typed)

    assert await desk.drafts.carry(message(text=f" {code} ")) is not None


async def test_the_same_message_gets_the_same_draft_again(desk: Desk) -> None:
    sent = message(text=await desk.code())
    first = await desk.drafts.carry(sent)

    assert await desk.drafts.carry(sent) == first
    assert desk.conversations.kept[WEB].dialogue == b""


async def test_a_code_works_once(desk: Desk) -> None:
    code = await desk.code()
    await desk.drafts.carry(message(text=code))

    with pytest.raises(BadCodeError, match="unknown"):
        await desk.drafts.carry(message(text=code, message_id="2", sender="8"))


async def test_a_code_is_too_old_after_half_an_hour(desk: Desk) -> None:
    code = await desk.code()
    desk.now = NOON + VALID + timedelta(seconds=1)

    with pytest.raises(BadCodeError, match="unknown"):
        await desk.drafts.carry(message(text=code))


async def test_guessing_ends_after_a_few_wrong_codes(desk: Desk) -> None:
    for number in range(3):
        with pytest.raises(BadCodeError, match="unknown"):
            await desk.drafts.carry(message(text="GO-222222", message_id=str(number)))

    with pytest.raises(BadCodeError, match="guessed"):
        await desk.drafts.carry(message(text=await desk.code()))


async def test_a_code_sent_where_it_came_from_moves_nothing(desk: Desk) -> None:
    own = message(channel="web", sender="a", text=await desk.code())

    with pytest.raises(BadCodeError, match="same"):
        await desk.drafts.carry(own)
    assert desk.conversations.kept[WEB].dialogue == b"draft"


async def test_a_turn_in_the_old_conversation_in_between_is_waited_out(desk: Desk) -> None:
    desk.conversations.changes = 2

    draft = await desk.drafts.carry(message(text=await desk.code()))

    assert draft is not None
    assert desk.conversations.kept[WEB].dialogue == b""


async def test_words_that_only_look_like_a_code_are_none(desk: Desk) -> None:
    assert await desk.drafts.carry(message(text="GO-234567 please")) is None


def test_folding_leaves_letters_and_digits() -> None:
    assert fold("  أكْمِل،  على WhatsApp! ") == fold("اكمل على whatsapp")


def test_every_phrase_is_folded_to_something() -> None:
    assert all(fold(phrase) for phrase in load_phrases(ROOT / "bot" / "words.yml"))
