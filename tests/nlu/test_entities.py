from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

import pytest
import yaml

from nlu.entities import EntityReader
from nlu.entities.times import find_times

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TABLES = HERE / "entities"
NOW = datetime(2026, 6, 16, 14, 30)  # noqa: DTZ001 - Tuesday, three weeks after Eid al-Adha
IDENTIFIERS = ("case_number", "civil_id", "phone")


@pytest.fixture(scope="module")
def reader() -> EntityReader:
    return EntityReader(ROOT / "nlu" / "lexicon", HERE / "jurisdiction")


def table(name: str) -> dict[str, Any]:
    with (TABLES / f"{name}.yml").open(encoding="utf-8") as file:
        return yaml.safe_load(file)


def cases(sentences: dict[str, list[list[Any]]]) -> Iterator[Any]:
    for sentence, rows in sentences.items():
        for row in rows:
            yield pytest.param(*row, id=f"{sentence}: {row[0]}")


def values(entities: list[dict[str, Any]], kind: str) -> list[Any]:
    return [entity["value"] for entity in entities if entity["entity"] == kind]


def named() -> Iterator[Any]:
    for kind, sentences in table("names").items():
        for sentence, rows in sentences.items():
            for text, expected in rows:
                yield pytest.param(kind, text, expected, id=f"{sentence}: {text}")


@pytest.mark.parametrize(("text", "expected"), cases(table("times")))
def test_times(reader: EntityReader, text: str, expected: dict[str, Any] | None):
    found = values(reader.read(text, NOW), "time")

    if expected is None:
        assert found == []
        return
    told = {key: str(expected[key]) if key in expected else None for key in FIELDS}
    assert [{key: time[key] for key in FIELDS} for time in found] == [told]


FIELDS = ("date", "until", "clock", "part")


@pytest.mark.parametrize(("text", "expected"), cases(table("places")))
def test_places(reader: EntityReader, text: str, expected: dict[str, str] | None):
    found = values(reader.read(text, NOW), "place")

    told = [{key: place[key] for key in place if key != "text"} for place in found]
    assert told == ([expected] if expected else [])


@pytest.mark.parametrize(("text", "expected"), cases(table("identifiers")))
def test_identifiers(reader: EntityReader, text: str, expected: list[list[Any]]):
    found = [entity for entity in reader.read(text, NOW) if entity["entity"] in IDENTIFIERS]

    told = [[one["entity"], one["value"], one.get("valid")] for one in found]
    assert told == expected


@pytest.mark.parametrize(("kind", "text", "expected"), named())
def test_names(reader: EntityReader, kind: str, text: str, expected: list[Any]):
    assert values(reader.read(text, NOW), kind) == expected


@pytest.mark.parametrize(("text", "expected"), cases(table("wishes")))
def test_wishes(reader: EntityReader, text: str, expected: list[str]):
    assert values(reader.read(text, NOW), "wish") == expected


EVERYTHING = (
    "شكوتي KW-2026-004217-6: أمسِ العصر انقطعت الكهرباء في السالميّة، قطعة ٤ شارع ١٠. "
    "رقمي ٦٠٠٠١٢٣٤ ومدنيي ٢٨٥٠١٠١٠٠٠٠٧. أرجو إصلاح العطل اليوم"
)


def test_a_turn_tells_all_its_entities_in_their_order(reader: EntityReader):
    kinds = [entity["entity"] for entity in reader.read(EVERYTHING, NOW)]

    assert kinds == ["case_number", "time", "place", "phone", "civil_id", "wish", "time"]


def test_an_entity_stands_where_the_citizen_wrote_it(reader: EntityReader):
    for entity in reader.read(EVERYTHING, NOW):
        written = EVERYTHING[entity["start"] : entity["end"]]

        assert written.strip() == written
        if isinstance(entity["value"], dict):
            assert entity["value"]["text"] == written


def test_marks_and_stretched_letters_belong_to_the_entity(reader: EntityReader):
    text = "صار أمسِسسس،"

    entity = reader.read(text, NOW)[0]

    assert text[entity["start"] : entity["end"]] == "أمسِسسس"


def test_an_entity_has_the_form_of_rasa(reader: EntityReader):
    entity = reader.read("KW-2026-004217-6", NOW)[0]

    assert entity == {
        "entity": "case_number",
        "start": 0,
        "end": 16,
        "value": "KW-2026-004217-6",
        "extractor": "EntityReader",
        "valid": True,
    }


