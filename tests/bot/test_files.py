"""Files: told by their bytes, taken by their kind, refused with a reason."""

import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.files import HEAD, LARGEST, FileKind, FileRefusedError, check_archive, sniff

MIB = 2**20
ZEROS = b"\0" * 64
OGG_PAGE = b"OggS\0\2" + b"\0" * 8 + b"\1\2\3\4\0\0\0\0\1\2\3\4\1\x13"
MATROSKA = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f38108")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def mpeg4(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\2\0isommp41" + ZEROS


def riff(kind: bytes) -> bytes:
    return b"RIFF\x24\0\0\0" + kind + ZEROS


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        for name in names:
            opened.writestr(name, "<xml/>")
    return file.getvalue()


def inside(content: bytes) -> FileKind:
    return check_archive(sniff(content), io.BytesIO(content))


def outcome(told: Callable[[bytes], FileKind], content: bytes) -> str:
    """Return the type of a file that is taken, or the reason why it is not."""
    try:
        return told(content).media_type
    except FileRefusedError as refusal:
        return refusal.reason


def shown(value: object) -> str | None:
    return repr(value[:12]) if isinstance(value, bytes) else None


DOCX = archive("[Content_Types].xml", "word/document.xml", "word/صورة.png")
DIRECTORY = DOCX.index(b"PK\1\2")  # what opening reads begins here
TAKEN = {
    *("image/jpeg", "image/png", "image/gif", "image/webp", "image/heif", "image/heic"),
    *("application/pdf", WORD, "audio/ogg", "audio/mp4", "audio/mpeg", "audio/wav", "audio/amr"),
    *("video/mp4", "video/3gpp", "video/quicktime", "video/webm", "audio/webm"),
}


