"""The text model: it ranks every label, is the same after it was saved, and says why."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.arabic import light_stem
from nlu.text_model import Rows, Settings, Terms, TextModel, softmax

TEXTS = [
    "الكهرباء مقطوعه من الصبح",
    "انقطعت الكهرباء عن المنطقه",
    "طفت الكهرباء والمكيف واقف",
    "الماء ما يوصل للبيت",
    "انقطع الماء عندنا",
    "ضغط الماء ضعيف",
    "حفره في الشارع",
    "الشارع كله حفر",
    "الاسفلت مكسر في الشارع",
]
LABELS = [label for label in ("power", "water", "road") for _ in range(3)]
SETTINGS = Settings(strength=1.0, sharpness=8.0, embedding=0.5, balance=1.0)


def embeddings(texts: list[str]) -> Rows:
    return np.zeros((len(texts), 4), np.float32)


@pytest.fixture(scope="module")
def model() -> TextModel:
    return TextModel.train(SETTINGS, TEXTS, embeddings(TEXTS), LABELS)


def test_every_label_has_a_chance_and_the_likeliest_comes_first(model: TextModel) -> None:
    ranking = model.rank("الكهرباء راحت", np.zeros(4, np.float32))

    assert ranking[0][0] == "power"
    assert {label for label, _ in ranking} == set(LABELS)
    assert sum(chance for _, chance in ranking) == pytest.approx(1, abs=1e-5)
    assert [chance for _, chance in ranking] == sorted((c for _, c in ranking), reverse=True)


def test_endings_and_articles_do_not_change_what_a_word_says(model: TextModel) -> None:
    assert model.rank("شارعنا حفرها", np.zeros(4, np.float32))[0][0] == "road"


def test_a_model_is_the_same_after_it_was_saved(model: TextModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    loaded = TextModel.load(tmp_path)

    before = model.rank_all(TEXTS, embeddings(TEXTS))
    after = loaded.rank_all(TEXTS, embeddings(TEXTS))
    assert [one[0][0] for one in before] == [one[0][0] for one in after]
    assert [one[0][1] for one in before] == pytest.approx([one[0][1] for one in after], abs=0.01)


@pytest.mark.parametrize("text", [*TEXTS, "الماء الماء مقطوعه", "unheard of", ""])
def test_terms_weigh_as_sklearn_itself_weighs_them(text: str) -> None:
    settings: dict[str, Any] = {
        "analyzer": "char_wb",
        "ngram_range": (2, 3),
        "sublinear_tf": True,
        "dtype": np.float32,
    }
    ours: Any = Terms(**settings)
    stock: Any = TfidfVectorizer(**settings)
    ours.fit(TEXTS)
    stock.fit(TEXTS)

    assert ours.transform([text]).toarray() == pytest.approx(stock.transform([text]).toarray())


def test_nothing_in_a_saved_model_can_be_run(model: TextModel, tmp_path: Path) -> None:
    model.save(tmp_path)

    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".npz"}
    with np.load(tmp_path / "model.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)


def test_the_words_that_decided_are_those_of_the_label(model: TextModel) -> None:
    words = model.deciding_words("اليوم انقطعت الكهرباء عن بيت جارنا", "power")

    assert "الكهرباء" in words
    assert "جارنا" not in words


def test_of_no_words_none_decided(model: TextModel) -> None:
    assert model.deciding_words("", "power") == []


def test_the_embedding_counts_where_words_say_nothing() -> None:
    rows = np.eye(3, dtype=np.float32)[[0, 0, 0, 1, 1, 1, 2, 2, 2]]
    model = TextModel.train(SETTINGS, TEXTS, rows, LABELS)

    assert model.rank("qwerty", np.array([0, 1, 0], np.float32))[0][0] == "water"


def test_two_labels_are_enough() -> None:
    model = TextModel.train(SETTINGS, TEXTS[:6], embeddings(TEXTS[:6]), LABELS[:6])

    assert model.rank("الماء ضعيف", np.zeros(4, np.float32))[0][0] == "water"


def test_chances_of_large_scores_are_still_numbers() -> None:
    assert softmax(np.array([[1e4, 0.0]])).tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("الكهرباء", "كهرباء"),
        ("والكهرباء", "كهرباء"),
        ("بالشارع", "شارع"),
        ("هالشارع", "شارع"),
        ("للشارع", "شارع"),
        ("سيارتي", "سيار"),
        ("شوارعنا", "شوارع"),
        ("مدرسات", "مدرس"),
        ("ماي", "ماي"),
        ("الو", "الو"),
        ("water", "water"),
        ("2026", "2026"),
        ("", ""),
    ],
)
def test_a_light_stem_is_the_word_without_what_is_written_onto_it(word: str, stem: str) -> None:
    assert light_stem(word) == stem
