"""When an answer is owed."""

from datetime import date

import pytest

from cases.deadlines import Calendar

FRIDAY, SATURDAY = 4, 5
NATIONAL_DAYS = frozenset({date(2026, 2, 25), date(2026, 2, 26)})  # Wednesday and Thursday
KUWAIT = Calendar(frozenset({FRIDAY, SATURDAY}), NATIONAL_DAYS.__contains__)


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 3, 5)])
def test_offices_work_from_sunday_to_thursday(day: date):
    assert KUWAIT.is_open(day)


@pytest.mark.parametrize("day", [date(2026, 3, 6), date(2026, 3, 7), date(2026, 2, 25)])
def test_offices_are_closed_on_weekends_and_holidays(day: date):
    assert not KUWAIT.is_open(day)


@pytest.mark.parametrize(
    ("filed", "days", "due"),
    [
        (date(2026, 3, 1), 3, date(2026, 3, 4)),
        (date(2026, 3, 1), 5, date(2026, 3, 8)),  # a Friday becomes the Sunday after
        (date(2026, 3, 1), 6, date(2026, 3, 8)),
        (date(2026, 2, 22), 3, date(2026, 3, 1)),  # holidays run into a weekend
        (date(2026, 3, 1), 0, date(2026, 3, 1)),
        (date(2026, 3, 6), 0, date(2026, 3, 8)),
        (date(2026, 12, 28), 10, date(2027, 1, 7)),
    ],
)
def test_answer_is_due_on_the_first_working_day_from_then_on(filed: date, days: int, due: date):
    assert KUWAIT.due(filed, days) == due
