"""What Rasa 3.6.21 needs before it is used: quick imports, quick events, our meaning of labels.

Each adjustment is pinned to that one version; `tests/nlu/test_rasa_setup.py` proves that it
changes no outcome.
"""

import os
import warnings
from functools import cache
from typing import Any, cast

from nlu import without_tensorflow


def prepare(*, quick: bool = True) -> None:
    """Adjust Rasa in this process; must run before anything of Rasa is imported.

    `quick=False` leaves its speed as it ships, for comparing.
    """
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    # A turn's arithmetic is small: more threads wait for one another longer than they work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    without_tensorflow.install()
    _keep_back_and_restart_ours()
    if quick:
        _build_validator_once()
        _look_up_events_once()


def _keep_back_and_restart_ours() -> None:
    # Rasa takes any turn labelled `back` or `restart` for its own commands, whatever the form
    # thinks of it. Here they are intents like any other, decided by the open question.
    from rasa.core.policies import rule_policy

    for intent in ("back", "restart"):
        rule_policy.DEFAULT_ACTION_MAPPINGS.pop(intent, None)


def _build_validator_once() -> None:
    # Rasa checks its own constant schema again on each action's answer: four fifths of the
    # time of a turn in a form.
    from jsonschema import validators
    from rasa.core.actions.action import RemoteAction

    schema = RemoteAction.action_response_format_spec()
    cls = validators.validator_for(schema)
    cls.check_schema(schema)
    validator = cls(schema)

    def validate(_action: RemoteAction, result: Any) -> bool:
        validator.validate(result)
        return True

    cast("Any", RemoteAction)._validate_action_result = validate  # noqa: SLF001


def _look_up_events_once() -> None:
    # Rasa walks all subclasses of Event for each event of each tracker that it loads.
    from rasa.shared.core.events import Event

    stock = Event.resolve_by_type

    @cache
    def resolve(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
        return stock(type_name, default)

    cast("Any", Event).resolve_by_type = staticmethod(resolve)
