"""Phone numbers: Kuwait's of eight digits, and others in their international form."""

import re
from typing import Final

from nlu.entities.digits import Typed

_KUWAIT: Final = "965"
_ABROAD: Final = "00"
_LOCAL: Final = re.compile(r"[24569]\d{7}")
_INTERNATIONAL: Final = re.compile(r"[1-9]\d{7,14}")
# Eight digits that are a date, or two years, are no phone.
_DATES: Final = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d"
    r"|(?:19|20)\d\d(?:19|20)\d\d"
)
_PLUS: Final = re.compile(r"\+ ?\(?$")
_LEAST_GROUP: Final = 2


def read_phone(plain: str, typed: Typed) -> tuple[str, int] | None:
    """Return a phone number in its international form, and where it begins."""
    start, end = typed.span
    if any(mark in plain[start:end] for mark in "./"):
        return None
    plus = _PLUS.search(plain, max(0, start - 3), start)
    if plus:
        number = _international(typed.digits)
        return (number, plus.start()) if number else None
    number = _without_plus(typed)
    return (number, start) if number else None


def is_doubtful(typed: Typed) -> bool:
    """Tell whether the digits may as well be another number, such as an account's."""
    return len(typed.digits) == len("60001234")


def _without_plus(typed: Typed) -> str | None:
    digits = typed.digits
    if digits.startswith(_ABROAD):
        return _international(digits[len(_ABROAD) :])
    if digits.startswith(_KUWAIT) and _LOCAL.fullmatch(digits, len(_KUWAIT)):
        return f"+{digits}"
    is_local = _LOCAL.fullmatch(digits) and not _DATES.fullmatch(digits)
    return f"+{_KUWAIT}{digits}" if is_local and _is_one_number(typed) else None


def _international(digits: str) -> str | None:
    if digits.startswith(_KUWAIT):
        return f"+{digits}" if _LOCAL.fullmatch(digits, len(_KUWAIT)) else None
    return f"+{digits}" if _INTERNATIONAL.fullmatch(digits) else None


def _is_one_number(typed: Typed) -> bool:
    # Four and four of sixteen digits are a bank card's; single digits are a list of things.
    if len(typed.groups) == 1:
        return True
    return typed.begins and typed.ends and min(typed.sizes) >= _LEAST_GROUP
