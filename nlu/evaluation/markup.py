"""Pieces of a page; what comes from outside is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from nlu.evaluation.figures import Rate

NOTHING: Final = "\N{EN DASH}"


def written(text: str) -> str:
    """Return words of any script, which find their own direction."""
    return f'<span dir="auto">{escape(text)}</span>'


def code(label: str) -> str:
    """Return a label, which may be broken between its words."""
    return f"<code>{escape(label).replace('_', '_<wbr>')}</code>"


def percent(share: float | None) -> str:
    """Return a share in percent, with one decimal."""
    return NOTHING if share is None else f"{100 * share:.1f}"


def bar(share: float) -> str:
    """Return a share in percent with a bar behind it."""
    return f'<span class="bar" style="--share: {100 * share:.1f}%">{percent(share)}</span>'


def measured(rate: Rate) -> str:
    """Return a share with the stretch that it may lie in."""
    return f"{bar(rate.share)}{stretch(rate)}"


def stretch(rate: Rate) -> str:
    """Return the stretch that a share may lie in."""
    told = f"{percent(rate.low)}{NOTHING}{percent(rate.high)}"
    return f'<small class="range">{told}</small>'


def number(value: float | None, decimals: int = 0) -> str:
    """Return a number, with spaces between thousands."""
    return NOTHING if value is None else f"{value:,.{decimals}f}".replace(",", "\u202f")


def table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "figures") -> str:
    """Return a table; its cells are pieces of a page already, its head is words."""
    named = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    inside = f"<thead><tr>{named}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="wide"><table class="{escape(kind)}">{inside}</table></div>'


def picture(address: str, told: str, size: str = "") -> str:
    """Return a picture with what it shows below it."""
    image = f'<img src="{address}" alt="{escape(told)}">'
    return (
        f'<figure class="{escape(size)}">{image}<figcaption>{escape(told)}</figcaption></figure>'
    )


def says(*sentences: str) -> str:
    """Return a paragraph of plain sentences."""
    return f"<p>{escape(' '.join(sentences))}</p>"


def heading(title: str) -> str:
    """Return a heading within a section."""
    return f"<h3>{escape(title)}</h3>"


def section(name: str, title: str, *parts: str) -> str:
    """Return a section that can be linked to."""
    return f'<section id="{escape(name)}"><h2>{escape(title)}</h2>{"".join(parts)}</section>'
