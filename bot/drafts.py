"""Going on elsewhere: a short code carries a citizen's draft to another of their channels."""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import yaml

from bot.conversations import BadCodeError, ConversationChangedError, ConversationStore, Draft
from bot.messages import Answer, InboundMessage
from bot.texts import Texts
from cases.access import LETTERS, AccessKeys
from cases.following import Guesses, TooManyGuessesError

_LENGTH: Final = 6
_CODE: Final = re.compile(r"GO[\s_-]?([0-9A-Z]{6})")
VALID: Final = timedelta(minutes=30)


class CodeStore(Protocol):
    """Keeps codes, by their hashes, and the drafts that they carry."""

    async def issue(self, code_hash: str, conversation: str, expires_at: datetime) -> None:
        """Keep a new code of a conversation."""
        ...

    async def redeem(self, code_hash: str, key: str, now: datetime) -> str | None:
        """Return whose code it is, to the first message that brings it and to no other."""
        ...

    async def carry(self, code_hash: str, draft: bytes, language: str | None) -> None:
        """Keep the draft that the code carries; the first one stays."""
        ...

    async def carried(self, code_hash: str) -> tuple[bytes, str | None] | None:
        """Return the draft and its language."""
        ...


class Joins(Protocol):
    """Knows which conversations are one person's."""

    async def join(self, one: str, other: str) -> None:
        """Remember that two conversations are one person's."""
        ...


class MovingDrafts:
    """Issues codes and redeems them; a Drafts.

    `links` says where a draft can go on: channel -> link, with `{code}` for the code.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - moving a draft touches all of these
        self,
        conversations: ConversationStore,
        codes: CodeStore,
        joins: Joins,
        guesses: Guesses,
        keys: AccessKeys,
        texts: Texts,
        clock: Callable[[], datetime],
        links: Mapping[str, str],
        phrases: Iterable[str],
    ) -> None:
        self._conversations, self._codes, self._joins = conversations, codes, joins
        self._guesses, self._keys, self._texts = guesses, keys, texts
        self._clock, self._links = clock, links
        self._phrases = frozenset(map(fold, phrases))

    async def answer(self, message: InboundMessage, language: str | None) -> Answer | None:
        """Return a code that moves the draft, when that is what the citizen asks for."""
        if fold(message.text) not in self._phrases:
            return None
        code = "GO-" + "".join(secrets.choice(LETTERS) for _ in range(_LENGTH))
        expires_at = self._clock() + VALID
        await self._codes.issue(self._keys.hashed(code), message.conversation, expires_at)
        links = "\n".join(link.format(code=code) for link in self._links.values())
        values = {"code": code, "links": links}
        return Answer(self._texts.say("gateway_code", language, **values).strip())

    async def carry(self, message: InboundMessage) -> Draft | None:
        """Return the draft whose code the citizen sent; None when the message is no code.

        Raises BadCodeError. The same message gets the same draft again.
        """
        typed = _CODE.fullmatch(message.text.strip().upper())
        if typed is None:
            return None
        code_hash = self._keys.hashed(f"GO-{typed[1]}")
        source = await self._redeemed(code_hash, message)
        if await self._codes.carried(code_hash) is None:
            draft = await self._conversations.get(source)
            await self._codes.carry(code_hash, draft.dialogue, draft.language)
        dialogue, language = await self._codes.carried(code_hash) or (b"", None)
        await self._swap(source, dialogue, message.conversation)
        await self._joins.join(source, message.conversation)
        return Draft(dialogue, language)

    async def _redeemed(self, code_hash: str, message: InboundMessage) -> str:
        try:
            await self._guesses.check(message.conversation)
        except TooManyGuessesError as error:
            raise BadCodeError("guessed") from error
        source = await self._codes.redeem(code_hash, message.key, self._clock())
        if source is None:
            await self._guesses.count(message.conversation)
            raise BadCodeError("unknown")
        if source == message.conversation:
            raise BadCodeError("same")
        return source

    async def _swap(self, source: str, moved: bytes, target: str) -> None:
        """Leave in the old conversation what the new one had, so that no draft is lost."""
        while True:
            old = await self._conversations.get(source)
            if old.dialogue != moved or not moved:
                return  # taken before, or there was nothing to take
            mine = await self._conversations.get(target)
            try:
                await self._conversations.save(replace(old, dialogue=mine.dialogue, before=None))
            except ConversationChangedError:
                continue
            return


def fold(text: str) -> str:
    """Return a text without marks, punctuation and case, for comparing whole messages."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = (char if char.isalnum() else " " for char in letters if not unicodedata.combining(char))
    return " ".join("".join(kept).split())


def load_phrases(path: Path) -> list[str]:
    """Read the phrases that ask to go on elsewhere."""
    with path.open(encoding="utf-8") as file:
        return yaml.safe_load(file)["continue_elsewhere"]
