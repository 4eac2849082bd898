"""A linear text classifier on n-grams and sentence embeddings, kept as JSON and arrays."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

_Arguments = dict[str, Any]
Rows = NDArray[Any]  # floats; sklearn and scipy have no types of their own

_WORDS: Final[_Arguments] = {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"\S+"}
_CHARACTERS: Final[_Arguments] = {"analyzer": "char_wb", "ngram_range": (2, 5)}


@dataclass(frozen=True)
class Settings:
    """How a model is trained.

    `strength` is the inverse of the regularisation, `sharpness` what makes a probability of
    0.7 right seven times in ten, `embedding` the weight of the embedding beside the n-grams.
    `balance` says how far rare labels are lifted: 0 not at all, 1 to the weight of the others.
    """

    strength: float
    sharpness: float
    embedding: float
    balance: float


class TextModel:
    """Ranks labels for a folded text and its embedding.

    A linear support vector machine over TF-IDF and the embedding; its margins become
    probabilities by a softmax.
    """

    def __init__(
        self,
        settings: Settings,
        labels: list[str],
        vectorizers: list[TfidfVectorizer],
        weights: Rows,
        bias: Rows,
    ) -> None:
        self._settings, self._labels, self._vectorizers = settings, labels, vectorizers
        self._weights, self._bias = weights, bias

    @classmethod
    def train(
        cls,
        settings: Settings,
        texts: Sequence[str],
        embeddings: Rows,
        labels: Sequence[str],
    ) -> TextModel:
        """Fit a model to labelled texts; one row of `embeddings` for each."""
        vectorizers = [_vectorizer(_WORDS, 1), _vectorizer(_CHARACTERS, 2)]
        for vectorizer in vectorizers:
            vectorizer.fit(texts)
        weights = _class_weights(labels, settings.balance)
        machine = cast("Any", LinearSVC(C=settings.strength, class_weight=weights, random_state=0))
        machine.fit(_features(vectorizers, texts, settings.embedding * embeddings), labels)
        weights, bias = machine.coef_.T.astype(np.float32), machine.intercept_.astype(np.float32)
        return cls(settings, list(machine.classes_), vectorizers, weights, bias)

    def rank(self, text: str, embedding: Rows) -> list[tuple[str, float]]:
        """Return every label with its probability, the likeliest first."""
        return self.rank_all([text], embedding[np.newaxis, :])[0]

    def rank_all(self, texts: Sequence[str], embeddings: Rows) -> list[list[tuple[str, float]]]:
        """Return the ranking of each text."""
        weighted = self._settings.embedding * embeddings
        margins = _features(self._vectorizers, texts, weighted) @ self._weights + self._bias
        scores = self._settings.sharpness * margins
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances = scores / scores.sum(axis=1, keepdims=True)
        order = np.argsort(-chances, axis=1)
        return [
            [(self._labels[i], float(row[i])) for i in places]
            for row, places in zip(chances, order)  # noqa: B905 - as many of one as of the other
        ]

    def save(self, folder: Path) -> None:
        """Write the model: nothing in it is executable."""
        folder.mkdir(parents=True, exist_ok=True)
        words = [_in_order(cast("dict[str, int]", v.vocabulary_)) for v in self._vectorizers]
        facts = {"labels": self._labels, "vocabularies": words, "settings": asdict(self._settings)}
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
        settings = Settings(**facts["settings"])
        return cls(settings, facts["labels"], vectorizers, weights, arrays["bias"])


def _class_weights(labels: Sequence[str], balance: float) -> dict[str, float]:
    counts = Counter(labels)
    usual = len(labels) / len(counts)
    return {label: (usual / count) ** balance for label, count in counts.items()}


def _features(
    vectorizers: Sequence[TfidfVectorizer], texts: Sequence[str], embeddings: Rows
) -> Any:
    columns: list[Any] = [vectorizer.transform(texts) for vectorizer in vectorizers]
    columns.append(sparse.csr_matrix(embeddings))
    return cast("Any", sparse.hstack(columns, dtype=np.float32)).tocsr()


def _vectorizer(settings: _Arguments, least: int) -> TfidfVectorizer:
    single = cast("Any", np.float32)
    return TfidfVectorizer(
        **settings, min_df=least, sublinear_tf=True, dtype=single, lowercase=False
    )


def _in_order(vocabulary: dict[str, int]) -> list[str]:
    return sorted(vocabulary, key=vocabulary.__getitem__)
