"""What Meta's error codes mean for a parcel."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from bot.channels import Failure

NO_CODE: Final = -1  # an answer without a code; zero is a code of Meta's
TEMPLATE_FAULTS: Final = frozenset(range(132_000, 132_017))  # unknown, mismatched, paused
PAIR_LIMIT: Final = 131_056
_LONGEST_WAIT: Final = 300.0
_WAITS: Final[Mapping[int, float]] = {131_048: 3_600.0, 131_064: 3_600.0}  # taken for spam

_MEANINGS: Final[Mapping[Failure, frozenset[int]]] = {
    Failure.HALTED: frozenset({4, 80_007, 130_429, 131_048, 131_057, 131_064, 133_016}),
    Failure.BUSY: frozenset({PAIR_LIMIT}),
    Failure.WINDOW: frozenset({131_047}),
    Failure.UNREACHABLE: frozenset({130_497, 131_026, 131_030}),
    Failure.TRANSIENT: frozenset({1, 2, 131_000, 131_016, 131_053, 133_004}),
    # Tokens and permissions; then a number or account that is gone, blocked or not paid for.
    Failure.CREDENTIALS: frozenset(
        {0, 3, 10, 190, *range(200, 300), 33, 368, 131_005, 131_031, 131_042, 131_045, 133_010}
    ),
    Failure.REFUSED: frozenset(
        {100, 130_472, 131_008, 131_009, 131_049, 131_050, 131_051, 131_052, *TEMPLATE_FAULTS}
    ),
}
_FAILURES: Final[Mapping[int, Failure]] = {
    code: failure for failure, codes in _MEANINGS.items() for code in codes
}
_BY_STATUS: Final[Mapping[int, Failure]] = {
    HTTPStatus.UNAUTHORIZED: Failure.CREDENTIALS,
    HTTPStatus.FORBIDDEN: Failure.CREDENTIALS,
    HTTPStatus.REQUEST_TIMEOUT: Failure.TRANSIENT,
    HTTPStatus.TOO_MANY_REQUESTS: Failure.HALTED,
}


def failure_of(code: int, status: int = 0) -> Failure:
    """Return what a code means, or where it is none of ours, what the HTTP status does."""
    if code in _FAILURES:
        return _FAILURES[code]
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    unanswerable = status == 0 or HTTPStatus(400) <= status < HTTPStatus(500)
    return Failure.REFUSED if unanswerable else Failure.TRANSIENT


def wait_after(code: int, attempts: int) -> float | None:
    """Return the seconds to wait after a code, None where they are for the sender to choose."""
    if code == PAIR_LIMIT:
        return min(4.0 ** min(attempts, 5), _LONGEST_WAIT)  # Meta's own rule: 4^n
    return _WAITS.get(code)
