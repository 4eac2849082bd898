"""The page: one file with everything in it."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Final

from nlu.evaluation import comparisons, sections
from nlu.evaluation.figures import ALL
from nlu.evaluation.markup import number, percent
from nlu.evaluation.report import Report

_STYLE: Final = Path(__file__).with_name("page.css")
_LINKS: Final = {
    "varieties": "By variety",
    "confused": "What is taken for what",
    "chances": "Chances",
    "mistakes": "Mistakes",
    "costs": "Cost",
    "contenders": "Other classifiers",
    "arbanking": "Public text",
}
_OLD: Final = "Its sources have changed since it was trained: train, then measure again."
_PAGE: Final = """<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shakwa: what is understood</title>
<style>{style}</style>
</head>
<body>
<header><h1>What is understood</h1><p>{told}</p><nav>{links}</nav></header>
<main>{tiles}{parts}</main>
</body>
</html>
"""


def page(report: Report) -> str:
    """Return the page of a report."""
    links = [f'<a href="#{name}">{title}</a>' for name, title in _LINKS.items()]
    parts = [
        sections.varieties(report),
        sections.confused(report),
        sections.chances(report),
        sections.mistakes(report),
        comparisons.costs(report),
        comparisons.contenders(report),
        comparisons.arbanking(report),
    ]
    return _PAGE.format(
        style=_STYLE.read_text("utf-8"),
        told=_told(report),
        links="".join(links),
        tiles=_tiles(report),
        parts="".join(parts),
    )


def _told(report: Report) -> str:
    model = f"Model <code>{escape(report.model.name)}</code>"
    told = f"{model}, asked for {report.latency.lines} held-out lines on {escape(report.made_at)}."
    return told if report.model.current else f"{told} <strong>{_OLD}</strong>"


def _tiles(report: Report) -> str:
    intents, categories = report.intents.scores[ALL], report.categories.scores[ALL]
    told = {
        "intents right": f"{percent(intents.accuracy.share)} %",
        "categories right": f"{percent(categories.accuracy.share)} %",
        "agencies right": f"{percent(categories.agencies)} %",
        "category among three": f"{percent(categories.among_three)} %",
        "languages right": f"{percent(report.languages[ALL].share)} %",
        "CPU for a line": f"{number(report.latency.half, 1)} ms",
    }
    tiles = [f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in told.items()]
    return f'<dl class="tiles">{"".join(tiles)}</dl>'
