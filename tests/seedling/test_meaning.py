"""Does Seedling draw what it is asked for? Judged by a network that never taught it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from seedloupe.hosts.standalone.denoise import Sampler
from seedloupe.hosts.standalone.models import Model, open_model
from seedloupe.hosts.standalone.sampling import sample_batch
from seedloupe.noise import initial_noise
from seedloupe.seedling import weights_folder
from seedloupe.seedling.critic import Judge, load_judge
from seedloupe.seedling.prompts import JUDGING, plain_scenes
from seedloupe.seedling.world import Colour, Kind, Scene, render_scene

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SCENES = plain_scenes(40, JUDGING + 10_000)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return load_judge(weights_folder())


def hits(judge: Judge, images: Tensor, scenes: Sequence[Scene]) -> tuple[float, float]:
    """Share of pictures whose kind and whose colour the judge names."""
    verdict = judge(images)
    kind = torch.tensor([list(Kind).index(scene.kind) for scene in scenes])
    colour = torch.tensor([list(Colour).index(scene.colour) for scene in scenes])
    return (
        float((verdict.kind == kind).float().mean()),
        float((verdict.colour == colour).float().mean()),
    )


def generated(model: Model) -> Tensor:
    shape = model.latent_shape(*model.native_size)
    noise = torch.stack([initial_noise(row, shape) for row in range(len(SCENES))])
    prompts = [scene.caption for scene in SCENES]
    return sample_batch(model, prompts, noise, steps=8, guidance=4.0, sampler=Sampler.DPMPP_2M)


def test_the_judge_can_be_believed(judge: Judge) -> None:
    rendered = [torch.from_numpy(render_scene(scene).image.copy()) for scene in SCENES]
    kind, colour = hits(judge, torch.stack(rendered).permute(0, 3, 1, 2).float() / 255, SCENES)
    assert kind >= 0.9
    assert colour >= 0.9


@pytest.mark.slow
def test_seedling_draws_what_it_is_asked_for_and_random_weights_do_not(judge: Judge) -> None:
    model = open_model("seedling")
    kind, colour = hits(judge, generated(model), SCENES)
    draw = torch.Generator().manual_seed(0)
    for weight in model.unet.parameters():
        if weight.ndim > 1:
            spread = 0.7 / weight[0].numel() ** 0.5
            nn.init.normal_(weight, 0, spread, generator=draw)
    chance_kind, chance_colour = hits(judge, generated(model), SCENES)
    assert kind >= chance_kind + 0.25
    assert colour >= chance_colour + 0.25
