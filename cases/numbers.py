"""Case numbers: what they look like, how they are checked and how people type them."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Self

# Damm's quasigroup of order 10 finds every single wrong digit and every swap of neighbours.
_DAMM: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
# Serials have six digits, and more only after the first million of a year.
_TYPED: Final = re.compile(r"([A-Z]{2})?(\d{4})(\d{6}|[1-9]\d{6,8})(\d)")


class BadCaseNumberError(ValueError):
    """The text is no case number: its shape or its check digit is wrong."""


def fold_digits(text: str) -> str:
    """Return the text with the decimal digits of every script as ASCII."""
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """The one id that a citizen sees: country, year, serial and check digit."""

    country: str
    year: int
    serial: int

    @property
    def check_digit(self) -> int:
        """The digit that gives a slip of the finger away."""
        letters = "".join(f"{ord(letter) - ord('A') + 1:02d}" for letter in self.country)
        interim = 0
        for digit in f"{letters}{self.year:04d}{self.serial:06d}":
            interim = int(_DAMM[interim][int(digit)])
        return interim

    def __str__(self) -> str:
        """Write the number as it is shown: KW-2026-004217-6."""
        return f"{self.country}-{self.year:04d}-{self.serial:06d}-{self.check_digit}"

    @classmethod
    def parse(cls, text: str, *, country: str) -> Self:
        """Read a number however it was typed: any digits, spaces, dashes, with or without country.

        Raises BadCaseNumberError when the shape or the check digit is wrong.
        """
        kept = "".join(char for char in fold_digits(text).upper() if char.isalnum())
        typed = _TYPED.fullmatch(kept)
        if typed is None:
            raise BadCaseNumberError(text)
        number = cls(typed[1] or country, int(typed[2]), int(typed[3]))
        if number.check_digit != int(typed[4]):
            raise BadCaseNumberError(text)
        return number
