"""Several pictures on one wire, and which of them is saved."""

from __future__ import annotations

from typing import Any

import pytest

from seedloupe.metadata import FoundLevel, Missing, noise_in_graph

from ...graphs import empty, graph, node


def saved(**more: Any) -> dict[str, Any]:
    """A batch of four, of which what comes out of node 20 is saved."""
    return graph(n5=empty(512, 384, 4), n9=node("SaveImage", images=["20", 0]), **more)


@pytest.mark.parametrize(
    ("kind", "inputs", "parts"),
    [
        ("ImageFromBatch", {"batch_index": 2, "length": 1}, (2,)),
        ("ImageFromBatch", {"batch_index": 1, "length": 2}, (1, 2)),
        ("ImageFromBatch", {"batch_index": 9, "length": 2}, (3,)),
        ("ImageFromBatch+", {"start": 1, "length": 9}, (1, 2, 3)),
        ("RepeatImageBatch", {"amount": 2}, None),
        ("ImageBatchToList+", {}, None),
        ("RebatchImages", {"batch_size": 1}, None),
    ],
)
def test_places_are_followed(
    kind: str, inputs: dict[str, Any], parts: tuple[int, ...] | None
) -> None:
    found = noise_in_graph(saved(n20=node(kind, image=["8", 0], **inputs)))
    assert found.batch_index == parts
    alone = parts is not None and len(parts) == 1
    assert found.level is (FoundLevel.EXACT if alone else FoundLevel.DEPENDS)
    assert found.missing == (() if alone else (Missing.INDEX,))


def test_a_list_of_batches_is_cut_as_the_host_cuts_it() -> None:
    pieces = node("RebatchImages", images=["8", 0], batch_size=3)
    second = node("ImageFromBatch", image=["21", 0], batch_index=1, length=1)
    # The batches are (0, 1, 2) and (3); of the second the last stands in for place 1.
    assert noise_in_graph(saved(n20=second, n21=pieces)).batch_index == (1, 3)
    whole = node("ImageListToImageBatch", images=["21", 0])
    assert noise_in_graph(saved(n20=whole, n21=pieces)).batch == 4


@pytest.mark.parametrize("kind", ["ImageFromBatch", "RepeatImageBatch"])
def test_a_place_out_of_a_strange_node_is_unknown(kind: str) -> None:
    strange = node(kind, image=["8", 0], batch_index=["99", 0], amount=["99", 0])
    found = noise_in_graph(saved(n20=strange))
    assert (found.level, found.unknown) == (FoundLevel.UNKNOWN, (kind,))
