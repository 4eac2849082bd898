"""Stand-ins for what the gateway talks to; each keeps what it was given."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.conversations import (
    AgentAnswer,
    AgentTurn,
    AttachmentInfo,
    Conversation,
    ConversationChangedError,
)
from bot.messages import Answer, InboundMessage
from cases.case import Case
from cases.following import TooManyGuessesError
from cases.numbers import CaseNumber

OK = AgentAnswer(
    texts=("تم",), buttons=(), dialogue=b"after", language="ar", understood={"intent": "greet"}
)


def said(*texts: str, **changes: Any) -> AgentAnswer:
    return replace(OK, texts=texts, **changes)


@dataclass
class ScriptedAgent:
    """Says or raises what its script says, line by line, and OK after that."""

    script: list[AgentAnswer | Exception] = field(default_factory=list[AgentAnswer | Exception])
    asked: list[AgentTurn] = field(default_factory=list[AgentTurn])

    async def reply(self, turn: AgentTurn) -> AgentAnswer:
        self.asked.append(turn)
        line = self.script.pop(0) if self.script else OK
        if isinstance(line, Exception):
            raise line
        return line


@dataclass
class GatedAgent:
    """Repeats each text, but not before its gate is opened."""

    asked: list[str] = field(default_factory=list[str])
    gates: defaultdict[str, asyncio.Event] = field(
        default_factory=lambda: defaultdict(asyncio.Event)
    )
    reached: defaultdict[str, asyncio.Event] = field(
        default_factory=lambda: defaultdict(asyncio.Event)
    )

    async def reply(self, turn: AgentTurn) -> AgentAnswer:
        self.asked.append(turn.text)
        self.reached[turn.text].set()
        await self.gates[turn.text].wait()
        return said(turn.text)


@dataclass
class RecordingConversations:
    """Keeps conversations; `changes` is how often somebody else saves first."""

    kept: dict[str, Conversation] = field(default_factory=dict[str, Conversation])
    saves: int = 0
    changes: int = 0

    async def get(self, conversation_id: str) -> Conversation:
        return self.kept.get(conversation_id, Conversation(conversation_id))

    async def language_of(self, conversation_id: str) -> str | None:
        return (await self.get(conversation_id)).language

    async def save(self, conversation: Conversation) -> None:
        if self.changes:
            self.changes -= 1
            raise ConversationChangedError
        self.saves += 1
        self.kept[conversation.id] = replace(conversation, version=conversation.version + 1)


@dataclass
class AttachmentShelf:
    """Knows which conversation uploaded which file, and keeps the bytes of new ones."""

    owned: dict[str, list[AttachmentInfo]] = field(default_factory=dict[str, list[AttachmentInfo]])
    uploads: list[tuple[str, str, str, bytes, str]] = field(
        default_factory=list[tuple[str, str, str, bytes, str]]
    )

    async def claim(
        self, conversation: str, ids: Sequence[str]
    ) -> tuple[list[AttachmentInfo], list[str]]:
        own = {info.id: info for info in self.owned.get(conversation, [])}
        return [own[name] for name in ids if name in own], [n for n in ids if n not in own]

    async def keep(  # noqa: PLR0913, PLR0917 - an upload has this many properties
        self,
        conversation: str,
        name: str,
        media_type: str,
        media: str,
        chunks: AsyncIterator[bytes],
        sha256: str,
    ) -> AttachmentInfo:
        content = b"".join([chunk async for chunk in chunks])
        self.uploads.append((conversation, name, media_type, content, sha256))
        info = AttachmentInfo(f"file-{len(self.uploads)}", media, name)
        self.owned.setdefault(conversation, []).append(info)
        return info


@dataclass
class RecordingInbox:
    """Keeps messages and answers; `failures` is how often keeping an answer fails first."""

    received: dict[str, InboundMessage] = field(default_factory=dict[str, InboundMessage])
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    collected: list[str] = field(default_factory=list[str])
    told: dict[str, tuple[str, Answer]] = field(default_factory=dict[str, tuple[str, Answer]])
    failures: int = 0

    async def receive(self, message: InboundMessage) -> bool:
        if message.key in self.received:
            return False
        self.received[message.key] = message
        return True

    async def finish(self, key: str, answer: Answer) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError
        self.answers[key] = answer

    async def find_answer(self, key: str) -> Answer | None:
        return self.answers.get(key)

    async def collect(self, conversation: str) -> list[tuple[str, Answer]]:
        return [
            (key, self.answers[key])
            for key, message in self.received.items()
            if message.conversation == conversation
            and key in self.answers
            and key not in self.collected
        ]

    async def mark_collected(self, keys: list[str]) -> None:
        self.collected += keys

    async def tell(self, conversation: str, key: str, answer: Answer, at: datetime) -> None:
        self.told.setdefault(key, (conversation, answer))

    async def waiting(self) -> AsyncIterator[InboundMessage]:
        for message in list(self.received.values()):
            if message.key not in self.answers:
                yield message


@dataclass
class CaseShelf:
    """Keeps cases for intake and for following."""

    kept: list[Case] = field(default_factory=list[Case])

    async def find_filed(self, filing_key: str) -> Case | None:
        found = (case for case in self.kept if case.complaint.filing_key == filing_key)
        return next(found, None)

    async def last_serial(self, year: int) -> int:
        serials = (case.number.serial for case in self.kept if case.number.year == year)
        return max(serials, default=0)

    async def add(self, case: Case) -> None:
        self.kept.append(case)

    async def find(self, number: CaseNumber) -> Case | None:
        return next((case for case in self.kept if case.number == number), None)

    async def of_conversation(self, conversation: str, limit: int) -> list[Case]:
        own = (case for case in self.kept if case.complaint.conversation == conversation)
        return sorted(own, key=lambda case: case.filed_at, reverse=True)[:limit]

    async def grow(self, before: Case, after: Case) -> bool:
        self.kept[self.kept.index(before)] = after
        return True


@dataclass
class GuessCounter:
    """Counts wrong guesses; three are too many."""

    counted: Counter[str] = field(default_factory=Counter[str])

    async def check(self, asker: str) -> None:
        if self.counted[asker] >= 3:
            raise TooManyGuessesError

    async def count(self, asker: str) -> None:
        self.counted[asker] += 1
