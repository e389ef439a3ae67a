"""Seedling's checkpoints by name: the plain one, and variants that are kept as what they change.

    python -m seedloupe.seedling.variants seedling-fast seedling-fast.safetensors

writes one of them as a whole file, which opens as any other checkpoint does.
"""

from __future__ import annotations

import argparse
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ModelError, SeedloupeError
from . import weights_folder

if TYPE_CHECKING:
    from torch import Tensor

#: In a file's metadata, which variant it is; the plain checkpoint has none.
MARK = "variant"


class Variant(str, Enum):
    """What Seedling can be opened as."""

    #: Paints from noise, as Stable Diffusion does.
    PLAIN = "seedling"
    #: Is shown the picture around a hole (nine input channels) and fills it.
    INPAINTING = "seedling-inpainting"
    #: Paints in four steps without guidance.
    FAST = "seedling-fast"
    #: Paints with a transformer in the place of the U-Net.
    DIT = "seedling-dit"

    @property
    def is_unet(self) -> bool:
        """Whether it is Seedling's U-Net, which every host loads as Stable Diffusion's."""
        return self is not Variant.DIT

    @property
    def mark(self) -> str:
        """What its file is marked with; empty for the plain checkpoint."""
        return self.value.removeprefix("seedling").removeprefix("-")

    @property
    def files(self) -> tuple[Path, ...]:
        """The checkpoint, and what is laid over it or takes the U-Net's place, if anything."""
        whole = weights_folder() / "seedling.safetensors"
        if self is Variant.PLAIN:
            return (whole,)
        return (whole, weights_folder() / "variants" / f"{self.mark}.safetensors")


def overlaid(checkpoint: Path, difference: Path) -> dict[str, Tensor]:
    """The tensors of ``checkpoint`` with those of ``difference`` in the place of their namesakes.

    Raises:
        ModelError: ``difference`` names a weight the checkpoint has not.
    """
    from safetensors.torch import load_file

    whole, changed = load_file(checkpoint), load_file(difference)
    unknown = sorted(set(changed) - set(whole))
    if unknown:
        expected = f"weights that {checkpoint.name} has"
        raise ModelError(difference.name, expected=expected, got=unknown[0])
    return {**whole, **changed}


def write_variant(checkpoint: Path, difference: Path, out: Path) -> None:
    """Lay ``difference`` over ``checkpoint`` and write the whole, marked as what it is.

    Raises:
        ModelError: ``difference`` names a weight the checkpoint has not.
    """
    from safetensors import safe_open
    from safetensors.torch import save_file

    with safe_open(difference, "pt") as file:
        mark = (file.metadata() or {}).get(MARK, "")
    save_file(overlaid(checkpoint, difference), out, {"format": "pt", MARK: mark})


def main(arguments: list[str] | None = None) -> int:
    """Write a variant as a whole file."""
    whole = (Variant.PLAIN, Variant.DIT)
    names = [variant.value for variant in Variant if variant not in whole]
    parser = argparse.ArgumentParser(prog="seedloupe.seedling.variants", description=__doc__)
    parser.add_argument("variant", choices=names)
    parser.add_argument("out", type=Path)
    settings = parser.parse_args(arguments)
    try:
        checkpoint, difference = Variant(settings.variant).files
        write_variant(checkpoint, difference, settings.out)
    except (SeedloupeError, OSError) as error:
        parser.exit(2, f"{error}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
