"""Who may see a case: its own conversation, or whoever holds number and tracking code."""

import hashlib
import hmac
from typing import Final

from cases.numbers import fold_digits

# No 0/O, 1/I/L, U/V: people read codes aloud and copy them by hand.
LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTWXYZ"
_LENGTH: Final = 8


class AccessKeys:
    """Makes tracking codes and their hashes with one secret key."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def tracking_code(self, filing_key: str) -> str:
        """Return the code of a filing, the same each time, so that a repeat tells it again.

        It is derived, not kept: the store holds only its hash.
        """
        number = int.from_bytes(self._mac("code", filing_key))
        letters: list[str] = []
        for _ in range(_LENGTH):
            number, index = divmod(number, len(LETTERS))
            letters.append(LETTERS[index])
        return "".join(letters[:4]) + "-" + "".join(letters[4:])

    def hashed(self, code: str) -> str:
        """Return the keyed hash under which a code is kept; spacing and case do not matter."""
        kept = "".join(char for char in fold_digits(code).upper() if char.isalnum())
        return self._mac("hash", kept).hex()

    def opens(self, code: str, code_hash: str) -> bool:
        """Say whether this code belongs to this hash, in constant time."""
        return hmac.compare_digest(self.hashed(code), code_hash)

    def _mac(self, purpose: str, text: str) -> bytes:
        return hmac.digest(self._secret, f"{purpose}:{text}".encode(), hashlib.sha256)
