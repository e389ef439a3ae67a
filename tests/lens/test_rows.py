"""Rows are what the host says they are, however it cuts its batch into calls.

Every prompt is a constant, so the keys of cross-attention tell which one a row was computed with.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from seedloupe.errors import ShapeError
from seedloupe.lens.capture import FeatureProbe
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.rows import (
    RowCursor,
    RowKind,
    RowLabel,
    RowPlan,
    chunk_rows,
    edit_rows,
    one_kind,
    pipeline_rows,
    webui_rows,
)

from .host_stand_ins import comfy_step, webui_step

LAYER = "mid-vit-block0-cross-k"
IMAGES = 2
COND, UNCOND = RowKind.COND, RowKind.UNCOND
EVERY_KIND = frozenset(RowKind)


@pytest.fixture(autouse=True)
def no_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


class Watched:
    """A U-Net under watch that tells which marker each recorded row carries."""

    def __init__(self, unet: nn.Module) -> None:
        self.unet = unet
        self.frames: list[FeatureMap] = []
        self.probe = FeatureProbe(unet, [LAYER], self.frames.append)
        self.keys = unet.get_submodule("mid_block.attentions.0.transformer_blocks.0.attn2.to_k")

    def __call__(self, latents: Tensor, words: Tensor) -> None:
        self.unet(latents, torch.tensor([1]), words)

    def comfy(self, latents: Tensor, words: Tensor, kinds: list[int], numbers: list[int]) -> None:
        self.probe.label(chunk_rows(kinds, IMAGES, prompts=numbers))
        self(latents, words)

    def markers(self) -> list[tuple[RowLabel, float]]:
        assert not self.probe.failures
        unit = self.keys.weight.sum(dim=1)  # calling it would be recorded
        return [
            (label, round(float(row[:, 0, 0] @ unit / unit.square().sum()), 3))
            for frame in self.frames
            for label, row in zip(frame.labels, frame.values, strict=True)
        ]


@pytest.fixture
def watched(unet: nn.Module) -> Iterator[Watched]:
    watched = Watched(unet)
    with watched.probe:
        yield watched


def words(*markers: float, length: int = 7) -> Tensor:
    """Prompts ``(B, T, 16)``, each filled with its marker."""
    return (
        torch.tensor(markers, dtype=torch.float32)[:, None, None]
        .expand(len(markers), length, 16)
        .contiguous()
    )


def latents(count: int = IMAGES) -> Tensor:
    return torch.zeros(count, 4, 8, 12)


@pytest.mark.parametrize(
    ("plan", "given", "expected"),
    [
        (pipeline_rows(2, guided=True), (-1, -2, 1, 2), [1, 2]),
        (pipeline_rows(2, guided=False), (1, 2), [1, 2]),
        (pipeline_rows(2, guided=True, perturbed=True), (-1, -2, 1, 2, 9, 9), [1, 2]),
        (pipeline_rows(2, guided=False, perturbed=True), (1, 2, 9, 9), [1, 2]),
        (edit_rows(2), (1, 2, 9, 9, -1, -2), [1, 2]),
    ],
)
def test_the_prompted_rows_of_pipelines_carry_the_prompt(
    plan: RowPlan, given: tuple[float, ...], expected: list[float], watched: Watched
) -> None:
    watched.probe.at(step=0, rows=plan)
    watched(latents(len(given)), words(*given))
    assert watched.markers() == [(RowLabel(COND, i), m) for i, m in enumerate(expected)]


def test_every_kind_can_be_asked_for(watched: Watched) -> None:
    plan = pipeline_rows(1, guided=True, perturbed=True).keeping(EVERY_KIND)
    watched.probe.at(step=0, rows=plan)
    watched(latents(3), words(-1, 1, 9))
    kinds = {label.kind: marker for label, marker in watched.markers()}
    assert kinds == {UNCOND: -1, COND: 1, RowKind.PERTURBED: 9}


def test_guidance_in_two_calls_needs_the_kind_of_each(watched: Watched) -> None:
    watched.probe.at(step=0)
    for kind, marker in ((COND, 1.0), (UNCOND, -1.0)):
        watched.probe.label(one_kind(IMAGES, kind))
        watched(latents(), words(marker, marker))
    assert watched.markers() == [(RowLabel(COND, image), 1) for image in range(IMAGES)]


AND = [[(0, 1.0), (1, 0.5)], [(2, 1.0)]]  # the first picture's prompt has two parts


@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("length", [7, 14])
@pytest.mark.parametrize("skip", [True, False])
def test_rows_of_the_web_ui_are_counted_over_its_calls(
    batched: bool, length: int, skip: bool, watched: Watched
) -> None:
    prompted, unprompted = words(1, 2, 3, length=length), words(-1, -2)
    plan = webui_rows(AND, skip_uncond=skip).keeping(EVERY_KIND)
    for step in range(2):
        watched.probe.at(step=step, rows=plan)
        webui_step(watched, latents(), AND, prompted, unprompted, batched=batched, skip_uncond=skip)
    expected = [
        (RowLabel(COND, 0, 0, 1.0), 1),
        (RowLabel(COND, 0, 1, 0.5), 2),
        (RowLabel(COND, 1, 0, 1.0), 3),
    ]
    if not skip:
        expected += [(RowLabel(UNCOND, 0), -1), (RowLabel(UNCOND, 1), -2)]
    assert watched.markers() == expected * 2


def test_an_edit_model_in_the_web_ui_has_its_picture_alone_in_the_middle(watched: Watched) -> None:
    conds = [[(0, 1.0)], [(1, 1.0)]]
    plan = webui_rows(conds, edit=True).keeping(EVERY_KIND)
    watched.probe.at(step=0, rows=plan)
    webui_step(watched, latents(), conds, words(1, 2), words(-1, -2), edit=True)
    kinds = [label.kind for label, _ in watched.markers()]
    assert kinds == [COND, COND, RowKind.IMAGE_ONLY, RowKind.IMAGE_ONLY, UNCOND, UNCOND]
    assert [marker for _, marker in watched.markers()] == [1, 2, -1, -2, -1, -2]


@pytest.mark.parametrize("most", [1000, 2, 3])
@pytest.mark.parametrize(("positives", "negatives"), [(1, 1), (2, 1), (1, 0), (3, 2)])
def test_chunks_of_comfyui_are_told_apart_in_one_call_or_several(
    most: int, positives: int, negatives: int, watched: Watched
) -> None:
    plus = [words(n + 1.0, n + 1.0) for n in range(positives)]
    minus = [words(-1.0 - n, -1.0 - n) for n in range(negatives)]
    watched.probe.at(step=0)
    comfy_step(watched.comfy, latents(), plus, minus, most=most)
    found = sorted(watched.markers(), key=lambda row: (row[0].prompt, row[0].image))
    assert found == [
        (RowLabel(COND, image, prompt), prompt + 1)
        for prompt in range(positives)
        for image in range(IMAGES)
    ]


def test_a_context_repeated_to_the_length_of_another_keeps_its_label(watched: Watched) -> None:
    watched.probe.at(step=0)
    comfy_step(watched.comfy, latents(), [words(1, 1, length=14)], [words(-1, -1)])
    assert watched.markers() == [(RowLabel(COND, image), 1) for image in range(IMAGES)]
    assert watched.frames[0].values.shape[3] == 14


def test_without_numbers_the_last_positive_comes_first() -> None:
    rows = chunk_rows([1, 0, 0], 1).rows
    assert [(row.kind, row.prompt) for row in rows] == [(UNCOND, 0), (COND, 1), (COND, 0)]


def test_a_plan_given_once_begins_again_with_every_evaluation(unet: nn.Module) -> None:
    frames: list[FeatureMap] = []
    plan = pipeline_rows(1, guided=True)
    with FeatureProbe(unet, [LAYER], frames.append, rows=plan) as probe:
        for _ in range(3):
            unet(latents(2), torch.tensor([1]), words(-1, 1))
    assert [(frame.step, frame.labels) for frame in frames] == [
        (step, (RowLabel(COND),)) for step in range(3)
    ]
    assert not probe.failures


def test_a_call_of_another_size_is_reported_and_never_mislabelled(
    unet: nn.Module,
) -> None:
    frames: list[FeatureMap] = []
    plan = pipeline_rows(2, guided=True)
    with FeatureProbe(unet, [LAYER], frames.append, rows=plan) as probe:
        unet(latents(3), torch.tensor([1]), words(1, 2, 3))
        unet(latents(2), torch.tensor([1]), words(1, 2))
    assert "calls that add up to 4 rows" in str(probe.failures[LAYER])
    assert all(len(frame.labels) == len(frame.values) for frame in frames)
    cursor = RowCursor(plan)
    with pytest.raises(ShapeError, match="a call of 5 with 4 to come"):
        cursor.take(5)
    with pytest.raises(ShapeError, match="no row can be named"):
        cursor.take(4)


def test_rows_nobody_can_have_are_refused() -> None:
    with pytest.raises(ShapeError, match="each row from 0 on once"):
        webui_rows([[(0, 1.0)], [(0, 1.0)]])
    with pytest.raises(ShapeError, match="0 and 1 only"):
        chunk_rows([2], 1)
    with pytest.raises(ShapeError, match="prompts"):
        chunk_rows([1, 0], 1, prompts=[0])
