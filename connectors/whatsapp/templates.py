"""Templates: wordings that Meta approves beforehand, for when nothing else may be sent."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

LANGUAGES: Final = frozenset({"ar", "en", "ur"})
LONGEST_BODY: Final = 1024
LONGEST_FOOTER: Final = 60
LONGEST_BUTTON: Final = 25
LONGEST_NAME: Final = 512

_FILE: Final = Path(__file__).with_name("templates.yml")
_NAME: Final = re.compile(r"[a-z0-9_]+")
_PARAMETER: Final = re.compile(r"\{\{(.*?)\}\}")
_SIDE_BY_SIDE: Final = re.compile(r"\}\}\s*\{\{")
_AT_AN_END: Final = re.compile(r"^\s*\{\{|\}\}\s*$")


class WrongValuesError(Exception):
    """A template is to be filled, and a value is missing or empty; its name is told."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A template in one language."""

    body: str
    button: str
    footer: str = ""
    examples: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names to fill in, in the order of the body."""
        return tuple(dict.fromkeys(_PARAMETER.findall(self.body)))


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A template in all its languages."""

    name: str
    category: str
    wordings: Mapping[str, Wording]


def load_templates(path: Path = _FILE) -> dict[str, MessageTemplate]:
    """Read the templates: name -> template."""
    content: Mapping[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return {
        name: MessageTemplate(
            name,
            given["category"],
            {language: Wording(**wording) for language, wording in given["languages"].items()},
        )
        for name, given in content.items()
    }


def registration(template: MessageTemplate, language: str) -> dict[str, Any]:
    """Return what to POST to `/{account}/message_templates` to have a wording approved."""
    wording = template.wordings[language]
    examples = [
        {"param_name": name, "example": wording.examples[name]} for name in wording.parameters
    ]
    body = {
        "type": "BODY",
        "text": wording.body,
        "example": {"body_text_named_params": examples},
    }
    footer = [{"type": "FOOTER", "text": wording.footer}] if wording.footer else []
    button = {"type": "QUICK_REPLY", "text": wording.button}
    return {
        "name": template.name,
        "language": language,
        "category": template.category,
        "parameter_format": "NAMED",
        "components": [body, *footer, {"type": "BUTTONS", "buttons": [button]}],
    }


def template_message(
    template: MessageTemplate, language: str, values: Mapping[str, str], payload: str = ""
) -> dict[str, Any]:
    """Return the message that fills a template in; the payload is what its button sends back.

    Raises WrongValuesError.
    """
    names = template.wordings[language].parameters
    filled = [
        {"type": "text", "parameter_name": name, "text": _value(values, name)} for name in names
    ]
    parameters = {"type": "body", "parameters": filled}
    button = {
        "type": "button",
        "sub_type": "quick_reply",
        "index": "0",
        "parameters": [{"type": "payload", "payload": payload}],
    }
    named: dict[str, Any] = {"name": template.name, "language": {"code": language}}
    components = [parameters, button] if payload else [parameters]
    return {"type": "template", "template": {**named, "components": components}}


def _value(values: Mapping[str, str], name: str) -> str:
    # Meta takes no empty value, no new line and no row of spaces.
    value = " ".join(values.get(name, "").split())
    if not value:
        raise WrongValuesError(name)
    return value


def problems(template: MessageTemplate) -> list[str]:
    """Return why Meta would refuse a template, or why we could not fill it in."""
    found = [f"no text in {one}" for one in sorted(LANGUAGES - template.wordings.keys())]
    if not _NAME.fullmatch(template.name) or len(template.name) > LONGEST_NAME:
        found.append("a name is of a-z, 0-9 and _")
    if template.category != "UTILITY":
        found.append("a notice about a case is UTILITY")
    if len({frozenset(one.parameters) for one in template.wordings.values()}) > 1:
        found.append("the languages have different parameters")
    for language, wording in template.wordings.items():
        found += [f"{language}: {problem}" for problem in _faults(wording)]
    return found


def _faults(wording: Wording) -> Iterator[str]:
    if not wording.body.strip() or len(wording.body) > LONGEST_BODY:
        yield f"a body has 1 to {LONGEST_BODY} characters"
    if not wording.button.strip() or len(wording.button) > LONGEST_BUTTON:
        yield f"a button has 1 to {LONGEST_BUTTON} characters"
    if len(wording.footer) > LONGEST_FOOTER:
        yield f"a footer has at most {LONGEST_FOOTER} characters"
    if "{{" in wording.button + wording.footer:
        yield "only a body has parameters"
    if _AT_AN_END.search(wording.body):
        yield "a body neither begins nor ends with a parameter"
    if _SIDE_BY_SIDE.search(wording.body):
        yield "between two parameters there are words"
    yield from (f"{{{{{name}}}}} is no name" for name in _misnamed(wording))
    yield from (
        f"no example of {name}" for name in wording.parameters if not _shown(wording, name)
    )


def _misnamed(wording: Wording) -> list[str]:
    """Return the parameters that are numbers or no words: all of ours are named."""
    return [one for one in wording.parameters if not _NAME.fullmatch(one) or one.isdigit()]


def _shown(wording: Wording, name: str) -> bool:
    return bool(wording.examples.get(name, "").strip())
