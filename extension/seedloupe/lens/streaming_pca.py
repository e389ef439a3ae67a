"""One layer's way through a run, reduced while it streams by."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..errors import ShapeError
from .projection import Projection
from .running_moments import RunningMoments
from .views.pca import PcaBasis

#: How many leading directions are measured besides the codes, to get the colours right.
_LEADS = 16
#: Rounding error of float16, relative, as a standard deviation.
_HALF_ROUNDING = 2.0**-11 / math.sqrt(3)
_HALF_MAX = 65504.0
#: Largest code of the first map after scaling; later ones may be a thousand times larger.
_FIRST_MAX = 64.0


def components_of(channels: int, projection: Projection) -> int:
    """How many exact numbers a position keeps beside its codes; none where codes are exact."""
    return min(_LEADS + 1, channels) if projection.size(channels) < channels else 0


@dataclass(frozen=True, eq=False)
class Sketch:
    """What is kept of one map.

    Args:
        codes: ``(B, D, H, W)``, float16, divided by the trail's scale.
        leads: ``(B, L, H, W)``, float32, along the directions that led when the map came.
        axes: ``(L, C)``, float32, those directions.
    """

    codes: Tensor
    leads: Tensor
    axes: Tensor


class StreamingPca:
    """Reduces the maps of one layer in one pass.

    The colours of a whole run need a basis that is only known when the run is over, and the
    features are gone by then. But the moments of all features are known, and with them how any
    three directions go together with what was kept of each map: its codes, and its share along the
    directions that led so far. So the colours are estimated from those, the best linear way; the
    estimate is close because the directions that lead in the end are mostly those that led before.

    Args:
        channels: of the layer.
        height: rows of its cells.
        width: columns of its cells.
        projection: how codes are made.
    """

    def __init__(self, channels: int, height: int, width: int, projection: Projection) -> None:
        self.channels, self.height, self.width = channels, height, width
        self._projection = projection
        self._matrix = projection.matrix(channels)
        self._moments = RunningMoments(channels, _LEADS, seed=projection.seed)
        self.scale = 0.0

    @property
    def rejected(self) -> int:
        """How many positions were not finite."""
        return self._moments.rejected

    def take(self, values: Tensor) -> Sketch:
        """Take a map ``(B, C, H, W)``, float32, in and return what to keep of it.

        Raises:
            ShapeError: it has other channels or cells than those before.
        """
        if tuple(values.shape[1:]) != (self.channels, self.height, self.width):
            expected = f"(B, {self.channels}, {self.height}, {self.width}) as before"
            raise ShapeError("features", expected=expected, got=str(tuple(values.shape)))
        positions = values.movedim(1, 3).reshape(-1, self.channels)
        self._moments.add(positions)
        axes = self._moments.leads.mT.to(torch.float32)
        leads = torch.einsum("dc,bchw->bdhw", axes, values)
        return Sketch(self._halved(self._projection.apply(self._matrix, values)), leads, axes)

    def basis(self) -> PcaBasis:
        """Return the basis of all maps so far.

        Raises:
            InputError: no position was finite.
        """
        return self._moments.basis()

    def paint(self, sketch: Sketch, basis: PcaBasis) -> Tensor:
        """Return the colours ``(B, 3, H, W)``, uint8, of a map by what was kept of it."""
        measured = self._measured(sketch)
        _, weights = self._estimate(sketch.axes, basis.components)
        mean = self._measure(sketch.axes) @ self._moments.mean
        there = replace(basis, mean=mean, components=weights)
        pictures = [there.render(measured, row=row) for row in range(len(measured))]
        return (torch.stack(pictures) * 255).round().to(torch.uint8)

    def frame(self) -> Tensor:
        """Return the mean's direction and the leading ones, ``(L, C)``, float32, orthonormal."""
        count = components_of(self.channels, self._projection)
        along = torch.cat([self._moments.mean[:, None], self._moments.leads], dim=1)[:, :count]
        # A mean of nothing, or one that lies among the others, leaves an arbitrary direction.
        axes: Tensor = torch.linalg.qr(along)[0]
        return axes.mT.to(torch.float32).contiguous()

    def read(self, sketch: Sketch, frame: Tensor) -> Tensor:
        """Return a map along ``frame`` ``(L, C)`` by what was kept of it.

        Returns:
            ``(B, L, H, W)``, float16, divided by :attr:`scale`.
        """
        offset, weights = self._estimate(sketch.axes, frame.to(torch.float64))
        measured = self._measured(sketch).to(torch.float64)
        along = torch.einsum("lm,bmhw->blhw", weights, measured) + offset[:, None, None]
        return self._half(along.to(torch.float32))

    def _halved(self, codes: Tensor) -> Tensor:
        if not self.scale:
            largest = float(codes[codes.isfinite()].abs().max()) if codes.isfinite().any() else 0.0
            self.scale = 2.0 ** math.ceil(math.log2(largest / _FIRST_MAX)) if largest else 1.0
        return self._half(codes)

    def _half(self, values: Tensor) -> Tensor:
        return (values / self.scale).clamp(-_HALF_MAX, _HALF_MAX).to(torch.float16)

    def _measured(self, sketch: Sketch) -> Tensor:
        return torch.cat([sketch.leads, sketch.codes.to(torch.float32) * self.scale], dim=1)

    def _measure(self, axes: Tensor) -> Tensor:
        return torch.cat([axes, self._matrix]).to(torch.float64)

    def _estimate(self, axes: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
        """Find how directions ``wanted`` ``(L, C)`` are best read off the numbers that were kept.

        Returns:
            what to add, ``(L,)``, and what to multiply the numbers with, ``(L, M)``; float64.
        """
        measure, mean = self._measure(axes), self._moments.mean
        across = measure @ (self._moments.scatter / max(self._moments.count, 1))
        within = across @ measure.mT
        rounded = torch.arange(len(measure)) >= len(axes)
        power = (within.diagonal() + (measure @ mean).square()).where(rounded, 0.0)
        noise = torch.diag(power * _HALF_ROUNDING**2)
        weights = wanted @ across.mT @ torch.linalg.pinv(within + noise, hermitian=True)
        return wanted @ mean - weights @ (measure @ mean), weights
