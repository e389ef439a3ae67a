"""What can be said about a picture's noise."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from ..noise.resize import NoiseResize
from ..noise.source import NoiseSource
from ..noise.stream import CELL
from ..noise.webui import WebuiExtras


class FoundHost(str, Enum):
    """Which program made a picture."""

    WEBUI = "web UI"
    """AUTOMATIC1111's, Forge and its kin: :attr:`FoundNoise.program` tells them apart."""
    COMFYUI = "ComfyUI"
    SEEDLOUPE = "Seedloupe"
    CIVITAI = "Civitai"
    DRAW_THINGS = "Draw Things"
    FOOOCUS = "Fooocus"
    INVOKEAI = "InvokeAI"
    NOVELAI = "NovelAI"
    SDNEXT = "SD.Next"
    SWARMUI = "SwarmUI"
    OTHER = "another program"


class FoundLevel(str, Enum):
    """Whether the noise can be drawn again."""

    EXACT = "exact"
    """Everything between the seed and the noise's values is known."""
    DEPENDS = "depends"
    """What :attr:`FoundNoise.missing` names is not in the file, and somebody may know it."""
    UNKNOWN = "unknown"
    """The picture does not tell, or something on the way is not known here."""


class Missing(str, Enum):
    """What a file does not tell and its owner may know."""

    SOURCE = "source"
    """Which generator drew: ``--source``."""
    SIZE = "size"
    """How large the latents were: ``--shape`` or ``--size``."""
    INDEX = "index"
    """Which picture of a batch, or which cell of a grid, is meant: ``--index``."""
    SEED = "seed"
    """Which seed of a table it was: the table tells."""


class DrawWay(str, Enum):
    """How a program turns seeds into the noise of several pictures."""

    EACH = "each"
    """Every picture from a generator of its own, with the web UI's variations and sizes."""
    STREAM = "stream"
    """The pictures of a batch are the parts of one stream, as in ComfyUI."""


@dataclass(frozen=True)
class LaterPass:
    """A pass that draws noise of its own after the first.

    Attributes:
        name: what the program calls it, e.g. ``"Hires. fix"``.
        seed: of its noise; None where the picture does not tell.
        size: ``(width, height)`` in pixels; None where the picture does not tell.
        strength: how much of the picture it forgets, in [0, 1]; None where it was not read.
    """

    name: str
    seed: int | None = None
    size: tuple[int, int] | None = None
    strength: float | None = None

    @property
    def size_text(self) -> str:
        """The size as ``"1024x768"``, or that it is not told."""
        return "size not told" if self.size is None else "{}x{}".format(*self.size)

    def to_json(self) -> dict[str, object]:
        """Return it as plain JSON values; the seed is decimal text."""
        return {
            "name": self.name,
            "seed": None if self.seed is None else str(self.seed),
            "size": None if self.size is None else list(self.size),
            "strength": self.strength,
        }


@dataclass(frozen=True)
class NoiseCandidate:
    """One of several noises of which the file, or a cell of it, may have been made.

    Attributes:
        where: what it belongs to: ``"row 1, column 2"``, ``"SaveImage 9"``.
        seed: of its noise; None where the picture does not tell.
        subseed: of a variation that differs between candidates.
        shape: as :attr:`FoundNoise.shape`, where it differs between candidates.
    """

    where: str
    seed: int | None = None
    subseed: int | None = None
    shape: tuple[int, ...] | None = None

    def to_json(self) -> dict[str, object]:
        """Return it as plain JSON values; seeds are decimal text."""
        return {
            "where": self.where,
            "seed": None if self.seed is None else str(self.seed),
            "subseed": None if self.subseed is None else str(self.subseed),
            "shape": None if self.shape is None else list(self.shape),
        }


