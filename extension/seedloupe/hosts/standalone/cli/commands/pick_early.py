"""``seedloupe pick early``: the seeds whose drafts of a prompt are best."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .....services.draft_ranking import EARLY
from ..arguments import DEFAULT_COUNT, add_model, add_sampling, picture_count, say_notes, seeds
from ..console import table_lines
from ..early_picking import (
    add_early,
    check_early_arguments,
    drafted,
    opened_score,
    seeds_to_draft,
)
from ..parser import JoinedWords, Parser, command
from ..plug_ins import plugins_in_use

if TYPE_CHECKING:
    from .....services.draft_ranking import DraftRanking
    from ..console import Console


def add(rules: argparse._SubParsersAction[Parser]) -> None:
    """Add the rule."""
    parser = command(rules, EARLY, "the seeds whose drafts of a prompt are best; nothing is kept")
    parser.add_argument(
        "prompt", metavar="PROMPT", nargs="+", action=JoinedWords, help="what to draw"
    )
    add_model(parser)
    parser.add_argument(
        "--count", type=picture_count, default=DEFAULT_COUNT, metavar="N", help="how many"
    )
    parser.add_argument(
        "--seeds", type=seeds, metavar="1,2,3", help="those to draft (default: random ones)"
    )
    add_early(parser)
    add_sampling(parser)
    parser.set_defaults(run=run, pick=EARLY, table=None, image=None, mask=None, strength=None)
    parser.set_defaults(carry=None)


def run(args: argparse.Namespace, console: Console) -> int:
    """Draft, judge, and print the best."""
    from ..opening import open_said
    from ..run_arguments import asked_run

    check_early_arguments(args)
    asked = asked_run(args, None)
    model = open_said(args.model, console, device=args.device)
    request = asked.request(model.info, seeds_to_draft(args))
    score = opened_score(args, model, plugins_in_use(console))
    ranking = drafted(args, model, request, score, console)
    say_notes(console, ranking.notes)
    picks = [{"seed": str(one.seed), "rank": one.rank} for one in ranking.kept]
    console.result({"rule_name": EARLY, "picks": picks, **ranking.to_json()}, _lines(ranking))
    return 0


def _lines(ranking: DraftRanking) -> list[str]:
    rows = [["SEED", "RANK", ranking.score.upper()]]
    rows += [[str(one.seed), str(one.rank), f"{one.score:.4g}"] for one in ranking.kept]
    scores = sorted(one.score for one in ranking.order)
    middle = scores[len(scores) // 2]
    return [
        *table_lines(rows),
        "",
        f"rule   {ranking.rule}",
        f"chance the middle one of all drafts scores {middle:.4g}",
    ]
