"""Which layers do best together: one after the other, each that which helps most."""

from __future__ import annotations

from collections.abc import Callable, Mapping


def best_set(
    alone: Mapping[str, float],
    together: Callable[[tuple[str, ...]], float],
    *,
    pool: int,
    most: int,
) -> tuple[str, ...]:
    """Begin with the layer that is best alone, and add what helps most, until nothing helps.

    Args:
        alone: each layer's score.
        together: scores a set; the order of its layers does not matter.
        pool: how many of the best alone are tried.
        most: how many layers a set has at most.

    Returns:
        One layer at least, in the order they were added.
    """
    tried = sorted(alone, key=lambda layer: -alone[layer])[:pool]
    chosen: tuple[str, ...] = tuple(tried[:1])
    score = alone[tried[0]]
    while len(chosen) < most:
        others = [layer for layer in tried if layer not in chosen]
        scores = {layer: together((*chosen, layer)) for layer in others}
        if not scores or max(scores.values()) <= score:
            break
        added = max(scores, key=lambda layer: scores[layer])
        chosen, score = (*chosen, added), scores[added]
    return chosen
