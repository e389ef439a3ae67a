"""What a file is, told from its first bytes, whatever its name says."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

CONCEPTS_SUFFIX = ".concepts.safetensors"
"""How names of files of concepts end."""

_HEAD = 4096
#: Headers of our own files are far shorter; a longer one is of a large model.
_LONGEST_HEADER = 2**23


class FileKind(str, Enum):
    """What Seedloupe tells apart."""

    PICTURE = "picture"
    TABLE = "seed table"
    LENS = "lens file"
    CONCEPTS = "concepts"
    NOISE = "noise"
    MODEL = "model"
    PICKLE = "pickled model"
    TALLY = "tally"
    TEXT = "text"
    FOLDER = "folder"
    EMPTY = "empty"
    MISSING = "missing"
    OTHER = "other"


@dataclass(frozen=True)
class FoundFile:
    """What lies at a path.

    Attributes:
        kind: what it is.
        words: the same in words, with an article, e.g. ``"a PNG picture"``.
    """

    kind: FileKind
    words: str


#: Our own formats by the name they state, in a safetensors header or in a first line of JSON.
FORMATS: Mapping[str, FoundFile] = {
    "seedloupe.seed_table": FoundFile(FileKind.TABLE, "a seed table"),
    "seedloupe.lens": FoundFile(FileKind.LENS, "a lens file"),
    "seedloupe.concepts.1": FoundFile(FileKind.CONCEPTS, "a file of concepts"),
    "seedloupe.text_tally": FoundFile(FileKind.TALLY, "a tally"),
}

#: First bytes of pictures, and of others often mistaken for what we take.
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", FoundFile(FileKind.PICTURE, "a PNG picture")),
    (b"\xff\xd8\xff", FoundFile(FileKind.PICTURE, "a JPEG picture")),
    (b"GIF8", FoundFile(FileKind.PICTURE, "a GIF picture")),
    (b"BM", FoundFile(FileKind.PICTURE, "a BMP picture")),
    (b"II*\x00", FoundFile(FileKind.PICTURE, "a TIFF picture")),
    (b"MM\x00*", FoundFile(FileKind.PICTURE, "a TIFF picture")),
    (b"%PDF", FoundFile(FileKind.OTHER, "a PDF")),
    (b"\x80\x02", FoundFile(FileKind.PICKLE, "a pickle")),
)


def kind_of_file(path: Path) -> FoundFile:
    """Tell what a file is; what cannot be told or read is :attr:`FileKind.OTHER`."""
    try:
        if path.is_dir():
            return FoundFile(FileKind.FOLDER, "a folder")
        if not path.exists():
            return FoundFile(FileKind.MISSING, "no such file")
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
            return _by_start(head) or _container(head, stream.read(_LONGEST_HEADER)) or _text(head)
    except OSError as error:
        return FoundFile(FileKind.OTHER, error.strerror or type(error).__name__)


def _by_start(head: bytes) -> FoundFile | None:
    if not head:
        return FoundFile(FileKind.EMPTY, "an empty file")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FoundFile(FileKind.PICTURE, "a WebP picture")
    if head[4:12] in (b"ftypavif", b"ftypavis"):
        return FoundFile(FileKind.PICTURE, "an AVIF picture")
    if head[:4] == b"PK\x03\x04":  # torch.save writes one, whose first entry ends so
        kind = FileKind.PICKLE if b"data.pkl" in head[:200] else FileKind.OTHER
        return FoundFile(kind, "a pickled model" if kind is FileKind.PICKLE else "a ZIP archive")
    return next((found for start, found in _STARTS if head.startswith(start)), None)


def _container(head: bytes, more: bytes) -> FoundFile | None:
    """Tell what safetensors hold."""
    if len(head) < 9 or head[8:9] != b"{":
        return None
    (length,) = struct.unpack("<Q", head[:8])
    if length > _LONGEST_HEADER:
        return FoundFile(FileKind.MODEL, "a file of tensors") if length < 2**31 else None
    try:
        header = json.loads((head + more)[8 : 8 + length])
    except (ValueError, RecursionError):
        return FoundFile(FileKind.OTHER, "a damaged file of tensors")
    if not isinstance(header, dict):
        return None
    stated = header.pop("__metadata__", None)
    named = FORMATS.get(str(stated.get("format"))) if isinstance(stated, dict) else None
    if named is not None:
        return named
    if set(header) == {"noise"}:
        return FoundFile(FileKind.NOISE, "noise, as `seedloupe noise --out` writes it")
    return FoundFile(FileKind.MODEL, "a file of tensors")


def _text(head: bytes) -> FoundFile:
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.end < len(head) - 3:  # a character cut in two at the end is no fault
            return FoundFile(FileKind.OTHER, "a file of an unknown kind")
        text = head[: error.start].decode()
    if not all(character.isprintable() or character.isspace() for character in text):
        return FoundFile(FileKind.OTHER, "a file of an unknown kind")
    start = text.lstrip().lower()
    for name, found in FORMATS.items():
        if start.startswith("{") and f'"{name}"' in start.partition("\n")[0]:
            return found
    if start.startswith(("<!doctype html", "<html")):
        return FoundFile(FileKind.TEXT, "a web page")
    return FoundFile(FileKind.TEXT, "a text file")
