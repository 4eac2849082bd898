"""The words rules: Arabic is data, every response is said in every language, no key is missing."""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

_ROOT: Final = Path(__file__).parents[1]
_ROOMS: Final = ("actions", "bot", "cases", "connectors", "nlu", "scripts", "storage")
_LANGUAGES: Final = frozenset({"ar", "en", "ur"})
_ARABIC: Final = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
_MAY_HAVE_ARABIC: Final = frozenset({"nlu/arabic.py"})
_KEY: Final = re.compile(r"""["']((?:utter|gateway|notice)_[a-z0-9_]+)["']""")
_MADE_KEY: Final = re.compile(r"""f["']((?:utter|gateway|notice|status)_[a-z0-9_]*)\{""")
_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
# Values that would turn around inside an Arabic line unless they stand alone or are fenced.
_LATIN: Final = frozenset(
    {"case_number", "tracking_code", "due", "hotline", "emergency", "filed_on", "phone"}
)
_FENCED: Final = re.compile("\u2068[^\u2069]*\u2069")


def main() -> int:
    """Print every broken rule; return how many there are."""
    texts = responses()
    problems = [
        *arabic_in_python(),
        *untold(texts),
        *unequal_placeholders(texts),
        *unfenced(texts),
        *missing_keys(frozenset(texts)),
    ]
    for problem in problems:
        print(problem)
    print(
        f"words: {len(texts)} responses in {len(_LANGUAGES)} languages, {len(problems)} problems"
    )
    return min(len(problems), 1)


def responses() -> dict[str, dict[str, str]]:
    """Return every response: key -> language -> text."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted((_ROOT / "nlu" / "data" / "responses").glob("*.yml")):
        content: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        for key, variations in content["responses"].items():
            found[key] = {_language(one): one["text"] for one in variations}
    return found


def _language(variation: Mapping[str, Any]) -> str:
    conditions: list[dict[str, Any]] = variation.get("condition") or []
    return next((str(c["value"]) for c in conditions if c["name"] == "language"), "ar")


def python_files() -> Iterator[Path]:
    """Yield the project's own Python files, tests apart."""
    for room in _ROOMS:
        files = sorted((_ROOT / room).rglob("*.py"))
        yield from (path for path in files if ".venv" not in path.parts)


def arabic_in_python() -> Iterator[str]:
    """Yield the lines of Python that hold Arabic letters."""
    for path in python_files():
        name = str(path.relative_to(_ROOT))
        if name in _MAY_HAVE_ARABIC:
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if _ARABIC.search(line):
                yield f"{name}:{number}: Arabic belongs in data"


def untold(texts: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield the responses that lack a language."""
    for key, spoken in texts.items():
        for language in sorted(_LANGUAGES - spoken.keys()):
            yield f"{key}: no text in {language}"


def unequal_placeholders(texts: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield the responses whose languages do not have the same placeholders."""
    for key, spoken in texts.items():
        sets = {frozenset(_PLACEHOLDER.findall(text)) for text in spoken.values()}
        if len(sets) > 1:
            yield f"{key}: the languages have different placeholders"


def unfenced(texts: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield the right-to-left lines in which a Latin value would turn around."""
    for key, spoken in texts.items():
        for language in ("ar", "ur"):
            for line in spoken.get(language, "").split("\n"):
                bare = _FENCED.sub("", line)
                if any(f"{{{name}}}" in bare and bare.strip() != f"{{{name}}}" for name in _LATIN):
                    yield f"{key} ({language}): put the value on a line of its own or fence it"


def missing_keys(known: frozenset[str]) -> Iterator[str]:
    """Yield the response keys that Python says and no text has."""
    for path in python_files():
        text = path.read_text("utf-8")
        for key in sorted({*_KEY.findall(text)} - known):
            yield f"{path.relative_to(_ROOT)}: no response {key}"
        for start in sorted(set(_MADE_KEY.findall(text))):
            if not any(key.startswith(start) for key in known):
                yield f"{path.relative_to(_ROOT)}: no response begins with {start}"


if __name__ == "__main__":
    sys.exit(main())
