"""Which web UI the double stands in for. No web UI has this module; our code never asks it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Variant:
    """What differs between the web UIs, as far as an extension can see it."""

    name: str
    version: str
    #: Forge's layout of the model, rows uncond first, no ``on_cfg_denoised``, ``pp.index``.
    forge: bool
    randn_source: str
    #: Whether the parameters always name the noise source, even "GPU".
    always_tells_rng: bool
    #: Width and height are rounded to multiples of this, after ``before_process``.
    size_step: int
    #: How often a second pass is announced before it is sampled.
    second_pass_told: int


A1111 = Variant("a1111", "v1.10.1", False, "GPU", False, 1, 1)
FORGE = Variant("forge", "f2.0.1v1.10.1-previous-669-gdfdcbab6", True, "GPU", False, 1, 2)
NEO = Variant("neo", "neo", True, "CPU", True, 64, 1)
VARIANTS = {variant.name: variant for variant in (A1111, FORGE, NEO)}

variant = A1111

#: Whether the checkpoint has a U-Net to look into; without one, drawing takes no time.
with_unet = False

#: Whether Forge runs prompt and negative prompt one after the other, for want of memory.
low_memory = False
