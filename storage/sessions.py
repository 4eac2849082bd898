"""Sessions of the chat on the web: known by the hash of a secret that only the page has."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from storage.database import Database


class MongoSessions:
    """Makes and finds sessions."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._kept, self._now = database["web_sessions"], now

    async def create(self, language: str | None, context: Mapping[str, str]) -> str:
        """Return the secret of a new session."""
        secret = secrets.token_urlsafe(32)
        session = {
            "_id": sender_of(secret),
            "created_at": self._now(),
            "language": language,
            "context": dict(context),
        }
        try:
            await self._kept.insert_one(session)
        except DuplicateKeyError:  # the driver's own second try after a lost connection
            return secret
        return secret

    async def find_context(self, secret: str) -> Mapping[str, str] | None:
        """Return what the session's link prefilled; None for an unknown session."""
        session = await self._kept.find_one({"_id": sender_of(secret)}, {"context": 1})
        return session["context"] if session else None


def sender_of(secret: str) -> str:
    """Return the sender that a session's secret stands for."""
    return hashlib.sha256(secret.encode()).hexdigest()[:40]
