"""What is kept of a run once the features themselves are gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import torch
from torch import Tensor

from .features import FeatureMap
from .projection import Projection, joined
from .rows import RowLabel
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
        code_scale: what its codes are multiplied with, a power of two.
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
    code_scale: float = 1.0
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class LensMoment:
    """One recorded call of the U-Net.

    Args:
        track: which pass of sampling.
        step: step within the pass.
        call: call within the step.
        sigma: noise level, if known and finite.
        timestep: the training time of that level, if known.
        rows: what each row of its tensors is; empty if the host did not say.
        extra: entries this version does not know.
    """

    track: int
    step: int
    call: int = 0
    sigma: float | None = None
    timestep: float | None = None
    rows: tuple[RowLabel, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class LensWords:
    """What the word maps of one layer in one pass are of.

    Args:
        layer: canonical name, or a name for what several layers were joined to: ``prompt`` and
            ``negative`` are all layers' maps of the words of these (:mod:`~.words.kept`).
        height: rows of cells.
        width: columns of cells.
        tokens: the words, in the order of the maps' second axis, as the host split them.
        positions: where each of them stands among the tokens the U-Net read; may be empty.
        track: the pass meant.
        scale: what stored values are multiplied with; 1/255 makes bytes shares of one.
        extra: entries this version does not know.
    """

    layer: str
    height: int
    width: int
    tokens: tuple[str, ...]
    positions: tuple[int, ...] = ()
    track: int = 0
    scale: float = 1.0
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
        sigmas: noise level of each step of the first pass.
        timesteps: the training time of each of these levels; empty if not known.
        seeds: a seed per row, as decimal text, since JSON readers lose digits of large numbers.
        rows: which rows of the batch were kept, in words, e.g. ``conditional``.
        layers: what each tensor holds.
        moments: the calls recorded, with noise level and rows.
        projection: how codes were made, if there are any.
        words: what word maps are of.
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
    timesteps: tuple[float, ...] = ()
    seeds: tuple[str, ...] = ()
    rows: str = ""
    layers: tuple[LensLayer, ...] = ()
    moments: tuple[LensMoment, ...] = ()
    projection: Projection | None = None
    words: tuple[LensWords, ...] = ()
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
        codes: ``(B, D, H, W)``, float16, what tells like from unlike (:mod:`~.projection`).
        words: ``(B, T, H, W)``, uint8 or float16, how much each place heeds each word.
        raw: ``(B, C, H, W)``, float16 or float32, the features themselves.
        leads: ``(B, L, H, W)``, float16, the features' exact share along the layer's axes.
        axes: ``(L, C)``, float32, those axes, a set for each layer and pass, under step and call 0.
    """

    spec: LensSpec
    rgb: Mapping[LensKey, Tensor]
    other: Mapping[str, Tensor] = field(default_factory=dict)
    codes: Mapping[LensKey, Tensor] = field(default_factory=dict)
    words: Mapping[LensKey, Tensor] = field(default_factory=dict)
    raw: Mapping[LensKey, Tensor] = field(default_factory=dict)
    leads: Mapping[LensKey, Tensor] = field(default_factory=dict)
    axes: Mapping[LensKey, Tensor] = field(default_factory=dict)

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

    def features(self, key: LensKey) -> FeatureMap:
        """Return what is kept of a layer's features, for every view that takes features.

        Where no raw features are kept, it is vectors of a few numbers with nearly the lengths,
        distances and angles of the features (:func:`~.projection.joined`); their channels mean
        nothing.

        Raises:
            KeyError: neither codes nor features were recorded under ``key``.
        """
        moment = self.moment(key)
        values = self.raw[key].to(torch.float32) if key in self.raw else self._joined(key)
        place = (key.track, moment.timestep, moment.rows)
        return FeatureMap(key.layer, key.step, moment.sigma, values, key.call, *place)

    def _joined(self, key: LensKey) -> Tensor:
        layer, projection = self.layer(key), self.spec.projection
        codes = self.codes[key].to(torch.float32) * layer.code_scale
        if key not in self.leads or projection is None:
            return codes
        leads = self.leads[key].to(torch.float32) * layer.code_scale
        axes = self.axes[replace(key, step=0, call=0)]
        return joined(leads, codes, axes, projection.matrix(layer.channels))

    def word_maps(self, key: LensKey) -> Tensor:
        """Return how much each place heeds each word, ``(B, T, H, W)``, float32.

        Raises:
            KeyError: nothing was recorded under ``key``.
        """
        scales = {(words.track, words.layer): words.scale for words in self.spec.words}
        return self.words[key].to(torch.float32) * scales[key.track, key.layer]

    def layer(self, key: LensKey) -> LensLayer:
        """Return how the layer of ``key`` was reduced.

        Raises:
            KeyError: the layer was not recorded in this pass.
        """
        layers = {(layer.track, layer.name): layer for layer in self.spec.layers}
        return layers[key.track, key.layer]

    def moment(self, key: LensKey) -> LensMoment:
        """Return the call of ``key``; one without level and rows if the file says nothing."""
        where = (key.track, key.step, key.call)
        return self._moments.get(where) or LensMoment(*where)

    @cached_property
    def _moments(self) -> dict[tuple[int, int, int], LensMoment]:
        return {(one.track, one.step, one.call): one for one in self.spec.moments}


def _describe(feature: FeatureMap, basis: PcaBasis, track: int) -> LensLayer:
    _, channels, height, width = feature.values.shape
    return LensLayer(feature.layer, height, width, channels, track, explained=basis.explained)


def _codes(feature: FeatureMap, basis: PcaBasis) -> Tensor:
    pictures = [basis.render(feature, row=row) for row in range(len(feature.values))]
    return (torch.stack(pictures) * 255).round().to(torch.uint8)
