"""Training in a hurry: Rasa gets the same examples, and reads them once."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from nlu import rasa_setup

rasa_setup.prepare()

from rasa.shared.importers.importer import TrainingDataImporter  # noqa: E402

from nlu import quick_training  # noqa: E402

ROOT = Path(__file__).parents[2]
# What Rasa makes of a folder, told by a process of its own: what is adjusted stays adjusted.
TELL = """
import json, sys
from nlu import rasa_setup
rasa_setup.prepare()
from rasa.shared.importers.importer import TrainingDataImporter
if sys.argv[1] == "quick":
    from nlu import quick_training
    quick_training.quicken()
importer = TrainingDataImporter.load_from_config(sys.argv[2], sys.argv[3], [sys.argv[4]])
data = importer.get_nlu_data()
print(data.fingerprint())
print(importer.get_domain().fingerprint(), importer.get_stories().fingerprint())
print(len(data.training_examples), json.dumps(data.responses), json.dumps(data.entity_synonyms))
print([example.as_dict() for example in data.training_examples])
"""
EXAMPLES = {
    "greet.yml": [("greet", None, ["هلا", "السلام عليكم", "هلا"])],
    "again.yml": [("greet", None, ["السلام عليكم", "صباح الخير"]), ("deny", None, ["هلا"])],
    "power.yml": [("report_problem", "power_outage", ["الكهرباء مقطوعة", "طفت علينا"])],
    "water.yml": [("report_problem", "water_outage", ["طفت علينا", "[أمس](date) ما في ماي"])],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    for name, blocks in EXAMPLES.items():
        told = {"version": "3.1", "nlu": [_block(*block) for block in blocks]}
        (data / name).write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    synonym = {"synonym": "today", "examples": "- اليوم\n- هاليوم\n"}
    (data / "s.yml").write_text(yaml.safe_dump({"nlu": [synonym]}, allow_unicode=True), "utf-8")
    rule = {"rule": "hello", "steps": [{"intent": "greet"}, {"action": "utter_greet"}]}
    (data / "rules.yml").write_text(yaml.safe_dump({"rules": [rule]}), "utf-8")
    domain: dict[str, Any] = {
        "intents": ["greet", "deny", "report_problem"],
        "entities": ["date"],
        "responses": {"utter_greet": [{"text": "أهلا"}]},
    }
    (tmp_path / "domain.yml").write_text(yaml.safe_dump(domain, allow_unicode=True), "utf-8")
    return tmp_path


def _block(intent: str, category: str | None, lines: list[str]) -> dict[str, Any]:
    block: dict[str, Any] = {
        "intent": intent,
        "examples": "".join(f"- {line}\n" for line in lines),
    }
    return {**block, "metadata": {"category": category}} if category else block


def tell(folder: Path, how: str, config: Mapping[str, object]) -> str:
    path = folder / f"{how}.yml"
    path.write_text(yaml.safe_dump({"language": "ar", **config}), "utf-8")
    told = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", TELL, how, path, folder / "domain.yml", folder / "data"],
        capture_output=True,
        check=True,
        cwd=ROOT,
        text=True,
    )
    return told.stdout


def test_rasa_is_given_the_same_examples_domain_and_rules_as_without_the_hurry(folder: Path):
    keeping = {"importers": [{"name": "nlu.quick_training.KeepingImporter"}]}

    quick, stock = tell(folder, "quick", keeping), tell(folder, "stock", {})

    assert "الكهرباء مقطوعة" in stock
    assert quick == stock


def test_files_are_read_once_in_whichever_language_they_are_asked_for(folder: Path):
    importer = quick_training.KeepingImporter(training_data_paths=str(folder / "data"))

    first = importer.get_nlu_data()
    for path in (folder / "data").iterdir():
        path.unlink()

    assert importer.get_nlu_data("ar") is first


def test_the_product_trains_with_it():
    config = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))

    importer: Any = TrainingDataImporter.load_from_dict({"importers": config["importers"]})

    ours: list[Any] = importer.importer._importer._importers  # Rasa wraps it thrice
    assert [type(one) for one in ours] == [quick_training.KeepingImporter]
