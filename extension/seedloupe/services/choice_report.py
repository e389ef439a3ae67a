"""A choice of seeds in plain words, for the node to show."""

from __future__ import annotations

from collections.abc import Iterator

from ..hosts.comfyui.golden import Choice
from ..tables import Match, MatchLevel, SeedTable, TableSpec

__all__ = ["describe_choice"]

_UNSEEN = "sampling: this node cannot see the sampler; set it as the table was made."


def describe_choice(choice: Choice, table: SeedTable, name: str) -> str:
    """Say which seeds, by which rule, against which chance, and how well the table fits.

    Args:
        choice: the seeds.
        table: where they come from.
        name: what the user calls the table.

    Returns:
        a few lines of text.
    """
    return "\n".join(_lines(choice, table, name))


def _lines(choice: Choice, table: SeedTable, name: str) -> Iterator[str]:
    yield f"Golden seeds of {name}, best first: {', '.join(map(str, choice.seeds))}"
    yield f"Rule: {choice.picking.rule}."
    yield from (f"- {note}" for note in choice.picking.notes)
    yield from (f"- seed {pick.seed} {pick.note}" for pick in choice.picking.picks if pick.note)
    yield f"Made with: {_made_with(table.spec)}."
    yield from _match_lines(choice.match)


def _match_lines(match: Match) -> Iterator[str]:
    if match.level is MatchLevel.EXACT:
        yield "Match: exact. The noise, the model and the sampling are the table's."
        return
    yield "Match: noise only. The noise is the table's; these are not known to agree:"
    for difference in match.differences:
        yield f"- {_UNSEEN if difference.field == 'sampling' else difference}"


def _made_with(spec: TableSpec) -> str:
    """Say the table's own settings, so that a user can set the sampler to them."""
    sampling = spec.sampling
    if sampling is None:
        return f"{spec.model.name}, sampling unknown"
    parts = {
        "": sampling.sampler,
        "scheduler": sampling.scheduler,
        "steps": sampling.steps,
        "guidance": sampling.guidance,
        "size": "x".join(map(str, sampling.size or ())) or None,
    }
    known = (f"{name} {value}".strip() for name, value in parts.items() if value is not None)
    return ", ".join((spec.model.name, *known))
