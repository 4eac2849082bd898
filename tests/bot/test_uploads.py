"""Taking a file in, in pieces as the network brings them."""

import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from typing import cast

import pytest
from aiohttp import BodyPartReader

from bot.conversations import AttachmentInfo
from bot.files import FileRefusedError
from bot.uploads import keep_upload
from tests.builders import CITIZEN
from tests.fakes import AttachmentShelf

MIB = 2**20
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
PDF = b"%PDF-1.7\n" + b"x" * 20_000
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        for name in names:
            opened.writestr(name, "<xml/>" * 2_000)
    return file.getvalue()


XLSX = archive("xl/workbook.xml")


@dataclass
class Part:
    """A multipart part that comes in the given pieces; `whole` when its end comes too."""

    pieces: list[bytes]
    filename: str | None = "a.png"
    whole: bool = True
    left: list[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.left = list(self.pieces)

    async def read_chunk(self, _size: int) -> bytes:
        return self.left.pop(0) if self.left else b""

    def at_eof(self) -> bool:
        return self.whole and not self.left


def pieces(content: bytes, size: int) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


async def keep(shelf: AttachmentShelf, part: Part) -> AttachmentInfo:
    return await keep_upload(shelf, CITIZEN, cast("BodyPartReader", part))


@pytest.mark.parametrize("size", [3, 1_000, 8_191, 8_192, 30_000])
@pytest.mark.parametrize(
    ("content", "media_type"),
    [(PNG, "image/png"), (PDF, "application/pdf"), (XLSX, EXCEL)],
    ids=["photo", "document", "archive"],
)
async def test_file_is_the_same_in_pieces_of_any_size(content: bytes, media_type: str, size: int):
    shelf = AttachmentShelf()

    await keep(shelf, Part(pieces(content, size)))

    sha256 = hashlib.sha256(content).hexdigest()
    assert shelf.uploads == [(CITIZEN, "a.png", media_type, content, sha256)]


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("صورة.png", "صورة.png"),
        ("a\u202egnp.exe", "agnp.exe"),
        (None, "file"),
        ("", "file"),
        ("\u202e", "file"),
        ("x" * 300, "x" * 200),
    ],
)
async def test_file_is_kept_under_a_clean_name(filename: str | None, name: str):
    info = await keep(AttachmentShelf(), Part([PNG], filename))

    assert info.name == name


async def test_archive_of_another_kind_is_refused_once_it_is_whole():
    shelf = AttachmentShelf()

    with pytest.raises(FileRefusedError) as refusal:
        await keep(shelf, Part(pieces(archive("classes.dex"), 1_000)))

    assert refusal.value.reason == "type"
    assert shelf.uploads == []


async def test_largest_photo_is_kept():
    shelf = AttachmentShelf()

    await keep(shelf, Part([PNG.ljust(MIB, b"\0"), *([b"\0" * MIB] * 9)]))

    assert len(shelf.uploads[0][3]) == 10 * MIB


async def test_photo_that_grows_too_large_is_refused_before_the_rest_of_it_comes():
    shelf, part = AttachmentShelf(), Part([PNG.ljust(MIB, b"\0"), *([b"\0" * MIB] * 50)])

    with pytest.raises(FileRefusedError) as refusal:
        await keep(shelf, part)

    assert refusal.value.reason == "too_large"
    assert len(part.left) == 51 - 11
    assert shelf.uploads == []


async def test_file_of_no_kind_is_refused_before_the_rest_of_it_comes():
    part = Part([b"just words ".ljust(9_000, b"x"), b"x", b"x"])

    with pytest.raises(FileRefusedError) as refusal:
        await keep(AttachmentShelf(), part)

    assert refusal.value.reason == "type"
    assert len(part.left) == 2


async def test_file_whose_end_does_not_come_is_refused_as_unreadable():
    shelf = AttachmentShelf()

    with pytest.raises(FileRefusedError) as refusal:
        await keep(shelf, Part([PNG], whole=False))

    assert refusal.value.reason == "unreadable"
    assert shelf.uploads == []
