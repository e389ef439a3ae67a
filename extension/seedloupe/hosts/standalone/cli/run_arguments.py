"""From a command line to a request: defaults, pictures, tables and seeds."""

from __future__ import annotations

import argparse
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ....errors import InputError, MaskError, UnknownNameError
from ....generation.request import Request
from ....generation.sampler import Plan
from ....noise import NoiseResize, NoiseSource, ResizeWay
from ....noise.stream import require_latent_size
from ....sampler_names import SamplerName
from ....services.draft_ranking import EARLY
from ....services.seed_choice import NamedTable, SeedChoice, choose_seeds
from ....services.table_fit import sampler_of_table
from .arguments import DEFAULT_COUNT, cli_table_folders
from .early_picking import check_early_arguments, seeds_to_draft
from .mask_arguments import read_given_mask
from .picking_arguments import RULES, as_typed, has_layout, layouts, seeds_wanted
from .sampler_arguments import asked_sampler

if TYPE_CHECKING:
    from torch import Tensor

    from ....generation.model_info import ModelInfo
    from ....picking import SeedPicker
    from ....registry import Registry

_RULES = f"{', '.join(RULES[:-1])} or {RULES[-1]}"


def check_seed_arguments(args: argparse.Namespace, pickers: Registry[SeedPicker]) -> None:
    """Refuse combinations that contradict each other.

    Args:
        args: the command line.
        pickers: the pickers there are.

    Raises:
        UnknownNameError: nobody picks by that name.
        InputError: seeds are given and also to be picked, there is no table to pick from, or
            something is said about a choice nobody asked for.
    """
    if _by_table(args) and args.pick not in pickers:
        names = ", ".join(("random", EARLY, *pickers.names()))
        raise UnknownNameError("pick", expected=f"one of {names}", got=repr(args.pick))
    check_early_arguments(args)
    early = args.pick == EARLY
    if args.seeds is not None and args.pick is not None and not early:
        raise InputError("seeds", expected="either --seeds or --pick", got="both")
    chosen = args.seeds is not None and not early
    if chosen and args.count is not None and args.count != len(args.seeds):
        raise InputError(
            "count", expected=f"{len(args.seeds)}, as many as --seeds has", got=str(args.count)
        )
    if _by_table(args) and not args.table and args.model != "seedling":
        raise InputError(
            "table",
            expected=f"a table to pick {args.pick} seeds from",
            got="nothing",
            advice="Name one with --table; `seedloupe tables list` shows what there is.",
        )
    if args.carry is not None and not _by_table(args) and not args.table:
        raise InputError(
            "carry",
            expected="--table, whose size the noise is drawn at",
            got="nothing",
            advice="`seedloupe tables list` shows what there is.",
        )
    if args.table and args.carry is None and not _by_table(args):
        raise InputError(
            "pick",
            expected=f"--pick {_RULES} beside --table, or --carry to draw at the table's size",
            got=args.pick or "no choice by a table",
        )
    _check_wishes(args)


def _by_table(args: argparse.Namespace) -> bool:
    """Tell whether a table's seeds are picked: by one of our rules, or by an outside picker."""
    return args.pick not in (None, "random", EARLY)


def _check_wishes(args: argparse.Namespace) -> None:
    """Refuse wishes that the way seeds are chosen would pass over in silence."""
    if (args.tag or args.no_tag) and args.pick not in RULES:
        expected = f"--pick {_RULES} beside --tag and --no-tag"
        raise InputError("pick", expected=expected, got=args.pick or "no choice by a table")
    if (args.position is not None or args.order is not None) and args.pick not in RULES:
        expected = f"--pick {_RULES} beside --from and --order"
        raise InputError("pick", expected=expected, got=args.pick or "no choice by a table")
    if args.pick == "layout":
        layouts(args)
    elif has_layout(args):
        expected = "--pick layout beside --box, --at, --size-near, --near, --far and --kind"
        raise InputError("pick", expected=expected, got=args.pick or "no choice by layout")


def open_table(args: argparse.Namespace) -> NamedTable | None:
    """Read the table asked for: by name, or the model's own where a rule needs one.

    Raises:
        TableError: it is not there or not sound.
    """
    from ....tables import find_table, read_table

    name = args.table or (args.model if _by_table(args) else None)
    if name is None:
        return None
    path = find_table(name, cli_table_folders())
    return NamedTable(path.name, read_table(path), path)


