"""The Inception network that Fréchet distances are usually taken with.

Inception v3 (Szegedy et al., 2016) as TensorFlow's 2015 weights want it, with the last pooled layer
as features: average pools that do not count the border, and a largest-of pool in the last block.
Layers are named as in torchvision, so that pytorch-fid's file of weights fits.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...tensors import require_shape
from .weights import load_into

#: Numbers a picture, and the side pictures are resized to.
WIDTH, SIDE = 2048, 299
Size = int | tuple[int, int]


class ConvolutionUnit(nn.Module):
    """A convolution, its normalisation and a ReLU."""

    def __init__(
        self, inputs: int, outputs: int, kernel: Size, *, stride: int = 1, padding: Size = 0
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        """``(B, C, H, W)`` to ``(B, outputs, h, w)``."""
        return functional.relu(self.bn(self.conv(x)), inplace=True)


class _Square(nn.Module):
    """Block A: 1x1, 5x5, two 3x3, and a pool."""

    def __init__(self, inputs: int, pooled: int) -> None:
        super().__init__()
        self.branch1x1 = ConvolutionUnit(inputs, 64, 1)
        self.branch5x5_1 = ConvolutionUnit(inputs, 48, 1)
        self.branch5x5_2 = ConvolutionUnit(48, 64, 5, padding=2)
        self.branch3x3dbl_1 = ConvolutionUnit(inputs, 64, 1)
        self.branch3x3dbl_2 = ConvolutionUnit(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = ConvolutionUnit(96, 96, 3, padding=1)
        self.branch_pool = ConvolutionUnit(inputs, pooled, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat(
            [
                self.branch1x1(x),
                self.branch5x5_2(self.branch5x5_1(x)),
                self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x))),
                self.branch_pool(_mean_pool(x)),
            ],
            1,
        )


class _Halving(nn.Module):
    """Block B: halves height and width."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.branch3x3 = ConvolutionUnit(inputs, 384, 3, stride=2)
        self.branch3x3dbl_1 = ConvolutionUnit(inputs, 64, 1)
        self.branch3x3dbl_2 = ConvolutionUnit(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = ConvolutionUnit(96, 96, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        tripled = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch3x3(x), tripled, functional.max_pool2d(x, 3, 2)], 1)


class _Stripes(nn.Module):
    """Block C: 1x7 and 7x1 convolutions."""

    def __init__(self, inputs: int, inner: int) -> None:
        super().__init__()

        def across(start: int, end: int) -> ConvolutionUnit:
            return ConvolutionUnit(start, end, (1, 7), padding=(0, 3))

        def down(start: int, end: int) -> ConvolutionUnit:
            return ConvolutionUnit(start, end, (7, 1), padding=(3, 0))

        self.branch1x1 = ConvolutionUnit(inputs, 192, 1)
        self.branch7x7_1 = ConvolutionUnit(inputs, inner, 1)
        self.branch7x7_2 = across(inner, inner)
        self.branch7x7_3 = down(inner, 192)
        self.branch7x7dbl_1 = ConvolutionUnit(inputs, inner, 1)
        self.branch7x7dbl_2 = down(inner, inner)
        self.branch7x7dbl_3 = across(inner, inner)
        self.branch7x7dbl_4 = down(inner, inner)
        self.branch7x7dbl_5 = across(inner, 192)
        self.branch_pool = ConvolutionUnit(inputs, 192, 1)

    def forward(self, x: Tensor) -> Tensor:
        once = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        twice = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        twice = self.branch7x7dbl_5(self.branch7x7dbl_4(twice))
        return torch.cat([self.branch1x1(x), once, twice, self.branch_pool(_mean_pool(x))], 1)


class _StripedHalving(nn.Module):
    """Block D: halves height and width again."""

    def __init__(self) -> None:
        super().__init__()
        self.branch3x3_1 = ConvolutionUnit(768, 192, 1)
        self.branch3x3_2 = ConvolutionUnit(192, 320, 3, stride=2)
        self.branch7x7x3_1 = ConvolutionUnit(768, 192, 1)
        self.branch7x7x3_2 = ConvolutionUnit(192, 192, (1, 7), padding=(0, 3))
        self.branch7x7x3_3 = ConvolutionUnit(192, 192, (7, 1), padding=(3, 0))
        self.branch7x7x3_4 = ConvolutionUnit(192, 192, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        striped = self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x)))
        plain = self.branch3x3_2(self.branch3x3_1(x))
        return torch.cat([plain, self.branch7x7x3_4(striped), functional.max_pool2d(x, 3, 2)], 1)


