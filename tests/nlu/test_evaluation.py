"""The figures on guesses made up by hand, and the page on a made-up result."""

import asyncio
import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlu import rasa_setup

rasa_setup.prepare()

from nlu.evaluation import arbanking, baselines, few  # noqa: E402
from nlu.evaluation.asking import ask  # noqa: E402
from nlu.evaluation.calibration import abstain, calibrate  # noqa: E402
from nlu.evaluation.facts import ModelFacts, seconds_between  # noqa: E402
from nlu.evaluation.figures import (  # noqa: E402
    ALL,
    Confusion,
    accuracy,
    agency_accuracy,
    confusions,
    macro_f1,
    rate,
    scores,
    share_among,
)
from nlu.evaluation.gathering import gather, ours, worst  # noqa: E402
from nlu.evaluation.heat_maps import count  # noqa: E402
from nlu.evaluation.heldout import Guess, Line, read_lines  # noqa: E402
from nlu.evaluation.page import page  # noqa: E402
from nlu.evaluation.pairs import most_confused  # noqa: E402
from nlu.evaluation.parsed import Parsed, languages_right, scope  # noqa: E402
from nlu.evaluation.report import ArBanking, PublicTest, Report  # noqa: E402
from nlu.evaluation.stock import some_of_each  # noqa: E402

AGENCY_OF = {"power_outage": "electricity", "utility_bill": "electricity", "road_damage": "works"}
POWER = "الكهرباء مقطوعة <b>من الفجر</b>"


def guess(label: str, *ranking: tuple[str, float], variety: str = "msa", text: str = "…") -> Guess:
    return Guess(Line(variety, label, text), ranking)


def said(label: str, guessed: str, chance: float = 0.9) -> Guess:
    return guess(label, (guessed, chance))


def test_macro_f1_weighs_each_label_the_same() -> None:
    guesses = [said("a", "a"), said("a", "a"), said("a", "b"), said("b", "b"), said("c", "a")]

    # a: 2 right of 3 meant and 3 said; b: 1 of 1 and 2; c: never said.
    assert macro_f1(guesses) == pytest.approx((4 / 6 + 2 / 3 + 0) / 3)
    assert accuracy(guesses).share == pytest.approx(3 / 5)


def test_label_may_be_among_the_first_few() -> None:
    ranking = (("a", 0.5), ("b", 0.3), ("c", 0.1), ("d", 0.1))
    guesses = [guess(label, *ranking) for label in ("a", "c", "d", "unheard")]

    assert share_among(guesses, 1) == 1 / 4
    assert share_among(guesses, 3) == 2 / 4


def test_wrong_category_of_the_right_agency_reaches_it() -> None:
    guesses = [
        said("power_outage", "utility_bill"),
        said("power_outage", "road_damage"),
        said("road_damage", "road_damage"),
        guess("road_damage"),
    ]

    assert agency_accuracy(guesses, AGENCY_OF) == 2 / 4


def test_share_comes_with_the_stretch_that_it_may_lie_in() -> None:
    told = rate(8, 10)

    assert (told.low, told.high) == pytest.approx((0.490, 0.943), abs=0.001)
    assert rate(0, 0).lines == 0


def test_each_variety_is_scored_by_itself_and_with_all() -> None:
    guesses = [
        guess("a", ("a", 1.0), variety="urdu"),
        guess("a", ("b", 1.0), variety="msa"),
        guess("b", ("b", 1.0), variety="msa"),
    ]

    told = scores(guesses)

    assert {name: one.accuracy.hits for name, one in told.items()} == {"urdu": 1, "msa": 1, ALL: 2}


def test_calibration_error_is_the_distance_weighted_by_lines() -> None:
    sure = [said("a", "a", 0.95)] * 3 + [said("a", "b", 0.95)]  # said 0.95, was 0.75
    unsure = [said("a", "a", 0.41), said("a", "b", 0.41)]  # said 0.41, was 0.5

    told = calibrate([*sure, *unsure])

    assert told.error == pytest.approx((4 * 0.20 + 2 * 0.09) / 6)
    assert [one.lines for one in told.bins] == [2, 4]


def test_certainty_falls_into_the_last_stretch() -> None:
    assert len(calibrate([said("a", "a", 1.0), said("a", "a", 0.97)]).bins) == 1


def test_silence_below_a_chance_costs_coverage_and_saves_mistakes() -> None:
    guesses = [said("a", "b", 0.2), said("a", "a", 0.9), said("a", "a", 0.8), said("a", "b", 0.7)]

    told = abstain(guesses, 0.75)

    assert told.coverage == [0.25, 0.5, 0.75, 1.0]
    assert told.risk == pytest.approx([0, 0, 1 / 3, 1 / 2])
    assert (told.answered, told.wrong) == (0.5, 0.0)


def test_nothing_may_be_sure_enough() -> None:
    told = abstain([said("a", "a", 0.2)], 0.7)

    assert (told.answered, told.wrong) == (0.0, 0.0)


