"""Settings under which a seed no longer stands for the noise in its table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def obstacles(p: Any, opts: Any) -> tuple[str, ...]:
    """Say in whole sentences what keeps a seed from meaning what its table says.

    Args:
        p: the web UI's processing object.
        opts: the web UI's ``shared.opts``.
    """
    return tuple(_obstacles(p, opts))


def _obstacles(p: Any, opts: Any) -> Iterator[str]:
    if p.subseed_strength:
        yield (
            f"A variation seed of strength {p.subseed_strength:g} mixes other noise in; "
            "set the strength to 0."
        )
    if p.seed_resize_from_w > 0 and p.seed_resize_from_h > 0:
        yield (
            f"The seed is resized from {p.seed_resize_from_w}x{p.seed_resize_from_h}, which "
            "replaces part of its noise; set both sizes to 0."
        )
    if opts.eta_noise_seed_delta:
        yield (
            f"The setting Eta noise seed delta is {opts.eta_noise_seed_delta}, so samplers that "
            "add noise at every step go on with another seed's; set it to 0."
        )
