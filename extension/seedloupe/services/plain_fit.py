"""How a seed table fits, said to somebody who draws: whole sentences with the host's own labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..errors import InputError
from ..noise import NoiseSource
from ..sampler_names import read_sampler_name, read_schedule_name
from ..tables import Match, MatchLevel, SamplingSpec, Status, TableUse
from ..tables.difference import UNKNOWN, Difference
from ..tables.match import Described

__all__ = ["FitReport", "SettingLabels", "report_fit", "sampler_label", "schedule_label"]

_CELL = 8


@dataclass(frozen=True)
class SettingLabels:
    """What a host calls its settings.

    Attributes:
        size: the picture's size.
        sampler: the sampler.
        schedule: its noise schedule.
        steps: the number of steps.
        guidance: the guidance.
        strength: how much of a picture is redrawn.
        other_size: what to do where the table is of another size, a whole sentence.
        draw: says what to set so that the host draws a table's noise, a whole sentence or nothing.
    """

    size: str = "Width and Height"
    sampler: str = "Sampling method"
    schedule: str = "Schedule type"
    steps: str = "Sampling steps"
    guidance: str = "CFG Scale"
    strength: str = "Denoising strength"
    other_size: str = ""
    draw: Callable[[NoiseSource], str] = lambda _: ""


@dataclass(frozen=True)
class FitReport:
    """How a table fits.

    Attributes:
        sentences: at least one, what matters most first.
        tone: ``good``, ``plain`` or ``bad``.
        word: one word for a picture's parameters: ``exact``, ``noise_only``, ``invalid``, or
            ``unknown`` where nobody can tell whether even the noise is the table's.
    """

    sentences: tuple[str, ...]
    tone: str
    word: str

    @property
    def sentence(self) -> str:
        """The one that matters most."""
        return self.sentences[0]


_TONES: Mapping[MatchLevel, str] = MappingProxyType(
    {MatchLevel.EXACT: "good", MatchLevel.NOISE_ONLY: "plain", MatchLevel.INVALID: "bad"}
)
_PUBLISHED = (
    "These are published numbers. Nobody stated the noise they are of, so whether a seed means the "
    "same picture here cannot be known."
)
_PUBLISHED_STATED = "These are published numbers; nobody measured them here."


def report_fit(table: Described, use: TableUse, match: Match, labels: SettingLabels) -> FitReport:
    """Say how a table fits the settings in use.

    Args:
        table: the table, or its header.
        use: the settings.
        match: what :func:`~seedloupe.tables.match_table` found.
        labels: what the host calls its settings.
    """
    tone = _TONES[match.level]
    if match.level is MatchLevel.EXACT:
        return FitReport(("The table was made with this checkpoint and settings.",), tone, "exact")
    shown = match.obstacles or match.differences
    sentences = tuple(dict.fromkeys(_sentences(table, use, shown, labels)))
    unknown = table.spec.noise.unstated and match.level is not MatchLevel.INVALID
    return FitReport(sentences, tone, "unknown" if unknown else match.level.value)


def _sentences(
    table: Described, use: TableUse, found: tuple[Difference, ...], labels: SettingLabels
) -> Iterator[str]:
    fields = {difference.field: difference for difference in found}
    status = table.spec.provenance.status is Status.PUBLISHED
    if table.spec.noise.unstated:
        obstacles = any(one.level is MatchLevel.INVALID for one in found)
        yield from () if obstacles else (_PUBLISHED,)
    elif status and "provenance.status" in fields:
        yield _PUBLISHED_STATED
    yield from _noise_sentences(table, use, fields, labels)
    if "model.sha256" in fields:
        yield _model_sentence(table, use)
    if "model.loras" in fields:
        yield _lora_sentence(fields["model.loras"])
    yield from _sampling_sentences(table, use, fields, labels)


def _noise_sentences(
    table: Described, use: TableUse, fields: Mapping[str, Difference], labels: SettingLabels
) -> Iterator[str]:
    noise = table.spec.noise
    rng = fields.get("noise.rng") or fields.get("noise.grid_threads")
    if rng is not None and rng.level is MatchLevel.INVALID:
        says = f"The table's seeds stand for {rng.table} noise, and {rng.use} noise is drawn here."
        yield f"{says} {labels.draw(noise.source)}".strip()
    shape = fields.get("noise.shape")
    if shape is not None and "shape" not in noise.unstated:
        yield _size_sentence(table, use, shape, labels)
    elif shape is not None and shape.level is MatchLevel.INVALID:
        yield _kind_sentence(table)
    draws = fields.get("noise.draws_before")
    if draws is not None and draws.level is MatchLevel.INVALID:
        yield "The table is of another task or kind of inpainting model, which draws first."
    if "noise.dtype" in fields and "dtype" not in noise.unstated:
        yield f"The table's noise was drawn as {noise.dtype}, here as float32."


def _size_sentence(
    table: Described, use: TableUse, found: Difference, labels: SettingLabels
) -> str:
    made, here = _size_of(table), _pixels(use.shape)
    if found.level is not MatchLevel.INVALID:
        return (
            f"Made for {made}, you draw {here}: the layout is carried over, and how good a seed is "
            f"at {here} nobody measured."
        )
    if table.spec.noise.shape[0] != use.drawn_at[0]:
        return _kind_sentence(table)
    if len(table.spec.noise.shape) != len(use.drawn_at):
        return f"The table is of {made} and another number of frames than you draw."
    drawn = _pixels(use.drawn_at)
    carried = f" with noise resized from {drawn}" if use.resize is not None else ""
    return f"Made for {made}, you draw {here}{carried}. {labels.other_size}".strip()


def _kind_sentence(table: Described) -> str:
    return f"The table is for another kind of model, {table.spec.model.family}."


def _size_of(table: Described) -> str:
    sampling = table.spec.sampling
    if sampling is not None and sampling.size is not None:
        return f"{sampling.size[0]}x{sampling.size[1]}"
    return _pixels(table.spec.noise.shape)


def _pixels(shape: tuple[int, ...]) -> str:
    return f"{shape[-1] * _CELL}x{shape[-2] * _CELL}"


def _model_sentence(table: Described, use: TableUse) -> str:
    made = table.spec.model
    if made.sha256 is None:
        return f"The table does not say which file of {made.name} it was made with."
    if use.model_sha256 is None:
        return f"The table is of {made.name}; whether that is loaded cannot be told here."
    name = use.model_name or use.model_sha256[:10]
    loaded = f", not of {name}" if name != made.name else f", another file than the {name} loaded"
    return f"The table is of {made.name} ({made.sha256[:10]}){loaded}: its scores hold for its own."


def _lora_sentence(found: Difference) -> str:
    made, used = (_short(value) for value in (found.table, found.use))
    return f"The table was made with {made}, the prompt has {used}."


def _short(loras: str) -> str:
    """Cut the hashes in a list of LoRAs to what people compare."""
    if "@" not in loras:
        return loras
    named = (one.rpartition("@") for one in loras.split(", "))
    shown = (f"{name[:10]} at {strength}" for name, _, strength in named)
    return f"the LoRAs {', '.join(shown)}"


def _sampling_sentences(
    table: Described, use: TableUse, fields: Mapping[str, Difference], labels: SettingLabels
) -> Iterator[str]:
    if "sampling" in fields or table.spec.sampling is None or use.sampling is None:
        if "sampling" in fields:
            yield fields["sampling"].advice
        return
    task = fields.get("sampling.task")
    if task is not None:
        yield f"The table is of {task.table}, this is {task.use}."
    named = dict(_named_values(table.spec.sampling, use.sampling, labels))
    if "noise.shape" in fields:
        named.pop("size", None)  # told already
    differing = [words for field, words in named.items() if f"sampling.{field}" in fields]
    unknown = [one for one in fields.values() if _is_unstated(one, named)]
    if differing:
        yield f"Made with other settings: {'; '.join(differing)}."
    elif unknown:
        yield "The table does not state all it was sampled with."


def _is_unstated(found: Difference, named: Mapping[str, str]) -> bool:
    field = found.field.removeprefix("sampling.")
    return found.table == UNKNOWN and field != found.field and field not in named


def _named_values(
    made: SamplingSpec, used: SamplingSpec, labels: SettingLabels
) -> Iterator[tuple[str, str]]:
    """Return the settings a user can set, with both values in the host's words."""
    pairs = (
        ("sampler", labels.sampler, sampler_label(made), sampler_label(used)),
        ("scheduler", labels.schedule, schedule_label(made), schedule_label(used)),
        ("steps", labels.steps, _number(made.steps), _number(used.steps)),
        ("guidance", labels.guidance, _number(made.guidance), _number(used.guidance)),
        ("size", labels.size, _size(made), _size(used)),
        ("strength", labels.strength, _number(made.strength), _number(used.strength)),
        ("eta", "Eta", _number(made.eta), _number(used.eta)),
        ("mask_fill", "Masked content", made.mask_fill or "", used.mask_fill or ""),
    )
    for field, label, there, here in pairs:
        if there:
            yield field, f"{label} {there}, here {here or 'not known'}"


def sampler_label(sampling: SamplingSpec) -> str:
    """Return the sampler as web UIs label it; its own name where it is none of those known."""
    name = sampling.sampler or ""
    try:
        return read_sampler_name(name).sampler.label
    except InputError:
        return name


def schedule_label(sampling: SamplingSpec) -> str:
    """Return the schedule as web UIs label it; its own name where it is none of those known."""
    if not sampling.scheduler:
        return ""
    try:
        sampler = read_sampler_name(sampling.sampler or "").sampler
        found = read_schedule_name(sampling.scheduler, sampler)
    except InputError:
        return sampling.scheduler
    return sampling.scheduler if found is None else found.label


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _size(sampling: SamplingSpec) -> str:
    return "x".join(map(str, sampling.size or ()))
