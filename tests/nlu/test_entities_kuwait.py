"""Entities in the words of Kuwait: its areas, agencies, dates and numbers, by tables."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from nlu.arabic import fold
from nlu.entities import EntityReader
from nlu.entities.reading import Entity

ROOT = Path(__file__).parents[2]
TABLES = Path(__file__).parent / "entities" / "kuwait"
PLACES = ROOT / "jurisdictions" / "kuwait" / "places.yml"
NOW = datetime(2026, 6, 16, 14, 30)  # noqa: DTZ001 - Tuesday, three weeks after Eid al-Adha
TIME = ("date", "until", "clock", "part")
IDENTIFIERS = ("case_number", "civil_id", "phone")
GOVERNORATES = {"capital", "hawalli", "farwaniya", "mubarak_al_kabeer", "ahmadi", "jahra"}


@pytest.fixture(scope="module")
def reader() -> EntityReader:
    return EntityReader(ROOT / "nlu" / "lexicon", ROOT / "jurisdictions" / "kuwait")


def lines(name: str) -> Iterator[Any]:
    for line in (TABLES / name).read_text("utf-8").splitlines():
        if not line.startswith("#"):
            yield pytest.param(*line.split("\t"), id=line.split("\t")[0])


def table(name: str) -> Any:
    return yaml.safe_load((TABLES / f"{name}.yml").read_text("utf-8"))


def cases(sentences: dict[str, list[list[Any]]]) -> Iterator[Any]:
    for sentence, rows in sentences.items():
        for row in rows:
            yield pytest.param(*row, id=f"{sentence}: {row[0]}")


def names() -> Iterator[Any]:
    for kind, sentences in table("names").items():
        for case in cases(sentences):
            yield pytest.param(kind, *case.values, id=f"{kind}: {case.id}")


def areas() -> Iterator[tuple[str, dict[str, Any]]]:
    for governorate in yaml.safe_load(PLACES.read_text("utf-8"))["governorates"]:
        yield from ((governorate["code"], area) for area in governorate["areas"])


def values(entities: list[Entity], kind: str) -> list[Any]:
    return [entity["value"] for entity in entities if entity["entity"] == kind]


def places(reader: EntityReader, text: str) -> list[dict[str, str]]:
    found = values(reader.read(text, NOW), "place")
    return [{key: place[key] for key in place if key != "text"} for place in found]


@pytest.mark.parametrize(("text", "area", "governorate"), lines("areas.tsv"))
def test_an_area_is_known_as_people_write_it(
    reader: EntityReader, text: str, area: str, governorate: str
):
    found = places(reader, text)

    told = [(place.get("area", "-"), place["governorate"]) for place in found]
    assert told == [(area, governorate)]


@pytest.mark.parametrize("text", lines("not_places.txt"))
def test_a_word_that_is_a_name_too_is_no_place(reader: EntityReader, text: str):
    assert places(reader, text) == []


@pytest.mark.parametrize(("text", "expected"), cases(table("addresses")))
def test_addresses(reader: EntityReader, text: str, expected: list[dict[str, str]]):
    assert places(reader, text) == expected


@pytest.mark.parametrize(("text", "expected"), cases(table("times")))
def test_times(reader: EntityReader, text: str, expected: dict[str, Any] | None):
    found = values(reader.read(text, NOW), "time")

    told = [{key: time[key] for key in TIME if time[key]} for time in found]
    whole = [] if expected is None else [{key: str(expected[key]) for key in expected}]
    assert told == whole


@pytest.mark.parametrize(("text", "expected"), cases(table("identifiers")))
def test_identifiers(reader: EntityReader, text: str, expected: list[list[Any]]):
    found = [entity for entity in reader.read(text, NOW) if entity["entity"] in IDENTIFIERS]

    assert [[one["entity"], one["value"], one.get("valid")] for one in found] == expected


@pytest.mark.parametrize(("kind", "text", "expected"), names())
def test_names(reader: EntityReader, kind: str, text: str, expected: list[Any]):
    assert values(reader.read(text, NOW), kind) == expected


def test_every_spelling_of_every_area_is_read(reader: EntityReader):
    for code, area in areas():
        expected = [{"area": area["ar"], "governorate": code}]
        for name in (area["ar"], area["en"], *area.get("also", ())):
            found = [places(reader, f"{cue} {name}") for cue in ("اهالي", "near", "علاقہ")]

            assert expected in found, (name, found)


def test_a_spelling_belongs_to_one_area_only():
    owners: dict[str, str] = {}
    for _, area in areas():
        for name in (area["ar"], area["en"], *area.get("also", ())):
            assert owners.setdefault(fold(name), area["ar"]) == area["ar"], name


def test_the_file_of_places_has_all_governorates_and_areas():
    listed = [(code, area["ar"]) for code, area in areas()]

    assert {code for code, _ in listed} == GOVERNORATES
    assert len(listed) == len({name for _, name in listed}) > 200


def test_the_tables_have_three_hundred_cases():
    rows = [*lines("areas.tsv"), *lines("not_places.txt"), *names()]
    for name in ("addresses", "times", "identifiers"):
        rows += cases(table(name))

    assert len(rows) >= 300