class _Wide(nn.Module):
    """Block E: 3x3 convolutions split in two."""

    def __init__(self, inputs: int, *, largest: bool) -> None:
        super().__init__()
        self._largest = largest
        self.branch1x1 = ConvolutionUnit(inputs, 320, 1)
        self.branch3x3_1 = ConvolutionUnit(inputs, 384, 1)
        self.branch3x3_2a = ConvolutionUnit(384, 384, (1, 3), padding=(0, 1))
        self.branch3x3_2b = ConvolutionUnit(384, 384, (3, 1), padding=(1, 0))
        self.branch3x3dbl_1 = ConvolutionUnit(inputs, 448, 1)
        self.branch3x3dbl_2 = ConvolutionUnit(448, 384, 3, padding=1)
        self.branch3x3dbl_3a = ConvolutionUnit(384, 384, (1, 3), padding=(0, 1))
        self.branch3x3dbl_3b = ConvolutionUnit(384, 384, (3, 1), padding=(1, 0))
        self.branch_pool = ConvolutionUnit(inputs, 192, 1)

    def forward(self, x: Tensor) -> Tensor:
        once = self.branch3x3_1(x)
        twice = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        pooled = functional.max_pool2d(x, 3, 1, 1) if self._largest else _mean_pool(x)
        return torch.cat(
            [
                self.branch1x1(x),
                self.branch3x3_2a(once),
                self.branch3x3_2b(once),
                self.branch3x3dbl_3a(twice),
                self.branch3x3dbl_3b(twice),
                self.branch_pool(pooled),
            ],
            1,
        )


class InceptionFeatures(nn.Module):
    """Pictures to the 2,048 numbers before the classes.

    Args:
        clean: resize as clean-fid does, bicubic and antialiased (Parmar et al., 2022); else as
            pytorch-fid does, bilinear without.
    """

    def __init__(self, *, clean: bool = False) -> None:
        super().__init__()
        self._clean = clean
        self.Conv2d_1a_3x3 = ConvolutionUnit(3, 32, 3, stride=2)
        self.Conv2d_2a_3x3 = ConvolutionUnit(32, 32, 3)
        self.Conv2d_2b_3x3 = ConvolutionUnit(32, 64, 3, padding=1)
        self.Conv2d_3b_1x1 = ConvolutionUnit(64, 80, 1)
        self.Conv2d_4a_3x3 = ConvolutionUnit(80, 192, 3)
        self.Mixed_5b, self.Mixed_5c = _Square(192, 32), _Square(256, 64)
        self.Mixed_5d, self.Mixed_6a = _Square(288, 64), _Halving(288)
        self.Mixed_6b, self.Mixed_6c = _Stripes(768, 128), _Stripes(768, 160)
        self.Mixed_6d, self.Mixed_6e = _Stripes(768, 160), _Stripes(768, 192)
        self.Mixed_7a, self.Mixed_7b = _StripedHalving(), _Wide(1280, largest=False)
        self.Mixed_7c = _Wide(2048, largest=True)

    def forward(self, images: Tensor) -> Tensor:
        """Images ``(B, 3, H, W)`` in [0, 1] to ``(B, 2048)``.

        Raises:
            ShapeError: ``images`` is laid out differently.
        """
        x = self._resized(require_shape(images, "B 3 H W", field="images")) * 2 - 1
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(functional.max_pool2d(x, 3, 2)))
        x = self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(functional.max_pool2d(x, 3, 2))))
        x = self.Mixed_6c(self.Mixed_6b(self.Mixed_6a(x)))
        x = self.Mixed_7a(self.Mixed_6e(self.Mixed_6d(x)))
        features: Tensor = self.Mixed_7c(self.Mixed_7b(x)).mean((2, 3))
        return features

    def _resized(self, images: Tensor) -> Tensor:
        size = (SIDE, SIDE)
        if not self._clean:
            return functional.interpolate(images, size, mode="bilinear", align_corners=False)
        smooth = functional.interpolate(
            images, size, mode="bicubic", align_corners=False, antialias=True
        )
        return smooth.clamp(0, 1)


def load_inception(place: Path, *, clean: bool = False) -> InceptionFeatures:
    """Open pytorch-fid's weights, as ``.safetensors`` or in its own file.

    Raises:
        ModelError: they cannot be read or are of another network.
    """
    network = InceptionFeatures(clean=clean)
    load_into(network, place, ignore=("fc.", "AuxLogits."))
    return network.eval().requires_grad_(False)


def _mean_pool(x: Tensor) -> Tensor:
    return functional.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
