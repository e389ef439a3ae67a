"""``--pick early``: many seeds drafted in a few steps, the best of them finished."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ....errors import InputError, SeedloupeError
from ....services.draft_ranking import EARLY, DraftRanking
from .arguments import DEFAULT_COUNT, picture_count, steps
from .scorer_sources import offered_sources

if TYPE_CHECKING:
    from ....generation.request import Request
    from ....plugins import Plugins
    from ....services.early_seeds import DraftScore
    from ..engine.models import Model
    from .console import Console


def add_early(parser: argparse._ActionsContainer) -> None:
    """Add what drafts can be asked for by."""
    parser.add_argument(
        "--drafts",
        type=picture_count,
        metavar="N",
        help="how many seeds are drafted (default: 4 for each picture, or all of --seeds)",
    )
    parser.add_argument(
        "--draft-steps",
        type=steps,
        metavar="N",
        help="of a draft (default: two fifths of the finished picture's)",
    )
    parser.add_argument(
        "--draft-score",
        metavar="NAME[=FOLDER]",
        help="what drafts are judged by, from `seedloupe scorers` (default: Seedling's critic, "
        "else the first scorer whose weights are in your own folder)",
    )


def check_early_arguments(args: argparse.Namespace) -> None:
    """Refuse what only drafts could heed where there are none, and too few drafts.

    Raises:
        InputError: it is so.
    """
    given = [name for name in ("drafts", "draft_steps", "draft_score") if getattr(args, name, None)]
    if args.pick != EARLY:
        if given:
            option = f"--{given[0].replace('_', '-')}"
            raise InputError("pick", expected=f"--pick early beside {option}", got=str(args.pick))
        return
    if args.table:
        raise InputError("table", expected="nothing beside --pick early", got=str(args.table))
    if args.seeds is not None and args.drafts not in (None, len(args.seeds)):
        expected = f"{len(args.seeds)}, as many as --seeds has"
        raise InputError("drafts", expected=expected, got=str(args.drafts))
    from ....services.early_seeds import drafts_wanted

    drafts_wanted(_kept(args), len(args.seeds) if args.seeds is not None else args.drafts)


def seeds_to_draft(args: argparse.Namespace) -> tuple[int, ...]:
    """Return the seeds to draft: those given, else as many random ones as are wanted."""
    from ....services.early_seeds import drafts_wanted

    if args.seeds is not None:
        return tuple(dict.fromkeys(args.seeds))
    number = drafts_wanted(_kept(args), args.drafts)
    return tuple(secrets.randbits(32) for _ in range(number))


def opened_score(args: argparse.Namespace, model: Model, plugins: Plugins) -> DraftScore:
    """Open what drafts are judged by.

    Raises:
        InputError: or one of its kinds: nothing of that name can be used here.
    """
    from ....places import own_folder
    from ....services.scorers import ScorerWish, with_weights
    from ..engine.drafting import score_for

    wish = None if args.draft_score is None else ScorerWish.parse(args.draft_score)
    own = own_folder(os.environ, sys.platform, Path.home())
    sources = with_weights(offered_sources(args, plugins), [wish] if wish else [], own)
    return score_for(model, plugins.scorers, sources, wish)


def drafted(
    args: argparse.Namespace, model: Model, request: Request, score: DraftScore, console: Console
) -> DraftRanking:
    """Draft the seeds of ``request`` and rank them; trouble is noted in the ranking.

    Raises:
        InputError: a draft would take as many steps as the picture.
        KeyboardInterrupt: the user has seen enough.
    """
    from ....services.early_seeds import DraftJudge, draft_request
    from ..engine.sampling import Generated, stream

    drafts = draft_request(request, request.seeds, args.draft_steps)
    judge = DraftJudge(drafts, request, keep=_kept(args), score=score)
    total = len(drafts.seeds) * drafts.steps_each
    with console.progress("drafting", total, "steps") as progress:
        try:
            done = 0
            for event in stream(model, drafts):
                if isinstance(event, Generated):
                    judge.take(event.seed, event.image)
                else:
                    done += 1
                    progress.at(done)
        except (SeedloupeError, MemoryError, RuntimeError) as error:
            judge.fail(error)
    return judge.ranking()


def _kept(args: argparse.Namespace) -> int:
    count: int = args.count or DEFAULT_COUNT
    return count