def test_a_word_belongs_to_one_number_time_or_place_only(reader: EntityReader):
    exclusive = (*IDENTIFIERS, "time", "place")
    for name in ("times", "places", "identifiers"):
        for text, *_ in (row for rows in table(name).values() for row in rows):
            found = [one for one in reader.read(text, NOW) if one["entity"] in exclusive]

            assert all(one["end"] <= other["start"] for one, other in pairwise(found))


def test_an_agency_may_be_inside_a_wish(reader: EntityReader):
    found = reader.read("الشارع عندنا مظلم من زمان وأرجو من البلدية إصلاحه", NOW)

    assert [entity["entity"] for entity in found] == ["time", "wish", "agency"]


def test_a_score_that_may_be_a_date_is_both(reader: EntityReader):
    found = reader.read("5/5", NOW)

    assert {entity["entity"] for entity in found} == {"rating", "time"}


def test_a_text_without_letters_tells_nothing(reader: EntityReader):
    for text in ("", " ", "؟؟؟", "😀😀", "\n\n", "\u200f"):
        assert reader.read(text, NOW) == []


@pytest.mark.parametrize("text", ["² ½ أمس", "8ـ٩ أمس", "𝟏𝟐 أمس", "ﷺ أمس", "\u202aأمس\u202c"])
def test_odd_characters_do_not_stand_in_the_way(reader: EntityReader, text: str):
    assert "2026-06-15" in [time["date"] for time in values(reader.read(text, NOW), "time")]


def test_what_comes_after_four_thousand_characters_is_not_read(reader: EntityReader):
    assert reader.read("ا " * 2000 + "أمس", NOW) == []


def test_times_are_found_without_a_reader():
    found = find_times("صار قبل يومين", NOW)

    assert [entity["value"]["date"] for entity in found] == ["2026-06-14"]


def test_a_moment_with_a_time_zone_serves_too(reader: EntityReader):
    now = NOW.replace(tzinfo=timezone(timedelta(hours=3)))

    assert values(reader.read("قبل ساعتين", now), "time")[0]["clock"] == "12:30"


@pytest.mark.parametrize("year", [1900, 1925, 2070, 2100])
def test_a_clock_that_is_far_off_breaks_nothing(reader: EntityReader, year: int):
    now = NOW.replace(year=year)

    for text, *_ in (row for rows in table("times").values() for row in rows):
        reader.read(text, now)


HOSTILE = (
    "😀", "1", "12 ", "و", "ا ", "من ", "قبل العيد ", "1/", "1:", "1-", "+", "⭐", "ق 4 ",
    "KW-2026-", "ال", "( ", "ارجو منكم ", "كل يوم ", " ", "جنب مسجد ", "٣ من ", "a1", "ـ", "َ",
    "خمسة و", "عشرين ",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_text_is_read_in_less_than_a_second(reader: EntityReader, piece: str):
    text = piece * (65_536 // len(piece))
    start = process_time()

    reader.read(text, NOW)

    assert process_time() - start < 1


@pytest.mark.parametrize("piece", HOSTILE)
def test_twice_the_text_takes_about_twice_the_time(reader: EntityReader, piece: str):
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        start = process_time()
        reader.read(text, NOW)
        return process_time() - start

    short = min(seconds(1_000) for _ in range(3))
    long = min(seconds(4_000) for _ in range(3))

    assert long < short * 4 * 2.5 + 0.01


def test_kuwait_has_its_own_places_and_agencies():
    reader = EntityReader(ROOT / "nlu" / "lexicon", ROOT / "jurisdictions" / "kuwait")

    found = reader.read("شكوى على هيئة الزراعة، جابر العلي قطعة ٤", NOW)

    assert values(found, "agency") == ["agriculture"]
    assert values(found, "place")[0]["area"] == "جابر العلي"


def test_every_entry_of_the_lexicon_has_words():
    for path in sorted((ROOT / "nlu" / "lexicon").glob("*.yml")):
        if path.stem in NOT_OURS:
            continue
        for role, entries in yaml.safe_load(path.read_text("utf-8")).items():
            if role == "with_prepositions":
                continue
            for entry in entries:
                words = [word for key in ("ar", "en", "ur") for word in entry.get(key, [])]
                assert words, (path.name, role)
                assert all(isinstance(word, str) for word in words), (path.name, role, entry)


NOT_OURS = ("arabizi", "latin", "scripts", "spellings")
