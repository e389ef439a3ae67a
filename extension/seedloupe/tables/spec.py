"""What a seed table says about itself: noise, model, sampling, prompts and evidence.

Each class is one object of the ``spec`` JSON. ``extra`` holds the keys this version does not know;
they are written back unchanged. Constructors raise :class:`TableError` naming the entry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from .codec import Extra, decode, encode, require
from .evidence import Evidence
from .noise_spec import NoiseSpec

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Task(str, Enum):
    """What the pictures of a table were made by."""

    TXT2IMG = "txt2img"
    IMG2IMG = "img2img"
    INPAINT = "inpaint"


class Status(str, Enum):
    """Where the numbers of a table come from."""

    MINED = "mined"
    PUBLISHED = "published"
    DEMO = "demo"


@dataclass(frozen=True)
class ModelSpec:
    """Which model made the pictures; ``None`` where nobody knows."""

    family: str
    name: str
    sha256: str | None
    in_channels: int
    prediction: str
    vae: str | None = None
    loras: tuple[str, ...] = ()
    extra: Extra = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse hashes that could never match."""
        _require_sha256(self.sha256)
        require(self.in_channels > 0, "in_channels", "a positive number", self.in_channels)


@dataclass(frozen=True)
class SamplingSpec:
    """How the pictures were sampled; ``None`` where it was not recorded or means nothing.

    Args:
        task: what kind of picture.
        sampler: the host's name of it, in lower case, e.g. ``euler``.
        scheduler: the noise schedule, e.g. ``karras``.
        steps: denoising steps.
        guidance: classifier-free guidance scale.
        eta: share of fresh noise a step, for samplers that have one.
        size: ``(width, height)`` in pixels.
        strength: denoising strength in (0, 1] when starting from a picture.
        mask_fill: what the masked part starts from, when inpainting.
        step_noise: where the fresh noise of a step comes from.
    """

    task: Task
    sampler: str | None = None
    scheduler: str | None = None
    steps: int | None = None
    guidance: float | None = None
    eta: float | None = None
    size: tuple[int, int] | None = None
    strength: float | None = None
    mask_fill: str | None = None
    step_noise: str | None = None
    extra: Extra = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse settings no host has."""
        require(self.steps is None or self.steps > 0, "steps", "a positive number", self.steps)
        require(self.size is None or min(self.size) > 0, "size", "positive pixels", self.size)
        within = self.strength is None or 0 < self.strength <= 1
        require(within, "strength", "more than 0, at most 1", self.strength)


@dataclass(frozen=True)
class PromptsSpec:
    """The prompts behind the scores: a name, a hash, and how many were mined and held out."""

    id: str
    sha256: str | None
    mining: int
    held_out: int
    extra: Extra = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an id that could lead out of a folder, and negative counts."""
        valid = _ID.fullmatch(self.id) is not None
        require(valid, "id", "letters, digits, '-', '_' and single dots", repr(self.id))
        _require_sha256(self.sha256)
        require(self.mining >= 0, "mining", "0 or more", self.mining)
        require(self.held_out >= 0, "held_out", "0 or more", self.held_out)


@dataclass(frozen=True)
class MetricSpec:
    """One score: what it is called and which way is up."""

    name: str
    version: str
    higher_is_better: bool
    reference: str = ""
    extra: Extra = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse names a tensor could not carry."""
        require_name(self.name)


@dataclass(frozen=True)
class SpaceSpec:
    """One feature space.

    Args:
        name: what it is called in the tensors.
        explained_variance: in [0, 1], where the space is a projection.
        classes: for ``composition``, which objects its columns speak of, four columns each:
            centroid x, centroid y, size and depth; empty where that was not recorded.
        map: how its map was drawn, e.g. ``t-SNE``; for ``composition`` mostly ``centroid``, the
            place in the picture where objects stand on average.
    """

    name: str
    explained_variance: float | None = None
    classes: tuple[str, ...] = ()
    map: str = ""
    extra: Extra = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse names a tensor could not carry, and shares beyond the whole."""
        require_name(self.name)
        share = self.explained_variance
        require(share is None or 0 <= share <= 1, "explained_variance", "0 to 1", share)


@dataclass(frozen=True)
class ThumbnailsSpec:
    """How the sheet of thumbnails is laid out: ``tile`` is (width, height) in pixels."""

    tile: tuple[int, int]
    columns: int
    extra: Extra = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse sheets without room for a tile."""
        require(min(self.tile) > 0, "tile", "positive pixels", self.tile)
        require(self.columns > 0, "columns", "a positive number", self.columns)


@dataclass(frozen=True)
class Provenance:
    """Who made the table, with what, when, and under which licence."""

    creator: str
    tool: str
    date: str
    licence: str
    status: Status
    source: str = ""
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True)
class TableSpec:
    """All a seed table says about itself.

    ``noise``, ``model`` and ``provenance`` are always there: without them a seed means nothing.
    """

    noise: NoiseSpec
    model: ModelSpec
    provenance: Provenance
    sampling: SamplingSpec | None = None
    prompts: PromptsSpec | None = None
    metrics: tuple[MetricSpec, ...] = ()
    evidence: Evidence | None = None
    spaces: tuple[SpaceSpec, ...] = ()
    thumbnails: ThumbnailsSpec | None = None
    extra: Extra = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse two metrics or two spaces of one name."""
        for place, names in (
            ("metrics", [metric.name for metric in self.metrics]),
            ("spaces", [space.name for space in self.spaces]),
        ):
            require(len(set(names)) == len(names), place, "each name once", ", ".join(names))

    def to_json(self) -> dict[str, object]:
        """Return the spec as plain JSON values, unknown keys included."""
        return dict(encode(self))

    @classmethod
    def from_json(cls, value: object) -> TableSpec:
        """Build a spec from parsed JSON.

        Raises:
            TableError: an entry is missing or wrong; the field names it.
        """
        return decode(cls, value)


def require_name(name: str) -> None:
    """Refuse what cannot be part of a tensor's name, such as dots and slashes.

    Raises:
        TableError: ``name`` is such a text.
    """
    valid = _NAME.fullmatch(name) is not None
    require(valid, "name", "up to 64 letters, digits, '-' and '_'", repr(name))


def _require_sha256(sha256: str | None) -> None:
    valid = sha256 is None or _SHA256.fullmatch(sha256) is not None
    require(valid, "sha256", "64 lower-case hexadecimal digits", repr(sha256))
