"""``--engine``: who makes the pictures of a mining run, this process or a Ray cluster."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ....errors import InputError
from .arguments import positive
from .scorer_sources import offered_sources

if TYPE_CHECKING:
    from ....mining import BlockEngine, Generator, MiningPlan, Scorers
    from ....mining.scorers import Scorer
    from ....noise import NoiseSource
    from ....plugins import Plugins
    from ....tables import SamplingSpec
    from ..engine.models import Model
    from .console import Console

RAY = "ray"


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Add who does the work."""
    group = parser.add_argument_group("on a cluster")
    group.add_argument(
        "--engine",
        choices=("local", RAY),
        default="local",
        help="here, or on the workers of a Ray cluster (pip install 'seedloupe[ray]')",
    )
    group.add_argument(
        "--ray-address",
        metavar="HOST:PORT",
        help="of a running cluster (default: RAY_ADDRESS, else one here)",
    )
    group.add_argument(
        "--ray-workers",
        type=positive,
        metavar="N",
        help="how many, each with a model of its own (default: one a GPU; without any, as many "
        "as there are CPUs for)",
    )


@contextmanager
def engine_for(
    args: argparse.Namespace, console: Console, plan: MiningPlan
) -> Iterator[BlockEngine | None]:
    """The engine asked for; None where that is this process.

    Raises:
        InputError: Ray or its cluster is not there.
    """
    if args.engine != RAY:
        yield None
        return
    from ....mining import RayEngine, RaySettings

    settings = RaySettings(args.ray_address, args.ray_workers, gpus=args.device != "cpu")
    tools = WorkerTools.of(args, plan)
    # Ray prints on stdout that a worker died; there is room for one JSON document alone.
    with (
        redirect_stdout(sys.stderr),
        RayEngine(plan, tools, settings, tell=console.note) as engine,
    ):
        count = len(engine.crew.actors)
        console.note(f"{count} worker{'s' if count > 1 else ''} asked of the cluster")
        yield engine


def require_engine(args: argparse.Namespace) -> None:
    """Refuse what is for a cluster where none was asked for, and what no cluster does.

    Raises:
        InputError: there is some.
    """
    if args.engine == RAY and args.task != "txt2img":
        advice = "Repaints go on several machines with --shard."
        raise InputError("engine", expected="local", got=f"ray for {args.task}", advice=advice)
    if args.engine == RAY and args.drafts is not None:
        advice = "Drafts are raced on one machine, or on several with --shard."
        raise InputError("engine", expected="local", got="ray with --drafts", advice=advice)
    for name in ("ray_address", "ray_workers"):
        if args.engine != RAY and getattr(args, name) is not None:
            option = f"--{name.replace('_', '-')}"
            raise InputError(option[2:], expected="--engine ray", got=f"{option} without it")


@dataclass(frozen=True)
class WorkerTools:
    """Opens on a worker what the command line names; holds names and settings alone.

    Args:
        model: a name, a hub id, or a whole path, which must be the same on every machine.
        device: where the model goes.
        dtype: what it computes in.
        sampling: how steps are taken.
        noise: who draws the noise.
        scorers: as given; None takes all that fit.
        reference: pictures to compare with.
        prompts: how many are mined with.
        classes: objects whose place is measured; None takes all labels.
    """

    model: str
    device: str
    dtype: str
    sampling: SamplingSpec
    noise: NoiseSource
    scorers: tuple[str, ...] | None
    reference: Path | None
    prompts: int
    classes: tuple[str, ...] | None = None

    @classmethod
    def of(cls, args: argparse.Namespace, plan: MiningPlan) -> WorkerTools:
        """Take from a command line what a worker needs, with whole paths."""
        scorers = None if args.scorers is None else tuple(map(_whole_scorer, args.scorers))
        return cls(
            model=_whole(args.model),
            device="auto" if args.device.startswith("cuda") else args.device,
            dtype=str(plan.sampling.extra["dtype"]),
            sampling=plan.sampling,
            noise=plan.noise,
            scorers=scorers,
            reference=None if args.reference is None else args.reference.absolute(),
            prompts=len(plan.prompts),
            classes=getattr(args, "classes", None),
        )

    def __call__(self) -> tuple[Generator, Scorers]:
        """Open the model and the scorers.

        Raises:
            ModelError: nothing usable is there.
            InputError: a scorer cannot be opened.
        """
        import torch

        from ....plugins import builtin, with_outside
        from ..engine.model_pictures import generator_for
        from ..engine.models import open_model

        plugins, _ = with_outside(builtin(apart=True))
        model = open_model(self.model, device=self.device, dtype=getattr(torch, self.dtype))
        args = argparse.Namespace(
            scorers=self.scorers, reference=self.reference, classes=self.classes
        )
        return (
            generator_for(model, self.sampling, self.noise),
            scorers_asked(args, model, plugins, prompts=self.prompts),
        )


def scorers_asked(
    args: argparse.Namespace,
    model: Model,
    plugins: Plugins,
    *,
    prompts: int,
    console: Console | None = None,
) -> dict[str, Scorer]:
    """Return the scorers a command line asks for.

    Args:
        args: has ``scorers``, ``reference`` and ``classes``.
        model: whose pictures are measured.
        plugins: whose scorers there are.
        prompts: how many are mined with.
        console: is told which cannot be opened.

    Raises:
        UnknownNameError: there is no such scorer for this model.
        InputError: none could be opened.
    """
    from ....services.mining import instruments_for
    from ..engine.text import pooled_caption

    return instruments_for(
        args.scorers,
        model.info,
        prompts=prompts,
        pooled=pooled_caption(model),
        registry=plugins.scorers,
        sources=offered_sources(args, plugins, model),
        tell=(lambda line: None) if console is None else console.note,
    )


def _whole(name: str) -> str:
    """A path that is there as a whole one; a name as it is."""
    path = Path(name).expanduser()
    return str(path.absolute()) if path.exists() else name


def _whole_scorer(text: str) -> str:
    name, given, place = text.partition("=")
    return f"{name}={_whole(place.strip())}" if given else text
