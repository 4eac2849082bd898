"""How Arabic is written: one spelling for matching, and the way back to the citizen's own."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pyarabic import araby

# The order is a decision.
# 1. The script is judged on the text as it came: folding would wipe out what tells it.
# 2. Marks, tatweel and invisible characters go first, for they may stand between a letter and
#    its repeat.
# 3. Letters and digits take one shape, so that a stretched alef is one however it was typed.
# 4. Only then are stretched letters shortened. Digits and emoji never are: 1111 is a number.
# 5. What is left of punctuation is already spaces; runs of them become one.
_MARKS: Final = frozenset(
    (*araby.TASHKEEL, araby.TATWEEL, araby.MINI_ALEF, araby.HAMZA_ABOVE, araby.HAMZA_BELOW, "ٓ")
)
_COMMON: Final[Mapping[str, str]] = {
    "آ": "ا", "أ": "ا", "إ": "ا", "ٱ": "ا", "ٲ": "ا", "ٳ": "ا", "ؤ": "و", araby.HAMZA: "",
}  # fmt: skip
# Letters of other keyboards in Arabic text: Persian and Urdu ones, and the Gulf's, Iraq's and the
# Maghreb's spellings of sounds that MSA has no letter for. The latter take the letter that the
# same people type when their keyboard lacks it.
_ARABIC: Final[Mapping[str, str]] = {
    **_COMMON, "ى": "ي", "ئ": "ي", "ی": "ي", "ې": "ي", "ے": "ي", "ۓ": "ي", "ک": "ك", "ڪ": "ك",
    "ة": "ه", "ہ": "ه", "ھ": "ه", "ۃ": "ه", "ۂ": "ه", "ۀ": "ه", "ە": "ه", "ں": "ن", "ٹ": "ت",
    "ڈ": "د", "ڑ": "ر", "پ": "ب", "چ": "ج", "ژ": "ز", "ڤ": "ف", "ڥ": "ف", "گ": "ق", "ڨ": "ق",
    "ڭ": "ق",
}  # fmt: skip
_PERSIAN: Final[Mapping[str, str]] = {
    **_COMMON, "ي": "ی", "ى": "ی", "ئ": "ی", "ې": "ی", "ۓ": "ے", "ك": "ک", "ڪ": "ک",
    "ه": "ہ", "ة": "ہ", "ۃ": "ہ", "ۂ": "ہ", "ۀ": "ہ", "ە": "ہ",
}  # fmt: skip
_ONLY_URDU: Final = frozenset("ٹڈڑںےۓ")
_PERSIAN_KEYS: Final = _ONLY_URDU | frozenset("کیہھۀۂۃ")
_ARABIC_KEYS: Final = frozenset("كيةى")
_DEFINITE: Final = re.compile(r"\b[وبفكل]?ال\w{3}")
_STRETCHED: Final = re.compile(r"([^\W\d_])\1{2,}")
_GLUED: Final = frozenset("وفبلكعمه")
ARTICLE: Final = "ال"
IN_THE: Final = "بال"
THIRD_PERSON: Final = "ي"
SENTENCE_ENDS: Final = ".!?؟۔\n"
CLAUSE_ENDS: Final = SENTENCE_ENDS + ",،؛;"
# What is written onto the front of a word, with what it leaves of the word: longest first.
_PROCLITICS: Final = (
    ("ولل", "ال"), ("فلل", "ال"), ("لل", "ال"), ("من", ""), ("وب", ""), ("ول", ""), ("وع", ""),
    ("وه", ""), ("فب", ""), ("فه", ""), ("و", ""), ("ف", ""), ("ب", ""), ("ل", ""), ("ك", ""),
    ("ع", ""), ("م", ""), ("ه", ""),
)  # fmt: skip
# These are written as one letter only before the article: "on the", "from the", "this".
_BEFORE_ARTICLE: Final = frozenset(("ع", "م", "ه", "وع", "وه", "فه"))
_SHORTEST_STEM: Final = 3
# In front of a common word the light ones are understood, in front of a name these.
CONJUNCTION_PREFIXES: Final = frozenset(("", "و", "ف"))
IN_PREFIXES: Final = frozenset(("ب", "وب", "فب"))
FROM_PREFIXES: Final = frozenset(("م", "من"))
TO_PREFIXES: Final = frozenset(("ل", "ول", "لل", "ولل", "فلل"))
THIS_PREFIXES: Final = frozenset(("ه", "وه", "فه"))
_COMMON_PREFIXES: Final = CONJUNCTION_PREFIXES | IN_PREFIXES | FROM_PREFIXES | {"ع", "وع"}
LIGHT_PREFIXES: Final = _COMMON_PREFIXES | THIS_PREFIXES
NAME_PREFIXES: Final = _COMMON_PREFIXES | TO_PREFIXES
MELTED: Final = "لل"
AND_PREFIX: Final = "و"
# What a light stemmer takes off a folded word, where enough of it remains.
_STEM_FRONT: Final = re.compile(r"^(?:[وف]?(?:[بكهعم]?ال|لل)(?=..)|[وفبل](?=\w{4}))")
_STEM_END: Final = re.compile(
    r"(?<=\w{3})(?:اتهم|اتنا|اتها|اته|اتي|تهم|تها|تنا|هم|هن|كم|كن|ها|نا|ني|تي|ته"
    r"|ات|ون|ين|ان|وا|يه|ه|ي|ك|ج|ت|ا)$"
)
_STEMMED_LENGTH: Final = 4


@dataclass(frozen=True)
class Folded:
    """A text in one spelling; character i came from the original's offsets[i] up to ends[i]."""

    text: str
    offsets: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the folded characters from start up to end stand in the original."""
        return self.offsets[start], self.ends[end - 1]


def is_persian(text: str) -> bool:
    """Tell whether the text is written in Urdu's or Persian's letters rather than in Arabic's.

    Arabic typed on a Persian keyboard is Arabic: its words begin with the article.
    """
    persian = sum(char in _PERSIAN_KEYS for char in text)
    if persian <= sum(char in _ARABIC_KEYS for char in text):
        return False
    return not _ONLY_URDU.isdisjoint(text) or not _DEFINITE.search(text)


def fold(text: str, *, persian: bool | None = None) -> str:
    """Return the text in one spelling: what differs only in writing becomes the same.

    A lexicon says which script its words are for; a single word cannot tell.
    """
    return fold_with_map(text, persian=persian).text


def fold_with_map(text: str, *, persian: bool | None = None) -> Folded:
    """Fold the text and remember where each character came from."""
    chars: list[str] = []
    offsets: list[int] = []
    ends: list[int] = []
    as_persian = is_persian(text) if persian is None else persian
    for index, folded in _folded(text, persian=as_persian):
        if not folded and ends and chars[-1] != " ":
            ends[-1] = index + 1  # a mark belongs to the letter before it
        if folded and (folded != " " or (chars and chars[-1] != " ")):
            chars.append(folded)
            offsets.append(index)
            ends.append(index + 1)
    if chars and chars[-1] == " ":
        chars.pop()
    return _unstretched("".join(chars), offsets, ends)


def fold_digits(text: str) -> str:
    """Return the text with the decimal digits of every script as ASCII, length unchanged."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


