"""The paths of every host, computed from order alone."""

from __future__ import annotations

from torch import nn

from seedloupe.lens.addresses import addresses_of
from seedloupe.lens.topology import parts_of


def test_computed_diffusers_paths_are_those_of_the_live_tree(
    sd15: nn.Module, sdxl: nn.Module, seedling_shape: nn.Module
) -> None:
    for unet in (sd15, sdxl, seedling_shape):
        parts = parts_of(unet)
        assert [a.diffusers for a in addresses_of(parts)] == [part.path for part in parts]


def test_computed_paths_of_the_original_code_are_those_of_the_live_tree(
    ldm_sd15: nn.Module, ldm_sdxl: nn.Module, ldm_small: nn.Module
) -> None:
    for unet in (ldm_sd15, ldm_sdxl, ldm_small):
        parts = parts_of(unet)
        assert [a.ldm for a in addresses_of(parts)] == [part.path for part in parts]


def test_both_trees_of_one_model_have_the_same_addresses(
    sd15: nn.Module, ldm_sd15: nn.Module, sdxl: nn.Module, ldm_sdxl: nn.Module
) -> None:
    for ours, theirs in ((sd15, ldm_sd15), (sdxl, ldm_sdxl)):
        assert addresses_of(parts_of(ours)) == addresses_of(parts_of(theirs))


def test_every_block_of_the_original_code_ends_with_exactly_one_part(
    sd15: nn.Module, sdxl: nn.Module
) -> None:
    for unet, blocks in ((sd15, 12), (sdxl, 9)):
        names = [name for address in addresses_of(parts_of(unet)) for name in address.blocks]
        web = [name for name in names if name.startswith(("IN", "M0", "OUT"))]
        inputs = [f"IN{n:02d}" for n in range(blocks)]
        assert web == [*inputs, "M00", *(f"OUT{n:02d}" for n in range(blocks))]
        assert len(names) == len(set(names))
