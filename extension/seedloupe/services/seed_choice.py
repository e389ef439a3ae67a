"""The seeds of a run, for any host: chosen, matched with what they are for, and written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import PickError
from ..picking import Picking, PickRequest, PluginRequest, pick_seeds
from ..tables import Match, SeedTable, TableUse, require_match
from ..tables.difference import NO_ADVICE
from .draft_ranking import EARLY, DraftRanking


@dataclass(frozen=True, eq=False)
class NamedTable:
    """A table, and what it is called.

    Attributes:
        name: by the user, or by its file.
        table: the table.
        path: its file, where that may be told.
    """

    name: str
    table: SeedTable
    path: Path | None = None


@dataclass(frozen=True, eq=False)
class SeedChoice:
    """The seeds of a run and where they come from.

    Attributes:
        seeds: in the order of the pictures.
        how: ``"given"``, ``"random"``, the rule's name or an outside picker's.
        named: the table asked; None for seeds given or drawn at random.
        request: what was asked of it; None likewise.
        picking: what it answered; None likewise.
        match: how it fits; None likewise, and where nobody has looked yet.
        drafted: the drafts they were chosen by; None where none were drawn.
    """

    seeds: tuple[int, ...]
    how: str
    named: NamedTable | None = None
    request: PickRequest | PluginRequest | None = None
    picking: Picking | None = None
    match: Match | None = None
    drafted: DraftRanking | None = None

    @classmethod
    def by_drafts(cls, ranking: DraftRanking, *, otherwise: str = "random") -> SeedChoice:
        """Return the seeds of the best drafts.

        Args:
            ranking: all drafts.
            otherwise: what to call the choice where they could not be judged.
        """
        return cls(ranking.seeds, otherwise if ranking.problem else EARLY, drafted=ranking)

    def matched(self, use: TableUse, *, advice: Mapping[str, str] = NO_ADVICE) -> SeedChoice:
        """Return the choice with how its table fits; seeds of no table fit anything.

        Args:
            use: what the seeds are for.
            advice: a host's own advice, a whole sentence by the field that differs.

        Raises:
            TableMatchError: the table's seeds stand for other noise there.
        """
        if self.named is None:
            return self
        return replace(self, match=require_match(self.named.table, use, advice=advice))

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know of the choice: in general, seed by seed, and how the table fits."""
        if self.drafted is not None:
            return self.drafted.notes
        if self.picking is None:
            return ()
        place = (self.picking.place,) if self.picking.place else ()
        reasons = () if self.match is None else self.match.reasons
        return (*place, *self.picking.notes, *self.picking.remarks, *reasons)

    def to_json(self) -> dict[str, object]:
        """Return where the seeds come from as plain JSON values."""
        path = None if self.named is None else self.named.path
        return {
            "pick": self.how,
            "table": None if path is None else str(path),
            "match": None if self.match is None else self.match.to_json(),
            "pick_request": None if self.request is None else self.request.to_json(),
            "picking": None if self.picking is None else self.picking.to_json(),
            **({} if self.drafted is None else {"drafts": self.drafted.to_json()}),
        }

    def extras(self, index: int) -> dict[str, object]:
        """Return what one picture says about its seed: by our rules enough to have it again."""
        if self.drafted is not None and not self.drafted.problem:
            return {"pick": self.how, **self.drafted.extras(index)}
        if self.picking is None or self.named is None or self.match is None or self.request is None:
            return {"pick": self.how}
        known: dict[str, object] = {
            "pick": self.how,
            "table": self.named.name,
            "match": self.match.level.value,
            "rank": self.picking.picks[index].rank,
        }
        if isinstance(self.request, PluginRequest):
            return known  # Nobody knows whether it fills a position always with the same seed.
        return {
            **known,
            "position": self.picking.position + index,
            "order": self.picking.order.value,
            "pick_request": self.request.to_json(),
        }


def choose_seeds(
    named: NamedTable,
    request: PickRequest | PluginRequest,
    *,
    wishes: Sequence[str] | None = None,
) -> SeedChoice:
    """Choose seeds from a table, one at least; nobody has looked yet whether it fits.

    Args:
        named: the table.
        request: what is wanted, by one of our rules or of an outside picker.
        wishes: how the user spelt the tags asked for; by default as the request has them.

    Raises:
        PickError: the table cannot answer, or no seed of it is left.
    """
    picking = pick_seeds(named.table, request)
    rule = request.name if isinstance(request, PluginRequest) else request.rule.value
    if picking.picks:
        return SeedChoice(picking.seeds, rule, named, request, picking)
    said = _tag_words(request) if wishes is None else tuple(wishes)
    told = "".join(f"; {note}" for note in picking.notes if note.startswith("left out"))
    raise PickError(
        "pick",
        expected=f"a seed to pick {rule} ones from{' with ' * bool(said)}{' '.join(said)}",
        got=f"none of the {len(named.table)} in {named.name}{told}",
        advice=f"Leave out {' or '.join(said)}." if said else "Name another table.",
    )


def _tag_words(request: PickRequest | PluginRequest) -> tuple[str, ...]:
    if isinstance(request, PluginRequest):
        return ()
    want, avoid = request.tags.want, request.tags.avoid
    return (*(f"tag {name}" for name in want), *(f"no tag {name}" for name in avoid))
