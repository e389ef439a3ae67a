"""Pictures with a mask each: what is repainted, and what for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import torch
from torch import Tensor

from ...errors import ImageError, InputError, MaskError
from ...images import read_image, read_mask
from ...tensors import require_shape

REMOVAL_PROMPT = "clear background"
"""What the paper asks for where an object is to be removed."""

_PICTURES = (".png", ".jpg", ".jpeg", ".webp")
_MASK = ".mask.png"
_LONGEST_SUBJECT = 200


class InpaintTask(str, Enum):
    """What a masked part is repainted for."""

    REMOVAL = "removal"
    COMPLETION = "completion"

    def prompt(self, pair: Pair) -> str:
        """Return what is asked for: a clear background, or the class name of what was there."""
        return REMOVAL_PROMPT if self is InpaintTask.REMOVAL else pair.subject

    def case(self, pair: Pair) -> str:
        """Name what is asked of a seed: this picture, this mask and these words, and no other."""
        return f"{pair.digest} {self.prompt(pair)}"


@dataclass(frozen=True, eq=False)
class Pair:
    """A picture and the part of it that is repainted.

    Attributes:
        name: what the pair is called, once among all.
        picture: ``(3, H, W)`` float32 in [0, 1].
        mask: ``(H, W)`` float32, 1 where the picture is repainted, else 0; a soft mask is cut at a
            half, as the repaint does.
        subject: the class name of the masked object; empty where it is not known.

    Raises:
        ShapeError: a tensor is laid out differently.
        MaskError: the mask is empty.
    """

    name: str
    picture: Tensor
    mask: Tensor
    subject: str = ""

    def __post_init__(self) -> None:
        """Check the layout and cut the mask."""
        _, height, width = require_shape(self.picture, "3 H W", field="picture").shape
        require_shape(self.mask, f"{height} {width}", field="mask")
        cut = (self.mask >= 0.5).float()
        if not cut.any():
            expected, got = "some white to repaint", "black alone"
            raise MaskError(f"mask of {self.name}", expected=expected, got=got)
        object.__setattr__(self, "mask", cut)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.mask.shape
        return int(width), int(height)

    @property
    def digest(self) -> str:
        """SHA-256 over what is painted from, with the picture in 8 bits."""
        seen = hashlib.sha256(f"{self.size} {self.subject}\n".encode())
        for values in (self.picture.clamp(0, 1), self.mask):
            seen.update(values.mul(255).round().to(torch.uint8).contiguous().numpy().tobytes())
        return seen.hexdigest()


def read_pairs(folder: Path, tasks: Sequence[InpaintTask]) -> tuple[Pair, ...]:
    """Read ``NAME.png`` with ``NAME.mask.png`` or ``masks/NAME.png``, and its class ``NAME.txt``.

    JPEG and WebP pictures are read as well. Pictures come in the order of their names.

    Args:
        folder: where they lie.
        tasks: what they are for; only completion needs class names.

    Raises:
        InputError: there is no pair, or a class name is missing or cannot be read.
        ImageError: a picture cannot be read, or is of another size than the first.
        MaskError: a mask is missing, empty, of another size, or cannot be read.
    """
    if not folder.is_dir():
        raise InputError("folder", expected="a folder of pictures", got=str(folder))
    files = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in _PICTURES and not path.name.endswith(_MASK)
    )
    if not files:
        expected = f"pictures NAME.png with masks NAME{_MASK} or masks/NAME.png"
        raise InputError("folder", expected=expected, got=f"none in {folder}")
    _require_each_once(files)
    pairs = tuple(_read(path, tasks) for path in files)
    for path, pair in zip(files, pairs, strict=True):
        if pair.size != pairs[0].size:
            raise ImageError(
                str(path),
                expected="{}x{} pixels, as {} has".format(*pairs[0].size, files[0].name),
                got="{}x{}".format(*pair.size),
                advice="A seed is another noise at another size: bring all to one size first.",
            )
    return pairs


def _read(path: Path, tasks: Sequence[InpaintTask]) -> Pair:
    picture = read_image(path)
    beside, below = path.with_name(path.stem + _MASK), path.parent / "masks" / f"{path.stem}.png"
    mask = next((place for place in (beside, below) if place.is_file()), None)
    if mask is None:
        expected = f"its mask, {beside.name} or masks/{below.name}"
        raise MaskError(str(path), expected=expected, got="neither")
    subject = _subject(path.with_suffix(".txt"))
    if not subject and InpaintTask.COMPLETION in tasks:
        raise InputError(
            str(path),
            expected=f"the class name of what is masked, in {path.stem}.txt",
            got="none",
            advice="Completion asks for it by name; --tasks removal needs no names.",
        )
    return Pair(path.stem, picture, read_mask(mask, (picture.shape[2], picture.shape[1])), subject)


def _subject(path: Path) -> str:
    if not path.is_file():
        return ""
    try:
        subject = " ".join(path.read_text("utf-8").split())
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), expected="a class name in UTF-8", got=f"{error}") from error
    if len(subject) > _LONGEST_SUBJECT:
        expected = f"a class name of at most {_LONGEST_SUBJECT} characters"
        raise InputError(str(path), expected=expected, got=f"{len(subject)}")
    return subject


def _require_each_once(files: Sequence[Path]) -> None:
    stems = [path.stem for path in files]
    twice = next((stem for stem in stems if stems.count(stem) > 1), None)
    if twice is not None:
        raise InputError("folder", expected="one picture of each name", got=f"several {twice!r}")
