"""From the widgets of "Pick Seeds" to a choice of seeds, and back to what the node shows."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ...errors import PickError, SeedError, TableError
from ...geometry import Box
from ...noise import NoiseResize, ResizeWay, Rng, SeedBatch, parse_seeds
from ...noise.stream import require_latent_size
from ...picking import (
    Depth,
    PickOrder,
    PickRequest,
    PickRule,
    TagFilter,
    layouts_of,
    rules_for,
)
from ...services.choice_report import describe_choice, sampling_line
from ...services.choice_summary import pick_thumbnail, summarise_choice
from ...services.rated_pictures import liked_pick
from ...services.seed_choice import NamedTable, SeedChoice, choose_seeds
from ...tables import SeedTable, TableUse
from .names import comfyui_names
from .ratings import user_ratings
from .schema import ANYTHING, BY_HAND, LARGEST_SEED, LIKED, USUAL

__all__ = [
    "PickSettings",
    "made_by",
    "pick_for",
    "picked_ui",
    "report_of",
    "require_pick",
]

_MOST_SHOWN = 64
"""Thumbnails sent to the page; more would make its history heavy."""


@dataclass(frozen=True)
class PickSettings:
    """What the widgets say.

    Attributes:
        pick: the rule under ``pick``, and what it asks for beside it.
        count: how many seeds.
        position: the first position.
        order: ``turning`` or ``best``.
        other_size: ``refuse``, or the way noise is carried to a size the table is not of.
        tags: asked for, divided by commas.
        no_tags: to be avoided, likewise.
    """

    pick: Mapping[str, Any]
    count: int
    position: int = 0
    order: str = PickOrder.TURNING.value
    other_size: str = "refuse"
    tags: str = ""
    no_tags: str = ""

    @property
    def request(self) -> PickRequest:
        """The same as the core's pickers are asked.

        Raises:
            PickError: nobody could answer it.
            SeedError: what was written is no list of seeds.
        """
        order = PickOrder(self.order)
        if self.pick["pick"] == BY_HAND:
            seeds = seeds_by_hand(self.pick)
            count = min(self.count, len(seeds))  # none twice: it would be the same picture
            return PickRequest(PickRule.GIVEN, count, self.position, order, seeds=seeds)
        if self.is_liked:
            tags = TagFilter(_listed(self.tags), _listed(self.no_tags))
            return PickRequest(PickRule.GOLDEN, self.count, self.position, order, tags)
        rule = PickRule(self.pick["pick"])
        tags = TagFilter(_listed(self.tags), _listed(self.no_tags))
        more = _MORE.get(rule, lambda _: {})(self.pick)
        return PickRequest(rule, self.count, self.position, order, tags, **more)

    @property
    def is_liked(self) -> bool:
        """Whether seeds are wanted whose pictures had thumbs up."""
        return bool(self.pick["pick"] == LIKED)

    def resize(self, table: SeedTable) -> NoiseResize | None:
        """Where noise is carried from; None where another size is refused."""
        if self.other_size == "refuse":
            return None
        channels, height, width = require_latent_size(table.spec.noise.shape)
        return NoiseResize(ResizeWay(self.other_size), (channels, height, width))


def pick_for(
    named: NamedTable,
    settings: PickSettings,
    *,
    shape: tuple[int, ...] | None = None,
    model_sha256: str | None = None,
) -> tuple[SeedChoice, SeedBatch]:
    """Choose seeds and say how their noise is drawn.

    Args:
        named: the table.
        settings: what is wanted of it.
        shape: of one picture's latent as it will be sampled; None where nobody knows yet.
        model_sha256: of the model's file, or None.

    Raises:
        TableMatchError: the table's seeds stand for other noise there.
        PickError: the table cannot answer, or no seed is left.
    """
    table, spec = named.table, named.table.spec.noise
    resize = settings.resize(table)
    # The noise comes from the table's own generator, whatever the host's is.
    use = TableUse(
        spec.source,
        shape or spec.shape,
        model_sha256=model_sha256,
        draws_before=spec.draws_before,
        resize=resize,
    )
    made = sampling_line(table.spec, comfyui_names(table.spec))
    advice = {"sampling": f"Sample as it was made: {made}."}
    if resize is None:
        advice["noise.shape"] = _shape_advice(table, shape)
    with _refused_by_widget():
        request = settings.request
        if settings.is_liked:
            models = None if model_sha256 is None else (model_sha256,)
            rated, request = liked_pick(table, user_ratings().read(), request, models=models)
            named = replace(named, table=rated)
        chosen = choose_seeds(named, request)
    choice = chosen.matched(use, advice=advice)
    only = None if resize is not None else spec.shape
    return choice, SeedBatch(choice.seeds, spec.source, resize, only)


@contextmanager
def _refused_by_widget() -> Iterator[None]:
    """Name the widget in place of the core's field, and what to do there."""
    try:
        yield
    except PickError as error:
        if error.field not in _WIDGETS:
            raise
        widget, cure = _WIDGETS[error.field]
        raise PickError(
            widget, expected=error.expected, got=error.got, advice=error.advice or cure
        ) from error


_WIDGETS = {
    "tag": ("flaw", "Write one of the table's tags under flaw, or choose another rule under pick."),
    "tags": ("tags", "Take it out of tags or out of no_tags."),
    "tags.want": ("tags", "Write tags that the table has, or leave tags empty."),
    "tags.avoid": ("no_tags", "Write tags that the table has, or leave no_tags empty."),
    "layout.kind": ("object", "Write one of the table's objects, or leave object empty."),
    "spaces": ("space", "Choose another space, or usual."),
}
"""By the field of a refusal of the core: the widget, and the cure where the core has none."""


