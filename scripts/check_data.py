"""The examples rules: nothing twice, no copies, no frames, nothing measured on is trained on."""

import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import ceil
from pathlib import Path
from typing import Any, Final

import yaml

_ROOT: Final = Path(__file__).parents[1]
_TAXONOMY: Final = "jurisdictions/kuwait/taxonomy.yml"
_PROBLEM: Final = "report_problem"  # its lines are labelled with their category
_SENT: Final = frozenset({"answer", "attach", "locate", "unread"})  # nobody says these
_FEWEST_OF_INTENT: Final = 60
_FEWEST_OF_CATEGORY: Final = 40
_FEWEST_HELD_OUT: Final = 8

# The shares were set by looking at what they catch: below them stand honest lines, such as a
# blessing that two people say, or a job and a house that two people wait for.
_GRAM: Final = 4  # letters
_NEAR_WORDS: Final = 5  # shorter lines share their words honestly
_NEAR: Final = 0.65  # of all letter sequences, or of all words, of two lines
_LONG_WORDS: Final = 6  # five are a greeting that many begin with
_PART: Final = 0.8  # of the shorter line's letter sequences, found in a longer one of its label
_FRAME: Final = 0.7  # of the places in two lines of one label, filled with the same word
_REMOVED: Final = 2  # words taken from each of two lines of one label, and they are equal
_KEPT: Final = 0.6  # of the distinct words, at least, when so many are taken

_LABEL: Final = re.compile(r"(?:- intent| +category): (\w+)")
_EXAMPLE: Final = re.compile(r" +- (.+)")
_STRETCHED: Final = re.compile(r"([^\W\d_])\1+")
_DROPPED: Final = frozenset({"\u0621", "\u0640"})  # a hamza alone, tatweel
_LETTERS: Final = {
    "\u0671": "\u0627",  # alef wasla
    **dict.fromkeys("\u0629\u06be\u06c1\u06c3\u06d5", "\u0647"),  # ta marbuta and other heh
    **dict.fromkeys("\u0649\u06cc\u06d2", "\u064a"),  # alef maqsura, other yeh
    "\u06a9": "\u0643",  # other kaf
}

type Tokens = frozenset[Hashable]


@dataclass(frozen=True, eq=False)
class Line:
    """One example: where it stands, what it is an example of, its words in one spelling."""

    place: str
    label: str
    words: tuple[str, ...]


type Pair = tuple[Line, Line]


def main(root: Path = _ROOT) -> int:
    """Print every pair and label that breaks a rule; return 1 if any does."""
    trained, held_out = list(training(root)), list(measuring(root))
    pairs = alike([*trained, *held_out])
    problems = [
        *(f"{one.place} {two.place}: {why}" for (one, two), why in pairs.items()),
        *too_few(root, trained, held_out),
    ]
    for problem in problems:
        print(problem)
    print(f"data: {len(trained)} examples, {len(held_out)} held out, {len(problems)} problems")
    return min(len(problems), 1)


def training(root: Path) -> Iterator[Line]:
    """Yield every example that the model is trained on."""
    for room in ("intents", "categories"):
        for path in sorted((root / "nlu" / "data" / room).rglob("*.yml")):
            yield from _examples(path, path.relative_to(root))


def _examples(path: Path, name: Path) -> Iterator[Line]:
    label = ""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if named := _LABEL.fullmatch(line):
            label = named[1]
        elif example := _EXAMPLE.fullmatch(line):
            yield Line(f"{name}:{number}", label, fold(example[1]))


