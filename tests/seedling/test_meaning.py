"""Does Seedling draw what it is asked for? Judged by a network that never taught it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from seedloupe.generation.sampler import Sampler
from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.sampling import generate, sample_batch
from seedloupe.noise import initial_noise
from seedloupe.seedling import weights_folder
from seedloupe.seedling.critic import Judge, load_judge
from seedloupe.seedling.prompts import JUDGING, plain_scenes
from seedloupe.seedling.world import Colour, ObjectKind, Scene, render_scene
from seedloupe.studies.inpaint import world_pairs

from ..requests import request_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SCENES = plain_scenes(20, JUDGING + 10_000)
#: Every kind of thing once.
ONE_EACH = SCENES[: len(ObjectKind)]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return load_judge(weights_folder())


def hits(judge: Judge, images: Tensor, scenes: Sequence[Scene]) -> tuple[float, float]:
    """Share of pictures whose kind and whose colour the judge names."""
    verdict = judge(images)
    kind = torch.tensor([list(ObjectKind).index(scene.kind) for scene in scenes])
    colour = torch.tensor([list(Colour).index(scene.colour) for scene in scenes])
    return (
        float((verdict.kind == kind).float().mean()),
        float((verdict.colour == colour).float().mean()),
    )


def generated(
    model: Model, scenes: Sequence[Scene], *, steps: int = 8, guidance: float = 4.0
) -> Tensor:
    shape = model.info.latent_shape(*model.native_size)
    noise = torch.stack([initial_noise(row, shape) for row in range(len(scenes))])
    prompts = [scene.caption for scene in scenes]
    solver = Sampler.DPMPP_2M if steps == 8 else Sampler.EULER
    return sample_batch(model, prompts, noise, steps=steps, guidance=guidance, sampler=solver)


def test_the_judge_can_be_believed(judge: Judge) -> None:
    rendered = [torch.from_numpy(render_scene(scene).image.copy()) for scene in SCENES]
    kind, colour = hits(judge, torch.stack(rendered).permute(0, 3, 1, 2).float() / 255, SCENES)
    assert kind >= 0.95
    assert colour >= 0.95


@pytest.mark.slow
def test_seedling_draws_what_it_is_asked_for_and_random_weights_do_not(judge: Judge) -> None:
    model = open_model("seedling")
    kind, colour = hits(judge, generated(model, SCENES), SCENES)
    draw = torch.Generator().manual_seed(0)
    for weight in model.unet.parameters():
        if weight.ndim > 1:
            spread = 0.7 / weight[0].numel() ** 0.5
            nn.init.normal_(weight, 0, spread, generator=draw)
    some = SCENES[:12]  # noise after two steps as after eight
    chance = generated(model, some, steps=2, guidance=1.0)
    chance_kind, chance_colour = hits(judge, chance, some)
    assert kind >= 0.85 >= chance_kind + 0.5
    assert colour >= 0.9 >= chance_colour + 0.5


@pytest.mark.slow
def test_the_fast_variant_paints_in_four_steps_what_the_plain_model_does_not(judge: Judge) -> None:
    fast, plain = (
        hits(judge, generated(open_model(name), ONE_EACH, steps=4, guidance=1.0), ONE_EACH)
        for name in ("seedling-fast", "seedling")
    )
    assert fast[0] >= max(0.8, plain[0] + 0.1)
    assert fast[1] >= max(0.85, plain[1])


@pytest.mark.slow
def test_the_inpainting_variant_puts_the_whole_thing_into_the_hole(judge: Judge) -> None:
    variant, pairs = open_model("seedling-inpainting"), world_pairs(8)
    wishes = SCENES[1:9]  # kinds in turn, so never what was there before
    prompts = [f"a {wish.colour.value} {wish.kind.value}" for wish in wishes]
    images = []
    for seed, (pair, prompt) in enumerate(zip(pairs, prompts, strict=True)):
        assert wishes[seed].kind.value not in pair.subject
        request = request_of(
            variant.info, prompt, (seed,), image=pair.picture, mask=pair.mask, steps=6
        )
        (made,) = generate(variant, request)
        images.append(made.image)
    sources = torch.stack([pair.picture for pair in pairs])
    kind, colour = hits(judge, torch.stack(images), wishes)
    before_kind, before_colour = hits(judge, sources, wishes)
    # The plain model, for comparison, puts six of the eight there.
    assert kind >= 0.85 > before_kind + 0.5
    assert colour >= 0.85 > before_colour + 0.2
