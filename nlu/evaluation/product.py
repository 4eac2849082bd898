"""The product's own way of reading text, and its settings, for other text than its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import yaml

from nlu import rasa_setup
from nlu.evaluation.heldout import ROOT
from nlu.text_model import Rows, Settings

rasa_setup.prepare()

from nlu.components.classifiers import TurnClassifier  # noqa: E402
from nlu.components.development import as_read  # noqa: E402
from nlu.components.embedder import spelled  # noqa: E402
from nlu.components.normalizer import FOLDED  # noqa: E402

Embed = Callable[[Sequence[str]], Rows]


def product_settings() -> Settings:
    """Return the settings that the product's model is trained with."""
    pipeline: list[dict[str, Any]] = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))[
        "pipeline"
    ]
    told = next(step for step in pipeline if step["name"].endswith(TurnClassifier.__name__))
    return Settings.of({**TurnClassifier.get_default_config(), **told})


def read_as_product(texts: Sequence[str], embed: Embed) -> tuple[list[str], Rows]:
    """Return the folded texts and their embeddings, made by the product's own components."""
    messages = as_read(list(texts))
    return [message.get(FOLDED) or "" for message in messages], embed(spelled(messages))
