"""A linear text classifier on n-grams and sentence embeddings, kept as JSON and arrays."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn import preprocessing
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.svm import LinearSVC

from nlu.arabic import light_stem

_Arguments = dict[str, Any]
Rows = NDArray[Any]  # floats; sklearn and scipy have no types of their own
Ranking = list[tuple[str, float]]

_WORDS: Final[_Arguments] = {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"\S+"}
_CHARACTERS: Final[_Arguments] = {"analyzer": "char_wb", "ngram_range": (2, 5)}
_KINDS: Final = ((_WORDS, 1), (_CHARACTERS, 2))  # each with the fewest texts that a term is in
_COMMON: Final = 0.5  # of the rarest word's rarity: what has less says little by itself
_AXES: Final = 256  # 95 of 100 parts of the embeddings' squared lengths
_PRECISION: Final = 1.0  # a closer solution takes longer and is no better on unseen text


@dataclass(frozen=True)
class Settings:
    """How a model is trained.

    `strength` is the inverse of the regularisation, `sharpness` what its margins are multiplied
    by before they become chances, `embedding` the weight of the embedding beside the n-grams.
    `balance` says how far rare labels are lifted: 0 not at all, 1 to the weight of the others.
    """

    strength: float
    sharpness: float
    embedding: float
    balance: float

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Settings:
        """Return the settings that a pipeline's configuration names."""
        return cls(**{field.name: config[field.name] for field in fields(cls)})


class Terms(TfidfVectorizer):
    """sklearn's TF-IDF of n-grams, which knows how rare each is.

    sklearn adds that up anew for every text, over all terms: that takes longer than the rest.
    """

    @cached_property
    def rarities(self) -> Rows:
        """How rare each term is."""
        return np.asarray(self.idf_, np.float32)

    def transform(self, raw_documents: Sequence[str]) -> Any:
        """Return a row of weighted terms for each text, as sklearn itself would."""
        counts: Any = CountVectorizer.transform(self, raw_documents)
        counts.data = (np.log(counts.data) + 1) * self.rarities[counts.indices]
        return cast("Any", preprocessing).normalize(counts, copy=False)


class TextModel:
    """Ranks labels for a folded text and its embedding.

    A linear support vector machine over TF-IDF and the embedding, which separates all labels
    at once; its margins become probabilities by a softmax.
    """

    def __init__(
        self,
        settings: Settings,
        labels: list[str],
        vectorizers: list[Terms],
        weights: Rows,
        bias: Rows,
    ) -> None:
        self._settings, self.labels, self._vectorizers = settings, labels, vectorizers
        self._weights, self._bias = weights, bias
        rarities = vectorizers[0].rarities
        self._rarities = rarities - _COMMON * rarities.max()

    @classmethod
    def train(
        cls,
        settings: Settings,
        texts: Sequence[str],
        embeddings: Rows,
        labels: Sequence[str],
    ) -> TextModel:
        """Fit a model to labelled texts; one row of `embeddings` for each."""
        vectorizers = [_vectorizer(kind, least) for kind, least in _KINDS]
        terms: list[Any] = [
            v.fit_transform(r) for v, r in zip(vectorizers, _readings(texts), strict=True)
        ]
        machine = cast(
            "Any",
            LinearSVC(
                C=settings.strength,
                multi_class="crammer_singer",
                tol=_PRECISION,
                class_weight=_class_weights(labels, settings.balance),
                random_state=0,
            ),
        )
        axes = _main_axes(embeddings)
        with warnings.catch_warnings():
            # It says so when it stops early; on unseen text more rounds are no better.
            warnings.simplefilter("ignore", ConvergenceWarning)
            machine.fit(_beside(terms, settings.embedding * embeddings @ axes), labels)
        weights, bias = _rows_of(machine)
        count = axes.shape[1]
        weights = np.vstack([weights[:-count], axes @ weights[-count:]])
        return cls(settings, list(machine.classes_), vectorizers, weights, bias)

    def rank(self, text: str, embedding: Rows) -> Ranking:
        """Return every label with its probability, the likeliest first."""
        return self.rank_all([text], embedding[np.newaxis, :])[0]

    def rank_all(self, texts: Sequence[str], embeddings: Rows) -> list[Ranking]:
        """Return the ranking of each text."""
        chances = softmax(self._settings.sharpness * self.margins(texts, embeddings))
        return [ranked(self.labels, row) for row in chances]

    def margins(self, texts: Sequence[str], embeddings: Rows) -> Rows:
        """Return a row for each text: how far it is on the side of each label."""
        weighted = self._settings.embedding * embeddings
        return _features(self._vectorizers, texts, weighted) @ self._weights + self._bias

    def deciding_words(self, text: str, label: str, most: int = 3) -> list[str]:
        """Return the words of a folded text that speak for a label most, the strongest first."""
        rare = {word: self._rarity(word) for word in dict.fromkeys(text.split())}
        words = [word for word, rarity in rare.items() if rarity > 0]
        if not words:
            return []
        nothing = np.zeros((len(words), self._weights.shape[0] - self._terms), np.float32)
        margins = _features(self._vectorizers, words, nothing) @ self._weights
        # A word alone has the weight of a whole text; in one it weighs as much as it is rare.
        speaks = margins[:, self.labels.index(label)] - margins.mean(axis=1)
        speaks *= np.array([rare[word] for word in words])
        order = np.argsort(-speaks)[:most]
        return [words[place] for place in order if speaks[place] > 0]

    def _rarity(self, word: str) -> float:
        """Return how much rarer a word is than those that say little by themselves."""
        place = cast("dict[str, int]", self._vectorizers[0].vocabulary_).get(light_stem(word))
        return 0.0 if place is None else float(self._rarities[place])

    @property
    def _terms(self) -> int:
        return sum(len(cast("dict[str, int]", one.vocabulary_)) for one in self._vectorizers)

    def save(self, folder: Path) -> None:
        """Write the model: nothing in it is executable."""
        folder.mkdir(parents=True, exist_ok=True)
        words = [_in_order(cast("dict[str, int]", v.vocabulary_)) for v in self._vectorizers]
        facts = {"labels": self.labels, "vocabularies": words, "settings": asdict(self._settings)}
        (folder / "model.json").write_text(json.dumps(facts, ensure_ascii=False), "utf-8")
        np.savez(
            folder / "model.npz",
            weights=self._weights.astype(np.float16),
            bias=self._bias,
            **{f"idf{i}": v.rarities for i, v in enumerate(self._vectorizers)},
        )

    @classmethod
    def load(cls, folder: Path) -> TextModel:
        """Read a model that `save` wrote."""
        facts = json.loads((folder / "model.json").read_text("utf-8"))
        arrays = np.load(folder / "model.npz")
        vectorizers: list[Terms] = []
        for i, ((kind, _), words) in enumerate(zip(_KINDS, facts["vocabularies"], strict=True)):
            vectorizer = _vectorizer(kind, 1)
            vectorizer.vocabulary = {word: place for place, word in enumerate(words)}
            vectorizer.idf_ = arrays[f"idf{i}"].astype(np.float64)
            vectorizers.append(vectorizer)
        weights = arrays["weights"].astype(np.float32)
        settings = Settings(**facts["settings"])
        return cls(settings, facts["labels"], vectorizers, weights, arrays["bias"])


