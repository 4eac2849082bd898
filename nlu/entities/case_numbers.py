"""Case numbers however they are typed: KW-2026-004217-6."""

import re
from itertools import accumulate
from typing import Final

from nlu.entities.digits import Typed

# The same quasigroup as in cases/numbers.py: the two Pythons share no code.
_DAMM: Final = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
_LETTERS: Final = re.compile(r"(?<![A-Za-z\d])([A-Za-z]+)([ \-./]{0,3})$")
_REACH: Final = 12
_YEARS: Final = re.compile(r"20\d\d")
_YEAR: Final = 4
_SERIAL: Final = 6
_DIGITS: Final = _YEAR + _SERIAL + 1
_PARTS: Final = 3
# Where a space or a dash may stand in a number without its letters: after the year and serial.
_CUTS: Final = frozenset((_YEAR, _YEAR + _SERIAL, _DIGITS))


def read_case_number(plain: str, typed: Typed, country: str) -> tuple[str, int, bool] | None:
    """Return the number as it is shown, where it begins, and whether its check digit is right."""
    start, end = typed.span
    letters = _LETTERS.search(plain, max(0, start - _REACH), start)
    ours = letters is not None and letters[1].upper() == country
    if (letters and not ours and not letters[2].isspace()) or _goes_on(plain, end):
        return None
    parts = _parts(typed, lettered=ours)
    if parts is None or not _YEARS.fullmatch(parts[0]):
        return None
    year, serial, check = parts
    valid = _check_digit(country, year + serial) == check
    return (
        f"{country}-{year}-{serial}-{check}",
        letters.start() if letters and ours else start,
        valid,
    )


def _parts(typed: Typed, *, lettered: bool) -> tuple[str, str, str] | None:
    digits = typed.digits
    if len(digits) != _DIGITS:
        return _short_serial(typed) if lettered else None
    parts = digits[:_YEAR], digits[_YEAR : _YEAR + _SERIAL], digits[-1]
    return parts if lettered or _CUTS.issuperset(accumulate(typed.sizes)) else None


def _short_serial(typed: Typed) -> tuple[str, str, str] | None:
    # "KW-2026-4217-6": the zeros are left out, the dashes tell where they belong.
    if len(typed.groups) != _PARTS:
        return None
    year, serial, check = (group.text for group in typed.groups)
    short = len(year) == _YEAR and len(serial) < _SERIAL and len(check) == 1
    return (year, serial.zfill(_SERIAL), check) if short else None


def _check_digit(country: str, digits: str) -> str:
    letters = "".join(f"{ord(letter) - ord('A') + 1:02d}" for letter in country)
    interim = "0"
    for digit in letters + digits:
        interim = _DAMM[int(interim)][int(digit)]
    return interim


def _goes_on(plain: str, end: int) -> bool:
    following = plain[end : end + 1]
    return following.isascii() and following.isalnum()
