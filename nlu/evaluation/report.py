"""All figures of one model, as they are written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from nlu.evaluation.calibration import Abstention, Calibration
from nlu.evaluation.facts import Latency, ModelFacts
from nlu.evaluation.figures import Confusion, Rate, Score
from nlu.evaluation.pairs import Pair
from nlu.evaluation.parsed import Scope


@dataclass(frozen=True)
class Task:
    """Everything about one kind of label."""

    scores: dict[str, Score]  # by variety, and of all
    calibration: Calibration
    abstention: Abstention
    confusions: list[Confusion]


@dataclass(frozen=True)
class Mistake:
    """A wrong guess that the model was sure of."""

    kind: str
    variety: str
    text: str
    label: str
    guess: str
    chance: float


@dataclass(frozen=True)
class Contender:
    """One classifier on one kind of label; `note` says what it was trained on."""

    name: str
    kind: str
    score: Score
    error: float  # of its chances
    latency: Latency
    train_cpu_seconds: float | None
    note: str


@dataclass(frozen=True)
class PublicTest:
    """One test of a public data set; `published` is what was published: F1 of AraBERT."""

    variety: str
    score: Score
    error: float
    published: float


@dataclass(frozen=True)
class ArBanking:
    """What the product's own pipeline reached on ArBanking77."""

    examples: int
    labels: int
    settings: dict[str, Any]
    train_cpu_seconds: float
    tests: list[PublicTest]


@dataclass(frozen=True)
class Report:
    """What is written down: `understanding.json` is this, the page shows it."""

    made_at: str
    model: ModelFacts
    agency_of: Mapping[str, str]  # category -> agency, in the taxonomy's order
    latency: Latency
    languages: dict[str, Rate]
    intents: Task
    categories: Task
    agencies: list[Confusion]
    pairs: list[Pair]  # of categories
    scope: Scope
    mistakes: list[Mistake]
    contenders: list[Contender] = field(default_factory=list[Contender])
    arbanking: ArBanking | None = None

    def as_data(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)
