"""Which seed tables there are for a model, and what they honestly say about it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError, SeedloupeError
from ..generation.model_info import ModelInfo
from ..generation.sampler import Plan
from ..generation.table_use import planned_use
from ..picking import SelectedSeeds
from ..sampler_names import Sampler, SamplerName, ScheduleType, same_names
from ..tables import (
    NEAR_IDENTICAL,
    Catalogue,
    Evidence,
    HeldOutGain,
    MatchLevel,
    SamplingSpec,
    SeedEffect,
    SeedTable,
    Status,
    TableUse,
    list_tables,
    match_table,
    read_table,
    require_match,
)

#: What a page samples with where no table says how.
DEFAULT_PLAN = Plan(Sampler.DPMPP_2M)
#: What stands for no table where one of several can be chosen.
NO_TABLE = "none"


@dataclass(frozen=True, eq=False)
class TableFit:
    """What is known about a table and a model together.

    Attributes:
        title: the outcome in a few words.
        lines: what to know about it, one sentence each.
        tone: ``good``, ``plain`` or ``bad``.
        table: the table where it can be used, else None.
        command: what to type to get a table; empty where there is one.
    """

    title: str
    lines: tuple[str, ...]
    tone: str
    table: SeedTable | None = None
    command: str = ""


def fit_table(
    model: ModelInfo, path: Path | None, settings: Plan, *, use: TableUse | None = None
) -> TableFit:
    """Say what a table is worth for a model; a table that cannot be used is not returned.

    Args:
        model: what would draw.
        path: the table; None where there is none.
        settings: how it would sample.
        use: what exactly it would be used for; None is for pictures of the model's own size.
    """
    if path is None:
        return _without_table(model)
    try:
        table = read_table(path)
    except SeedloupeError as error:
        return TableFit("This table cannot be read", (str(error),), "bad")
    match = match_table(table, use or planned_use(model, settings))
    if match.level is MatchLevel.INVALID:
        lines = (*map(str, match.obstacles), "Only random seeds are offered.")
        return TableFit(match.summary, lines, "bad")
    evidence = _evidence_words(table)
    if match.level is MatchLevel.NOISE_ONLY:
        return TableFit(match.summary, (*match.reasons, *evidence), "plain", table)
    doubt = _doubt(table.spec.evidence)
    if doubt is None:
        return TableFit(match.summary, evidence, "good", table)
    return TableFit(f"{match.summary}, {doubt}", evidence, "plain", table)


def settings_from(steps: float | None, guidance: float, sampler: str) -> Plan:
    """Read the settings as a page hands them over.

    Raises:
        InputError: half a step is asked for or none, or no run can be taken with them.
    """
    return Plan.named(sampler, require_whole(steps, "steps"), float(guidance))


def require_whole(value: float | None, field: str) -> int:
    """Return what somebody typed as a whole number; nothing is rounded behind their back.

    Raises:
        InputError: it is none.
    """
    if value is None or value != value // 1:
        got = "nothing" if value is None else f"{value:g}"
        raise InputError(
            field, expected="a whole number", got=got, advice="Nothing is rounded: type another."
        )
    return int(value)


def best_table_for(model: ModelInfo, folders: Sequence[Path]) -> Path | None:
    """Return the table that fits a model best with its own settings, or None if none does.

    Of several that fit as well the first, in the order of :func:`~seedloupe.tables.list_tables`.
    """
    ranks = {MatchLevel.EXACT: 0, MatchLevel.NOISE_ONLY: 1}
    fitting: list[tuple[int, Path]] = []
    for path in list_tables(folders):
        try:
            table = read_table(path)
        except SeedloupeError:
            continue  # said when somebody chooses it
        if table.spec.provenance.status is Status.PUBLISHED:
            continue  # a guess nobody should begin with
        level = match_table(table, planned_use(model, settings_of_table(table))).level
        if level in ranks:
            fitting.append((ranks[level], path))
    return min(fitting, key=lambda found: found[0])[1] if fitting else None


def settings_for(model: ModelInfo, table: SeedTable | None) -> Plan:
    """Return the settings to begin with: a model of few steps heeds no table but its own."""
    own = table is not None and table.spec.model.sha256 == model.sha256
    if model.trailing and not own:
        return model.usual
    return settings_of_table(table)


def settings_of_table(table: SeedTable | None) -> Plan:
    """Return the settings a table was made with; ours for what it does not say or we lack."""
    made = table.spec.sampling if table is not None else None
    if made is None:
        return DEFAULT_PLAN
    name = sampler_of_table(made) or DEFAULT_PLAN.name
    return Plan(
        name.sampler,
        DEFAULT_PLAN.steps if made.steps is None else made.steps,
        DEFAULT_PLAN.guidance if made.guidance is None else made.guidance,
        name.schedule,
    )


def sampler_of_table(made: SamplingSpec) -> SamplerName | None:
    """Return the sampler a table was made with; None where it does not say or we lack it.

    The schedule is left open where it is uniform, as that is what models are used with, or where
    the table does not say or we lack it.
    """
    sampler, scheduler = same_names(made.sampler, made.scheduler)
    if sampler not in set(Sampler):
        return None
    known = scheduler in set(ScheduleType) - {ScheduleType.UNIFORM}
    name = SamplerName(Sampler(sampler), ScheduleType(scheduler) if known else None)
    fits = name.schedule is None or name.schedule in name.sampler.schedules
    return name if fits else None


def require_fit(
    model: ModelInfo, chosen: SelectedSeeds, settings: Plan, *, use: TableUse | None = None
) -> tuple[str, ...]:
    """Return in what the table of chosen seeds differs from a model that is to draw them.

    Raises:
        TableMatchError: the seeds stand for other noise there.
        TableError: the table cannot be read.
    """
    wanted = use or planned_use(model, settings)
    return require_match(read_table(chosen.table), wanted).reasons


def table_choices(folders: Sequence[Path]) -> list[tuple[str, str]]:
    """Return what to call each table, and its path; before them the choice of none."""
    named = Catalogue(folders).paths()
    return [(NO_TABLE, NO_TABLE), *((name, str(path)) for name, path in named.items())]


def chosen_table_path(choice: str | None) -> Path | None:
    """Return the table of a choice, or None where none was chosen."""
    return None if choice in (None, "", NO_TABLE) else Path(str(choice))


def _without_table(model: ModelInfo) -> TableFit:
    folder = Path(model.name).name
    out = shlex.quote(f"seed_tables/{folder}/{folder}.seedtable.safetensors")
    return TableFit(
        "No seed table for this model",
        (
            "Only random seeds are offered: nobody has measured which seeds this model draws well. "
            "A table is made once, by drawing many seeds with many prompts and scoring them:",
        ),
        "plain",
        command=f"seedloupe mine --model {shlex.quote(model.name)} --out {out}",
    )


#: Said where nobody has to unfold anything.
_DOUBTS = {
    SeedEffect.NO_EFFECT: "but is void: it found no effect of the seed on quality",
    SeedEffect.UNDECIDED: "but could not decide whether seeds matter",
}
_VERDICTS = {
    SeedEffect.EFFECT: "Seeds were shown to matter for this model.",
    SeedEffect.NO_EFFECT: "Its own test found no effect of the seed: "
    "golden seeds are not expected to look better than random ones, the table is void for them.",
    SeedEffect.UNDECIDED: "Its own test could not decide whether seeds matter: "
    "take golden as a guess.",
}


def _evidence_words(table: SeedTable) -> tuple[str, ...]:
    """Say how sure the table is of itself."""
    evidence = table.spec.evidence
    if evidence is None:
        return ("It does not say how sure it is of its scores.",)
    gains = (_gain_words(table, gain) for gain in evidence.held_out_gain)
    alike = (f"{NEAR_IDENTICAL[:1].upper()}{NEAR_IDENTICAL[1:]}.",)
    return (*(alike if evidence.near_identical else ()), _VERDICTS[evidence.verdict], *gains)


def _doubt(evidence: Evidence | None) -> str | None:
    """Return what is said where nobody has to unfold anything."""
    if evidence is None:
        return None
    alike = "but different seeds give near-identical pictures" if evidence.near_identical else None
    return alike or _DOUBTS.get(evidence.verdict)


def _gain_words(table: SeedTable, gain: HeldOutGain) -> str:
    up = all(metric.higher_is_better for metric in table.spec.metrics if metric.name == gain.metric)
    return (
        f"On prompts they were not chosen by, golden seeds change {gain.metric} "
        f"({'higher' if up else 'lower'} is better) by {gain.mean:+.3g} over all seeds; "
        f"95 % interval {gain.low:+.3g} to {gain.high:+.3g}."
    )
