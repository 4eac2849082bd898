"""Proof of work: asked for only when an address's bucket runs low, and never a puzzle to see."""

import base64
import json
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

import altcha

_ALGORITHM: Final = "PBKDF2/SHA-256"
_COST: Final = 2_000
_LIFETIME: Final = 300  # seconds
_MOST_USED: Final = 10_000


class Proofs:
    """Makes challenges and takes each solution once."""

    def __init__(self, secret: str, clock: Callable[[], float]) -> None:
        self._secret, self._clock = secret, clock
        self._used: OrderedDict[str, None] = OrderedDict()

    def challenge(self) -> dict[str, Any]:
        """Return a fresh challenge for a page to solve."""
        expires_at = int(self._clock()) + _LIFETIME
        made: Any = altcha.create_challenge(
            _ALGORITHM, _COST, expires_at=expires_at, hmac_secret=self._secret
        )
        return made.to_dict()

    def accepts(self, solution: str) -> bool:
        """Say whether a solution (base64 of ALTCHA's payload) is right, unexpired and new."""
        try:
            payload = base64.b64decode(solution, validate=True).decode()
            signature = str(json.loads(payload)["challenge"]["signature"])
            verified: Any = altcha.verify_solution(solution, self._secret)
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        if not verified.verified or signature in self._used:
            return False
        self._used[signature] = None
        if len(self._used) > _MOST_USED:
            self._used.popitem(last=False)
        return True
