"""Buttons that were shown, and how a tap on one of them is known."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.conversations import Conversation, Offer
from bot.messages import Button

TOKEN: Final = re.compile(r"b:\d+:[0-9a-f]{8}:\d+")
_KEPT: Final = 60  # buttons of the last turns that can still be tapped
_LONGEST_NUMBER: Final = 2  # digits of a choice; more are an answer


def offers_of(turn: int, buttons: Sequence[Button]) -> dict[str, Offer]:
    """Return offers by tokens that nobody can guess; given are titles with commands."""
    return {
        f"b:{turn}:{secrets.token_hex(4)}:{place}": Offer(turn, button.title, button.payload)
        for place, button in enumerate(buttons, start=1)
    }


def shown(offers: Mapping[str, Offer]) -> tuple[Button, ...]:
    """Return the buttons that a channel shows, with their tokens."""
    return tuple(Button(offer.title, token) for token, offer in offers.items())


def offering(conversation: Conversation, offers: Mapping[str, Offer]) -> Conversation:
    """Return the conversation that knows these offers too, and forgets the oldest."""
    kept = dict([*conversation.offers.items(), *offers.items()][-_KEPT:])
    return replace(conversation, offers=kept)


def tapped(conversation: Conversation, text: str) -> Offer | None:
    """Find the offered button that a text is: its token, or of the last turn number or title."""
    if text in conversation.offers:
        return conversation.offers[text]
    current = [offer for offer in conversation.offers.values() if offer.turn == conversation.turn]
    for place, offer in enumerate(current, start=1):
        if text.strip() == offer.title or _number(text) == place:
            return offer
    return None


def _number(text: str) -> int | None:
    digits = text.strip().rstrip(".)")
    return int(digits) if len(digits) <= _LONGEST_NUMBER and digits.isdecimal() else None
