"""Trying again with other seeds: from the pictures that came in, one more drawing at a time."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comfy_execution.graph_utils import GraphBuilder, is_link
from torch import Tensor

from ...artifacts import Attempt, Candidate, Retry, candidates
from ...errors import InputError
from .branch import Link, copy_branch, depends_on
from .schema import LARGEST_SEED
from .text_check import CheckInputs, check_pictures

__all__ = ["Tries", "begin_tries", "draw_again"]

_GIVEN = "one of the seeds that were wired"


@dataclass(frozen=True, eq=False)
class Tries:
    """A retry between two drawings.

    Attributes:
        retry: the pictures so far, each ``(1, H, W, C)``, and the seed to try next.
        images: what the first pictures came from.
        problem: why something could not be counted.
    """

    retry: Retry[Tensor]
    images: Link
    problem: str = ""

    def add(self, picture: Tensor, repaint: CheckInputs) -> Tries:
        """Return the retry with the picture that was drawn last.

        Raises:
            ShapeError: the mask or source is of another size.
        """
        candidate = self.retry.upcoming
        seeds = () if candidate is None else (candidate.seed,)
        checked = check_pictures(picture[:1], repaint, seeds)
        retry = self.retry.add(picture[:1], checked.found.reports[0])
        return Tries(retry, self.images, self.problem or checked.problem)


def begin_tries(
    pictures: Sequence[Tensor],
    seeds: Sequence[int],
    repaint: CheckInputs,
    *,
    more: Sequence[int],
    limit: int,
    images: Link,
) -> Tries:
    """Look over what came in.

    Args:
        pictures: each ``(B, H, W, C)``.
        seeds: one a picture.
        repaint: what is known of them.
        more: seeds to try first.
        limit: most further drawings.
        images: what the pictures come from.

    Raises:
        InputError: there are not as many seeds as pictures.
        ShapeError: a mask or source is of another size.
    """
    single = [batch[index : index + 1] for batch in pictures for index in range(len(batch))]
    _require_same_number(single, seeds)
    attempts, problem = [], ""
    for picture, seed in zip(single, seeds, strict=True):
        checked = check_pictures(picture, repaint, (seed,))
        attempts.append(Attempt(seed, _GIVEN, picture, checked.found.reports[0]))
        problem = problem or checked.problem
    further = _further(more, repaint, single[0], seeds)
    return Tries(Retry.resume(attempts, further, limit=limit), images, problem)


def draw_again(
    tries: Tries, node_of: Any, node_id: str, *, state: str
) -> tuple[Mapping[str, Any], str] | None:
    """Return the graph that draws the next seed and looks at it, and its last node's id.

    None where it is over, or where the pictures do not depend on the seeds that were wired.

    Args:
        tries: so far.
        node_of: a node by its id.
        node_id: of the node that tries again.
        state: the input by which its copy is given the tries.
    """
    candidate = tries.retry.upcoming
    node = node_of(node_id)
    seed = node["inputs"].get("seeds")
    if candidate is None or not is_link(seed) or not depends_on(node_of, tries.images, seed):
        return None
    graph = GraphBuilder()
    images = copy_branch(graph, node_of, tries.images, seed, candidate.seed)
    again = graph.node(node["class_type"], **{**node["inputs"], "images": images, state: tries})
    return graph.finalize(), again.id


def _require_same_number(pictures: Sequence[Tensor], seeds: Sequence[int]) -> None:
    if len(pictures) != len(seeds):
        raise InputError(
            "seeds",
            expected=f"{len(pictures)}, one a picture",
            got=str(len(seeds)),
            advice="Wire the list of seeds that the sampler was given, with a latent batch of 1.",
        )


def _further(
    more: Sequence[int], repaint: CheckInputs, picture: Tensor, drawn: Sequence[int]
) -> Iterator[Candidate]:
    _, height, width, _ = picture.shape
    log = repaint.log(width, height)
    tally = None if log is None else log.read()[0]
    return candidates(more, tally, lambda: secrets.randbelow(LARGEST_SEED + 1), drawn=drawn)
