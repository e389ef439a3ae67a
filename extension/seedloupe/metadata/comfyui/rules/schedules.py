"""The noise levels of a run, and the methods that walk down them.

Neither changes what is drawn, but a level tells how strong the noise is, and a method that is not
known may begin elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from ..evaluation import Inputs, Rule
from ..values import GraphModel, Guide, Schedule, Slots, Unknown

_MOST_STEPS = 10_000
_TURBO_STEPS = 10
"""The trained steps that "SDTurboScheduler" cuts a run from."""

WITH_DENOISE: Mapping[str, str] = {
    "BasicScheduler": "takes the last levels of a longer run",
    "AlignYourStepsScheduler": "takes the last levels of a longer run",
    "GITSScheduler": "takes the last levels of a longer run",
    "OptimalStepsScheduler": "takes the last levels of a longer run",
}
"""Makers of levels with a ``denoise`` that says how much is forgotten."""

FROM_THE_TOP: Mapping[str, str] = {
    "BetaSamplingScheduler": "always begins at the model's highest level",
    "Flux2Scheduler": "always begins at the model's highest level",
    "Ideogram4Scheduler": "always begins at the model's highest level",
    "LTXVScheduler": "always begins at the model's highest level",
}
"""Makers of levels that forget everything."""

UNTOLD_STRENGTH: Mapping[str, str] = {
    "ExponentialScheduler": "begins at a level that is given as a number, not as a share",
    "KarrasScheduler": "begins at a level that is given as a number, not as a share",
    "LaplaceScheduler": "begins at a level that is given as a number, not as a share",
    "ManualSigmas": "begins at a level that is given as a number, not as a share",
    "PolyexponentialScheduler": "begins at a level that is given as a number, not as a share",
    "VPScheduler": "begins at a level that is given as a number, not as a share",
    "CustomSigmas": "begins at a level that is given as a number, not as a share",
    "FloatToSigmas": "begins at a level that is given as a number, not as a share",
}
"""Makers of levels that do not tell how much they forget."""

HARMLESS_METHODS: Mapping[str, str] = {
    kind: "walks down from the noise it is handed"
    for kind in (
        "KSamplerSelect",
        "SamplerDPMAdaptative",
        "SamplerDPMPP_2M_SDE",
        "SamplerDPMPP_2S_Ancestral",
        "SamplerDPMPP_3M_SDE",
        "SamplerDPMPP_SDE",
        "SamplerER_SDE",
        "SamplerEulerAncestral",
        "SamplerEulerAncestralCFGPP",
        "SamplerEulerCFGpp",
        "SamplerLCM",
        "SamplerLMS",
        "SamplerSASolver",
        "SamplerSEEDS2",
    )
}
"""Methods that have no say in the noise; one that scales while it walks is not among them."""

HARMLESS_WRAPPERS: Mapping[str, str] = {
    "DetailDaemonSamplerNode": "tells the model other levels, and leaves what is handed in alone",
    "SeedloupeStepNoise": "gives the steps noise of their own, and leaves what is handed in alone",
    "LyingSigmaSampler": "tells the model other levels, and leaves what is handed in alone",
}
"""Methods around another method, which have no say themselves."""


def part(share: float) -> float:
    """Return a share as people write it, without what floats add to it."""
    return round(min(max(share, 0.0), 1.0), 4)


def _steps(inputs: Inputs) -> int | None:
    steps = inputs.number("steps")
    return steps if steps is not None and 1 <= steps <= _MOST_STEPS else None


def _with_denoise(inputs: Inputs) -> Schedule:
    """Levels of a longer run (``BasicScheduler``), or the last of as many as are asked for."""
    share, steps = inputs.share("denoise", 1.0), _steps(inputs)
    if share is None:
        return Schedule(None, None)
    if steps is not None and inputs.node.kind != "BasicScheduler":
        steps = round(steps * part(share))
    return Schedule(part(share), steps)


def _from_the_top(inputs: Inputs) -> Schedule:
    return Schedule(1.0, _steps(inputs))


def _untold(inputs: Inputs) -> Schedule:
    return Schedule(None, _steps(inputs))


def _turbo(inputs: Inputs) -> Schedule:
    """Core's "SDTurboScheduler" counts in tenths: whole ones, rounded down."""
    share = inputs.share("denoise", 1.0)
    whole = None if share is None else int(_TURBO_STEPS * share) / _TURBO_STEPS
    return Schedule(None if whole is None else part(whole), _steps(inputs))


