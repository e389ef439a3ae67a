"""A choice of seeds in plain words: which, by which rule, how far to trust them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ..picking import Picking
from ..picking.words import evidence_notes, verdict_notes
from ..tables import Match, MatchLevel, SeedTable, TableSpec
from .seed_choice import SeedChoice

__all__ = ["describe_choice", "doubts", "sampling_line"]


def describe_choice(choice: SeedChoice, *, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Say which seeds, by which rule, against which chance, and how well the table fits.

    Args:
        choice: the seeds.
        names: what a host calls the table's samplers and schedulers, by the table's names.

    Returns:
        a few lines of text.
    """
    return "\n".join(_lines(choice, names))


def doubts(table: SeedTable, picking: Picking, *, origin: bool = True) -> tuple[str, ...]:
    """Return what speaks against some seeds; not all there is to know, for every single job.

    Args:
        table: what they were chosen from.
        picking: the seeds.
        origin: whether to say where the table's numbers come from, as the fit of a table does too.
    """
    chance = picking.chance
    blind = (str(chance),) if chance is not None and not chance.agreement else ()
    beyond = sum(bool(pick.note) for pick in picking.picks)
    usual = (
        f"of {beyond} of these {len(picking.picks)} seeds the table expects no better than of the "
        "average seed"
    )
    notes = evidence_notes(table) if origin else verdict_notes(table)
    return (*notes, *blind, *((usual,) if beyond else ()))


def _lines(choice: SeedChoice, names: Mapping[str, str]) -> Iterator[str]:
    name = "" if choice.named is None else f" of {choice.named.name}"
    best = ", best first" if choice.picking and not choice.picking.period else ""
    yield f"{choice.how.capitalize()} seeds{name}{best}: {', '.join(map(str, choice.seeds))}"
    if choice.picking is not None:
        yield f"Rule: {choice.picking.rule}."
        yield from (f"- {line}" for line in (*choice.picking.reasons, *choice.picking.remarks))
    if choice.named is not None:
        yield f"Made with: {sampling_line(choice.named.table.spec, names)}."
    if choice.match is not None:
        yield from _match_lines(choice.match)


def _match_lines(match: Match) -> Iterator[str]:
    colon = "." if match.level is MatchLevel.EXACT else ":"
    yield f"Match: {match.level.value.replace('_', ' ')}. {match.summary}{colon}"
    yield from (f"- {reason}" for reason in match.reasons)


def sampling_line(spec: TableSpec, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Say the table's own settings, so that a user can set the sampler to them.

    Args:
        spec: what the table was made with.
        names: what a host calls samplers and schedulers, by the table's names.
    """
    sampling = spec.sampling
    if sampling is None:
        return f"{spec.model.name}, sampling unknown"
    parts = {
        "": names.get(sampling.sampler or "", sampling.sampler),
        "scheduler": names.get(sampling.scheduler or "", sampling.scheduler),
        "steps": sampling.steps,
        "guidance": sampling.guidance,
        "size": "x".join(map(str, sampling.size or ())) or None,
    }
    known = (f"{name} {value}".strip() for name, value in parts.items() if value is not None)
    return ", ".join((spec.model.name, *known))
