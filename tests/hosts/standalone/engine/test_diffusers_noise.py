"""What diffusers' own pipelines start from, beside what the core says they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.noise import (
    DiffusersStart,
    PipelineKind,
    diffusers_noise,
    initial_noise,
)

from ....seed_tables import random_states

SIZE = {"height": 32, "width": 48}
SHAPE = (4, 4, 6)
ODD_SIZE, ODD = {"height": 40, "width": 56}, (4, 5, 7)
SEEDS = [5, 2**32 + 9, 70]
STEPS = 2

pytestmark = pytest.mark.filterwarnings("ignore")


def generators(seeds: list[int]) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def pipeline(model: Model, kind: str) -> Any:
    import diffusers

    pipe = getattr(diffusers, kind).from_pipe(model.pipe)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def text_to_image(model: Model, **settings: Any) -> Tensor:
    return pipeline(model, "StableDiffusionPipeline")(
        ["a hill"] * 3, num_inference_steps=STEPS, output_type="latent", **settings
    ).images


@pytest.mark.parametrize(("size", "shape"), [(SIZE, SHAPE), (ODD_SIZE, ODD)])
def test_a_list_of_generators_makes_what_our_noise_handed_in_makes(
    tiny: Model, size: dict[str, int], shape: tuple[int, int, int]
) -> None:
    listed = text_to_image(tiny, generator=generators(SEEDS), **size)
    latents = torch.stack([initial_noise(seed, shape) for seed in SEEDS])
    assert torch.equal(text_to_image(tiny, latents=latents, **size), listed)
    assert torch.equal(latents, diffusers_noise(SEEDS, shape))


def test_a_single_generator_makes_other_pictures_than_a_list_and_is_said_to(tiny: Model) -> None:
    start = DiffusersStart(batch=3, one_generator=True)
    one = text_to_image(tiny, generator=generators([5])[0], **SIZE)
    listed = text_to_image(tiny, generator=generators([5, 6, 7]), **SIZE)
    ours = text_to_image(tiny, latents=diffusers_noise([5], SHAPE, start=start), **SIZE)
    assert torch.equal(ours, one)
    same = [torch.allclose(a, b, atol=1e-5) for a, b in zip(one, listed, strict=True)]
    assert same == [not reason for reason in start.departures(SHAPE)] == [True, False, False]


class Started(Exception):  # noqa: N818 - no error, but the way out of a pipeline
    """Carries the starting noise out of a pipeline."""

    def __init__(self, noise: Tensor) -> None:
        super().__init__()
        self.noise = noise


def noise_of(pipe: Any, batch: int, generator: Any, picture: Tensor, **settings: Any) -> Tensor:
    """Run a pipeline up to the noise it draws, the last draw of ``prepare_latents``."""
    import importlib
    import inspect

    module: Any = importlib.import_module(type(pipe).__module__)
    real, own = module.randn_tensor, type(pipe).prepare_latents
    drawn: list[Tensor] = []

    def spy(*arguments: Any, **options: Any) -> Tensor:
        drawn.append(real(*arguments, **options))
        return drawn[-1]

    def prepare(*arguments: Any, **options: Any) -> None:
        own(pipe, *arguments, **options)
        raise Started(drawn[-1])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "randn_tensor", spy)
        patch.setattr(pipe, "prepare_latents", prepare, raising=False)
        if "mask_image" in inspect.signature(pipe.__call__).parameters:
            settings |= {"mask_image": torch.ones(1, 1, *picture.shape[-2:]), **SIZE}
        with pytest.raises(Started) as caught:
            pipe(
                ["a hill"] * batch,
                image=picture,
                generator=generator,
                num_inference_steps=4,
                output_type="latent",
                **settings,
            )
    return caught.value.noise


CASES = [
    ("StableDiffusionImg2ImgPipeline", PipelineKind.IMG2IMG, 4, 0.5),
    ("StableDiffusionInpaintPipeline", PipelineKind.INPAINT, 4, 1.0),
    ("StableDiffusionInpaintPipeline", PipelineKind.INPAINT, 4, 0.5),
    ("StableDiffusionInpaintPipeline", PipelineKind.INPAINT, 9, 1.0),
    ("StableDiffusionInpaintPipeline", PipelineKind.INPAINT, 9, 0.5),
]


@pytest.mark.parametrize(("kind", "task", "channels", "strength"), CASES)
@pytest.mark.parametrize("one_generator", [False, True])
@pytest.mark.parametrize("pictures", [1, 3])
def test_noise_after_encoding_is_what_the_order_of_draws_says(
    tiny: Model,
    tiny_inpainter: Model,
    picture: Callable[[int, int], Tensor],
    kind: str,
    task: PipelineKind,
    channels: int,
    strength: float,
    one_generator: bool,
    pictures: int,
) -> None:
    start = DiffusersStart(
        task,
        3,
        one_generator=one_generator,
        in_channels=channels,
        strength=strength,
        pictures=pictures,
    )
    seeds = SEEDS[:1] if one_generator else SEEDS
    made = generators(seeds)
    pipe = pipeline(tiny if channels == 4 else tiny_inpainter, kind)
    image = picture(48, 32).expand(pictures, -1, -1, -1)
    theirs = noise_of(pipe, 3, made[0] if one_generator else made, image, strength=strength)
    assert torch.equal(diffusers_noise(seeds, SHAPE, start=start), theirs)
    for noise, reason, seed in zip(
        theirs, start.departures(SHAPE), seeds * (3 // len(seeds)), strict=True
    ):
        assert torch.equal(noise, initial_noise(seed, SHAPE)) is (not reason)


def test_four_channel_inpainting_starts_from_other_noise_and_is_flagged(
    tiny: Model, picture: Callable[[int, int], Tensor]
) -> None:
    pipe = pipeline(tiny, "StableDiffusionInpaintPipeline")
    theirs = noise_of(pipe, 1, generators([5])[0], picture(48, 32)[None], strength=1.0)
    start = DiffusersStart(PipelineKind.INPAINT)
    assert not torch.equal(theirs[0], initial_noise(5, SHAPE))
    assert torch.equal(theirs[0], initial_noise(5, SHAPE, draws_before=1))
    assert start.departures(SHAPE) == (
        "The picture it starts from is encoded first, with a draw of this generator.",
    )


def test_randn_tensor_draws_our_noise_and_ours_touches_no_global_generator() -> None:
    from diffusers.utils.torch_utils import randn_tensor

    theirs = randn_tensor((3, *ODD), generator=generators(SEEDS))
    before = random_states()
    ours = diffusers_noise(SEEDS, ODD)
    assert random_states() == before
    assert torch.equal(ours, theirs)
