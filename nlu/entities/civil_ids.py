"""Kuwait's civil ID: twelve digits with a birth date and a check digit."""

from datetime import date
from typing import Final

from nlu.entities.digits import Typed

_DIGITS: Final = 12
_WEIGHTS: Final = (2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_MODULUS: Final = 11
_CENTURIES: Final = {"2": 1900, "3": 2000}


def read_civil_id(typed: Typed, *, cued: bool) -> tuple[str, bool] | None:
    """Return the twelve digits of an ID, and whether they can be one.

    In several groups, twelve digits are an ID only where they are a right one, or evenly
    grouped, or called so: a year and a phone number are twelve digits too.
    """
    digits = typed.digits
    if len(digits) != _DIGITS:
        return None
    valid = _is_valid(digits)
    even = len(set(typed.sizes)) == 1 and typed.begins and typed.ends
    return (digits, valid) if len(typed.groups) == 1 or valid or even or cued else None


def _is_valid(digits: str) -> bool:
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return _MODULUS - weighted % _MODULUS == int(digits[-1]) and _has_birth_date(digits)


def _has_birth_date(digits: str) -> bool:
    century = _CENTURIES.get(digits[0])
    if century is None:
        return False
    try:
        date(century + int(digits[1:3]), int(digits[3:5]), int(digits[5:7]))
    except ValueError:
        return False
    return True
