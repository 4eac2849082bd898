"""A jurisdiction's folder: who answers for what, and on which days."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.jurisdiction import load_jurisdiction
from bot.settings import ROOT

FOLDER = ROOT / "jurisdictions" / "kuwait"
KUWAIT = load_jurisdiction(FOLDER)
TAXONOMY: dict[str, Any] = yaml.safe_load((FOLDER / "taxonomy.yml").read_text(encoding="utf-8"))
CATEGORIES = [
    (agency["code"], category)
    for agency in TAXONOMY["agencies"]
    for category in agency["categories"]
]
DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))


def test_kuwait_is_itself():
    assert KUWAIT.routing.country == "KW"
    assert KUWAIT.routing.time_zone == ZoneInfo("Asia/Kuwait")
    assert KUWAIT.routing.answer_within_days == 30
    assert KUWAIT.languages == ("ar", "en", "ur")
    assert KUWAIT.emergency == "112"


@pytest.mark.parametrize(
    ("agency", "category"), [(agency, category["code"]) for agency, category in CATEGORIES]
)
def test_every_category_goes_to_its_agency(agency: str, category: str):
    assert KUWAIT.routing.agency_of[category] == agency


@pytest.mark.parametrize(
    "code", sorted({*KUWAIT.routing.agency_of, *KUWAIT.routing.agency_of.values()})
)
def test_every_category_and_agency_has_a_name_in_every_language(code: str):
    names = KUWAIT.names[code]

    assert set(names) == set(KUWAIT.languages)
    assert all(names.values())


def test_no_category_stands_under_two_agencies():
    codes = Counter(category["code"] for _, category in CATEGORIES)

    assert [code for code, count in codes.items() if count > 1] == []
    assert len(KUWAIT.routing.agency_of) == len(CATEGORIES)


def test_only_categories_that_say_so_may_be_filed_without_a_name():
    said = {category["code"] for _, category in CATEGORIES if category.get("nameless")}

    assert said
    assert said < set(KUWAIT.routing.agency_of)
    assert KUWAIT.routing.nameless == said


# Due dates


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 3, 4), date(2026, 3, 4)),  # a Wednesday
        (date(2026, 3, 5), date(2026, 3, 5)),  # a Thursday
        (date(2026, 3, 6), date(2026, 3, 8)),  # a Friday
        (date(2026, 3, 7), date(2026, 3, 8)),  # a Saturday
        (date(2026, 1, 1), date(2026, 1, 4)),  # New Year, then the weekend
        (date(2026, 2, 25), date(2026, 3, 1)),  # National and Liberation Day, then the weekend
        (date(2026, 3, 20), date(2026, 3, 23)),  # Eid al-Fitr 1447: Friday to Sunday
        (date(2026, 3, 22), date(2026, 3, 23)),  # its third day
        (date(2026, 5, 25), date(2026, 5, 25)),  # the day before Arafah
        (date(2026, 5, 26), date(2026, 5, 31)),  # Arafah, Eid al-Adha 1447 and the weekend
        (date(2026, 6, 16), date(2026, 6, 17)),  # 1 Muharram 1448
        (date(2026, 8, 25), date(2026, 8, 26)),  # 12 Rabi al-Awwal 1448
        (date(2027, 1, 5), date(2027, 1, 6)),  # 27 Rajab 1448
    ],
)
def test_answer_is_owed_on_a_day_on_which_offices_work(day: date, due: date):
    assert KUWAIT.routing.calendar.due(day, 0) == due


@given(DAYS, st.integers(0, 60))
def test_answer_is_owed_on_the_first_open_day_from_the_last_day_on(filed: date, days: int):
    last_day = filed + timedelta(days=days)

    due = KUWAIT.routing.calendar.due(filed, days)

    skipped = [last_day + timedelta(days=n) for n in range((due - last_day).days)]
    assert due >= last_day
    assert KUWAIT.routing.calendar.is_open(due)
    assert not any(KUWAIT.routing.calendar.is_open(day) for day in skipped)


@given(DAYS)
def test_fridays_and_saturdays_are_never_working_days(day: date):
    weekend = day.weekday() in {4, 5}

    assert not (weekend and KUWAIT.routing.calendar.is_open(day))


# Another country


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    (tmp_path / "taxonomy.yml").write_text(
        """
        country: XX
        languages: [en]
        time_zone: Europe/Vienna
        answer_within_days: 14
        emergency: "999"
        agencies:
          - code: roads
            en: Roads
            categories: [{code: potholes, en: Holes}, {code: bribery, en: Bribes, nameless: true}]
        """
    )
    (tmp_path / "calendar.yml").write_text(
        """
        weekend: [saturday, sunday]
        fixed: [{date: "05-01"}]
        hijri: []
        """
    )
    return tmp_path


def test_another_country_is_another_folder(elsewhere: Path):
    jurisdiction = load_jurisdiction(elsewhere)

    assert jurisdiction.routing.country == "XX"
    assert jurisdiction.routing.agency_of == {"potholes": "roads", "bribery": "roads"}
    assert jurisdiction.routing.nameless == {"bribery"}
    assert jurisdiction.routing.answer_within_days == 14
    assert jurisdiction.routing.time_zone == ZoneInfo("Europe/Vienna")
    assert jurisdiction.languages == ("en",)
    assert jurisdiction.emergency == "999"
    assert jurisdiction.names == {
        "roads": {"en": "Roads"},
        "potholes": {"en": "Holes"},
        "bribery": {"en": "Bribes"},
    }


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 3, 20), True),  # a Friday and Eid al-Fitr: neither is kept there
        (date(2026, 3, 21), False),
        (date(2026, 3, 22), False),
        (date(2026, 5, 1), False),
    ],
)
def test_another_country_has_its_own_days_off(elsewhere: Path, day: date, *, is_open: bool):
    calendar = load_jurisdiction(elsewhere).routing.calendar

    assert calendar.is_open(day) is is_open
