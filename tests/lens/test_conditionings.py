"""A chunk is known by the id of its conditioning, whatever order and calls a host makes."""

from __future__ import annotations

from seedloupe.lens import ChunkLabel, RowKind
from seedloupe.lens.conditionings import Conditionings

COND, UNCOND = RowKind.COND, RowKind.UNCOND


def test_positives_in_reverse_are_told_by_their_ids() -> None:
    known = Conditionings({"positive": ["a", "b"], "negative": ["n"]})
    assert known.prompts == 2
    chunks = known.chunks([1, 0, 0], ["n", "b", "a"])
    assert chunks == (ChunkLabel(UNCOND), ChunkLabel(COND, 1), ChunkLabel(COND, 0))
    assert known.chunks([0], ["b"]) == (ChunkLabel(COND, 1),)


def test_without_ids_the_last_of_a_kind_is_its_first() -> None:
    known = Conditionings({"positive": ["a", "b"], "negative": ["n"]})
    chunks = known.chunks([1, 0, 0])
    assert chunks == (ChunkLabel(UNCOND), ChunkLabel(COND, 1), ChunkLabel(COND, 0))


def test_the_negative_made_for_an_area_is_a_negative_and_none_of_the_users() -> None:
    known = Conditionings({"positive": ["a", "b"], "negative": ["n"]})
    # It bears the positive's id, and one evaluation holds it beside the user's own.
    chunks = known.chunks([1, 1, 0, 0], ["b", "n", "b", "a"])
    expected = (UNCOND, 2), (UNCOND, 0), (COND, 1), (COND, 0)
    assert chunks == tuple(ChunkLabel(kind, number) for kind, number in expected)


def test_other_guiders_count_their_lists_otherwise_and_are_told_by_their_names() -> None:
    ids = {"positive": ["a"], "middle": ["m"], "negative": ["n"]}
    known = Conditionings(ids)  # the dual guider's lists are negative, middle, positive
    chunks = known.chunks([2, 1, 0], ["a", "m", "n"])
    assert chunks == (ChunkLabel(COND, 0), ChunkLabel(COND, 1), ChunkLabel(UNCOND, 0))
    perturbed = Conditionings({"positive": ["a"], "empty_negative_prompt": ["e"]})
    assert [chunk.kind for chunk in perturbed.chunks([0, 1], ["a", "e"])] == [COND, UNCOND]
