"""The language of a turn: script and letters first, langdetect only where it can be trusted."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.components.reading import ReadingComponent
from nlu.identification import LanguageIdentifier as _Identifier

LANGUAGE = "language"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class LanguageIdentifier(ReadingComponent):
    """Says which language each message is written in."""

    def __init__(self) -> None:
        self._identifier = _Identifier()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the language to each message that has text."""
        for message in messages:
            guess = self._identifier.identify(message.get(TEXT) or "")
            told = {"name": guess.language, "confidence": guess.confidence}
            message.set(LANGUAGE, told, add_to_output=True)
        return messages
