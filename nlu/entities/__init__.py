"""Numbers, times, places and names in a chat turn, each with its place in the text."""

from nlu.entities.reader import EntityReader
from nlu.entities.reading import Entity

__all__ = ["Entity", "EntityReader"]
