"""The critic's measures, on planted readings and on rendered pictures."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from seedloupe.errors import ShapeError
from seedloupe.seedling.critic import PLANES, TEXT, Critic, CriticReading, gram
from seedloupe.seedling.instrument import composition, object_mask, text_share
from seedloupe.seedling.prompts import (
    CONFIRM,
    JUDGING,
    MINING,
    pair_scenes,
    plain_scenes,
    prompts,
    real_pictures,
)
from seedloupe.seedling.world import ObjectKind, Relation, Style, read_caption

TENT = 1 + list(ObjectKind).index(ObjectKind.TENT)


def reading(*boxes: tuple[int, slice, slice]) -> CriticReading:
    """One picture of 24 x 32 cells: background with planes where the boxes say."""
    planes = torch.zeros(1, PLANES, 24, 32)
    planes[:, 0] = 1
    for plane, rows, columns in boxes:
        planes[:, plane, rows, columns] = 5
    depth = torch.linspace(1, 0, 24)[None, :, None].expand(1, 24, 32)
    return CriticReading(torch.zeros(1, 64), planes, depth, torch.zeros(1, 600))


def test_an_object_is_described_by_its_middle_its_share_and_its_depth() -> None:
    seen = composition(reading((TENT, slice(6, 12), slice(8, 16))))[0].view(len(ObjectKind), 4)
    x, y, size, depth = seen[TENT - 1].tolist()
    assert x == pytest.approx(12 / 32)
    assert y == pytest.approx(9 / 24)
    assert size == pytest.approx(48 / (24 * 32))
    assert depth == pytest.approx(1 - 8.5 / 23)
    others = [row for row in range(len(ObjectKind)) if row != TENT - 1]
    assert torch.isnan(seen[others]).all()


def test_a_speck_is_no_object_and_text_is_no_object_either() -> None:
    speck = reading((TENT, slice(0, 1), slice(0, 3)))
    words = reading((TEXT, slice(0, 6), slice(0, 32)))
    assert torch.isnan(composition(speck)).all()
    assert torch.isnan(composition(words)).all()
    assert text_share(words).item() == pytest.approx(0.25)
    assert not object_mask(words).any()
    assert object_mask(speck).sum() == 3


def test_gram_matrices_forget_where_things_stand() -> None:
    stage = torch.randn(2, 5, 6, 8, generator=torch.Generator().manual_seed(0))
    turned = stage.flip(-1).roll(2, -2)
    assert torch.allclose(gram(stage), gram(turned), atol=1e-5)
    expected = (stage[0].flatten(1) @ stage[0].flatten(1).T / 48)[1, 3]
    rows, columns = torch.triu_indices(5, 5)
    place = int(((rows == 1) & (columns == 3)).nonzero())
    assert gram(stage)[0, place] == pytest.approx(float(expected), abs=1e-6)


def test_the_critic_reads_pictures_that_are_not_square() -> None:
    seen: CriticReading = Critic().eval()(torch.rand(2, 3, 96, 160))
    assert seen.embedding.shape == (2, 64)
    assert torch.allclose(seen.embedding.norm(dim=1), torch.ones(2), atol=1e-5)
    assert seen.planes.shape == (2, PLANES, 24, 40)
    assert seen.depth.shape == (2, 24, 40)


def test_the_critic_refuses_a_picture_without_batch() -> None:
    picture: Tensor = torch.rand(3, 96, 160)
    with pytest.raises(ShapeError, match="B 3 H W"):
        Critic()(picture)


def test_prompts_for_mining_confirming_and_judging_never_meet() -> None:
    sets = [set(prompts(60, first)) for first in (MINING, CONFIRM)]
    assert [len(chosen) for chosen in sets] == [60, 60]
    scenes = [
        {scene.jitter_seed for scene in plain_scenes(60, first)}
        for first in (MINING, CONFIRM, JUDGING)
    ]
    assert len(set.union(*scenes)) == 180
    assert {scene.kind for scene in plain_scenes(18, MINING)} == set(ObjectKind)
    assert all(scene.second is None for scene in plain_scenes(60, JUDGING))


def test_pairs_to_judge_hold_every_relation_in_turn_without_words() -> None:
    scenes = pair_scenes(20, JUDGING)
    assert [scene.relation for scene in scenes] == 4 * list(Relation)
    assert len({scene.caption for scene in scenes}) == 20
    assert not any(scene.word or scene.style is not Style.PLAIN for scene in scenes)
    assert all(read_caption(scene.caption).relation is scene.relation for scene in scenes)


def test_the_prompts_that_chose_do_not_confirm() -> None:
    assert not set(prompts(16, MINING)) & set(prompts(16, CONFIRM))


def test_reference_pictures_answer_the_prompts_and_stand_elsewhere() -> None:
    scenes = plain_scenes(3, MINING)
    pictures = real_pictures(scenes, 4)
    assert len(pictures) == 12
    for row, picture in enumerate(pictures):
        asked = scenes[row // 4]
        assert (picture.scene.kind, picture.scene.colour) == (asked.kind, asked.colour)
        assert picture.scene.style is Style.PLAIN
        assert picture.caption == asked.caption or picture.scene.details != asked.details
        assert picture.object_mask.any()
    assert len({picture.centroid for picture in pictures[:4]}) == 4