def made_by(named: NamedTable, model: Any, model_sha256: str | None) -> Mapping[str, str]:
    """Return what makes the pictures, as their records and thumbs name it; empty where not known.

    Args:
        named: the table the seeds are of.
        model: the MODEL wired to the node; None where none is, and the table's own is meant.
        model_sha256: of its file; None where it is patched, say by a LoRA.
    """
    spec = named.table.spec.model
    if model is not None and model_sha256 is not None:
        return {"name": spec.name if model_sha256 == spec.sha256 else "", "sha256": model_sha256}
    if model is None or spec.sha256 is None:
        return {"name": spec.name, "sha256": spec.sha256 or ""}
    return {}


def require_pick(table: SeedTable | None, pick: Mapping[str, Any] | str | None) -> None:
    """Refuse a rule that a table cannot answer, and seeds by hand that are none.

    Args:
        table: what would be asked; None where nobody knows yet.
        pick: the rule with what it asks for beside it, or its name alone; None likewise.

    Raises:
        PickError: it cannot, and those it can are named; or no seed was chosen.
        SeedError: what was written is no list of seeds.
    """
    rule = pick.get("pick") if isinstance(pick, Mapping) else pick
    if rule == BY_HAND:
        if isinstance(pick, Mapping) and isinstance(pick.get("seeds"), str):
            seeds_by_hand(pick)
        return
    if table is None or rule is None or rule == LIKED:
        return
    able = [one.value for one in rules_for(table) if one is not PickRule.GIVEN]
    if rule not in able:
        known = ", ".join((*able, LIKED, BY_HAND))
        raise PickError("pick", expected=f"what the table can answer: {known}", got=str(rule))


def seeds_by_hand(pick: Mapping[str, Any]) -> tuple[int, ...]:
    """Read the seeds somebody chose, each once.

    Raises:
        PickError: there are none.
        SeedError: what was written is no list of seeds, or one is more than the page can keep.
    """
    seeds = tuple(dict.fromkeys(parse_seeds(str(pick.get("seeds", "")))))
    if not seeds:
        advice = "Choose some on the map, or write them: 7, 12, 40-43."
        raise PickError("seeds", expected="at least one seed", got="none", advice=advice)
    if max(seeds) > LARGEST_SEED:
        raise SeedError("seeds", expected=f"seeds up to {LARGEST_SEED}", got=str(max(seeds)))
    return seeds


def report_of(choice: SeedChoice, batch: SeedBatch) -> str:
    """Say everything, what matters most first."""
    lines = [summarise_choice(choice).line]
    if batch.source.rng is not Rng.TORCH_CPU:
        lines.append(
            f"Use the noise output: the seeds stand for {batch.source.label} noise, and the host "
            "draws cpu noise from a seed alone."
        )
    if batch.resize is not None:
        lines.append("Use the noise output: a seed alone is not carried to another size.")
    names = {} if choice.named is None else comfyui_names(choice.named.table.spec)
    return "\n".join((*lines, describe_choice(choice, names=names)))


def picked_ui(choice: SeedChoice) -> dict[str, object]:
    """Return what the node shows: evidence, how the table fits, and a thumbnail a seed."""
    summary = summarise_choice(choice)
    picks = choice.picking.picks if choice.picking else ()
    table = choice.named.table if choice.named else None
    return {
        "evidence": summary.evidence,
        "fit": {"word": summary.fit.word, "tone": summary.fit.tone, "cure": summary.fit.cure},
        "table": choice.named.name if choice.named else "",
        "count": len(picks),
        "seeds": [
            {
                "seed": str(pick.seed),
                "rank": pick.rank,
                "position": choice.picking.position + place,
                "note": pick.note,
                "picture": _coded(table, pick.seed),
            }
            for place, pick in enumerate(picks[:_MOST_SHOWN])
        ],
    }


def _coded(table: SeedTable | None, seed: int) -> str | None:
    try:
        picture = None if table is None else pick_thumbnail(table, seed)
    except TableError:
        return None  # a damaged sheet must not cost the seeds
    return None if picture is None else base64.b64encode(picture).decode("ascii")


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def _diverse(pick: Mapping[str, Any]) -> dict[str, Any]:
    space = pick.get("space", USUAL)
    floor = float(pick.get("keep", 0.5))
    return {"spaces": () if space == USUAL else (space,), "floor": floor}


def _layout(pick: Mapping[str, Any]) -> dict[str, Any]:
    x, y, width, height = (pick[name] / 100 for name in ("left", "top", "width", "height"))
    depth = pick.get("depth", ANYTHING)
    kind = pick.get("object", "").strip()
    where = Box(min(x, 1), min(y, 1), min(x + width, 1), min(y + height, 1))
    return {
        "layouts": layouts_of(
            boxes=(where,),
            depth=None if depth == ANYTHING else Depth[depth.upper()],
            kind=kind or None,
        )
    }


_MORE = {
    PickRule.DIVERSE: _diverse,
    PickRule.LAYOUT: _layout,
    PickRule.CLEAN: lambda pick: {"flaw": pick.get("flaw", "text")},
}


def _shape_advice(table: SeedTable, shape: tuple[int, ...] | None) -> str:
    if shape is not None and shape[1:] == table.spec.noise.shape[1:]:
        return (
            "Wire the model to this node as well: ComfyUI gives an empty latent the channels of "
            "the model. If it is wired, the table is for another kind of model."
        )
    sampling = table.spec.sampling
    if sampling is None or sampling.size is None:
        return "Set the size the table was made for, or other_size to stretch."
    width, height = sampling.size
    return f"Set width and height to {width}x{height}, or other_size to stretch."
