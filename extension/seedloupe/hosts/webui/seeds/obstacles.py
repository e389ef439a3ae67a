"""Settings under which a seed no longer stands for the noise in its table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_DRAWING = ("LCM", "Restart")
"""Samplers that draw noise at their steps, though the web UI does not list them under ENSD."""


def obstacles(p: Any, opts: Any, sampler: Any) -> tuple[str, ...]:
    """Say in whole sentences what keeps a seed from meaning what its table says.

    Args:
        p: the web UI's processing object.
        opts: the web UI's ``shared.opts``.
        sampler: the web UI's configuration of the sampler (``sd_samplers.find_sampler_config``).
    """
    return tuple(_obstacles(p, opts, sampler))


def _obstacles(p: Any, opts: Any, sampler: Any) -> Iterator[str]:
    if p.subseed_strength:
        yield (
            f"A variation seed of strength {p.subseed_strength:g} mixes other noise in; "
            'untick "Extra" beside the seed, or set "Variation strength" to 0.'
        )
    delta = opts.eta_noise_seed_delta
    if delta and draws_step_noise(p, opts, sampler):
        yield (
            f'The setting "Eta noise seed delta" is {delta}, so {p.sampler_name}, which adds noise '
            "at every step, goes on with another seed's; set it to 0."
        )
    if "sample" in vars(p):
        yield (
            "A script makes the starting noise itself, so a seed means nothing to it; choose "
            'None under "Script".'
        )


def draws_step_noise(p: Any, opts: Any, sampler: Any) -> bool:
    """Tell whether the sampler draws noise after the first from the seed's generator.

    The "SDE" samplers draw theirs from a generator of their own, which the delta leaves alone.
    """
    options = {} if sampler is None else sampler.options
    name = str(p.sampler_name or "")
    if options.get("uses_ensd") or name in _DRAWING:
        return True
    eta = opts.eta_ddim if p.eta is None else p.eta
    return name.startswith("DDIM") and bool(eta)
