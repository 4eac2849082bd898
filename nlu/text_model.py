"""A linear text classifier on word and character n-grams, kept as JSON and arrays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

_WORDS = {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"\S+"}
_CHARACTERS = {"analyzer": "char_wb", "ngram_range": (2, 5)}


class TextModel:
    """Ranks labels for a folded text.

    Logistic regression over TF-IDF, one class against the others, with the probabilities
    normalised to one: the choice that `docs/understanding.md` measures against others.
    """

    def __init__(
        self,
        labels: list[str],
        vectorizers: list[TfidfVectorizer],
        weights: np.ndarray,
        bias: np.ndarray,
        sharpness: float = 1.0,
    ) -> None:
        self._labels, self._vectorizers = labels, vectorizers
        self._weights, self._bias, self._sharpness = weights, bias, sharpness

    @classmethod
    def train(
        cls, texts: Sequence[str], labels: Sequence[str], *, strength: float, sharpness: float
    ) -> TextModel:
        """Fit a model; the strength is the inverse of the regularisation."""
        vectorizers = [_vectorizer(_WORDS, 1), _vectorizer(_CHARACTERS, 2)]
        features = sparse.hstack([v.fit_transform(texts) for v in vectorizers]).tocsr()
        regression = LogisticRegression(
            C=strength, solver="liblinear", class_weight="balanced", random_state=0
        )
        regression.fit(features, labels)
        return cls(
            list(regression.classes_),
            vectorizers,
            regression.coef_.T.astype(np.float32),
            regression.intercept_.astype(np.float32),
            sharpness,
        )

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Return every label with its probability, the likeliest first."""
        return self.rank_all([text])[0]

    def rank_all(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        """Return the ranking of each text."""
        features = sparse.hstack([v.transform(texts) for v in self._vectorizers]).tocsr()
        scores = self._sharpness * (features @ self._weights + self._bias)
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances = scores / scores.sum(axis=1, keepdims=True)
        order = np.argsort(-chances, axis=1)
        return [
            [(self._labels[i], float(row[i])) for i in places]
            for row, places in zip(chances, order, strict=True)
        ]

    def save(self, folder: Path) -> None:
        """Write the model: nothing in it is executable."""
        folder.mkdir(parents=True, exist_ok=True)
        words = [list(_in_order(v.vocabulary_)) for v in self._vectorizers]
        facts = {"labels": self._labels, "vocabularies": words, "sharpness": self._sharpness}
        (folder / "model.json").write_text(json.dumps(facts, ensure_ascii=False), "utf-8")
        np.savez(
            folder / "model.npz",
            weights=self._weights.astype(np.float16),
            bias=self._bias,
            **{f"idf{i}": v.idf_.astype(np.float32) for i, v in enumerate(self._vectorizers)},
        )

    @classmethod
    def load(cls, folder: Path) -> TextModel:
        """Read a model that `save` wrote."""
        facts = json.loads((folder / "model.json").read_text("utf-8"))
        arrays = np.load(folder / "model.npz")
        vectorizers: list[TfidfVectorizer] = []
        for i, (settings, words) in enumerate(
            zip((_WORDS, _CHARACTERS), facts["vocabularies"], strict=True)
        ):
            vectorizer = _vectorizer(settings, 1)
            vectorizer.vocabulary = {word: place for place, word in enumerate(words)}
            vectorizer.idf_ = arrays[f"idf{i}"].astype(np.float64)
            vectorizers.append(vectorizer)
        weights = arrays["weights"].astype(np.float32)
        return cls(facts["labels"], vectorizers, weights, arrays["bias"], facts["sharpness"])


def _vectorizer(settings: dict[str, object], least: int) -> TfidfVectorizer:
    return TfidfVectorizer(
        **settings, min_df=least, sublinear_tf=True, dtype=np.float32, lowercase=False
    )


def _in_order(vocabulary: dict[str, int]) -> list[str]:
    return sorted(vocabulary, key=vocabulary.__getitem__)