@dataclass(frozen=True)
class FoundNoise:
    """Which noise a picture says it was made from.

    Attributes:
        host: which program made it.
        level: whether the values of the noise can be drawn again. It says nothing of how many
            channels the model has: see ``channels_assumed``.
        verdict: the same for people, with what is missing or not known.
        seeds: of the starting noise; more than one where the picture may be of either.
        source: which generator drew; None where that depends on the machine.
        shape: ``(C, H, W)`` of the starting noise in latent cells, as the program draws it; None
            where it is not known.
        subseed: of a variation.
        extras: what the web UI does to the noise besides.
        carried: where the noise was carried from by Seedloupe.
        batch: how many pictures came from one stream (ComfyUI).
        batch_index: which parts of that stream, where they were picked (ComfyUI).
        place: the picture's place in its batch, from 0, where the picture tells it.
        task: ``"txt2img"``, ``"img2img"`` or ``"inpaint"``.
        strength: how much of the picture it started from was forgotten, in [0, 1]; None from noise
            alone, and where it was not read.
        later: passes that draw noise of their own after the first.
        notes: what else a reader should know, whole sentences.
        program: who wrote the text, as far as it tells, e.g. ``"Forge Neo 2.9"``; empty for the
            host's own name.
        channels_assumed: whether the C of ``shape`` is an assumption, which the text does not back.
        missing: what somebody may know; not empty for ``DEPENDS`` until it is answered, and for a
            grid, whose cells can be named.
        unknown: the nodes, keys or programs on the way from seed to noise that are not known here.
        candidates: the noises the picture, or a cell of it, may be of, in reading order.
        is_grid: whether the file shows several pictures, each of another noise.
        way: how several pictures get their noise; None is the host's own.
        multiplier: what the noise is multiplied with before it is used ("Noise multiplier").
        cell: pixels a side of a latent cell.
    """

    host: FoundHost
    level: FoundLevel
    verdict: str
    seeds: tuple[int, ...] = ()
    source: NoiseSource | None = None
    shape: tuple[int, ...] | None = None
    subseed: int | None = None
    extras: WebuiExtras = field(default_factory=WebuiExtras)
    carried: NoiseResize | None = None
    batch: int = 1
    batch_index: tuple[int, ...] | None = None
    place: int | None = None
    task: str = "txt2img"
    strength: float | None = None
    later: tuple[LaterPass, ...] = ()
    notes: tuple[str, ...] = ()
    program: str = ""
    channels_assumed: bool = False
    missing: tuple[Missing, ...] = ()
    unknown: tuple[str, ...] = ()
    candidates: tuple[NoiseCandidate, ...] = ()
    is_grid: bool = False
    way: DrawWay | None = None
    multiplier: float = 1.0
    cell: int = CELL

    @property
    def written_by(self) -> str:
        """The program, or the host's name where the text does not tell it."""
        return self.program or self.host.value

    @property
    def drawn_as(self) -> DrawWay:
        """How several pictures get their noise."""
        own = DrawWay.STREAM if self.host is FoundHost.COMFYUI else DrawWay.EACH
        return self.way or own

    @property
    def sentence(self) -> str:
        """The verdict, with the channels its shape is for where they are assumed."""
        if not self.channels_assumed or self.shape is None:
            return self.verdict
        model = f"a {self.shape[0]}-channel model"
        if self.level is FoundLevel.EXACT:
            return f"{self.verdict.removesuffix('.')}, for {model}."
        return f"{self.verdict} The shape is for {model}."

    def to_json(self) -> dict[str, object]:
        """Return it as plain JSON values; seeds are decimal text."""
        return {**self._drawn_json(), **self._around_json()}

    def _drawn_json(self) -> dict[str, object]:
        resize, carried = self.extras.resize_from, self.carried
        variation = {"seed": str(self.subseed), "strength": self.extras.variation}
        way = None if carried is None else {"way": carried.way.value, "shape": list(carried.shape)}
        return {
            "host": self.host.value,
            "level": self.level.value,
            "verdict": self.sentence,
            "seeds": [str(seed) for seed in self.seeds],
            "source": None if self.source is None else self.source.label,
            "shape": None if self.shape is None else list(self.shape),
            "channels_assumed": self.channels_assumed,
            "variation": None if self.subseed is None else variation,
            "resize_from": None if resize is None else list(resize),
            "step_seed_delta": self.extras.step_seed_delta,
            "carried": way,
            "multiplier": self.multiplier,
            "batch": self.batch,
            "batch_index": None if self.batch_index is None else list(self.batch_index),
            "place": self.place,
        }

    def _around_json(self) -> dict[str, object]:
        return {
            "task": self.task,
            "strength": self.strength,
            "later": [step.size_text for step in self.later],
            "later_passes": [step.to_json() for step in self.later],
            "notes": list(self.notes),
            "program": self.written_by,
            "missing": [what.value for what in self.missing],
            "unknown": list(self.unknown),
            "grid": self.is_grid,
            "candidates": [candidate.to_json() for candidate in self.candidates],
        }
