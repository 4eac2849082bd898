"""How pictures are drawn: one look, and each a piece of text that a page can hold."""

from __future__ import annotations

import base64
from collections.abc import Generator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure

RIGHT: Final = "#0f766e"
WRONG: Final = "#c2410c"
INK: Final = "#1f2933"
FAINT: Final = "#cbd2d9"
_MIME: Final = {"png": "image/png", "svg": "image/svg+xml"}
_LOOK: Final[dict[str, Any]] = {
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "font.size": 9,
    "savefig.bbox": "tight",
    "svg.hashsalt": "shakwa",  # the same figures give the same bytes
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


class Picture:
    """A figure that is being drawn, and afterwards its address."""

    def __init__(self, width: float, height: float) -> None:
        self.figure: Any = Figure(figsize=(width, height))
        self.address = ""

    def keep(self, kind: str) -> None:
        """Turn what was drawn into an address that holds the whole picture."""
        file = BytesIO()
        metadata = {"Date": None} if kind == "svg" else None
        self.figure.savefig(file, format=kind, dpi=150, metadata=metadata)
        data = base64.b64encode(file.getvalue()).decode()
        self.address = f"data:{_MIME[kind]};base64,{data}"


@contextmanager
def drawing(width: float, height: float, kind: str = "svg") -> Generator[Picture, None, None]:
    """Draw a picture of so many inches; its address is there when the block ends."""
    with mpl.rc_context(_LOOK):
        picture = Picture(width, height)
        yield picture
        picture.keep(kind)
