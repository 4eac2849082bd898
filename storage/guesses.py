"""Wrong guesses at tracking codes, counted by asker over the last minutes."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from cases.following import TooManyGuessesError
from storage.database import GUESSES_COUNTED, Database

ALLOWED: Final = 5


class MongoGuesses:
    """Counts wrong guesses; a Guesses.

    Each guess is a document of its own, so that none is lost when two are wrong at once.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._kept, self._now = database["guesses"], now

    async def check(self, asker: str) -> None:
        """Raise TooManyGuessesError when the asker has none left."""
        # The index drops old guesses only about once a minute: the time is asked for too.
        recent = {"asker": asker, "at": {"$gt": self._now() - GUESSES_COUNTED}}
        if await self._kept.count_documents(recent, limit=ALLOWED) >= ALLOWED:
            raise TooManyGuessesError

    async def count(self, asker: str) -> None:
        """Remember one wrong guess."""
        await self._kept.insert_one({"asker": asker, "at": self._now()})