def schedule(inputs: Inputs, name: str = "sigmas") -> Schedule:
    """Return the levels a node is handed; a graph that leaves them out says nothing of them."""
    value = inputs.value(name)
    if isinstance(value, Schedule):
        return value
    return Schedule(None, None, value.names if isinstance(value, Unknown) else ())


def _split(inputs: Inputs) -> Slots:
    """The first steps, then the rest."""
    whole, step = schedule(inputs), inputs.number("step", default=0)
    if step is None or step < 0:
        untold = replace(whole, strength=None, steps=None)
        return Slots((replace(whole, steps=None), untold))
    high = whole if whole.steps is None else replace(whole, steps=min(step, whole.steps))
    return Slots((high, _rest(whole, None if whole.steps is None else whole.steps - step)))


def _split_by_share(inputs: Inputs) -> Slots:
    """The same, cut at a share of the steps."""
    whole, share = schedule(inputs), inputs.share("denoise", 1.0)
    if whole.steps is None or share is None or not 0 <= share <= 1:
        return Slots((replace(whole, steps=None), replace(whole, strength=None, steps=None)))
    left = round(whole.steps * share)
    # Nothing left is a slice up to -0 there: both halves come out empty.
    high = replace(whole, steps=whole.steps - left) if left else Schedule(0.0, 0, whole.doubts)
    return Slots((high, _rest(whole, left)))


def _rest(whole: Schedule, left: int | None) -> Schedule:
    """Return the last steps of a run; with none left there is nothing to forget."""
    if left is None or not whole.steps:
        return replace(whole, strength=None, steps=None)
    left = max(left, 0)
    share = None if whole.strength is None else part(whole.strength * left / whole.steps)
    return replace(whole, strength=share, steps=left)


def _flipped(inputs: Inputs) -> Schedule:
    """Levels upwards: what is sampled with them turns a picture into noise."""
    whole = schedule(inputs)
    reason = f"{inputs.called}, which turns a picture into noise"
    return Schedule(None, whole.steps, (*whole.doubts, reason))


def _changed(inputs: Inputs) -> Schedule:
    """Levels between or in place of some: the first may be another, so its share is not told."""
    return replace(schedule(inputs), strength=None, steps=None)


def _in_between(inputs: Inputs) -> Schedule:
    """More levels between those there are: the first stays."""
    return replace(schedule(inputs), steps=None)


def _method(inputs: Inputs) -> Guide:
    return Guide(GraphModel())


def _wrapped(inputs: Inputs) -> Guide | Unknown:
    """A method around another: as well known as that one."""
    inner = inputs.value("sampler")
    return inner if isinstance(inner, (Guide, Unknown)) else inputs.unknown()


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(WITH_DENOISE, _with_denoise),
    **dict.fromkeys(FROM_THE_TOP, _from_the_top),
    **dict.fromkeys(UNTOLD_STRENGTH, _untold),
    **dict.fromkeys(HARMLESS_METHODS, _method),
    **dict.fromkeys(HARMLESS_WRAPPERS, _wrapped),
    "MultiplySigmas": _changed,
    "SDTurboScheduler": _turbo,
    "SplitSigmas": _split,
    "SplitSigmasDenoise": _split_by_share,
    "FlipSigmas": _flipped,
    "SetFirstSigma": _changed,
    "ExtendIntermediateSigmas": _in_between,
    "VisualizeSigmasKJ": partial(schedule),
}
