"""Days by their distance from today: yesterday, two weeks ago, last Thursday, this month."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from nlu.arabic import AND_PREFIX, ARTICLE, FROM_PREFIXES, IN_PREFIXES, THIS_PREFIXES
from nlu.entities.lexicon import Meaning, Words
from nlu.entities.phrases import Found
from nlu.entities.times.amounts import Amount, amount_at
from nlu.entities.times.calendars import before, latest_weekday, next_weekday, period
from nlu.entities.times.fragments import NAMED, VAGUE, WEEKDAY, Fragment
from nlu.entities.times.story import Story

_CLOCK_UNITS: Final = frozenset(("hour", "minute"))


def named_day(story: Story, at: int) -> Fragment | None:
    """Read a day with a name: yesterday, tomorrow, last night."""
    words = story.words
    found = words.at(at, "named_day") or words.at(words.past(at, "day_cue"), "named_day")
    if found is None or (found.value["days"] == 0 and _is_any_day(words, found)):
        return None
    day = story.today + timedelta(days=found.value["days"])
    since = found.prefix in FROM_PREFIXES
    part = found.value.get("part")
    return Fragment(at, found.after, NAMED, day, part=part, since=since)


def named_period(story: Story, at: int) -> Fragment | None:
    """Read a stretch of the calendar with a name: the weekend, last year."""
    found = story.words.at(at, "named_period")
    if found is None:
        return None
    first, last = period(found.value["unit"], found.value["back"], story.today)
    return Fragment(at, found.after, NAMED, first, last)


def vague(story: Story, at: int) -> Fragment | None:
    """Read words that say when without a date: lately, long ago."""
    found = story.words.at(at, "vague")
    return found and Fragment(at, found.after, kind=VAGUE)


def ago(story: Story, at: int) -> Fragment | None:
    """Read a stretch that ends now, with its cue before it: since two days, for a month."""
    words = story.words
    cue = words.at(at, "ago_before")
    amount = cue and amount_at(words, words.past(cue.after, "approximately"))
    if not cue or not amount:
        return None
    if "loose" in cue.value and _is_bare_day(amount):
        return None
    if "long" in cue.value and _ends_in_hours(amount):
        return None
    after = words.past(amount.after, "ago_after")
    return _back_from_now(story, Fragment(at, after), amount)


def ago_after(story: Story, at: int) -> Fragment | None:
    """Read a stretch that ends now, with its cue after it: two days ago."""
    words = story.words
    amount = amount_at(words, at)
    if not amount or words.before(at, "not_ago_after"):
        return None
    cue = words.at(amount.after, "ago_after")
    if not cue and not _goes_on(words, at, amount):
        return None
    return _back_from_now(story, Fragment(at, cue.after if cue else amount.after), amount)


def weekday(story: Story, at: int) -> Fragment | None:
    """Read a day of the week: the last one, unless another is said."""
    words = story.words
    if words.before(at, "not_a_weekday_after"):
        return None
    start = words.past(at, "eve", "day_cue")
    index = words.past(start, "turn_before")
    found = words.at(index, "weekday") or _bare_weekday(words, index, cued=index > at)
    if found is None or words.at(found.after, "not_a_weekday_before"):
        return None
    turn = words.at(start, "turn_before") or words.at(found.after, "turn_after")
    after = words.past(found.after, "turn_after")
    day = _weekday_of(story, found.value["day"], turn)
    of_week = _week_at(story, words.past(after, "of"))
    if of_week and of_week.day:
        after, day = of_week.after, of_week.day + timedelta(days=(found.value["day"] + 1) % 7)
    night = "night" if words.at(at, "eve") else None
    since = found.prefix in FROM_PREFIXES
    fragment = Fragment(at, after, WEEKDAY, since=since)
    return replace(fragment, day=day - timedelta(days=1) if night else day, part=night)


def period_named(story: Story, at: int) -> Fragment | None:
    """Read this week, last month, the beginning of the year."""
    words = story.words
    edge = words.at(at, "edge")
    index = words.past(at, "edge")
    unit = words.at(words.past(index, "turn_before"), "period")
    if unit is None:
        return None
    turn = words.at(index, "turn_before") or words.at(unit.after, "turn_after")
    if not (edge or turn or unit.prefix in THIS_PREFIXES):
        return None
    first, last = period(unit.value["unit"], turn.value["back"] if turn else 0, story.today)
    after = words.past(unit.after, "turn_after")
    whole = Fragment(at, after, NAMED, first, last)
    return at_edge(whole, edge.value["edge"]) if edge else whole


def at_edge(whole: Fragment, edge: str) -> Fragment:
    """Return the day with which a stretch begins or ends, or the one in its middle."""
    if whole.day is None or whole.until is None:
        return whole
    middle = whole.day + (whole.until - whole.day) / 2
    day = {"begin": whole.day, "middle": middle, "end": whole.until}[edge]
    return replace(whole, day=day, until=None)


def _is_any_day(words: Words, found: Found[Meaning]) -> bool:
    # "in the day" is how often, "that day" and "the second day" other ones, "until today" no
    # time of its own.
    if found.prefix in IN_PREFIXES or words.before(found.first, "not_today_after"):
        return True
    turn = words.at(found.after, "turn_after")
    return bool(words.at(found.after, "ordinal") or (turn and turn.value["back"]))


def _bare_weekday(words: Words, index: int, *, cued: bool) -> Found[Meaning] | None:
    found = words.at(index, "bare_weekday")
    if found is None or found.prefix:
        return None
    return found if cued or words.at(found.after, "turn_after") else None


def _weekday_of(story: Story, weekday: int, turn: Found[Meaning] | None) -> date:
    back = turn.value["back"] if turn else 0
    if back < 0:
        return next_weekday(weekday, story.today)
    return latest_weekday(weekday, story.today, before_today=back > 0)


def _week_at(story: Story, at: int) -> Fragment | None:
    unit = story.words.at(story.words.past(at, "turn_before"), "period")
    return period_named(story, at) if unit and unit.value["unit"] == "week" else None


def _goes_on(words: Words, at: int, amount: Amount) -> bool:
    # At the head of a clause: "two weeks without water", "two weeks and the water is cut".
    if not amount.counted or not amount.stretches or _ends_in_hours(amount):
        return False
    if not words.reading.ends_clause(at) or words.reading.ends_clause(amount.after):
        return False
    following = words.reading.tokens[amount.after].text
    return following.startswith(AND_PREFIX + ARTICLE) or bool(words.at(amount.after, "lasting"))


def _is_bare_day(amount: Amount) -> bool:
    return not amount.counted and amount.stretches[0] == (1, "day")


def _names_days(words: Words, index: int) -> bool:
    # "since the days of the invasion"
    if words.reading.ends_clause(index):
        return False
    return words.reading.tokens[index].text.startswith(ARTICLE)


def _ends_in_hours(amount: Amount) -> bool:
    return bool(amount.stretches) and amount.stretches[-1][1] in _CLOCK_UNITS


def _back_from_now(story: Story, fragment: Fragment, amount: Amount) -> Fragment | None:
    if not amount.stretches:
        return None if _names_days(story.words, amount.after) else replace(fragment, kind=VAGUE)
    moment = before(story.now, amount.stretches)
    if moment is None:
        return None
    clock = (moment.hour, moment.minute) if _ends_in_hours(amount) else None
    return replace(fragment, kind=NAMED, day=moment.date(), clock=clock)
