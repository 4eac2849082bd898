"""Which files are taken: what they are is read from their bytes, whatever they are called."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, Any, Final

import puremagic

_MIB: Final = 2**20
HEAD: Final = 8_192  # bytes from which a file's kind is read
LIMITS: Final[Mapping[str, int]] = {
    "image": 10 * _MIB,
    "document": 20 * _MIB,
    "audio": 16 * _MIB,
    "video": 50 * _MIB,
}
LARGEST: Final = max(LIMITS.values())
_TAKEN: Final[Mapping[str, tuple[str, str]]] = {
    ".jpg": ("image", "image/jpeg"),
    ".jpeg": ("image", "image/jpeg"),
    ".jfif": ("image", "image/jpeg"),
    ".png": ("image", "image/png"),
    ".webp": ("image", "image/webp"),
    ".gif": ("image", "image/gif"),
    ".heif": ("image", "image/heif"),
    ".heic": ("image", "image/heic"),
    ".pdf": ("document", "application/pdf"),
    ".docx": (
        "document",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ".xlsx": ("document", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".ogg": ("audio", "audio/ogg"),
    ".m4a": ("audio", "audio/mp4"),
    ".mp3": ("audio", "audio/mpeg"),
    ".mp1": ("audio", "audio/mpeg"),
    ".wav": ("audio", "audio/wav"),
    ".amr": ("audio", "audio/amr"),
    ".mp4": ("video", "video/mp4"),
    ".3gp": ("video", "video/3gpp"),
    ".3ga": ("video", "video/3gpp"),
    ".mov": ("video", "video/quicktime"),
    ".webm": ("video", "video/webm"),
    ".weba": ("audio", "audio/webm"),
}
# MPEG-4 files name their brand after these bytes; puremagic does not know all brands.
_BRANDED: Final = b"ftyp"
_BRANDS: Final[Mapping[bytes, str]] = {
    **dict.fromkeys((b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"avc1", b"dash"), ".mp4"),
    **dict.fromkeys((b"mif1", b"msf1"), ".heif"),
}
_RIFF: Final = b"RIFF"  # says nothing alone: sound, pictures and films all begin with it
# Office files are archives: what is inside tells which, and tells them from other archives.
_INSIDE: Final[Mapping[str, str]] = {"word/": ".docx", "xl/": ".xlsx"}
_VIDEO_TRACKS: Final = (b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG")
_ARCHIVE: Final = b"PK\x03\x04"


_STATUS: Final[Mapping[str, int]] = {
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}


class FileRefusedError(Exception):
    """A file cannot be taken; the reason is the end of a `gateway_file_…` response key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def status(self) -> int:
        """The HTTP status that says the same."""
        return _STATUS.get(self.reason, HTTPStatus.BAD_REQUEST)


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file is, and how large it may be (bytes)."""

    media: str  # image, document, audio or video
    media_type: str
    limit: int


def sniff(head: bytes) -> FileKind:
    """Return what a file's first bytes say that it is.

    Raises FileRefusedError for an empty file and for kinds that are not taken.
    """
    if not head:
        raise FileRefusedError("empty")
    if head.startswith(_ARCHIVE):
        return _kind(".docx")  # until `check_archive` has seen the inside
    extension = next((found for found in _extensions(head) if found in _TAKEN), None)
    if extension == ".webm" and not any(track in head for track in _VIDEO_TRACKS):
        return _kind(".weba")  # a voice note: the same container without a picture
    if extension is None:
        raise FileRefusedError("type")
    return _kind(extension)


def check_archive(kind: FileKind, file: IO[bytes]) -> FileKind:
    """Return the kind of office file that an archive is; other files are as they were."""
    if kind != _kind(".docx"):
        return kind
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:  # also on purpose
        raise FileRefusedError("unreadable") from error
    for folder, extension in _INSIDE.items():
        if any(name.startswith(folder) for name in names):
            return _kind(extension)
    raise FileRefusedError("type")


def _extensions(head: bytes) -> list[str]:
    try:
        matches: list[Any] = puremagic.magic_string(head)
    except puremagic.PureError:
        matches = []
    known = [str(match.extension) for match in matches if match.byte_match != _RIFF]
    brand = head[8:12] if head[4:8] == _BRANDED else b""
    return [*known, _BRANDS.get(brand, "")]


def _kind(extension: str) -> FileKind:
    media, media_type = _TAKEN[extension]
    return FileKind(media, media_type, LIMITS[media])
