"""Sentence embeddings that were computed once, kept by the hash of their text."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nlu.embedding import embed

Rows = NDArray[Any]

PLACE: Final = Path(__file__).parents[1] / ".shakwa" / "embeddings.sqlite"
_AT_ONCE: Final = 256  # texts between two savings
_WORTH_IT: Final = 2_000  # from so many new texts on, every core helps


def embed_kept(texts: Sequence[str], path: Path = PLACE) -> Rows:
    """Return one row for each text; none is computed that was computed before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=60)) as kept:
        kept.execute("CREATE TABLE IF NOT EXISTS rows (text BLOB PRIMARY KEY, row BLOB)")
        found = {text: _find(kept, text) for text in texts}
        for some, rows in _embedded([text for text, row in found.items() if row is None]):
            new = {text: row.tobytes() for text, row in zip(some, rows, strict=True)}
            pairs = [(_key(text), row) for text, row in new.items()]
            kept.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?)", pairs)
            kept.commit()
            found |= new
        return np.stack([np.frombuffer(found[text] or b"", np.float32) for text in texts])


def _embedded(texts: Sequence[str]) -> Iterator[tuple[list[str], Rows]]:
    portions = [list(texts[i : i + _AT_ONCE]) for i in range(0, len(texts), _AT_ONCE)]
    if len(texts) < _WORTH_IT:
        yield from zip(portions, map(embed, portions), strict=True)
        return
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from zip(portions, pool.map(embed, portions), strict=True)


def _find(kept: sqlite3.Connection, text: str) -> bytes | None:
    found = kept.execute("SELECT row FROM rows WHERE text = ?", (_key(text),)).fetchone()
    return found[0] if found else None


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