@lru_cache(maxsize=65_536)
def light_stem(word: str) -> str:
    """Return a folded Arabic word without article, conjunction and ending; others as they are."""
    if len(word) < _STEMMED_LENGTH or not "\u0600" <= word[0] <= "\u06ff":
        return word
    return _STEM_END.sub("", _STEM_FRONT.sub("", word))


@lru_cache(maxsize=8192)
def proclitics(word: str) -> Sequence[tuple[str, str]]:
    """Return each way to read a folded word: what is glued to its front, and the rest.

    The word as it stands comes first. "for the" melts into the article, which is restored.
    """
    return [("", word), *(_without_prefixes(word) if word[0] in _GLUED else ())]


def _without_prefixes(word: str) -> Iterator[tuple[str, str]]:
    for prefix, restored in _PROCLITICS:
        if not word.startswith(prefix):
            continue
        rest = restored + word[len(prefix) :]
        needs_article = prefix in _BEFORE_ARTICLE and not rest.startswith(ARTICLE)
        if len(rest) >= _SHORTEST_STEM and not needs_article:
            yield prefix, rest


def _folded(text: str, *, persian: bool) -> Iterator[tuple[int, str]]:
    """Yield what each character folds into, one character at a time, or nothing."""
    for index, char in enumerate(text):
        folded = _fold_char(char, persian=persian)
        if not folded:
            yield index, folded
        yield from ((index, one) for one in folded)


def _unstretched(text: str, offsets: list[int], ends: list[int]) -> Folded:
    kept_text: list[str] = []
    kept_offsets: list[int] = []
    kept_ends: list[int] = []
    done = 0
    for run in _STRETCHED.finditer(text):
        upto = run.start() + 1
        kept_text.append(text[done:upto])
        kept_offsets += offsets[done:upto]
        kept_ends += [*ends[done : upto - 1], ends[run.end() - 1]]
        done = run.end()
    kept_text.append(text[done:])
    kept_offsets += offsets[done : len(text)]
    kept_ends += ends[done : len(text)]
    return Folded("".join(kept_text), kept_offsets, kept_ends)


@lru_cache(maxsize=4096)
def _fold_char(char: str, *, persian: bool) -> str:
    # Presentation forms and full-width letters stand for one or more plain ones.
    plain = unicodedata.normalize("NFKC", char) if _is_compatible(char) else char
    letters = _PERSIAN if persian else _ARABIC
    return "".join(_fold_plain(one, letters) for one in plain)


def _is_compatible(char: str) -> bool:
    return "\ufb50" <= char <= "\ufdfb" or "\ufe70" <= char <= "\ufeff" or char >= "\uff01"


def _fold_plain(char: str, letters: Mapping[str, str]) -> str:
    category = unicodedata.category(char)
    if char in letters:
        return letters[char]
    if char in _MARKS or category == "Cf" or _is_sign(char):
        return ""
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if category[0] in "ZPC" or category in ("Sm", "Sc", "Sk"):
        return " "
    return char.lower()


def _is_sign(char: str) -> bool:
    # Quranic signs and variation selectors; the vowel signs of other scripts are letters to us.
    return "\u0610" <= char <= "\u061a" or "\u06d6" <= char <= "\u06ed" or char == "\ufe0f"
