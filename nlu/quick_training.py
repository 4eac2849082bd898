"""What Rasa 3.6.21 does needlessly for each of tens of thousands of examples is left out.

The adjustments are pinned to that one version; `tests/nlu/test_quick_training.py` proves that
Rasa is given the same examples with them and without.
"""

from __future__ import annotations

import tarfile
from functools import partial
from itertools import chain
from typing import Any

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData


class KeepingImporter(RasaFileImporter):
    """Reads the files once: Rasa asks for the same examples three times while it trains."""

    def get_nlu_data(self, language: str | None = None) -> TrainingData:  # noqa: ARG002
        """Return the examples; they are in many languages, whichever is asked for."""
        if not hasattr(self, "_examples"):
            self._examples = super().get_nlu_data()
        return self._examples


def quicken() -> None:
    """Adjust Rasa in this process, which trains a model and does nothing else."""
    _compare_by_text_first()
    _merge_without_copies()
    _pack_quickly()


def _compare_by_text_first() -> None:
    # Rasa makes a fingerprint of all that an example is, only to look for its double.
    def text_hash(message: Message) -> int:
        return hash(message.get(TEXT))

    _replace(Message, "__hash__", text_hash)


def _merge_without_copies() -> None:
    # Rasa copies each example a dozen times on its way through the importers.
    def merge(one: TrainingData, *others: TrainingData | None) -> TrainingData:
        every = [one, *filter(None, others)]
        return TrainingData(
            [example for data in every for example in data.training_examples],
            dict(chain.from_iterable(data.entity_synonyms.items() for data in every)),
            [feature for data in every for feature in data.regex_features],
            [table for data in every for table in data.lookup_tables],
            dict(chain.from_iterable(data.responses.items() for data in every)),
        )

    _replace(TrainingData, "merge", merge)


def _pack_quickly() -> None:
    # Rasa packs its model with the most compression, which takes as long as training.
    whole: Any = tarfile.TarFile.gzopen
    _replace(tarfile.TarFile, "gzopen", classmethod(partial(whole.__func__, compresslevel=1)))


def _replace(owner: type, name: str, value: Any) -> None:
    setattr(owner, name, value)
