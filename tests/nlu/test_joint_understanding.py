"""Intents and categories are read in one pass, and their chances mean something."""

from pathlib import Path

import numpy as np
import pytest

from nlu.text_model import Rows, Settings
from nlu.understanding import PROBLEM, Example, Scales, Understanding

SETTINGS = Settings(strength=1.0, sharpness=8.0, embedding=0.5, balance=1.0)
PROBLEMS = {
    "power": [
        "الكهرباء مقطوعه",
        "طفت الكهرباء",
        "انقطع التيار من الصبح",
        "المكيف واقف ماكو كهرباء",
    ],
    "water": ["الماء مقطوع", "ضغط الماء ضعيف", "ماكو ماي بالتانكي", "انقطع الماء من يومين"],
}
TURNS = {
    "greet": ["السلام عليكم", "هلا والله", "صباح الخير", "مرحبا"],
    "thank": ["شكرا لك", "مشكور", "يعطيك العافيه", "تسلم ما قصرت"],
}
EXAMPLES = [
    *(Example(text, PROBLEM, code) for code, texts in PROBLEMS.items() for text in texts),
    *(Example(text, intent, None) for intent, texts in TURNS.items() for text in texts),
]


def rows(count: int) -> Rows:
    return np.zeros((count, 4), np.float32)


@pytest.fixture(scope="module")
def model() -> Understanding:
    return Understanding.train(SETTINGS, EXAMPLES, rows(len(EXAMPLES)))


def test_a_problem_is_one_intent_and_has_a_category(model: Understanding) -> None:
    understood = model.read("الكهرباء طفت من الصبح", rows(1)[0])

    assert understood.intents[0][0] == PROBLEM
    assert understood.categories[0][0] == "power"


def test_a_turn_that_is_no_problem_is_its_own_intent(model: Understanding) -> None:
    assert model.read("مشكور يعطيك العافيه", rows(1)[0]).intents[0][0] == "thank"


def test_both_rankings_are_whole(model: Understanding) -> None:
    understood = model.read("هلا", rows(1)[0])

    assert {name for name, _ in understood.intents} == {PROBLEM, *TURNS}
    assert {code for code, _ in understood.categories} == set(PROBLEMS)
    assert sum(chance for _, chance in understood.intents) == pytest.approx(1, abs=1e-5)
    assert sum(chance for _, chance in understood.categories) == pytest.approx(1, abs=1e-5)


def test_a_larger_prior_makes_problems_likelier(model: Understanding) -> None:
    def chance(prior: float) -> float:
        other = Understanding(model._model, Scales(prior=prior))
        return dict(other.read("مقطوع", rows(1)[0]).intents)[PROBLEM]

    assert chance(0.1) < chance(0.5) < chance(2.0)


def test_scales_are_learnt_from_text_that_was_not_trained_on(model: Understanding) -> None:
    wrong = [Example("الكهرباء مقطوعه", PROBLEM, "water")] * 40
    right = [Example("الكهرباء مقطوعه", PROBLEM, "power")] * 40
    turns = [Example("شكرا", "thank", None)] * 60

    unsure = model.calibrated([*wrong, *right, *turns], rows(140))
    sure = model.calibrated([*right, *right, *turns], rows(140))

    assert unsure.scales.categories < sure.scales.categories
    assert unsure.read("الكهرباء مقطوعه", rows(1)[0]).categories[0][1] == pytest.approx(
        0.5, abs=0.1
    )


def test_a_few_lines_are_too_few_to_learn_scales_from(model: Understanding) -> None:
    assert model.calibrated(EXAMPLES, rows(len(EXAMPLES))) is model


def test_what_was_learnt_is_saved(model: Understanding, tmp_path: Path) -> None:
    scaled = Understanding(model._model, Scales(9.0, 7.0, 0.3))
    scaled.save(tmp_path)

    loaded = Understanding.load(tmp_path)

    assert loaded.scales == Scales(9.0, 7.0, 0.3)
    assert loaded.read("طفت الكهرباء", rows(1)[0]).categories[0][0] == "power"


def test_the_words_that_decided_are_told(model: Understanding) -> None:
    assert "الكهرباء" in model.deciding_words("هلا والله الكهرباء طفت", "power")
