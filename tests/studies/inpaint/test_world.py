from __future__ import annotations

import torch
from torch import Tensor

from seedloupe.seedling.prompts import CONFIRM, MINING, plain_scenes
from seedloupe.studies.inpaint import MaskKind, Pair, Seen, check_known_text, world_pairs


def test_pairs_of_the_world_are_masked_around_their_object_and_named_by_it() -> None:
    boxes, outlines = world_pairs(4), world_pairs(4, mask=MaskKind.OBJECT)
    for box, outline in zip(boxes, outlines, strict=True):
        assert torch.equal(box.picture, outline.picture)
        assert float((outline.mask * (1 - box.mask)).sum()) == 0
        assert 0 < float(outline.mask.mean()) < float(box.mask.mean()) < 0.9
        assert len(box.subject.split()) == 2
    assert len({pair.digest for pair in boxes}) == 4
    assert [pair.digest for pair in world_pairs(4)] == [pair.digest for pair in boxes]


def test_more_pairs_begin_with_the_same_ones() -> None:
    assert [p.digest for p in world_pairs(5)][:3] == [p.digest for p in world_pairs(3)]


def test_no_pair_is_a_picture_tables_are_mined_with() -> None:
    asked = {scene.jitter_seed for first in (MINING, CONFIRM) for scene in plain_scenes(24, first)}
    assert not asked & {scene.jitter_seed for scene in plain_scenes(24, 300_000)}


class TellsTruth:
    """Compares a picture with the pair's own: a word's plate is black or white, and new."""

    name, reads_words = "truth", False

    def __init__(self, *, says: bool | None = None) -> None:
        self._says = says
        self.settings: dict[str, object] = {}
        self.asked: list[Tensor] = []

    def look(self, picture: Tensor, pair: Pair, prompt: str) -> Seen:
        self.asked.append(picture)
        outside = pair.mask == 0
        assert torch.equal(picture[:, outside], pair.picture[:, outside])
        says = bool(len(self.asked) % 2 == 0) if self._says is None else self._says
        return Seen(0.5 * says, 0.5 * says, says)


def test_whoever_sees_everything_or_nothing_is_found_out() -> None:
    pairs = world_pairs(4)
    all_ = check_known_text(TellsTruth(says=True), pairs)
    assert (all_.false_alarms, all_.found) == (all_.clean, all_.written) == (4, 4)
    none = check_known_text(TellsTruth(says=False), pairs)
    assert (none.false_alarms, none.found) == (0, 0)
    assert 0.02 < none.true_share < 0.9
    assert none.seen_share == 0


def test_clean_and_written_pictures_are_glued_in_turn() -> None:
    found = check_known_text(TellsTruth(), world_pairs(4))
    assert (found.false_alarms, found.found) == (0, 4)
