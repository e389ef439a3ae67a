"""Painting a run with a renderer by its name, whoever wrote it."""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from ..errors import InputError, ShapeError
from ..registry import Registry
from ..tensors import require_shape
from .features import FeatureMap, FeatureRenderer

_ROUNDING = 1e-4


class RunRenderer:
    """Paints the layers of one run with a registered renderer, and checks what it paints.

    A renderer may remember what it has seen, so that colours mean the same from step to step; so
    each run has a copy of the registered one, which itself never sees a layer. One that cannot be
    copied serves all runs.

    Args:
        renderers: the renderers there are.
        name: of the one to paint with.

    Raises:
        UnknownNameError: there is no such renderer.
    """

    def __init__(self, renderers: Registry[FeatureRenderer], name: str) -> None:
        self.name = name
        self._renderer = _copied(renderers.get(name))

    def render(self, feature: FeatureMap) -> Tensor:
        """Paint ``feature`` as ``(3, H, W)``, float32 in ``[0, 1]``, CPU.

        Raises:
            InputError: the renderer failed, or painted something else; the field names it.
        """
        try:
            picture = self._renderer.render(feature)
        except Exception as error:
            got = " ".join(f"{type(error).__name__}: {error}".split())
            raise self._refusal(feature, got) from error
        try:
            shown = require_shape(picture, "3 H W").detach().to("cpu", torch.float32)
        except ShapeError as error:
            raise self._refusal(feature, error.got) from error
        # NaN is in no range either.
        if not bool(((shown >= -_ROUNDING) & (shown <= 1 + _ROUNDING)).all()):
            raise self._refusal(feature, "values outside [0, 1]")
        return shown.clamp(0, 1)

    def _refusal(self, feature: FeatureMap, got: str) -> InputError:
        expected = f"a picture (3, H, W) of {feature.layer}, in [0, 1]"
        return InputError(f"renderer {self.name}", expected=expected, got=got)


def _copied(renderer: FeatureRenderer) -> FeatureRenderer:
    try:
        return copy.deepcopy(renderer)
    except Exception:  # noqa: BLE001 - a stranger's object may hold anything
        return renderer
