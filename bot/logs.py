"""Logs as JSON lines: an event and its key-values, never what a citizen wrote or who they are."""

import hashlib
import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Final, override

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object; conversation ids only as keyed hashes."""

    def __init__(self, key: bytes) -> None:
        super().__init__()
        self._key = key[:64]

    @override
    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
        }
        for name, value in vars(record).items():
            if name == "conversation_id":
                line["conversation"] = self._hashed(str(value))
            elif name not in _STANDARD:
                line[name] = value
        if record.exc_info:
            line["error"] = self._traceback(record)
        return json.dumps(line, ensure_ascii=False, default=str)

    def _traceback(self, record: logging.LogRecord) -> str:
        """Return where the error came from, without its message: that may quote a citizen."""
        kind, _, trace = record.exc_info or (None, None, None)
        places: list[str] = []
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
            trace = trace.tb_next
        return f"{kind.__name__ if kind else '?'} at {' > '.join(places)}"

    def _hashed(self, conversation: str) -> str:
        return hashlib.blake2b(conversation.encode(), key=self._key, digest_size=6).hexdigest()


def configure(key: bytes, level: int = logging.INFO) -> None:
    """Send every log record to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(key))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)  # paths may hold case numbers
