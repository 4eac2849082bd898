"""What a text wants, and what a problem is about: one model for both, told as two rankings.

Every category is a label of its own beside the intents. A text is a problem as far as it is
any of them; which one, is asked among them alone. So both are read in one pass.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from scipy import optimize

from nlu.text_model import Ranking, Rows, Settings, TextModel, ranked, softmax

PROBLEM: Final = "report_problem"
_PREFIX: Final = f"{PROBLEM}/"
_PROBLEMS_SHARE: Final = (
    0.6  # of what people write, the first message of nearly everybody among it
)
_FEWEST: Final = 50  # development lines to learn scales from


@dataclass(frozen=True)
class Scales:
    """What makes margins into chances that mean something.

    `intents` and `categories` sharpen the margins; `prior` is how much likelier a problem is
    than the labels of problems, each taken alone, would have it.
    """

    intents: float = 12.0
    categories: float = 12.0
    prior: float = 0.5


@dataclass(frozen=True)
class Example:
    """A text with its intent, and its category if it is a problem."""

    text: str  # folded
    intent: str
    category: str | None

    @property
    def label(self) -> str:
        """The model's own label."""
        return f"{_PREFIX}{self.category}" if self.category else self.intent


@dataclass(frozen=True)
class Understood:
    """Both rankings of one text."""

    intents: Ranking
    categories: Ranking


class Understanding:
    """Ranks intents and categories."""

    def __init__(self, model: TextModel, scales: Scales) -> None:
        self._model, self.scales = model, scales
        labels = np.array(model.labels)
        self._is_problem = np.char.startswith(labels, _PREFIX)
        self._categories = [label[len(_PREFIX) :] for label in labels[self._is_problem]]
        self._intents = [*labels[~self._is_problem], PROBLEM]

    @classmethod
    def train(
        cls, settings: Settings, examples: Sequence[Example], embeddings: Rows
    ) -> Understanding:
        """Fit a model to examples; one row of `embeddings` for each."""
        texts = [example.text for example in examples]
        labels = [example.label for example in examples]
        return cls(TextModel.train(settings, texts, embeddings, labels), Scales())

    def calibrated(self, development: Sequence[Example], embeddings: Rows) -> Understanding:
        """Return this with scales under which text that was not trained on surprises least."""
        problems = [place for place, one in enumerate(development) if one.category]
        if not _FEWEST <= len(problems) <= len(development) - _FEWEST:
            return self
        margins = self._model.margins([one.text for one in development], embeddings)
        wanted = [development[place].category for place in problems]
        categories = _best_scale(self._columns(margins[problems]), self._places(wanted))
        intents, prior = self._best_intents(margins, [one.intent for one in development])
        return Understanding(self._model, Scales(intents, categories, prior))

    def read(self, text: str, embedding: Rows) -> Understood:
        """Return the rankings of one folded text."""
        return self.read_all([text], embedding[np.newaxis, :])[0]

    def read_all(self, texts: Sequence[str], embeddings: Rows) -> list[Understood]:
        """Return the rankings of each text."""
        margins = self._model.margins(texts, embeddings)
        intents = self._intent_chances(margins, self.scales.intents, self.scales.prior)
        categories = softmax(self.scales.categories * self._columns(margins))
        return [
            Understood(ranked(self._intents, one), ranked(self._categories, other))
            for one, other in zip(intents, categories)  # noqa: B905 - as many of each
        ]

    def deciding_words(self, text: str, category: str) -> list[str]:
        """Return the words of a folded text that speak for a category most."""
        return self._model.deciding_words(text, f"{_PREFIX}{category}")

    def save(self, folder: Path) -> None:
        """Write the model."""
        self._model.save(folder)
        (folder / "scales.json").write_text(json.dumps(asdict(self.scales)), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Understanding:
        """Read what `save` wrote."""
        scales = Scales(**json.loads((folder / "scales.json").read_text("utf-8")))
        return cls(TextModel.load(folder), scales)

    def _columns(self, margins: Rows) -> Rows:
        return margins[:, self._is_problem]

    def _places(self, categories: Sequence[str | None]) -> Rows:
        return np.array([self._categories.index(str(one)) for one in categories])

    def _intent_chances(self, margins: Rows, scale: float, prior: float) -> Rows:
        chances = softmax(scale * margins)
        problem = prior * chances[:, self._is_problem].sum(axis=1, keepdims=True)
        joined = np.hstack([chances[:, ~self._is_problem], problem])
        return joined / joined.sum(axis=1, keepdims=True)

    def _best_intents(self, margins: Rows, wanted: Sequence[str]) -> tuple[float, float]:
        places = np.array([self._intents.index(one) for one in wanted])
        problem = places == len(self._intents) - 1
        weights = np.where(
            problem,
            _PROBLEMS_SHARE / max(problem.sum(), 1),
            (1 - _PROBLEMS_SHARE) / max((~problem).sum(), 1),
        )

        def surprise(logs: Rows) -> float:
            scale, prior = np.exp(logs)
            chances = self._intent_chances(margins, scale, prior)
            return -float(weights @ np.log(_of(chances, places)))

        scale, prior = np.exp(_least(surprise, [12.0, 0.5]))
        return float(scale), float(prior)


def _best_scale(margins: Rows, places: Rows) -> float:
    def surprise(logs: Rows) -> float:
        return -float(np.log(_of(softmax(np.exp(logs[0]) * margins), places)).mean())

    return float(np.exp(_least(surprise, [12.0])[0]))


def _of(chances: Rows, places: Rows) -> Rows:
    """Return the chance that each row gives to its own place."""
    return chances[np.arange(len(places)), places] + 1e-12


def _least(surprise: Any, start: Sequence[float]) -> Rows:
    minimize: Any = cast("Any", optimize).minimize
    found = minimize(surprise, np.log(start), method="Nelder-Mead")
    return found.x