def test_confusions_can_be_told_by_agency() -> None:
    guesses = [said("power_outage", "utility_bill"), said("power_outage", "road_damage")]

    told = confusions(guesses, AGENCY_OF)

    expected = [Confusion("electricity", "electricity", 1), Confusion("electricity", "works", 1)]
    assert told == expected
    assert count(told, ["works", "electricity"]).tolist() == [[0, 0], [1, 1]]


def test_pair_counts_both_ways_and_near_misses() -> None:
    guesses = [
        guess("a", ("b", 0.6), ("a", 0.4)),
        guess("b", ("a", 0.7), ("b", 0.3)),
        guess("a", ("a", 0.8), ("b", 0.2)),
    ]

    (told,) = most_confused(guesses)

    assert (told.one, told.other, told.lines) == ("a", "b", 2)
    assert told.chance == pytest.approx(0.6 + 0.7 + 0.2)


def test_surest_mistakes_come_first_and_right_ones_not_at_all() -> None:
    guesses = {
        "intent": [said("a", "b", 0.6), said("a", "a", 0.99)],
        "category": [said("c", "d", 0.8)],
    }

    told = worst(guesses, most=2)

    assert [(one.kind, one.chance) for one in told] == [("category", 0.8), ("intent", 0.6)]


def test_lines_know_their_variety(tmp_path: Path) -> None:
    (tmp_path / "urdu.tsv").write_text("greet\tسلام\n\nthank\tشکریہ\n", "utf-8")

    assert read_lines(tmp_path) == [Line("urdu", "greet", "سلام"), Line("urdu", "thank", "شکریہ")]


class ScriptedParser:
    """Says the same of every text, and keeps what it was asked."""

    def __init__(self, intent: str, chance: float, problem: float) -> None:
        self._said = (intent, chance, problem)
        self.asked: list[str] = []

    async def parse(self, text: str) -> dict[str, Any]:
        self.asked.append(text)
        intent, chance, problem = self._said
        return {
            "intent": {"name": intent, "confidence": chance},
            "intent_ranking": [],
            "category_ranking": [{"code": "power_outage", "confidence": problem}],
            "language": {"name": "ar", "confidence": 0.9},
        }


def test_line_is_taken_for_what_the_dialogue_would_act_on() -> None:
    parser = ScriptedParser("greet", 0.1, problem=0.9)

    told = asyncio.run(ask(parser, [Line("msa", "report_problem", POWER)]))[0]

    assert told.taken_for == "report_problem"
    assert told.intent.label == "greet"
    assert told.category.chance == 0.9
    assert parser.asked == [POWER, POWER]  # once to warm up


def parsed(
    label: str, guessed: str, *, variety: str = "msa", language: str = "ar", problem: float = 0.9
) -> Parsed:
    return Parsed(
        line=Line(variety, label, POWER),
        intents=[(guessed, 0.9), ("greet", 0.1)],
        categories=[("power_outage", problem), ("road_damage", 1 - problem)],
        taken_for=guessed,
        language=language,
        cpu_ms=4.0,
    )


def test_strange_lines_taken_for_problems_are_counted() -> None:
    turns = [
        parsed("out_of_scope", "report_problem", problem=0.9),
        parsed("out_of_scope", "report_problem", problem=0.5),
        parsed("out_of_scope", "out_of_scope"),
        parsed("greet", "greet"),
    ]

    told = scope(turns, [parsed("power_outage", "report_problem")], assumed=0.7)

    counted = (told.problems, told.strange, told.strange_assumed, told.others)
    assert [(one.hits, one.lines) for one in counted] == [(1, 1), (2, 3), (1, 3), (0, 1)]


def test_language_is_known_by_variety() -> None:
    lines = [
        parsed("greet", "greet", variety="kuwaiti", language="ar"),
        parsed("greet", "greet", variety="arabizi", language="en"),
        parsed("greet", "greet", variety="urdu", language="ur"),
    ]

    told = languages_right(lines)

    expected = {"kuwaiti": 1, "arabizi": 0, "urdu": 1, ALL: 2}
    assert {variety: one.hits for variety, one in told.items()} == expected


def test_training_time_is_in_the_name_of_the_model() -> None:
    assert seconds_between("20261122-012215-71081edc2d4c", "2026-11-22T01:25:44.500000") == 209.5
    assert seconds_between("try", "2026-11-22T01:25:44") is None


def test_same_few_examples_of_each_label_are_drawn() -> None:
    examples = [(f"{label}{number}", label) for label in "ab" for number in range(9)]

    drawn = some_of_each(examples, 2)

    assert [label for _, label in drawn] == ["a", "a", "b", "b"]
    assert drawn == some_of_each(examples, 2)
    assert some_of_each(examples, 0) == examples


