"""Transformers without a U-Net, told apart by the children they have.

diffusers and ComfyUI each keep classes of their own for the same networks. Nothing here asks for a
class: Stable Diffusion 3, Flux, PixArt, Z-Image (Lumina 2) and Qwen-Image of both have children by
which they are known, and their families say where their tokens lie.
"""

from __future__ import annotations

from torch import nn

from .diffusers_transformers import DIFFUSERS_TRANSFORMERS
from .original_transformers import ORIGINAL_TRANSFORMERS
from .transformer_family import TransformerKind

KINDS = DIFFUSERS_TRANSFORMERS + ORIGINAL_TRANSFORMERS


def kind_of(model: nn.Module) -> TransformerKind | None:
    """Tell which family ``model`` is of; None where it is of none."""
    return next((kind for kind in KINDS if kind.fits(model)), None)


def reads_clip_first(model: nn.Module) -> bool:
    """Tell whether the first columns of what ``model`` is told are CLIP's tokens.

    U-Nets are told nothing else. Of the transformers, Stable Diffusion 3 alone is told CLIP's
    tokens, before T5's; the others are told those of T5 or of a language model.
    """
    kind = kind_of(model)
    return kind is None or kind.name == "Stable Diffusion 3"


def text_module(model: nn.Module) -> nn.Module | None:
    """The module whose output tells how many text tokens a sequence of ``model`` has, if any."""
    kind = kind_of(model)
    path, last, _ = kind.text.partition(".-1") if kind else ("", "", "")
    module = getattr(model, path, None) if path else None
    if not isinstance(module, nn.Module):
        return None
    return [*module.children()][-1] if last else module
