"""Group nodes of older pages are opened where they fit their group, and unknown otherwise."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from seedloupe.metadata import FoundLevel, noise_in_workflow

from .pages import SHAPE, SIZE, Page, sampler_values

GROUP: dict[str, Any] = {
    "nodes": [
        {
            "type": "EmptyLatentImage",
            "widgets_values": [64, 64, 1],
            "outputs": [{"type": "LATENT"}],
        },
        {
            "type": "KSampler",
            "inputs": [
                {"name": "model", "type": "MODEL"},
                {"name": "latent_image", "type": "LATENT"},
            ],
            "widgets_values": list(sampler_values(1)),
            "outputs": [{"type": "LATENT"}],
        },
    ],
    "links": [[0, 0, 1, 1, 5, "LATENT"]],
    "external": [],
}


def grouped(kind: str = "workflow/first pass", **changed: Any) -> dict[str, Any]:
    """A page with one group node that samples."""
    page = Page()
    page.add(4, "CheckpointLoaderSimple", ("a",), outputs=("MODEL", "CLIP", "VAE"))
    values = (*SIZE, *sampler_values(77))
    page.add(12, kind, values, {"KSampler model": (4, 0, "MODEL")}, ("LATENT",))
    page.add(8, "VAEDecode", (), {"samples": (12, 0, "LATENT")}, ("IMAGE",))
    page.add(9, "SaveImage", ("C",), {"images": (8, 0, "IMAGE")})
    group = {**copy.deepcopy(GROUP), **changed}
    return page.written(extra={"groupNodes": {"first pass": group}})


@pytest.mark.parametrize("kind", ["workflow/first pass", "workflow>first pass"])
def test_a_group_is_opened_with_the_values_of_its_node(kind: str) -> None:
    found = noise_in_workflow(grouped(kind))
    assert (found.level, found.seeds, found.shape) == (FoundLevel.EXACT, (77,), SHAPE)


def test_an_output_that_is_used_inside_may_lead_out_as_well() -> None:
    written = grouped(external=[[0, 0, "LATENT"]])
    written["nodes"][1]["outputs"] = [{"type": "LATENT"}, {"type": "LATENT"}]
    # The first output is now that of the empty latents.
    assert noise_in_workflow(written).level is FoundLevel.UNKNOWN
    written["links"][1][2] = 1
    assert noise_in_workflow(written).seeds == (77,)


@pytest.mark.parametrize(
    "changed",
    [
        {"nodes": []},
        {"nodes": [5, 6]},
        {"nodes": GROUP["nodes"][:1]},
        {"links": None},
        {"links": [[0, "x", 1, 1]]},
        {"external": [[0, 0, "LATENT"]]},
        {"nodes": [{**GROUP["nodes"][0], "widgets_values": [64]}, GROUP["nodes"][1]]},
    ],
)
def test_a_node_that_does_not_fit_its_group_is_unknown(changed: dict[str, Any]) -> None:
    found = noise_in_workflow(grouped(**changed))
    assert (found.level, found.unknown) == (FoundLevel.UNKNOWN, ("a group node",))


def test_a_group_that_is_not_there_is_unknown() -> None:
    written = {**grouped(), "extra": {}}
    assert noise_in_workflow(written).unknown == ("a group node",)
