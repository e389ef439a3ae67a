"""The judge's networks, before any training."""

from __future__ import annotations

import torch

from seedloupe.seedling.critic import Judge
from seedloupe.seedling.world import Colour, ObjectKind, Relation


def test_the_judge_answers_for_every_kind_on_pictures_of_any_shape() -> None:
    verdict = Judge().eval()(torch.rand(2, 3, 96, 160))
    assert verdict.kinds.shape == (2, len(ObjectKind))
    assert verdict.colours.shape == (2, len(ObjectKind), len(Colour))
    assert verdict.relations.shape == (2, len(ObjectKind), len(Relation) + 1)


def test_a_things_colour_is_read_where_the_thing_is() -> None:
    judge = Judge().eval()
    cells = torch.zeros(1, 128, 8, 8)
    cells[0, 0, 2, 2] = cells[0, 1, 5, 6] = 30.0
    cells[0, 2, 2, 2] = cells[0, 3, 5, 6] = 1.0
    with torch.no_grad():
        for layer in (judge.kind, judge.colour):
            layer.weight.zero_()
            layer.bias.zero_()
        judge.kind.weight[4, 0] = judge.kind.weight[9, 1] = 1.0
        judge.colour.weight[0, 2] = judge.colour.weight[5, 3] = 1.0
    judge.mix.register_forward_hook(lambda *args: cells)
    verdict = judge(torch.rand(1, 3, 128, 128))
    assert verdict.colours[0, 4].argmax() == 0
    assert verdict.colours[0, 9].argmax() == 5
    assert set(verdict.pair[0].tolist()) == {4, 9}
