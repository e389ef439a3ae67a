"""Pictures of one batch that push each other apart while they are sampled.

After Corso et al., "Particle Guidance" (2024, arXiv 2310.13102): the score of each picture gets the
gradient of a kernel of all pairs. Ours is an approximation of it: the kernel compares what each
step predicts of the finished latents instead of the noisy ones or of features, so that nothing is
differentiated through the network, and it fades with the share of noise in the latents.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ...errors import InputError
from ...tensors import require_shape


def push_apart(clean: Tensor, sigma: float, *, strength: float) -> Tensor:
    """Return what moves predicted latents away from each other.

    The kernel is ``exp(-d^2 / h)`` of the distances, its width ``h`` the median squared distance
    over the logarithm of the number of pictures, as theirs. A picture moves along the kernel's
    gradient, scaled by the width: pictures equally far apart are spread about their mean by
    ``strength`` of what they differ from it, times the noise's share of the variance.

    Args:
        clean: ``(B, C, H, W)``, two pictures or more.
        sigma: the noise level they were predicted at.
        strength: nought or more; nought moves nothing.

    Returns:
        ``(B, C, H, W)``, of the same kind; it sums to nought over the batch.

    Raises:
        ShapeError: ``clean`` is laid out differently.
        InputError: there is one picture, or the strength is negative.
    """
    count = require_shape(clean, "B C H W", field="clean").shape[0]
    if count < 2:
        raise InputError("clean", expected="two pictures or more", got=str(count))
    if not 0 <= strength < math.inf:
        raise InputError("strength", expected="nought or more", got=str(strength))
    flat = clean.flatten(1).float()
    squares = (flat[:, None] - flat[None]).square().sum(-1)
    others = ~torch.eye(count, dtype=torch.bool, device=clean.device)
    width = squares[others].median() / math.log(count)
    kernel = torch.exp(-squares / width.clamp(min=1e-12))
    along = kernel.sum(1, keepdim=True) * flat - kernel @ flat
    moved = strength * sigma**2 / (1 + sigma**2) * along
    return moved.reshape(clean.shape).to(clean.dtype)
