"""What is kept of a run once the features themselves are gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from .features import FeatureMap
from .views.pca import PcaBasis


@dataclass(frozen=True, order=True)
class LensKey:
    """When and where something was recorded.

    Args:
        track: which pass of sampling: 0 the first, 1 a hires or refiner pass, and so on.
        step: step within the pass.
        call: call of the U-Net within the step.
        layer: canonical name.
    """

    track: int
    step: int
    call: int
    layer: str


@dataclass(frozen=True)
class LensLayer:
    """How one layer was reduced in one pass.

    Args:
        name: canonical name.
        height: its rows of cells.
        width: its columns of cells.
        channels: how many channels it has.
        track: the pass meant; a layer has other cells in a hires pass.
        reduction: how channels became colours; ``pca`` is one basis for all steps of the pass.
        dtype: what the features were reduced from.
        explained: share of the variance each colour holds.
        extra: entries this version does not know.
    """

    name: str
    height: int
    width: int
    channels: int
    track: int = 0
    reduction: str = "pca"
    dtype: str = "float32"
    explained: tuple[float, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class LensSpec:
    """Which run was recorded.

    Args:
        model: name of the model.
        sampler: name of the sampler.
        model_sha256: hash of its weights, if known.
        prompt: the prompt.
        tokens: its tokens, as the host split them.
        negative: the negative prompt.
        sigmas: noise level of each step.
        seeds: a seed per row, as decimal text, since JSON readers lose digits of large numbers.
        rows: which rows of the batch were kept, in words, e.g. ``conditional``.
        layers: what each tensor holds.
        truth: checks that what was recorded is what the model used, by name.
        checksums: SHA-256 of each tensor's bytes, by its name in the file; the writer fills it in.
        extra: entries this version does not know.
    """

    model: str
    sampler: str
    model_sha256: str = ""
    prompt: str = ""
    tokens: tuple[str, ...] = ()
    negative: str = ""
    sigmas: tuple[float, ...] = ()
    seeds: tuple[str, ...] = ()
    rows: str = ""
    layers: tuple[LensLayer, ...] = ()
    truth: Mapping[str, object] = field(default_factory=dict)
    checksums: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class LensRecord:
    """One recorded run.

    Args:
        spec: which run it was.
        rgb: colour codes ``(B, 3, H, W)``, uint8, by when and where.
        other: tensors this version does not know, by name.
    """

    spec: LensSpec
    rgb: Mapping[LensKey, Tensor]
    other: Mapping[str, Tensor] = field(default_factory=dict)

    @classmethod
    def of_features(
        cls, spec: LensSpec, features: Iterable[FeatureMap], *, track: int = 0
    ) -> LensRecord:
        """Reduce the features of one pass to colours, with one basis a layer for all its steps.

        Args:
            spec: which run it was; its layers are added to.
            features: what a probe sent.
            track: the pass they come from.

        Raises:
            ShapeError: a layer changes its channels.
            InputError: a layer has no finite position.
        """
        layers: dict[str, list[FeatureMap]] = {}
        for feature in features:
            layers.setdefault(feature.layer, []).append(feature)
        bases = {name: PcaBasis.fit(maps) for name, maps in layers.items()}
        described = [_describe(maps[0], bases[name], track) for name, maps in layers.items()]
        rgb = {
            LensKey(track, feature.step, feature.call, name): _codes(feature, bases[name])
            for name, maps in layers.items()
            for feature in maps
        }
        return cls(replace(spec, layers=(*spec.layers, *described)), rgb)

    def picture(self, key: LensKey, *, row: int = 0) -> Tensor:
        """Return one picture ``(3, H, W)``, float32 in ``[0, 1]``.

        Raises:
            KeyError: nothing was recorded under ``key``.
        """
        return self.rgb[key][row].to(torch.float32) / 255


def _describe(feature: FeatureMap, basis: PcaBasis, track: int) -> LensLayer:
    _, channels, height, width = feature.values.shape
    return LensLayer(feature.layer, height, width, channels, track, explained=basis.explained)


def _codes(feature: FeatureMap, basis: PcaBasis) -> Tensor:
    pictures = [basis.render(feature, row=row) for row in range(len(feature.values))]
    return (torch.stack(pictures) * 255).round().to(torch.uint8)
