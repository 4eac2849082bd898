"""A jurisdiction's data, as the gateway and intake need it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml
from hijridate import Gregorian

from cases.deadlines import Calendar
from cases.intake import Routing

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """One country: where complaints go, and its languages."""

    routing: Routing
    languages: tuple[str, ...]
    names: Mapping[str, Mapping[str, str]]  # category or agency code -> language -> name
    emergency: str


def load_jurisdiction(folder: Path) -> Jurisdiction:
    """Read a jurisdiction's folder."""
    taxonomy = _read(folder / "taxonomy.yml")
    routing = Routing(
        country=taxonomy["country"],
        agency_of={
            category["code"]: agency["code"]
            for agency in taxonomy["agencies"]
            for category in agency["categories"]
        },
        nameless=frozenset(
            category["code"]
            for agency in taxonomy["agencies"]
            for category in agency["categories"]
            if category.get("nameless")
        ),
        calendar=_calendar(_read(folder / "calendar.yml")),
        answer_within_days=int(taxonomy["answer_within_days"]),
        time_zone=ZoneInfo(taxonomy["time_zone"]),
    )
    languages = tuple(taxonomy["languages"])
    return Jurisdiction(routing, languages, _names(taxonomy, languages), taxonomy["emergency"])


def _names(taxonomy: Mapping[str, Any], languages: Iterable[str]) -> dict[str, dict[str, str]]:
    bodies = [*taxonomy["agencies"], *(c for a in taxonomy["agencies"] for c in a["categories"])]
    return {body["code"]: {code: body[code] for code in languages} for body in bodies}


def _calendar(facts: Mapping[str, Any]) -> Calendar:
    fixed = frozenset(str(holiday["date"]) for holiday in facts["fixed"])
    feasts = {str(feast["date"]): int(feast["days"]) for feast in facts["hijri"]}
    longest = max(feasts.values(), default=0)

    @lru_cache(maxsize=4096)
    def is_holiday(day: date) -> bool:
        if f"{day:%m-%d}" in fixed:
            return True
        # A feast of three days covers a day up to two days after its first.
        firsts = ((_hijri(day - timedelta(days=ago)), ago) for ago in range(longest))
        return any(feasts.get(first, 0) > ago for first, ago in firsts)

    weekend = frozenset(_DAYS.index(day) for day in facts["weekend"])
    return Calendar(weekend, is_holiday)


def _hijri(day: date) -> str:
    hijri = Gregorian.fromdate(day).to_hijri()
    return f"{hijri.month:02d}-{hijri.day:02d}"


def _read(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        return yaml.safe_load(file)
