"""A renderer of any origin paints a run, or is refused by its name."""

from __future__ import annotations

import threading

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError, UnknownNameError
from seedloupe.lens.features import FeatureMap, FeatureRenderer
from seedloupe.lens.rendering import RunRenderer
from seedloupe.lens.views import builtin_renderers
from seedloupe.registry import Registry

FEATURE = FeatureMap("mid-vit-out", 0, None, torch.zeros(1, 4, 3, 5))


class Counting:
    """Paints lighter each time, as one does that remembers."""

    def __init__(self) -> None:
        self.seen = 0

    def render(self, feature: FeatureMap) -> Tensor:
        self.seen += 1
        return torch.full((3, 3, 5), self.seen / 10)


class Answer:
    def __init__(self, picture: object) -> None:
        self.picture = picture

    def render(self, feature: FeatureMap) -> Tensor:
        if isinstance(self.picture, Exception):
            raise self.picture
        return self.picture  # type: ignore[return-value]


def registry(renderer: FeatureRenderer) -> Registry[FeatureRenderer]:
    return Registry[FeatureRenderer]("feature renderer", {"mine": renderer})


def test_each_run_begins_with_a_renderer_that_has_seen_nothing() -> None:
    registered = Counting()
    first, second = (RunRenderer(registry(registered), "mine") for _ in range(2))

    values = [float(run.render(FEATURE)[0, 0, 0]) for run in (first, first, second)]

    assert values == pytest.approx([0.1, 0.2, 0.1])
    assert registered.seen == 0


def test_one_that_cannot_be_copied_serves_all_runs() -> None:
    registered = Counting()
    registered.lock = threading.Lock()  # type: ignore[attr-defined]
    RunRenderer(registry(registered), "mine").render(FEATURE)
    assert registered.seen == 1


@pytest.mark.parametrize("name", builtin_renderers().names())
def test_ours_paint_alike(name: str) -> None:
    values = torch.randn(1, 8, 3, 5, generator=torch.Generator().manual_seed(2))
    feature = FeatureMap("unet-out", 0, 1.0, values)
    found = RunRenderer(builtin_renderers(), name).render(feature)
    assert torch.equal(found, builtin_renderers().get(name).render(feature))


def test_other_types_and_rounding_are_taken() -> None:
    painted = torch.tensor([-1e-6, 0.5, 1 + 1e-6], dtype=torch.float64)[:, None, None]
    found = RunRenderer(registry(Answer(painted)), "mine").render(FEATURE)
    assert found.dtype == torch.float32
    assert found.flatten().tolist() == [0, 0.5, 1]


@pytest.mark.parametrize(
    ("picture", "got"),
    [
        (LookupError("no\ncolours"), "LookupError: no colours"),
        (None, "NoneType"),
        (torch.zeros(3, 5), r"\(3, 5\)"),
        (torch.zeros(1, 3, 5), r"\(1, 3, 5\)"),
        (torch.full((3, 3, 5), 255.0), r"values outside \[0, 1\]"),
        (torch.full((3, 3, 5), torch.nan), r"values outside \[0, 1\]"),
    ],
)
def test_what_is_no_picture_is_refused_by_the_renderers_name(picture: object, got: str) -> None:
    renderer = RunRenderer(registry(Answer(picture)), "mine")
    message = rf"renderer mine: expected a picture \(3, H, W\) of mid-vit-out, .*{got}"
    with pytest.raises(InputError, match=message) as caught:
        renderer.render(FEATURE)
    assert "\n" not in str(caught.value)


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match="expected one of mine, got 'yours'"):
        RunRenderer(registry(Counting()), "yours")
