"""Text for numbers: other digits, dashes and spaces made plain, every character in its place."""

from typing import Final

from nlu.arabic import fold_digits

_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2212\u0640"
_SPACES: Final = "\u00a0\u2009\u202f\u200b\u200c\u200e\u200f\u061c"
_DIRECTIONS: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_PLAIN: Final = str.maketrans(
    {**dict.fromkeys(_DASHES, "-"), **dict.fromkeys(_SPACES + _DIRECTIONS, " ")}
)


def plain_numbers(text: str) -> str:
    """Return the text with ASCII digits, plain dashes and plain spaces, length unchanged.

    Numbers that are copied from a contact list come wrapped in invisible direction marks.
    """
    return fold_digits(text).translate(_PLAIN)
