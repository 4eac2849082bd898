"""Rasa as it is prepared for us: quicker, without TensorFlow, and otherwise as it was."""

import sys
from importlib import import_module
from typing import Any, cast

import jsonschema
import pytest

from nlu import rasa_setup

rasa_setup.prepare()

from rasa.core.actions.action import RemoteAction  # noqa: E402
from rasa.core.agent import Agent  # noqa: E402
from rasa.core.policies import rule_policy  # noqa: E402
from rasa.shared.core.events import Event, SlotSet, UserUttered  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402
from rasa.shared.utils.common import all_subclasses  # noqa: E402

SLOT = {"event": "slot", "timestamp": None, "name": "language", "value": "ar"}
KINDS: list[type[Event]] = [kind for kind in all_subclasses(Event) if hasattr(kind, "type_name")]
GOOD: list[Any] = [
    {},
    {"events": []},
    {"events": [], "responses": []},
    {"events": [SLOT]},
    {"events": [{**SLOT, "value": {"any": ["thing"]}}]},
    {"events": [{"event": "slot", "name": "language", "value": None}]},
    {"events": [{"event": "followup", "timestamp": None, "name": "action_listen"}]},
    {"events": [{"event": "active_loop", "timestamp": None, "name": None}]},
    {"events": [{"event": "reset_slots", "timestamp": None}]},
    {"events": [{"event": "session_started", "timestamp": 1.5}]},
    {"events": [{"event": "action_execution_rejected", "name": "complaint_form"}]},
    {"responses": [{"response": "utter_help", "buttons": []}]},
    {"more": "than is asked for"},
]
BAD: list[Any] = [
    None,
    [],
    "events",
    {"events": {}},
    {"events": None},
    {"events": ["slot"]},
    {"events": [{}]},
    {"events": [{"name": "language"}]},
    {"events": [{"event": "slot"}]},
    {"events": [{"event": "unheard_of"}]},
    {"events": [SLOT, {"event": "slot", "name": "language"}]},
    {"events": [{"event": "slot", "name": 5}]},
    {"events": [{**SLOT, "timestamp": "noon"}]},
    {"responses": {}},
    {"responses": ["utter_help"]},
]


def accepts_stock(result: Any) -> bool:
    try:
        jsonschema.validate(result, RemoteAction.action_response_format_spec())
    except jsonschema.ValidationError:
        return False
    return True


def accepts_ours(result: Any) -> bool:
    action = cast("Any", RemoteAction("action_any", None))
    try:
        return action._validate_action_result(result)
    except jsonschema.ValidationError:
        return False


def resolve_stock(type_name: str) -> type[Event]:
    return next(kind for kind in KINDS if kind.type_name == type_name)


def said(intent: str) -> DialogueStateTracker:
    return DialogueStateTracker.from_events(
        "rest:7", [UserUttered("text", {"name": intent, "confidence": 1.0})]
    )


@pytest.fixture(params=["prepared once", "prepared again"], autouse=True)
def prepared(request: pytest.FixtureRequest) -> None:
    if request.param == "prepared again":
        rasa_setup.prepare()


def test_rasas_agent_is_there_without_tensorflow():
    assert Agent
    assert "tensorflow.python" not in sys.modules


def test_what_would_use_tensorflow_is_no_tensorflow():
    stub = import_module("tensorflow")

    assert not hasattr(stub, "__version__")


@pytest.mark.parametrize("result", GOOD)
def test_what_rasa_accepts_of_an_action_is_accepted(result: Any):
    assert accepts_stock(result)
    assert accepts_ours(result)


@pytest.mark.parametrize("result", BAD)
def test_what_rasa_refuses_of_an_action_is_refused(result: Any):
    assert not accepts_stock(result)
    assert not accepts_ours(result)


@pytest.mark.parametrize("type_name", sorted({kind.type_name for kind in KINDS}))
def test_each_event_is_of_the_class_that_rasa_gives_it(type_name: str):
    assert Event.resolve_by_type(type_name) is resolve_stock(type_name)


def test_there_are_events_to_compare():
    assert len({kind.type_name for kind in KINDS}) > 20


def test_an_event_that_nobody_knows_is_an_error_or_the_default():
    assert Event.resolve_by_type("unheard_of", SlotSet) is SlotSet
    with pytest.raises(ValueError, match="unheard_of"):
        Event.resolve_by_type("unheard_of")


def test_an_event_of_old_is_still_passed_over():
    assert Event.resolve_by_type("topic") is None


@pytest.mark.parametrize("intent", ["back", "restart"])
def test_going_back_and_beginning_again_are_left_to_our_rules(intent: str):
    policy = cast("Any", rule_policy.RulePolicy)

    assert policy._find_action_from_default_actions(said(intent)) == (None, None)
    assert intent not in rule_policy.DEFAULT_ACTION_MAPPINGS


def test_rasas_own_start_of_a_session_stays():
    assert rule_policy.DEFAULT_ACTION_MAPPINGS == {"session_start": "action_session_start"}
