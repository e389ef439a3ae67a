"""Whether a seed table holds for the settings in use."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..errors import TableMatchError
from ..noise import NoiseResize, NoiseSource, drawn_shape
from .difference import NO_ADVICE, UNKNOWN, Difference, Match, MatchLevel
from .header import Outline
from .match_sampling import sampling_differences, sampling_words
from .noise_spec import UNSTATED, NoiseSpec
from .spec import SamplingSpec, Status
from .table import SeedTable

Described = SeedTable | Outline
"""What says of itself what it was made with: a table, or the header of one."""


_SHOWN = 10
"""Digits of a model's hash."""
_PATCHES = (
    "Scores hold for the model with the very LoRAs, at the very strengths, they were mined with."
)


@dataclass(frozen=True)
class TableUse:
    """The settings a table is to be used with.

    Args:
        noise: which generator draws.
        shape: ``(C, H, W)`` of one image as drawn, or ``(C, F, H, W)`` of several frames, in latent
            cells; an axis for a single frame is left out, as it moves no number.
        model_sha256: of the model's file, or ``None`` where nobody knows.
        sampling: how images are sampled, or ``None`` where nobody knows.
        draws_before: draws made from the same generator before the noise.
        resize: where the noise is drawn at another size than ``shape`` and taken there, from
            which size and how.
        loras: what the model is patched with, as :class:`~.spec.ModelSpec` lists it.
        model_name: what the model is called; may be empty.
    """

    noise: NoiseSource
    shape: tuple[int, ...]
    model_sha256: str | None = None
    sampling: SamplingSpec | None = None
    draws_before: int = 0
    resize: NoiseResize | None = None
    loras: tuple[str, ...] = ()
    model_name: str = ""

    def __post_init__(self) -> None:
        """Name the shape as tables do.

        Raises:
            NoiseError: ``shape`` is no latent as drawn.
        """
        object.__setattr__(self, "shape", drawn_shape(self.shape))

    @property
    def drawn_at(self) -> tuple[int, ...]:
        """``(C, H, W)`` or ``(C, F, H, W)`` at which a seed draws its noise, in latent cells."""
        return self.shape if self.resize is None else self.resize.shape


def match_table(table: Described, use: TableUse) -> Match:
    """Compare what a table was made with to the settings in use.

    What one side does not know counts as a difference: only what was seen to agree is exact. So a
    table of published numbers, whose noise nobody has seen, is never more than a guess.
    """
    differences = (
        *_noise_differences(table, use),
        *_unstated_differences(table, use),
        *_other_differences(table, use),
    )
    levels = {difference.level for difference in differences}
    for level in (MatchLevel.INVALID, MatchLevel.NOISE_ONLY):
        if level in levels:
            return Match(level, differences)
    return Match(MatchLevel.EXACT)


def require_match(
    table: Described, use: TableUse, *, advice: Mapping[str, str] = NO_ADVICE
) -> Match:
    """Return how the table matches, unless its seeds would mean something else.

    Args:
        table: what it was made with.
        use: the settings in use.
        advice: a host's own advice in place of ours, a whole sentence by the field that differs.

    Raises:
        TableMatchError: the noise differs; the message has the setting, both values and what would
            make them agree.
    """
    match = match_table(table, use).advised(advice)
    for difference in match.obstacles:
        raise TableMatchError(
            difference.field,
            expected=f"{difference.table}, as the table was made with",
            got=difference.use,
            advice=difference.advice,
        )
    return match


def _noise_differences(table: Described, use: TableUse) -> Iterator[Difference]:
    spec, open_to = table.spec.noise, table.spec.noise.unstated
    if spec.rng is not use.noise.rng and "rng" not in open_to:
        yield _invalid(
            "noise.rng",
            spec.source.label,
            use.noise.label,
            f"Set the noise source (random number generator) to {spec.source.label}.",
        )
    elif "rng" not in open_to and (
        same_grid(spec.source, spec.shape) != same_grid(use.noise, spec.shape)
    ):
        yield _invalid(
            "noise.grid_threads",
            spec.source.label,
            use.noise.label,
            f"Set the noise source to {spec.source.label}.",
        )
    if "shape" in open_to:
        if spec.shape[0] != use.drawn_at[0]:
            here, there = (f"{shape[0]} channels" for shape in (spec.shape, use.drawn_at))
            yield _invalid("noise.shape", here, there, _shape_advice(table, use))
    elif spec.shape != use.drawn_at:
        yield _invalid("noise.shape", f"{spec.shape}", f"{use.drawn_at}", _shape_advice(table, use))
    elif use.resize is not None and use.resize.changes(use.shape):
        yield _resize_difference(table, use, use.resize)
    if "draws_before" not in open_to and spec.draws_before != use.draws_before:
        yield _invalid(
            "noise.draws_before",
            f"{spec.draws_before}",
            f"{use.draws_before}",
            "Use the task and the kind of inpainting model the table was made with.",
        )
    if "dtype" not in open_to:
        yield from _dtype_differences(spec)


