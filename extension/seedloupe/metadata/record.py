"""Our own ``seedloupe`` entry, which leaves nothing out."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import ImageError, NoiseError
from ..noise.resize import NoiseResize, ResizeWay
from ..noise.shapes import require_drawn_shape
from ..noise.source import NoiseSource
from ..noise.stream import require_latent_size
from .found_noise import FoundHost, FoundLevel, FoundNoise, Missing
from .image_record import require_image_record
from .parsing import latent_size, read_seed, read_share, require_channels, whole_number

_CHANNELS = 4


def noise_in_record(record: Mapping[str, object], *, channels: int | None = None) -> FoundNoise:
    """Tell which noise a picture of Seedloupe was made from.

    Args:
        record: the entry, read from JSON.
        channels: of the model's latents; 4 for every model Seedloupe opens.

    Raises:
        ImageError: an entry is missing or cannot be; the field names it.
        NoiseError: ``channels`` is no number of channels.
    """
    require_image_record(record)
    source = _source(record.get("noise"))
    shape = _shape(record, channels)
    strength = record.get("strength")
    task = str(record.get("task", "txt2img"))
    notes = ("The noise was added to another picture, which is needed as well.",)
    unsized = "" if shape else " The size of its latents was not recorded."
    return FoundNoise(
        FoundHost.SEEDLOUPE,
        FoundLevel.EXACT if shape else FoundLevel.DEPENDS,
        f"Drawn with {source.label} noise.{unsized}",
        (read_seed(record.get("seed"), "seedloupe.seed"),),
        source,
        shape,
        carried=_carried(record.get("carried"), shape),
        missing=() if shape else (Missing.SIZE,),
        task=task[:20],
        strength=None if strength is None else read_share(strength, "seedloupe.strength"),
        notes=() if task == "txt2img" else notes,
    )


def _shape(record: Mapping[str, object], channels: int | None) -> tuple[int, ...] | None:
    """Read the noise's shape; where it was not written, that of the picture, None where unknown."""
    count = require_channels(_CHANNELS if channels is None else channels)
    if "shape" not in record:
        return latent_size(count, _size(record), "seedloupe.size")
    shape = record["shape"]
    if shape is None:
        return None
    try:
        return require_drawn_shape(shape if isinstance(shape, list) else ())
    except NoiseError as error:
        raise ImageError("seedloupe.shape", expected=error.expected, got=error.got) from error


def _source(label: object) -> NoiseSource:
    try:
        return NoiseSource.parse(str(label))
    except NoiseError as error:
        raise ImageError(
            "seedloupe.noise", expected=error.expected, got=error.got, advice=error.advice
        ) from error


def _size(record: Mapping[str, object]) -> tuple[int, int]:
    size = record.get("size")
    sides = [whole_number(side) for side in size] if isinstance(size, list) else []
    if len(sides) != 2 or sides[0] is None or sides[1] is None:
        raise ImageError("seedloupe.size", expected="[width, height]", got=f"{size!r}")
    return sides[0], sides[1]


def _carried(entry: object, shape: tuple[int, ...] | None) -> NoiseResize | None:
    if entry is None:
        return None
    try:
        parts = entry if isinstance(entry, Mapping) else {}
        channels, height, width = parts["shape"]
        carried = NoiseResize(
            ResizeWay(parts["way"]), require_latent_size((channels, height, width))
        )
        if shape is not None:
            carried.onto(require_latent_size(shape))
    except (KeyError, TypeError, ValueError, NoiseError) as error:
        raise ImageError(
            "seedloupe.carried", expected="a way and a shape to carry from", got=f"{entry!r}"
        ) from error
    return carried