def choose_by_arguments(
    args: argparse.Namespace, opened: NamedTable | None, pickers: Registry[SeedPicker]
) -> SeedChoice:
    """Settle the seeds of a run, which takes no model: given, picked, or else a random draw.

    Of ``--pick early`` these are the seeds to draft.

    Raises:
        PickError: the table cannot answer, or no seed of it is left.
    """
    if args.pick == EARLY:
        return SeedChoice(seeds_to_draft(args), "random" if args.seeds is None else "given")
    if args.seeds is not None:
        return SeedChoice(tuple(args.seeds), "given")
    count = args.count or DEFAULT_COUNT
    if opened is None or not _by_table(args):
        return SeedChoice(tuple(secrets.randbits(32) for _ in range(count)), "random")
    wishes = [f"--tag {tag}" for tag in args.tag] + [f"--no-tag {tag}" for tag in args.no_tag]
    with as_typed():
        wanted = seeds_wanted(args.pick, count, args, pickers=pickers)
        return choose_seeds(opened, wanted, wishes=wishes)


@dataclass(frozen=True, eq=False)
class AskedRun:
    """What a command line asks for, but for the seeds and what only the model tells.

    Attributes:
        prompt: may be empty.
        negative: what to steer away from.
        size: width and height in pixels; None where nobody said.
        sampler: None where nobody said, nor the table.
        steps: None where nobody said.
        guidance: None where nobody said.
        noise: which generator draws.
        image: ``(3, H, W)``, the picture to start from.
        mask: ``(H, W)``, 1 where it is repainted.
        strength: how much of the picture is forgotten.
        resize: how the noise is taken to the picture's size.
        opened: the table asked for, whose settings fill what is open.
    """

    prompt: str
    negative: str
    size: tuple[int, int] | None
    sampler: SamplerName | None
    steps: int | None
    guidance: float | None
    noise: NoiseSource
    image: Tensor | None
    mask: Tensor | None
    strength: float
    resize: NoiseResize | None
    opened: NamedTable | None

    def plan(self, model: ModelInfo) -> Plan:
        """Return how steps are taken.

        Steps and guidance of a table that was made with another model are not meant for a model
        of few steps.
        """
        spec = self.opened.table.spec if self.opened else None
        heeded = spec and (spec.model.sha256 == model.sha256 or not model.trailing)
        made = spec.sampling if spec and heeded else None
        named = self.sampler
        return model.usual.but(
            None if named is None else named.sampler,
            made.steps if made and self.steps is None else self.steps,
            made.guidance if made and self.guidance is None else self.guidance,
            None if named is None else named.schedule,
        )

    def request(self, model: ModelInfo, seeds: tuple[int, ...]) -> Request:
        """Return the request, with what is open filled in by the table, the picture or the model.

        Raises:
            InputError: or one of its kinds: the model cannot do it.
        """
        width, height = self.size or (None, None)
        return Request.of(
            model,
            self.prompt,
            seeds,
            width=width,
            height=height,
            plan=self.plan(model),
            negative=self.negative,
            noise=self.noise,
            image=self.image,
            mask=self.mask,
            strength=self.strength,
            resize=self.resize,
        )


def asked_run(args: argparse.Namespace, opened: NamedTable | None) -> AskedRun:
    """Read what is asked for, before any model is opened.

    Raises:
        InputError: or one of its kinds: noise, picture, mask or a number cannot be used.
    """
    from ....images import read_image

    made = opened.table.spec.sampling if opened else None
    theirs = sampler_of_table(made) if made else None
    sampler = asked_sampler(args, theirs) if args.sampler or theirs or args.schedule else None
    if args.mask is not None and args.image is None:
        raise MaskError("mask", expected="--image, the picture to repaint", got="a mask alone")
    image = None if args.image is None else read_image(args.image)
    mask = None
    if image is not None and args.mask is not None:
        mask = read_given_mask(args.mask, (image.shape[2], image.shape[1]))
    strength = args.strength if args.strength is not None else (0.75 if mask is None else 1.0)
    # Refuses what no run can be taken with.
    Plan().but(
        sampler.sampler if sampler else None,
        args.steps,
        args.guidance,
        sampler.schedule if sampler else None,
    )
    return AskedRun(
        args.prompt,
        args.negative,
        args.size or (made.size if made and args.image is None else None),
        sampler,
        args.steps,
        args.guidance,
        NoiseSource.parse(args.noise),
        image,
        mask,
        strength if image is not None else 1.0,
        _resize(args.carry, opened),
        opened,
    )


def _resize(way: str | None, opened: NamedTable | None) -> NoiseResize | None:
    if way is None or opened is None:
        return None
    return NoiseResize(ResizeWay(way), require_latent_size(opened.table.spec.noise.shape))