def measuring(root: Path) -> Iterator[Line]:
    """Yield every line that the model is measured on."""
    for path in sorted((root / "tests" / "nlu" / "heldout").rglob("*.tsv")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            label, _, text = line.partition("\t")
            yield Line(f"{path.relative_to(root)}:{number}", label, fold(text))


def fold(text: str) -> tuple[str, ...]:
    """Return the words in one spelling; signs and emoji count where there is no word."""
    plain = "".join(map(_fold_char, unicodedata.normalize("NFKD", text.casefold())))
    return tuple(_STRETCHED.sub(r"\1", plain).split() or text.split())


@cache
def _fold_char(char: str) -> str:
    category = unicodedata.category(char)
    if char in _DROPPED or category in ("Mn", "Me", "Cf"):
        return ""
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return _LETTERS.get(char, char) if category[0] in "LMN" else " "


def alike(lines: Sequence[Line]) -> dict[Pair, str]:
    """Return the pairs of lines that are too much alike, with the first rule that each breaks."""
    rules = {"the same": same, "nearly the same": near, "part of it": part, "one frame": frame}
    found: dict[frozenset[Line], str] = {}
    for why, rule in rules.items():
        for pair in rule(lines):
            found.setdefault(frozenset(pair), why)
    order = {line: at for at, line in enumerate(lines)}
    pairs = {_ordered(pair, order): why for pair, why in found.items()}
    return dict(sorted(pairs.items(), key=lambda item: order[item[0][0]]))


def _ordered(pair: frozenset[Line], order: dict[Line, int]) -> Pair:
    one, two = sorted(pair, key=order.__getitem__)
    return one, two


def same(lines: Sequence[Line]) -> Iterator[Pair]:
    """Yield the pairs of any labels that say the same."""
    groups: dict[tuple[str, ...], list[Line]] = defaultdict(list)
    for line in lines:
        groups[line.words].append(line)
    for group in groups.values():
        yield from combinations(group, 2)


def near(lines: Sequence[Line]) -> Iterator[Pair]:
    """Yield the pairs of any labels that share most of their letter sequences or words."""
    long = [line for line in lines if len(line.words) >= _NEAR_WORDS]
    yield from _overlapping(long, _grams)
    yield from _overlapping(long, _words)


def _overlapping(lines: Sequence[Line], tokens: Callable[[Line], Tokens]) -> Iterator[Pair]:
    contained = 2 * _NEAR / (1 + _NEAR)  # of the shorter line's, or the two cannot be near
    for one, two in _sharing(lines, tokens, contained):
        if len(tokens(one) & tokens(two)) >= _NEAR * len(tokens(one) | tokens(two)):
            yield one, two


def part(lines: Sequence[Line]) -> Iterator[Pair]:
    """Yield the pairs of one label of which the longer says all that the shorter does."""
    for group in _long_of_each_label(lines):
        yield from _sharing(group, _grams, _PART)


def frame(lines: Sequence[Line]) -> Iterator[Pair]:
    """Yield the pairs of one label in which a few words were swapped, added or removed."""
    for group in _long_of_each_label(lines):
        yield from _swapped(group)
        yield from _removed(group)


def _swapped(lines: Sequence[Line]) -> Iterator[Pair]:
    for one, two in _sharing(lines, _placed, _FRAME):
        if len(_placed(one) & _placed(two)) >= _FRAME * max(len(one.words), len(two.words)):
            yield one, two


def _removed(lines: Sequence[Line]) -> Iterator[Pair]:
    for one, two in _sharing(lines, _words, _KEPT):
        longest = max(len(one.words), len(two.words))
        if _in_order(one.words, two.words) >= longest - _REMOVED:
            yield one, two


def _long_of_each_label(lines: Sequence[Line]) -> Iterable[Sequence[Line]]:
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if len(line.words) >= _LONG_WORDS:
            groups[line.label].append(line)
    return groups.values()


@cache
def _grams(line: Line) -> Tokens:
    text = f" {' '.join(line.words)} "
    return frozenset(text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1))


@cache
def _words(line: Line) -> Tokens:
    return frozenset(line.words)


@cache
def _placed(line: Line) -> Tokens:
    return frozenset(enumerate(line.words))


def _in_order(one: Sequence[str], two: Sequence[str]) -> int:
    """Return how many words both have in the same order."""
    row = [0] * (len(two) + 1)
    for word in one:
        before = row.copy()
        for at, other in enumerate(two):
            row[at + 1] = before[at] + 1 if word == other else max(before[at + 1], row[at])
    return row[-1]


def _sharing(
    lines: Sequence[Line], tokens: Callable[[Line], Tokens], share: float
) -> Iterator[Pair]:
    """Yield the pairs in which the longer line has that share of the shorter one's tokens.

    Of any tokens, one more than may be missing, it has at least one: the rarest are looked up.
    """
    common = Counter(token for line in lines for token in tokens(line))
    holders: dict[Hashable, list[Line]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: len(tokens(line)), reverse=True):
        own = tokens(line)
        needed = ceil(share * len(own))
        rarest = sorted(own, key=common.__getitem__)[: len(own) - needed + 1]
        candidates = {longer for token in rarest for longer in holders[token]}
        yield from ((one, line) for one in candidates if len(tokens(one) & own) >= needed)
        for token in own:
            holders[token].append(line)


def too_few(root: Path, trained: Sequence[Line], held_out: Sequence[Line]) -> Iterator[str]:
    """Yield the labels that have too few examples, and those that nothing knows."""
    fewest = _fewest(root)
    examples, measures = (Counter(line.label for line in lines) for lines in (trained, held_out))
    for label, needed in fewest.items():
        if examples[label] < needed:
            yield f"{label}: {examples[label]} examples, {needed} are needed"
        if measures[label] < _FEWEST_HELD_OUT:
            yield f"{label}: {measures[label]} held out, {_FEWEST_HELD_OUT} are needed"
    for label in sorted({*examples, *measures} - fewest.keys()):
        yield f"{label}: neither an intent that is said nor a category"


def _fewest(root: Path) -> dict[str, int]:
    """Return each label and how many examples it must have."""
    domain: dict[str, Any] = yaml.safe_load((root / "domain.yml").read_text("utf-8"))
    taxonomy: dict[str, Any] = yaml.safe_load((root / _TAXONOMY).read_text("utf-8"))
    intents = [name for name in domain["intents"] if name not in _SENT | {_PROBLEM}]
    categories = [one["code"] for agency in taxonomy["agencies"] for one in agency["categories"]]
    return {
        **dict.fromkeys(intents, _FEWEST_OF_INTENT),
        **dict.fromkeys(categories, _FEWEST_OF_CATEGORY),
    }


if __name__ == "__main__":
    sys.exit(main())
