"""Hours and parts of the day: five thirty in the afternoon, since dawn."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from nlu.arabic import FROM_PREFIXES, THIS_PREFIXES
from nlu.entities.counts import Count, count_at, ordinal_at
from nlu.entities.lexicon import Words
from nlu.entities.times.fragments import NAMED, Clock, Fragment
from nlu.entities.times.story import Story

_LATEST_HOUR: Final = 24
_MOST_PEOPLE: Final = 2
_PARTS: Final = ("part", "bare_part")
_ADDRESS: Final = (
    "block_cue",
    "street_cue",
    "avenue_cue",
    "house_cue",
    "letter_cue",
    "number_cue",
)
_WRITTEN: Final = re.compile(
    r"(?<![\d:.])([01]?\d|2[0-3])([:.])([0-5]\d)(?::[0-5]\d)?(?![\d:]|\.\d)"
)


@dataclass(frozen=True)
class _Hour:
    clock: Clock
    after: int
    sure: bool  # the words after the number show that it is an hour


def written_clocks(words: Words) -> Mapping[int, tuple[Clock, int]]:
    """Return the hours that are written 17:30 and the words after, by the word they begin at."""
    clocks: dict[int, tuple[Clock, int]] = {}
    for match in _WRITTEN.finditer(words.reading.plain):
        tokens = words.reading.tokens_of(match.span())
        # With a point it is an hour only where the half of the day follows: 12.30 pm.
        if tokens and (match[2] == ":" or words.at(tokens[1], "meridiem")):
            clocks[tokens[0]] = (int(match[1]), int(match[3])), tokens[1]
    return clocks


def clock(story: Story, at: int) -> Fragment | None:
    """Read an hour that has a sign of being one: a cue, a half of the day, a part of it."""
    words = story.words
    cued = words.at(at, "clock_cue") is not None
    index = words.past(at, "clock_cue")
    written = story.clocks.get(index)
    if written:
        fragment = Fragment(at, written[1], clock=written[0])
        return _halved(words, fragment, cued=True) or fragment
    hour = _hour_at(words, index, cued=cued)
    if hour is None:
        return None
    fragment = Fragment(at, hour.after, clock=hour.clock)
    signed = _halved(words, fragment, cued=cued)
    return signed or (fragment if cued or hour.sure else None)


def part_of_day(story: Story, at: int) -> Fragment | None:
    """Read a part of the day; alone, most of these words are too common to be a time."""
    words = story.words
    this = words.at(at, "turn_before")
    index = this.after if this and this.value["back"] == 0 else at
    found = words.at(index, "part") or words.at(index, "bare_part")
    if found is None:
        return None
    weak = words.at(index, "part") is None
    part = found.value["part"]
    if index > at or found.prefix in THIS_PREFIXES:
        return Fragment(at, found.after, NAMED, story.today, part=part)
    since = found.prefix in FROM_PREFIXES and not weak
    return Fragment(at, found.after, part=part, weak=weak, since=since)


def _hour_at(words: Words, index: int, *, cued: bool) -> _Hour | None:
    early = words.at(index, "before_hour")
    start = early.after if early else index
    count = count_at(words, start) or (ordinal_at(words, start) if cued else None)
    if count is None or not 0 < count.value <= _LATEST_HOUR:
        return None
    fraction = early or words.at(count.after, "past_hour")
    after = fraction.after if fraction and not early else count.after
    sure = bool(fraction and "sure" in fraction.value) or _is_hour(
        words, index, count, after, clear=fraction is not None
    )
    minutes = fraction.value["minutes"] if fraction else 0
    return _Hour(_clock(count.value, minutes), words.past(after, "clock_after"), sure)


def _is_hour(words: Words, index: int, count: Count, after: int, *, clear: bool) -> bool:
    if words.at(after, "clock_after"):
        return True
    if words.before(index, *_ADDRESS):
        return False
    # "one at night" and "two at night" are people more often than hours.
    if (clear or count.digits or count.value > _MOST_PEOPLE) and _part_follows(words, after):
        return True
    return count.digits and words.before(index, "hour_at") and words.reading.ends_clause(after)


def _halved(words: Words, fragment: Fragment, *, cued: bool) -> Fragment | None:
    half = words.at(fragment.after, "meridiem")
    if half is None and cued:
        half = words.at(fragment.after, "letter_meridiem")
    return half and replace(fragment, after=half.after, half=half.value["half"])


def _part_follows(words: Words, index: int) -> bool:
    after_at = words.past(index, "at")
    return any(words.at(place, role) for place in (index, after_at) for role in _PARTS)


def _clock(hour: int, minutes: int) -> Clock:
    total = (hour * 60 + minutes) % (_LATEST_HOUR * 60)
    return total // 60, total % 60