def softmax(scores: Rows) -> Rows:
    """Return each row of scores as chances."""
    lifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return lifted / lifted.sum(axis=1, keepdims=True)


def ranked(labels: list[str], chances: Rows) -> Ranking:
    """Return each label with its chance, the likeliest first."""
    return [(labels[int(place)], float(chances[place])) for place in np.argsort(-chances)]


def _rows_of(machine: Any) -> tuple[Rows, Rows]:
    """Return a machine's weights and bias with a column for each label."""
    rows, bias = machine.coef_, np.broadcast_to(machine.intercept_, len(machine.coef_))
    if len(machine.classes_) == 2 and len(rows) == 1:  # noqa: PLR2004 - of two labels it has one
        rows, bias = np.vstack([-rows, rows]), np.concatenate([-bias, bias])
    return rows.T.astype(np.float32), bias.astype(np.float32)


def _main_axes(embeddings: Rows) -> Rows:
    """Return a column for each direction in which embeddings differ most; the rest is little.

    A machine learns along half as many of them in two thirds of the time, and no worse.
    """
    _, axes = np.linalg.eigh(embeddings.T @ embeddings)  # the least first
    return axes[:, -min(_AXES, axes.shape[1]) :].astype(np.float32)


def _class_weights(labels: Sequence[str], balance: float) -> dict[str, float]:
    counts = Counter(labels)
    usual = len(labels) / len(counts)
    return {label: (usual / count) ** balance for label, count in counts.items()}


def _readings(texts: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Return the texts as the words' and as the characters' vectorizer read them."""
    return [" ".join(map(light_stem, text.split())) for text in texts], texts


def _features(vectorizers: Sequence[Terms], texts: Sequence[str], embeddings: Rows) -> Any:
    readings = _readings(texts)
    terms: list[Any] = [v.transform(r) for v, r in zip(vectorizers, readings, strict=True)]
    return _beside(terms, embeddings)


def _beside(terms: Sequence[Any], embeddings: Rows) -> Any:
    columns = [*terms, sparse.csr_matrix(embeddings)]
    return cast("Any", sparse.hstack(columns, dtype=np.float32)).tocsr()


def _vectorizer(settings: _Arguments, least: int) -> Terms:
    single = cast("Any", np.float32)
    return Terms(**settings, min_df=least, sublinear_tf=True, dtype=single, lowercase=False)


def _in_order(vocabulary: dict[str, int]) -> list[str]:
    return sorted(vocabulary, key=vocabulary.__getitem__)