def _unstated_differences(table: Described, use: TableUse) -> Iterator[Difference]:
    """What the table's source leaves open may agree or not; nobody can tell."""
    used = {
        "rng": use.noise.label,
        "shape": f"{use.shape}",
        "draws_before": f"{use.draws_before}",
        "dtype": "float32",
    }
    for name in table.spec.noise.unstated:
        says = f"The table's source does not state {UNSTATED[name]}."
        yield Difference(f"noise.{name}", UNKNOWN, used[name], MatchLevel.NOISE_ONLY, says)
    if table.spec.provenance.status is Status.PUBLISHED:
        says = "Somebody published these numbers; nobody measured them here."
        yield Difference(
            "provenance.status", "published numbers", "this machine", MatchLevel.NOISE_ONLY, says
        )


def _dtype_differences(spec: NoiseSpec) -> Iterator[Difference]:
    """Doubles are another stream of numbers; halves are the single-precision stream, rounded."""
    if spec.dtype == "float64":
        yield _invalid("noise.dtype", spec.dtype, "float32", "")
    elif spec.dtype != "float32":
        yield Difference("noise.dtype", spec.dtype, "float32", MatchLevel.NOISE_ONLY)


def _resize_difference(table: Described, use: TableUse, resize: NoiseResize) -> Difference:
    """At another size a seed's layout may be kept; what it scored there nobody measured."""
    return Difference(
        "noise.shape",
        f"{table.spec.noise.shape}",
        f"{use.shape}",
        MatchLevel.NOISE_ONLY,
        f"The noise is carried from {_size(table)} ({resize.way.value}), which the scores are of.",
    )


def _other_differences(table: Described, use: TableUse) -> Iterator[Difference]:
    yield from _model_difference(table, use)
    patched, patches = (tuple(sorted(loras)) for loras in (table.spec.model.loras, use.loras))
    if patched != patches:
        yield Difference(
            "model.loras", _listed(patched), _listed(patches), MatchLevel.NOISE_ONLY, _PATCHES
        )
    made, used = table.spec.sampling, use.sampling
    if made is None or used is None:
        says = "How its pictures were sampled was not recorded."
        if made is not None:
            says = "How pictures will be sampled is not known here."
        here, there = sampling_words(made), sampling_words(used)
        yield Difference("sampling", here, there, MatchLevel.NOISE_ONLY, says)
        return
    yield from sampling_differences(made, used)


def _model_difference(table: Described, use: TableUse) -> Iterator[Difference]:
    made, used = table.spec.model, use.model_sha256
    if made.sha256 is not None and made.sha256 == used:
        return
    # Names say more than hashes, unless two models share one.
    names = ("", "") if made.name == use.model_name else (made.name, use.model_name)
    yield Difference(
        "model.sha256",
        made.sha256 or UNKNOWN,
        used or UNKNOWN,
        MatchLevel.NOISE_ONLY,
        table_label=names[0] or _short(made.sha256),
        use_label=names[1] or _short(used),
    )


def same_grid(source: NoiseSource, shape: tuple[int, ...]) -> int | None:
    """Return the grid where it shows, else None: a wave that covers the draw is like any other."""
    grid = source.grid_threads
    return None if grid is None or grid >= math.prod(shape) else grid


def _shape_advice(table: Described, use: TableUse) -> str:
    if table.spec.noise.shape[0] != use.drawn_at[0]:
        return f"Use a model of the table's kind, {table.spec.model.family}."
    frames, here = (_frames(shape) for shape in (table.spec.noise.shape, use.drawn_at))
    if frames != here:
        drawn = "a single picture is" if frames == 1 else f"{frames} latent frames are"
        return f"Set the number of frames so that {drawn} drawn, as for the table."
    sampling = table.spec.sampling
    if sampling is None or sampling.size is None:
        return "Set the image size the table was made for."
    return f"Set width and height to {_size(table)}."


def _size(table: Described) -> str:
    """Name the size a table was made for: in pixels, or in cells where nobody wrote pixels down."""
    sampling = table.spec.sampling
    if sampling is not None and sampling.size is not None:
        return f"{sampling.size[0]}x{sampling.size[1]}"
    *_, height, width = table.spec.noise.shape
    return f"{width}x{height} cells"


def _frames(shape: tuple[int, ...]) -> int:
    return shape[1] if len(shape) == 4 else 1


def _invalid(field: str, table: str, use: str, advice: str) -> Difference:
    return Difference(field, table, use, MatchLevel.INVALID, advice)


def _short(sha256: str | None) -> str:
    """Return as much of a hash as hosts show."""
    return (sha256 or UNKNOWN)[:_SHOWN]


def _listed(loras: tuple[str, ...]) -> str:
    return ", ".join(loras) or "no LoRAs"
