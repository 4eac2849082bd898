"""Telling an answer from a turn that steers the interview or asks something on the side."""

from typing import Final, FrozenSet, Mapping

from actions.turn import Turn

# Answered by rules, which then return to the open question.
STEERING: Final[FrozenSet[str]] = frozenset(
    {
        "ask_anonymous",
        "ask_fees",
        "ask_how_to_file",
        "ask_office",
        "ask_privacy",
        "ask_requirements",
        "ask_response_time",
        "ask_responsible_agency",
        "ask_what_is_refused",
        "back",
        "bot_challenge",
        "change_language",
        "check_status",
        "edit_answer",
        "emergency",
        "goodbye",
        "greet",
        "help",
        "human_handoff",
        "insult",
        "list_my_cases",
        "repeat",
        "restart",
        "thank",
    }
)
LEAVING: Final = frozenset({"cancel", "withdraw_case"})
# Questions whose answer is free text: a long answer is hardly ever a command.
_FREE: Final = frozenset({"description", "place", "occurred", "remedy", "detail_1", "detail_2"})
_SURE_SHORT: Final = 0.45
_SURE_FREE: Final = 0.6
_SURE_LONG: Final = 0.85
_LONG_WORDS: Final = 9
# What a turn must hold to be an answer to its question before it is anything else.
_TELLING: Final[Mapping[str, FrozenSet[str]]] = {
    "place": frozenset({"place"}),
    "occurred": frozenset({"time"}),
    "phone": frozenset({"phone"}),
    "civil_id": frozenset({"civil_id"}),
    "name": frozenset({"phone", "civil_id"}),
}
_TELLS_AGAIN: Final = frozenset({"edit_answer", "emergency", "check_status"})


def steers(turn: Turn, question: str) -> bool:
    """Say whether the turn is not an answer to the open question, but steers the interview."""
    return turn.means(*STEERING) and _is_meant(turn, question)


def leaves(turn: Turn, question: str) -> bool:
    """Say whether the citizen wants to stop the interview."""
    return turn.means(*LEAVING) and _is_meant(turn, question)


def holds_answer(turn: Turn, question: str) -> bool:
    """Say whether the turn holds what the open question asks for, whatever its intent."""
    return any(turn.find(entity) for entity in _TELLING.get(question, ()))


def _is_meant(turn: Turn, question: str) -> bool:
    if turn.tapped:
        return True
    tells_again = turn.means(*_TELLS_AGAIN) and not _is_unnamed_edit(turn)
    if holds_answer(turn, question) and not tells_again:
        return False
    return turn.confidence >= _needed(turn, question)


def _is_unnamed_edit(turn: Turn) -> bool:
    """Say whether a turn looks like an edit, but for its numbers alone: it names no answer."""
    return turn.means("edit_answer") and turn.find("answer_name") is None


def _needed(turn: Turn, question: str) -> float:
    if question not in _FREE or turn.means("emergency"):
        return _SURE_SHORT
    return _SURE_LONG if turn.words >= _LONG_WORDS else _SURE_FREE