def test_guesses_of_others_are_read_from_their_file(tmp_path: Path) -> None:
    row = {"variety": "msa", "label": "road_damage", "text": "…", "cpu_ms": 3.0}
    rows = [{**row, "ranking": [["road_damage", 0.75], ["power_outage", 0.25]]}]
    run = {"examples": 6, "train_cpu_seconds": 2.0, "rows": rows}
    told = {"classifier": "diet", "epochs": 3, "per_label": 2, "every": 1}
    (tmp_path / "diet.json").write_text(json.dumps({**told, "intents": run, "categories": run}))

    intents, categories = baselines.diet(tmp_path, AGENCY_OF)

    assert (intents.score.accuracy.share, intents.score.agencies) == (1.0, None)
    assert categories.score.agencies == 1.0
    assert categories.error == 0.25
    assert categories.note == "6 examples, 3 epochs, only 2 of each label"
    assert baselines.diet(tmp_path / "absent", AGENCY_OF) == []


def test_our_classifier_learns_from_few_examples_as_the_others_do() -> None:
    examples = [
        ("الكهرباء مقطوعة", "power_outage"),
        ("طفت علينا الكهرب", "power_outage"),
        ("حفرة بالشارع", "road_damage"),
        ("الشارع كله مطبات", "road_damage"),
    ]

    told = few.run(examples, [Line("kuwaiti", "power_outage", "ما في كهرباء")])

    assert told["examples"] == 4
    assert told["rows"][0]["ranking"][0][0] == "power_outage"


def all_alike(texts: Sequence[str]) -> Any:
    return np.full((len(texts), 2), 0.5, np.float32)


@pytest.mark.filterwarnings("ignore:Liblinear failed to converge")  # on so little text
def test_product_learns_a_public_data_set(tmp_path: Path) -> None:
    rows = [
        *(("بطاقة", f"وصلت بطاقتي الجديدة {number}") for number in range(4)),
        *(("تحويل", f"حولت مبلغا إلى حساب {number}") for number in range(4)),
        *(("رصيد", f"كم رصيدي اليوم {number}") for number in range(4)),
    ]
    for name in ("MSA_PAL_train", "MSA_test", "PAL_test"):
        with (tmp_path / f"Banking77_Arabized_{name}.csv").open("w", encoding="utf-8") as file:
            csv.writer(file).writerows([("label", "text"), *rows])

    told = arbanking.measure(tmp_path, all_alike)

    assert (told.examples, told.labels) == (12, 3)
    assert [one.variety for one in told.tests] == ["MSA", "Palestinian"]
    assert all(one.score.macro_f1 == 1.0 for one in told.tests)


FACTS = ModelFacts(
    name="20261122-012215-abc",
    megabytes=17.0,
    encoder_megabytes=33.0,
    trained_at="2026-11-22T01:25:44",
    current=True,
    train_seconds=209.0,
    train_cpu_seconds=None,
)


@pytest.fixture
def report() -> Report:
    turns = [parsed("greet", "greet"), parsed("out_of_scope", "report_problem")]
    problems = [
        parsed("power_outage", "report_problem"),
        parsed("road_damage", "report_problem"),
        parsed("utility_bill", "report_problem", variety="urdu", language="ur"),
    ]
    told = gather(FACTS, turns, problems, AGENCY_OF)
    told.contenders.extend(ours(told, turns, problems))
    return told


def test_page_holds_its_pictures_and_tables(report: Report) -> None:
    told = page(report)

    assert told.count('src="data:image/png;base64,') == 3  # agencies, intents, categories
    assert told.count('src="data:image/svg+xml;base64,') == 3  # pairs, chances, silence
    assert told.count("<table") == told.count("</table>") == 8
    assert 'src="http' not in told
    assert "<script" not in told


def test_page_lets_words_find_their_direction_and_do_nothing_else(report: Report) -> None:
    told = page(report)

    assert '<span dir="auto">الكهرباء مقطوعة &lt;b&gt;من الفجر&lt;/b&gt;</span>' in told


def test_page_says_that_its_model_is_old(report: Report) -> None:
    old = replace(report, model=replace(FACTS, current=False))

    assert "train, then measure again" in page(old)
    assert "train, then measure again" not in page(report)


def test_page_says_what_was_not_run(report: Report) -> None:
    told = page(report)

    assert "DIET was not run" in told
    assert "ARBANKING=" in told


def test_page_shows_public_text_beside_what_was_published(report: Report) -> None:
    test = PublicTest("MSA", report.intents.scores[ALL], 0.02, 0.9209)
    told = ArBanking(12, 3, {"strength": 1.0}, 5.0, [test])

    shown = page(replace(report, arbanking=told))

    assert "92.1" in shown
    assert "strength 1.0" in shown


def test_report_is_plain_data(report: Report) -> None:
    told = json.loads(json.dumps(report.as_data()))

    assert told["categories"]["scores"][ALL]["accuracy"]["hits"] == 1
    assert told["model"]["name"] == FACTS.name
    assert len(told["mistakes"]) == 3
