"""Asking after a case, and acting on one's own."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from cases import workflow
from cases.access import AccessKeys
from cases.case import Case, CaseError, Status
from cases.numbers import BadCaseNumberError, CaseNumber


class CaseNotSeenError(CaseError):
    """There is no such case for this asker: a wrong number and a wrong code look alike."""


class TooManyGuessesError(CaseError):
    """The asker has guessed too often and must wait."""


class Act(StrEnum):
    """What a citizen may do to their own case."""

    ADD = "add_information"
    WITHDRAW = "withdraw_case"
    REOPEN = "reopen_case"
    RATE = "rate_service"


class FollowedCases(Protocol):
    """What following needs from wherever cases are kept."""

    async def find(self, number: CaseNumber) -> Case | None:
        """Return the case with this number, if any."""
        ...

    async def of_conversation(self, conversation: str, limit: int) -> list[Case]:
        """Return a conversation's cases, newest first."""
        ...

    async def grow(self, before: Case, after: Case) -> bool:
        """Keep the lines that `after` adds; False if the case has grown since `before`."""
        ...


class Guesses(Protocol):
    """Counts wrong guesses by asker, over a sliding time."""

    async def check(self, asker: str) -> None:
        """Raise TooManyGuessesError when the asker has none left."""
        ...

    async def count(self, asker: str) -> None:
        """Remember one wrong guess."""
        ...


class People(Protocol):
    """Knows which conversations are one person's: they have shown it with a code."""

    async def conversations_of(self, conversation: str) -> list[str]:
        """Return a person's conversations, the one asked for among them."""
        ...


class Following:
    """Shows a citizen their own cases, and nobody else's."""

    def __init__(  # noqa: PLR0913, PLR0917 - what decides whose a case is
        self,
        store: FollowedCases,
        guesses: Guesses,
        keys: AccessKeys,
        country: str,
        now: Callable[[], datetime],
        people: People | None = None,
    ) -> None:
        self._store, self._guesses, self._keys = store, guesses, keys
        self._country, self._now, self._people = country, now, people

    async def own(self, conversation: str, limit: int = 20) -> list[Case]:
        """Return the cases of the conversation's person, newest first."""
        own = [
            case
            for one in await self._conversations(conversation)
            for case in await self._store.of_conversation(one, limit)
        ]
        return sorted(own, key=lambda case: case.filed_at, reverse=True)[:limit]

    async def own_numbered(self, conversation: str, number: str) -> Case:
        """Return one of the person's own cases, or raise CaseNotSeenError."""
        case = await self._find(number)
        if case is None:
            raise CaseNotSeenError
        if case.complaint.conversation not in await self._conversations(conversation):
            raise CaseNotSeenError
        return case

    async def _conversations(self, conversation: str) -> list[str]:
        return (
            await self._people.conversations_of(conversation) if self._people else [conversation]
        )

    async def with_code(self, asker: str, number: str, code: str) -> Case:
        """Return the case of this number and code.

        Raises CaseNotSeenError for a wrong number and for a wrong code alike, and
        TooManyGuessesError once the asker has been wrong too often.
        """
        await self._guesses.check(asker)
        case = await self._find(number)
        # An absent case is compared too, so that time tells nothing either.
        opened = self._keys.opens(code, case.code_hash if case else self._keys.hashed(""))
        if case is None or not opened:
            await self._guesses.count(asker)
            raise CaseNotSeenError
        return case

    async def act(  # noqa: PLR0913 - what may be done has this many parts
        self,
        conversation: str,
        number: str,
        act: Act,
        *,
        note: str = "",
        attachments: tuple[str, ...] = (),
        rating: int = 0,
    ) -> Case:
        """Do what the citizen wants done to their own case and return it grown.

        Raises CaseNotSeenError, MoveRefusedError or AdditionRefusedError.
        """
        while True:
            case = await self.own_numbered(conversation, number)
            grown = self._done(case, act, note, attachments, rating)
            if await self._store.grow(case, grown):
                return grown

    def _done(
        self, case: Case, act: Act, note: str, attachments: tuple[str, ...], rating: int
    ) -> Case:
        at, by = self._now(), "citizen"
        match act:
            case Act.ADD:
                return workflow.add(case, at=at, by=by, note=note, attachments=attachments)
            case Act.WITHDRAW:
                return workflow.move(case, Status.WITHDRAWN, at=at, by=by, note=note)
            case Act.REOPEN:
                return workflow.reopen(case, at=at, by=by, note=note)
            case Act.RATE:
                return workflow.rate(case, rating, at=at, by=by, note=note)

    async def _find(self, number: str) -> Case | None:
        return await find_numbered(self._store, number, self._country)


async def find_numbered(store: FollowedCases, number: str, country: str) -> Case | None:
    """Return the case with this number as somebody wrote it, if there is one."""
    try:
        return await store.find(CaseNumber.parse(number, country=country))
    except BadCaseNumberError:
        return None
