"""Days told by a feast: two days before Eid, the second day of Eid, since Ramadan."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from nlu.arabic import IN_PREFIXES
from nlu.entities.lexicon import Meaning, Words
from nlu.entities.phrases import Found
from nlu.entities.times.amounts import Amount, amount_at
from nlu.entities.times.calendars import before, latest
from nlu.entities.times.fragments import NAMED, Fragment
from nlu.entities.times.story import Story

_DAY: Final = timedelta(days=1)


def around_feast(story: Story, at: int) -> Fragment | None:
    """Read a distance from a feast: "before Eid by two days", "a week after Eid".

    Without the distance, "before Eid" is a stretch that ended with the feast, and "after Eid"
    one that began with its end.
    """
    words = story.words
    early = amount_at(words, at)
    index = early.after if early else at
    cue = words.at(index, "before") or words.at(index, "after")
    feast = _feast_at(story, cue.after) if cue else None
    if not cue or not feast:
        return None
    name_after = words.past(cue.after, "feast")
    amount = early or amount_at(words, name_after)
    after = amount.after if amount and not early else name_after
    is_before = words.at(index, "before") is not None
    day, until = _around(feast, amount, is_before=is_before)
    return Fragment(at, after, kind=NAMED, day=day, until=until)


def feast_first(story: Story, at: int) -> Fragment | None:
    """Read a distance from a feast as Urdu tells it: "Eid from two days before"."""
    words = story.words
    feast = _feast_at(story, at) if words.reading.persian else None
    if not feast:
        return None
    start = words.past(at, "feast", "of", "since_after")
    amount = amount_at(words, start)
    index = amount.after if amount else start
    cue = words.at(index, "before") or words.at(index, "after")
    if cue is None:
        return None
    day, until = _around(feast, amount, is_before=words.at(index, "before") is not None)
    return Fragment(at, cue.after, kind=NAMED, day=day, until=until)


def feast(story: Story, at: int) -> Fragment | None:
    """Read a feast that is told as the time: "during Eid", "the second day of Eid"."""
    words = story.words
    nth = _nth_day_at(words, at)
    index = nth[1] if nth else words.past(at, "eve", "day_cue", "turn_before")
    named = words.at(index, "feast")
    days = _feast_at(story, index)
    if not named or not days:
        return None
    cued = nth or index > at or named.prefix in IN_PREFIXES or words.at(named.after, "turn_after")
    if not (cued or words.before(at, "at", "since_before") or _is_answer(words, named)):
        return None
    after = words.past(named.after, "turn_after")
    if nth:
        return Fragment(at, after, kind=NAMED, day=days[0] + (nth[0] - 1) * _DAY)
    if words.at(at, "eve"):
        return Fragment(at, after, kind=NAMED, day=days[0] - _DAY, part="night")
    return Fragment(at, after, NAMED, *days)


def _is_answer(words: Words, named: Found[Meaning]) -> bool:
    # Urdu puts "in" after the feast; and whoever says nothing else answers a question.
    inside = words.reading.persian and words.at(named.after, "at")
    return bool(inside) or (named.first == 0 and named.after == len(words))


def _nth_day_at(words: Words, index: int) -> tuple[int, int] | None:
    nth = words.at(index, "bare_ordinal") or words.at(index, "ordinal")
    unit = words.at(nth.after, "unit") if nth else None
    if nth is None or unit is None or unit.value["unit"] != "day":
        return None
    return nth.value["n"], words.past(unit.after, "of")


def _feast_at(story: Story, index: int) -> tuple[date, date] | None:
    # Of two feasts with one name the last one is meant.
    meanings = story.words.meanings(index, "feast")
    return max(
        (days for days in (_days_of(one, story.today) for one in meanings) if days), default=None
    )


def _days_of(feast_meant: Meaning, today: date) -> tuple[date, date] | None:
    calendar, month, day = (feast_meant[key] for key in ("calendar", "month", "day"))
    first = latest(calendar, month, day, today)
    return (first, first + (feast_meant["days"] - 1) * _DAY) if first else None


def _around(
    feast_days: tuple[date, date], amount: Amount | None, *, is_before: bool
) -> tuple[date | None, date | None]:
    first, last = feast_days
    if amount is None or not amount.stretches:
        return (None, first - _DAY) if is_before else (last + _DAY, None)
    start = datetime.combine(first if is_before else last, time())
    moment = before(start, _towards(amount.stretches, back=is_before))
    return (moment.date() if moment else None), None


def _towards(stretches: Sequence[tuple[float, str]], *, back: bool) -> Sequence[tuple[float, str]]:
    return stretches if back else [(-number, unit) for number, unit in stretches]
