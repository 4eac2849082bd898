"""Arabic normalisation: what the models read, beside what the citizen wrote."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.arabic import fold
from nlu.components.language import LANGUAGE
from nlu.components.reading import ReadingComponent
from nlu.transliteration import to_arabic

FOLDED = "folded"
SPELLED = "spelled"  # in Arabic letters where it was Arabizi, else as it was written
_READ = 4_000  # characters: what follows adds nothing to a label


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class ArabicNormalizer(ReadingComponent):
    """Keeps a folded text beside each message's own; Arabizi as the Arabic it stands for."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the folded text to each message that has text."""
        for message in messages:
            text = (message.get(TEXT) or "")[:_READ]
            language: dict[str, Any] = message.get(LANGUAGE) or {}
            spelled = to_arabic(text) if language.get("name") == "arabizi" else text
            message.set(SPELLED, spelled)
            message.set(FOLDED, fold(spelled))
        return messages
