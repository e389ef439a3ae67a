"""What shape every layer's features will have, computed without running anything.

Channels are read from the modules, sizes follow from the strides: a level is halved by its
downsampler, and brought back by the upsampler to the size it had, as diffusers and ComfyUI do for
any size. (A1111's first merge after an upsampler cuts its picture to size instead, so that the
upsampler's own output can be a cell larger there.) A U-Net on the meta device will do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from torch import nn

from ..errors import ShapeError
from .layer import Event, Layer, OutputLayout
from .layers import list_layers
from .topology import PartKind, bare_unet, parts_of
from .transformer_family import TransformerKind
from .transformer_kinds import kind_of
from .transformer_layers import blocks_of


@dataclass(frozen=True)
class LayerShape:
    """The features of one layer for one row of the batch.

    Args:
        channels: how many.
        height: rows of cells; 1 where the layer holds words.
        width: columns of cells; where the layer holds words, how many.
    """

    channels: int
    height: int
    width: int

    @property
    def cells(self) -> int:
        """How many positions."""
        return self.height * self.width

    @property
    def values(self) -> int:
        """How many numbers."""
        return self.channels * self.cells


def predict_shapes(
    unet: nn.Module, layers: Iterable[str], *, height: int, width: int, words: int = 77
) -> dict[str, LayerShape]:
    """Predict the shapes of ``layers``.

    Args:
        unet: the U-Net; nothing of it is run.
        layers: canonical names; those ``unet`` lacks are left out.
        height: rows of the latent, in cells.
        width: columns of the latent, in cells.
        words: tokens of the prompt, which the keys and values of cross-attention hold.

    Raises:
        ShapeError: the latent has no cells.
        ModelError: ``unet`` is no U-Net of a known shape.
    """
    if min(height, width) < 1:
        raise ShapeError("latent", expected="at least one cell a side", got=f"{width}x{height}")
    unet = bare_unet(unet)
    if kind := kind_of(unet):
        return _of_tokens(unet, kind, set(layers), (height, width), words)
    grids = dict(_grids(unet, height, width))
    wanted = set(layers)
    known = {layer.name: layer for layer in list_layers(unet) if layer.name in wanted}
    return {
        name: LayerShape(_channels(unet, layer), *_size(layer, grids, words))
        for name, layer in known.items()
    }


def _of_tokens(
    model: nn.Module,
    kind: TransformerKind,
    layers: set[str],
    size: tuple[int, int],
    words: int,
) -> dict[str, LayerShape]:
    side = kind.cells(model)
    words = -(-words // kind.padded) * kind.padded
    grid = (-(-size[0] // side), -(-size[1] // side))
    widths = {
        path: _width(model.get_submodule(f"{path}.{blocks.width}"))
        for _, path, blocks in blocks_of(model, kind)
    }
    return {
        layer.name: LayerShape(
            _token_channels(model, layer, widths),
            *((1, words) if layer.layout is OutputLayout.WORDS else grid),
        )
        for layer in list_layers(model)
        if layer.name in layers
    }


def _token_channels(model: nn.Module, layer: Layer, widths: Mapping[str, int]) -> int:
    if layer.taken.channels is not None:
        return layer.taken.channels[1] - layer.taken.channels[0]
    if layer.event in (Event.BLOCK_OUT, Event.TEXT_OUT):
        return widths[layer.path]
    block = next(path for path in widths if layer.path.startswith(f"{path}."))
    module = model.get_submodule(layer.path)
    if layer.event in (Event.FFN_INNER, Event.TEXT_FFN_INNER):
        beside = {"act": "fc1", "act_mlp": "proj_mlp"}
        stem, _, last = layer.path.rpartition(".")
        if last in beside:
            return _width(model.get_submodule(f"{stem}.{beside[last]}"))
        return _in_features(model.get_submodule(f"{stem}.2"))
    inside = isinstance(module, nn.Linear) or hasattr(module, "out_features")
    return _width(module) if inside else widths[block]


def _grids(unet: nn.Module, height: int, width: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Go through the parts in running order, with the size of what each gives."""
    size = height, width
    above: list[tuple[int, int]] = []  # sizes to come back to
    for part in parts_of(unet):
        if part.kind is PartKind.DOWNSAMPLER:
            above.append(size)
            size = _halved(unet.get_submodule(part.path), size)
        elif part.kind is PartKind.UPSAMPLER:
            size = above.pop() if above else (2 * size[0], 2 * size[1])
        yield part.path, size


def _halved(module: nn.Module, size: tuple[int, int]) -> tuple[int, int]:
    strides = (x for x in module.modules() if isinstance(x, nn.Conv2d) and x.stride == (2, 2))
    conv = next(strides, None)
    if conv is None:  # it averages
        return size[0] // 2, size[1] // 2
    # Without padding of its own, diffusers pads one row and one column before the convolution.
    margin = 2 * int(conv.padding[0]) or 1
    height, width = ((side + margin - conv.kernel_size[0]) // 2 + 1 for side in size)
    return height, width


def _size(layer: Layer, grids: Mapping[str, tuple[int, int]], words: int) -> tuple[int, int]:
    if layer.layout is OutputLayout.WORDS:
        return 1, words
    if layer.layout is OutputLayout.TOKENS:
        return grids[layer.around]
    # A part's own output, or something inside it: increments of residual blocks.
    inside = (path for path in grids if f"{layer.path}.".startswith(f"{path}."))
    return grids[max(inside, key=len)]


def _channels(unet: nn.Module, layer: Layer) -> int:
    module = unet.get_submodule(layer.path)
    if layer.event is Event.FFN_INNER:
        ff = unet.get_submodule(layer.path.rpartition(".net.")[0])
        return _in_features(ff.get_submodule("net.2"))
    if layer.event in (Event.BLOCK_OUT, Event.FFN_OUT):
        block = layer.path.removesuffix(".ff")
        return _width(unet.get_submodule(f"{block}.ff.net.2"))
    if layer.event is Event.VIT_OUT:
        return _width(module.get_submodule("proj_out"))
    if layer.event is Event.RES_OUT:
        inner = "conv2" if hasattr(module, "conv2") else "out_layers.3"
        return _width(module.get_submodule(inner))
    return _width(module)


def _width(module: nn.Module) -> int:
    """How many channels a module gives: its own word, or that of the last convolution in it."""
    for name in ("out_features", "out_channels"):
        if isinstance(width := getattr(module, name, None), int):
            return width
    inner = [x for x in module.modules() if isinstance(x, (nn.Conv2d, nn.Linear))]
    return _width(inner[-1]) if inner else 0


def _in_features(module: nn.Module) -> int:
    inner = (x for x in module.modules() if isinstance(x, nn.Linear))
    return next(inner).in_features