@pytest.mark.parametrize(
    ("head", "media", "media_type"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1" + ZEROS, "image", "image/jpeg"),
        (b"\xff\xd8\xff\xe1\x18\x45Exif\0\0" + ZEROS, "image", "image/jpeg"),
        (b"\xff\xd8\xff\xdb\0\x43" + ZEROS, "image", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + ZEROS, "image", "image/png"),
        (b"GIF87a" + ZEROS, "image", "image/gif"),
        (b"GIF89a" + ZEROS, "image", "image/gif"),
        (riff(b"WEBPVP8 "), "image", "image/webp"),
        (riff(b"WEBPVP8L"), "image", "image/webp"),
        (riff(b"WEBPVP8X"), "image", "image/webp"),
        (mpeg4(b"heic"), "image", "image/heif"),
        (mpeg4(b"heix"), "image", "image/heic"),
        (mpeg4(b"mif1"), "image", "image/heif"),
        (b"%PDF-1.7\n", "document", "application/pdf"),
        (DOCX, "document", WORD),
        (OGG_PAGE + b"OpusHead" + ZEROS, "audio", "audio/ogg"),  # a voice message
        (OGG_PAGE + b"\1vorbis" + ZEROS, "audio", "audio/ogg"),
        (mpeg4(b"M4A "), "audio", "audio/mp4"),
        (b"ID3\3\0\0\0\0\0\0\xff\xfb\x90\0" + ZEROS, "audio", "audio/mpeg"),
        (b"ID3\4\0\0\0\0\0\x23TSSE" + ZEROS, "audio", "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + ZEROS, "audio", "audio/mpeg"),
        (b"\xff\xf3\x44\xc4" + ZEROS, "audio", "audio/mpeg"),
        (riff(b"WAVEfmt \x10\0\0\0"), "audio", "audio/wav"),
        (b"#!AMR\n\x3c" + ZEROS, "audio", "audio/amr"),
        *(
            (mpeg4(brand), "video", "video/mp4")
            for brand in (b"isom", b"iso2", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash")
        ),
        (mpeg4(b"3gp4"), "video", "video/3gpp"),
        (mpeg4(b"qt  "), "video", "video/quicktime"),
        (MATROSKA + b"\x84webm" + b"V_VP8" + ZEROS, "video", "video/webm"),
        (MATROSKA + b"\x84webm" + b"A_OPUS" + ZEROS, "audio", "audio/webm"),
    ],
    ids=shown,
)
def test_kind_of_a_file_is_read_from_its_first_bytes(head: bytes, media: str, media_type: str):
    kind = sniff(head)

    assert (kind.media, kind.media_type) == (media, media_type)


@pytest.mark.parametrize(
    "head",
    [
        b"<html><script>alert(1)</script></html>",
        b"<!DOCTYPE html>",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
        b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0" + ZEROS,
        b"\x7fELF\2\1\1\0" + ZEROS,
        b"#!/bin/sh\nrm -rf /",
        b"\x1f\x8b\x08\0\0\0\0\0\0\3" + ZEROS,
        b"Rar!\x1a\7\1\0" + ZEROS,
        b"7z\xbc\xaf\x27\x1c\0\4" + ZEROS,
        b"PK\5\6" + b"\0" * 18,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + ZEROS,
        b"{\\rtf1\\ansi}",
        riff(b"AVI LIST"),
        riff(b"ACONLIST"),
        mpeg4(b"crx "),
        b"ftypmp42",
        b"sometextavc1 and more",
        b"just words",
        "كهرباء مقطوعة".encode(),
        b"a",
        ZEROS,
    ],
    ids=shown,
)
def test_other_kinds_are_not_taken(head: bytes):
    with pytest.raises(FileRefusedError) as refusal:
        sniff(head)

    assert refusal.value.reason == "type"


def test_empty_file_is_refused_as_empty():
    with pytest.raises(FileRefusedError) as refusal:
        sniff(b"")

    assert refusal.value.reason == "empty"


@pytest.mark.parametrize(
    ("head", "limit"),
    [
        (b"\x89PNG\r\n\x1a\n" + ZEROS, 10 * MIB),
        (b"%PDF-1.7\n", 20 * MIB),
        (b"#!AMR\n\x3c" + ZEROS, 16 * MIB),
        (mpeg4(b"mp42"), 50 * MIB),
    ],
    ids=shown,
)
def test_each_media_has_its_limit(head: bytes, limit: int):
    assert sniff(head).limit == limit


def test_nothing_may_be_larger_than_a_video():
    assert sniff(mpeg4(b"mp42")).limit == LARGEST


@given(st.binary(max_size=64), st.sampled_from([b"", b"RIFF", b"\0\0\0\x18ftyp", b"ID3", b"\xff"]))
def test_any_bytes_are_taken_or_refused_with_a_reason(content: bytes, start: bytes):
    assert outcome(sniff, start + content) in {*TAKEN, "empty", "type"}


# Office files


@pytest.mark.parametrize(
    ("names", "media_type"),
    [
        (["[Content_Types].xml", "word/document.xml"], WORD),
        (["[Content_Types].xml", "xl/workbook.xml"], EXCEL),
    ],
)
def test_office_file_is_told_by_what_is_inside(names: list[str], media_type: str):
    assert inside(archive(*names)).media_type == media_type


@pytest.mark.parametrize(
    "names", [[], ["classes.dex"], ["notes/word/a.txt"], ["word"], ["ppt/presentation.xml"]]
)
def test_other_archives_are_not_taken(names: list[str]):
    content = b"PK\x03\x04" + archive(*names)

    with pytest.raises(FileRefusedError) as refusal:
        inside(content)

    assert refusal.value.reason == "type"


@pytest.mark.parametrize(
    "content",
    [
        DOCX[:-30],
        b"PK\x03\x04" + b"\xa5" * 200,
        DOCX.replace("صورة".encode(), b"\xff\xd8\xff\xd9\xff\xda\xff\xdb"),  # names in no encoding
        DOCX.replace(b"PK\1\2\x14\3\x14\0", b"PK\1\2\x14\3\xff\0"),  # of a zip to come
    ],
    ids=["cut off", "noise", "unreadable names", "unknown version"],
)
def test_archive_that_cannot_be_opened_is_refused_as_unreadable(content: bytes):
    with pytest.raises(FileRefusedError) as refusal:
        inside(content)

    assert refusal.value.reason == "unreadable"


@given(
    st.dictionaries(
        st.integers(DIRECTORY, len(DOCX) - 1), st.integers(0, 255), min_size=1, max_size=9
    )
)
def test_damaged_archive_is_taken_or_refused_with_a_reason(damage: dict[int, int]):
    content = bytearray(DOCX)
    for place, byte in damage.items():
        content[place] = byte

    assert outcome(inside, bytes(content)) in {WORD, "type", "unreadable"}


def test_file_that_is_no_archive_is_not_opened():
    kind = sniff(b"%PDF-1.7\n")

    assert check_archive(kind, io.BytesIO(b"not an archive")) == kind


def test_first_bytes_are_enough_for_every_kind():
    assert sniff((mpeg4(b"mp42") + b"\0" * HEAD)[:HEAD]).media == "video"
