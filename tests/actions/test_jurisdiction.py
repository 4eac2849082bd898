"""A jurisdiction's folder, as the interview needs it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from actions.jurisdiction import Jurisdiction, Question, jurisdiction, load

TAXONOMY = """
emergency: 999
languages: [ar, en]
agencies:
  - code: roads
    ar: الطرق
    en: Roads
    mandate: {ar: "مسؤولة عن الطرق.", en: "Responsible for roads."}
    categories:
      - {code: pothole, ar: حفرة, en: Pothole}
      - {code: bribe, ar: رشوة, nameless: true}
  - code: water
    ar: الماء
    mandate: {ar: "مسؤولة عن الماء."}
    categories:
      - {code: leak, ar: تسرب, en: Leak}
"""
QUESTIONS = """
questions:
  lane: {reads: text, ask: {ar: "أي حارة؟"}, label: {ar: الحارة}}
  meter: {reads: digits, min: 4, max: 12, optional: true, ask: {ar: "؟"}, label: {ar: العداد}}
categories:
  pothole: {ask: [lane, meter], place: yes, time: no}
  bribe: {ask: [], place: no, time: yes}
  leak: {ask: [meter], place: yes, time: yes}
"""
OFFICES = """
agencies:
  roads: {hotline: "150", hours: {ar: "صباحا"}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("taxonomy", TAXONOMY), ("questions", QUESTIONS), ("offices", OFFICES)):
        (tmp_path / f"{name}.yml").write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def data(folder: Path) -> Jurisdiction:
    return load(folder)


@pytest.fixture
def uncached() -> Iterator[None]:
    jurisdiction.cache_clear()
    yield
    jurisdiction.cache_clear()


def test_a_category_knows_what_is_asked_of_it(data: Jurisdiction):
    pothole = data.categories["pothole"]

    assert [question.key for question in pothole.questions] == ["lane", "meter"]
    assert (pothole.agency, pothole.asks_place, pothole.asks_time) == ("roads", True, False)


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("pothole", ("roads", False, True, False)),
        ("bribe", ("roads", True, False, True)),
        ("leak", ("water", False, True, True)),
    ],
)
def test_categories_are_what_the_folder_says(
    data: Jurisdiction, code: str, facts: tuple[str, bool, bool, bool]
):
    found = data.categories[code]

    assert found.code == code
    assert data.agency_of(code) == facts[0]
    assert (found.agency, found.nameless, found.asks_place, found.asks_time) == facts


def test_a_question_is_needed_and_of_any_length_unless_it_says_otherwise(data: Jurisdiction):
    lane, meter = data.categories["pothole"].questions

    assert lane == Question(
        "lane",
        "text",
        optional=False,
        shortest=1,
        longest=200,
        ask={"ar": "أي حارة؟"},
        label={"ar": "الحارة"},
    )
    assert (meter.reads, meter.optional, meter.shortest, meter.longest) == ("digits", True, 4, 12)


@pytest.mark.parametrize(
    ("language", "category", "agency", "mandate"),
    [
        ("en", "Pothole", "Roads", "Responsible for roads."),
        ("ar", "حفرة", "الطرق", "مسؤولة عن الطرق."),
        ("ur", "حفرة", "الطرق", "مسؤولة عن الطرق."),
    ],
)
def test_names_are_told_in_a_language_or_else_in_arabic(
    data: Jurisdiction, language: str, category: str, agency: str, mandate: str
):
    assert data.category_name("pothole", language) == category
    assert data.agency_name("roads", language) == agency
    assert data.mandate("roads", language) == mandate


def test_the_folder_says_the_emergency_number_the_languages_and_the_offices(data: Jurisdiction):
    assert data.emergency == "999"
    assert data.languages == ("ar", "en")
    assert data.offices["roads"]["hotline"] == "150"
    assert set(data.agencies) == {"roads", "water"}


def test_a_category_that_nothing_is_said_of_is_found_out_at_once(folder: Path):
    questions = folder / "questions.yml"
    questions.write_text(QUESTIONS.replace("  leak:", "  leek:"), "utf-8")

    with pytest.raises(KeyError, match="leak"):
        load(folder)


def test_a_question_that_is_not_there_is_found_out_at_once(folder: Path):
    questions = folder / "questions.yml"
    questions.write_text(QUESTIONS.replace("ask: [meter]", "ask: [metre]"), "utf-8")

    with pytest.raises(KeyError, match="metre"):
        load(folder)


@pytest.mark.usefixtures("uncached")
def test_the_deployment_names_its_jurisdiction(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHAKWA_JURISDICTION", str(folder))

    assert set(jurisdiction().categories) == {"pothole", "bribe", "leak"}


@pytest.mark.usefixtures("uncached")
def test_without_a_name_it_is_kuwait(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SHAKWA_JURISDICTION", raising=False)

    assert "electricity_water" in jurisdiction().agencies


def test_a_jurisdiction_is_read_once():
    assert jurisdiction() is jurisdiction()


def kuwait() -> Jurisdiction:
    return load(Path(__file__).parents[2] / "jurisdictions" / "kuwait")


def test_kuwait_asks_two_questions_of_a_category_at_most():
    assert all(len(category.questions) <= 2 for category in kuwait().categories.values())


def test_kuwait_asks_and_names_everything_in_each_of_its_languages():
    data = kuwait()
    asked = [question for found in data.categories.values() for question in found.questions]
    words: list[Mapping[str, Any]] = [
        *(question.ask for question in asked),
        *(question.label for question in asked),
        *(category.names for category in data.categories.values()),
        *(agency["mandate"] for agency in data.agencies.values()),
        *data.agencies.values(),
    ]

    assert all(said.get(language) for said in words for language in data.languages)


def test_kuwait_reads_each_answer_in_a_way_that_the_readers_know():
    ways = {
        question.reads
        for category in kuwait().categories.values()
        for question in category.questions
    }

    assert ways <= {"digits", "text", "plate", "amount", "yes_no"}
