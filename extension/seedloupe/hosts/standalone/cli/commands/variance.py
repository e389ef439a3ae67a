"""``seedloupe variance``: how much of a model's variance is the seed's, before anybody mines."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..arguments import add_model, picture_count, seeds
from ..measured_grid import add_making, add_measures, grid_request
from ..parser import command
from ..plug_ins import plugins_in_use
from ..sampler_arguments import asked_sampler
from ..scorer_sources import offered_sources

if TYPE_CHECKING:
    from ..console import Console
    from ..parser import Parser


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "variance", "how much of a model's variance is the seed's")
    add_model(parser)
    parser.add_argument(
        "--seeds", type=seeds, metavar="0:12", help="which, three or more (default: 0:12)"
    )
    parser.add_argument(
        "--prompts",
        type=Path,
        metavar="FILE",
        help="as for mine (default: Seedling's own; for other models a dozen usual ones)",
    )
    parser.add_argument(
        "--count", type=picture_count, default=8, metavar="N", help="prompts (default: 8)"
    )
    add_measures(parser, usual="all that fit")
    add_making(parser, batch=16)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Make a small grid of pictures, measure it and say what is whose."""
    from .....services.prompt_files import read_prompts
    from .....services.scorers import ScorerWish, open_scorers, scorers_of, with_weights
    from .....services.variance import SEEDS, measure_variance, variance_prompts

    given = None if args.prompts is None else read_prompts(args.prompts)
    wishes = None if args.scorers is None else [ScorerWish.parse(text) for text in args.scorers]
    plugins = plugins_in_use(console)
    asked_sampler(args)
    from ..opening import open_said, say_cut_prompts

    model = open_said(args.model, console, device=args.device)
    from .....generation.table_use import sampling_spec
    from ...engine.model_pictures import generator_for
    from ...engine.text import pooled_caption

    prompts = variance_prompts(model.info, given, args.count)
    say_cut_prompts(console, model, list(prompts))
    request = grid_request(args, model.info, usual=range(SEEDS))
    sources = with_weights(offered_sources(args, plugins, model), wishes or (), None)
    registry = scorers_of(plugins.scorers, model.info, pooled=pooled_caption(model))
    scorers = open_scorers(wishes, registry, sources, tell=console.note)
    images = len(set(request.seeds)) * len(prompts)
    with console.progress("measuring", images, "pictures") as bar:
        report = measure_variance(
            request,
            prompts,
            generator_for(model, sampling_spec(request), request.noise),
            scorers,
            batch=args.batch,
            tell=bar.at,
            say=console.note,
        )
    console.result({"model": model.name, **report.to_json()}, report.lines())
    return 0
