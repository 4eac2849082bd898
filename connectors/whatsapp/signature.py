"""The signature under which Meta delivers a webhook."""

import hashlib
import hmac
from typing import Final

HEADER: Final = "X-Hub-Signature-256"
_PREFIX: Final = "sha256="


def sign(raw: bytes, secret: str) -> str:
    """Return the signature of a request's bytes, as the header says it."""
    return _PREFIX + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def is_signed(raw: bytes, given: str, secret: str) -> bool:
    """Say whether a signature was made with the secret, over these very bytes.

    JSON that was read and written again is not signed any more: Meta escapes what is not ASCII.
    """
    # Without a secret everybody could sign.
    return bool(secret) and is_same(given, sign(raw, secret))


def is_same(given: str, expected: str) -> bool:
    """Compare what a stranger sent with a secret, in a time that tells nothing."""
    # A header may hold any byte, and each of those is kept as half of a surrogate pair.
    return hmac.compare_digest(given.encode(errors="surrogatepass"), expected.encode())
