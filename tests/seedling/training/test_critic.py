"""What critic and judge are taught, on planted answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from seedloupe.seedling.critic import TEXT, JudgeLogits
from seedloupe.seedling.training.critic import judge_loss, planes_of
from seedloupe.seedling.training.pictures import labels_of, load_pictures, mask_of
from seedloupe.seedling.world import Colour, ObjectKind, Relation, Split, Style, render

#: A red box left of a blue ball; a grey cup; a white cat on a black box.
LABELS = torch.tensor([[1, 0, 0, 0, 4, 0], [13, 2, 1, -1, -1, -1], [11, 6, 0, 1, 7, 4]])


def right() -> JudgeLogits:
    """The verdict that :data:`LABELS` ask for, as sure as logits of nine."""
    kinds = torch.full((3, 18), -9.0)
    kinds[0, [0, 1]] = kinds[1, 13] = kinds[2, [1, 11]] = 9
    colours, relations = torch.zeros(3, 18, 8), torch.zeros(3, 18, 6)
    colours[0, 1, 0] = colours[0, 0, 4] = colours[2, 11, 6] = colours[2, 1, 7] = 9
    relations[0, 1, 0] = relations[0, 0, 1] = relations[2, 11, 4] = relations[2, 1, 5] = 9
    return JudgeLogits(kinds, colours, relations)


def test_the_right_verdict_costs_nothing_and_any_wrong_part_of_it_does() -> None:
    loss, figures = judge_loss(right(), LABELS)
    assert loss < 0.02
    assert figures == {"kind": 1.0, "colour": 1.0, "relation": 1.0}
    for part, place in (("kinds", (2, 1)), ("colours", (0, 0, 4)), ("relations", (2, 1, 5))):
        wrong = right()
        getattr(wrong, part)[place] = -9.0
        assert judge_loss(wrong, LABELS)[0] > 1


def test_the_colour_of_a_grey_picture_and_what_is_not_there_are_not_asked() -> None:
    wrong = right()
    wrong.colours[1, 13, 5] = 9
    wrong.colours[0, 7] = torch.randn(8)
    wrong.relations[1] = torch.randn(18, 6)
    assert judge_loss(wrong, LABELS)[0] == pytest.approx(float(judge_loss(right(), LABELS)[0]))


def test_a_batch_without_pairs_can_be_learnt_from() -> None:
    verdict = right()
    one = JudgeLogits(verdict.kinds[1:2], verdict.colours[1:2], verdict.relations[1:2])
    assert torch.isfinite(judge_loss(one, torch.tensor([[13, 2, 0, -1, -1, -1]]))[0])


def test_names_are_read_off_a_verdict() -> None:
    verdict = right()
    assert verdict.kind[1] == 13
    assert set(verdict.pair[0].tolist()) == {0, 1}
    kind = torch.tensor([1, 13, 11])
    assert verdict.colour_of(kind)[[0, 2]].tolist() == [0, 6]
    assert verdict.relation_of(kind)[[0, 2]].tolist() == [0, 4]


def test_pictures_kept_for_training_say_what_was_drawn(tmp_path: Path) -> None:
    kept = load_pictures(tmp_path, Split.CRITIC, 12)
    pairs = 0
    for row in range(12):
        picture = render(Split.CRITIC.seed(row))
        scene = picture.scene
        assert np.array_equal(kept.images[row], picture.image)
        kind, colour, style, second, its_colour, relation = kept.labels[row]
        assert (list(ObjectKind)[kind], list(Colour)[colour]) == (scene.kind, scene.colour)
        assert list(Style)[style] is scene.style
        planes = planes_of(kept, np.array([row]))[0]
        text = picture.text_mask[2::4, 2::4]
        assert np.array_equal(planes == TEXT, text)
        for thing, mask in zip(scene.things, picture.masks, strict=True):
            seen = planes == 1 + list(ObjectKind).index(thing.kind)
            assert np.array_equal(seen, mask[2::4, 2::4] & ~text)
        if scene.second:
            pairs += 1
            assert list(ObjectKind)[second] is scene.second.kind
            assert list(Colour)[its_colour] is scene.second.colour
            assert list(Relation)[relation] is scene.relation
            assert (mask_of(picture) & 4 > 0).sum() == picture.masks[1].sum()
        else:
            assert labels_of(picture)[3:] == (-1, -1, -1)
    assert 2 <= pairs <= 10
