"""What comes in is kept once, with its place in the order in which it came."""

import secrets
import time
from typing import Final

from pymongo.errors import DuplicateKeyError

from storage.database import Collection, Document


class Order:
    """Numbers that grow with time and never repeat within this process."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        """Return the present microsecond, or the next one that is not taken."""
        self._last = max(self._last + 1, time.time_ns() // 1_000)
        return self._last


_ORDER: Final = Order()


async def keep_arrival(collection: Collection, document: Document) -> bool:
    """Insert a document with its `order`; False if one with its key is there."""
    receipt = secrets.token_hex(8)
    try:
        await collection.insert_one({**document, "order": _ORDER.next(), "receipt": receipt})
    except DuplicateKeyError:
        # After a lost connection the driver inserts again what may have been kept: what is
        # found then is no repeat, but this very arrival, and still has to be taken.
        ours = {"_id": document["_id"], "receipt": receipt}
        return await collection.find_one(ours, {"_id": 1}) is not None
    return True
