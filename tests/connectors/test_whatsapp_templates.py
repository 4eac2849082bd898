"""Templates: ours keep Meta's rules, and what breaks one is found before Meta finds it."""

import json
from dataclasses import replace

import pytest
from aiohttp import ClientSession

from connectors.whatsapp.graph import GraphClient
from connectors.whatsapp.templates import (
    MessageTemplate,
    Wording,
    WrongValuesError,
    load_templates,
    problems,
    registration,
    template_message,
)
from tests.doubles.graph_limits import Account, check
from tests.doubles.graph_server import ACCOUNT, GraphServer

TEMPLATES = load_templates()
UPDATE = TEMPLATES["case_update"]
VALUES = {"case_number": "KW-2026-000123-0", "agency": "وزارة الصحة", "status": "قيد المعالجة"}
GOOD = Wording(
    body="شكواك رقم:\n{{case_number}}\nعند {{agency}} الآن.",
    button="متابعة",
    examples={"case_number": "KW-2026-000123-0", "agency": "وزارة الصحة"},
)


def template(name: str = "case_update", category: str = "UTILITY", **changed: Wording):
    wordings = {"ar": GOOD, "en": GOOD, "ur": GOOD, **changed}
    return MessageTemplate(name, category, wordings)


def broken(body: str) -> MessageTemplate:
    return template(ar=replace(GOOD, body=body))


@pytest.mark.parametrize("name", ["case_update", "case_question", "case_answered"])
def test_our_own_templates_keep_the_rules(name: str):
    assert problems(TEMPLATES[name]) == []


def test_our_templates_have_no_other_values_than_are_given():
    used = {n for one in TEMPLATES.values() for w in one.wordings.values() for n in w.parameters}

    assert used == {"case_number", "agency", "status"}


@pytest.mark.parametrize("name", ["case_update", "case_question", "case_answered"])
def test_a_case_number_stands_on_a_line_of_its_own(name: str):
    for wording in TEMPLATES[name].wordings.values():
        assert "{{case_number}}" in wording.body.split("\n")


def test_a_good_template_has_no_problems():
    assert problems(template()) == []


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (template(name="Case-Update"), "a name is of a-z, 0-9 and _"),
        (template(name="x" * 513), "a name is of a-z, 0-9 and _"),
        (template(category="MARKETING"), "a notice about a case is UTILITY"),
        (
            MessageTemplate("case_update", "UTILITY", {"ar": GOOD, "en": GOOD}),
            "no text in ur",
        ),
        (
            template(en=replace(GOOD, body="Your complaint {{case_number}} has news.")),
            "the languages have different parameters",
        ),
        (
            broken("{{case_number}} عند {{agency}} الآن."),
            "ar: a body neither begins nor ends with a parameter",
        ),
        (
            broken("شكواك {{case_number}} عند {{agency}}\n"),
            "ar: a body neither begins nor ends with a parameter",
        ),
        (
            broken("شكواك {{case_number}} {{agency}} الآن."),
            "ar: between two parameters there are words",
        ),
        (broken("ن" * 1025), "ar: a body has 1 to 1024 characters"),
        (broken(" "), "ar: a body has 1 to 1024 characters"),
        (broken("شكواك {{1}} عند {{agency}} الآن."), "ar: {{1}} is no name"),
        (
            broken("شكواك {{Case Number}} عند {{agency}} الآن."),
            "ar: {{Case Number}} is no name",
        ),
        (
            template(ar=replace(GOOD, button="ن" * 26)),
            "ar: a button has 1 to 25 characters",
        ),
        (
            template(ar=replace(GOOD, button="")),
            "ar: a button has 1 to 25 characters",
        ),
        (
            template(ar=replace(GOOD, footer="ن" * 61)),
            "ar: a footer has at most 60 characters",
        ),
        (
            template(ar=replace(GOOD, footer="{{agency}}")),
            "ar: only a body has parameters",
        ),
        (
            template(ar=replace(GOOD, examples={"case_number": "KW-2026-000123-0"})),
            "ar: no example of agency",
        ),
    ],
)
def test_what_meta_would_refuse_is_found(bad: MessageTemplate, problem: str):
    assert problem in problems(bad)


def test_a_wording_is_registered_with_its_examples_and_one_button():
    wording = replace(GOOD, footer="خدمة شكوى")

    assert registration(template(ar=wording), "ar") == {
        "name": "case_update",
        "language": "ar",
        "category": "UTILITY",
        "parameter_format": "NAMED",
        "components": [
            {
                "type": "BODY",
                "text": GOOD.body,
                "example": {
                    "body_text_named_params": [
                        {"param_name": "case_number", "example": "KW-2026-000123-0"},
                        {"param_name": "agency", "example": "وزارة الصحة"},
                    ]
                },
            },
            {"type": "FOOTER", "text": "خدمة شكوى"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "متابعة"}]},
        ],
    }


@pytest.mark.parametrize("name", ["case_update", "case_question", "case_answered"])
@pytest.mark.parametrize("language", ["ar", "en", "ur"])
def test_what_is_registered_can_be_filled_in(name: str, language: str):
    registered = registration(TEMPLATES[name], language)
    account = Account({(name, language): json.loads(json.dumps(registered))})

    message = template_message(TEMPLATES[name], language, VALUES, "b:1:0a1b2c3d:1")

    check({"messaging_product": "whatsapp", "to": "96550000001", **message}, account)


def test_values_are_put_on_one_line():
    values = {**VALUES, "agency": "وزارة\n\tالصحة     العامة "}

    parameters = template_message(UPDATE, "ar", values)["template"]["components"][0]["parameters"]

    assert parameters[1] == {
        "type": "text",
        "parameter_name": "agency",
        "text": "وزارة الصحة العامة",
    }


@pytest.mark.parametrize("values", [{}, {**VALUES, "status": " \n"}])
def test_a_value_that_is_missing_is_told(values: dict[str, str]):
    with pytest.raises(WrongValuesError):
        template_message(UPDATE, "ar", values)


def test_without_a_payload_the_button_is_left_as_it_was_registered():
    (body,) = template_message(UPDATE, "ar", VALUES)["template"]["components"]

    assert body["type"] == "body"


async def test_a_registered_wording_can_be_sent():
    async with GraphServer() as graph, ClientSession() as http:
        settings = graph.settings
        headers = {"Authorization": f"Bearer {settings.token}"}
        url = f"{settings.api}/{ACCOUNT}/message_templates"
        async with http.post(url, json=registration(UPDATE, "ur"), headers=headers) as response:
            assert response.status == 200

        message = template_message(UPDATE, "ur", VALUES, "b:1:0a1b2c3d:1")
        await GraphClient(http, settings).send({"to": "96550000001", **message})

    assert graph.sent[0].choices == {"آگے دیکھیں": "b:1:0a1b2c3d:1"}
