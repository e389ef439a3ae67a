"""Jumps against a denoiser whose every step is known."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from seedloupe.seedling.training.architecture import build_unet
from seedloupe.seedling.training.distil import (
    GUIDANCE,
    amounts,
    deterministic_step,
    grid,
    guided,
    jump_loss,
    noise_of_jump,
    small_steps,
)
from seedloupe.seedling.training.unet import LatentSet, alphas_cumprod

SIGNAL = alphas_cumprod()
START, STOP = torch.tensor([999, 749, 249]), torch.tensor([749, 499, -1])


def latents(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def test_the_grid_is_the_hosts_trailing_spacing() -> None:
    from diffusers import DDIMScheduler

    scheduler = DDIMScheduler(timestep_spacing="trailing", set_alpha_to_one=True)
    scheduler.set_timesteps(4)
    assert grid().tolist() == scheduler.timesteps.tolist()


def test_a_step_is_the_hosts_step() -> None:
    from diffusers import DDIMScheduler

    scheduler = DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        timestep_spacing="trailing",
        set_alpha_to_one=True,
    )
    scheduler.set_timesteps(4)
    noisy, noise = latents(2, 4, 6, 8), latents(2, 4, 6, 8).flip(-1)
    for time in grid():
        expected = scheduler.step(noise, int(time), noisy).prev_sample
        times = torch.full((2,), int(time))
        mine = deterministic_step(noisy, noise, SIGNAL, times, (times - 250).clamp(min=-1))
        assert torch.allclose(mine, expected, atol=1e-4)


def test_to_one_known_picture_many_small_steps_are_one_jump() -> None:
    picture = latents(3, 4, 6, 8)

    def perfect(noisy: Tensor, times: Tensor) -> Tensor:
        much, little = amounts(SIGNAL, times)
        return (noisy - much * picture) / little

    noisy = latents(3, 4, 6, 8).flip(-2)
    landed = small_steps(perfect, noisy, SIGNAL, START, STOP)
    jump = noise_of_jump(noisy, landed, SIGNAL, START, STOP)
    assert torch.allclose(jump, perfect(noisy, START), atol=1e-3)
    assert torch.allclose(landed[2], picture[2], atol=1e-4)


def test_the_noise_of_a_jump_lands_where_it_was_taken_from() -> None:
    noisy, landed = latents(3, 4, 6, 8), latents(3, 4, 6, 8).flip(-1)
    noise = noise_of_jump(noisy, landed, SIGNAL, START, STOP)
    again = deterministic_step(noisy, noise, SIGNAL, START, STOP)
    assert torch.allclose(again, landed, atol=1e-4)


def test_guidance_goes_from_the_empty_caption_beyond_the_asked_one() -> None:
    class Mean(torch.nn.Module):
        def forward(self, x: Tensor, times: Tensor, context: Tensor) -> object:
            value = context.mean((1, 2))[:, None, None, None].expand_as(x)
            return type("Out", (), {"sample": value})

    context, empty = torch.full((2, 5, 3), 2.0), torch.full((5, 3), 0.5)
    out = guided(Mean(), context, empty)(latents(2, 4, 6, 8), torch.tensor([3, 4]))
    assert out.mean().item() == pytest.approx(0.5 + GUIDANCE * 1.5)


def test_a_student_that_is_the_teacher_is_near_and_learns() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        unet = build_unet()
        torch.nn.init.normal_(unet.get_submodule("conv_out").get_parameter("weight"), 0, 0.02)
        data = LatentSet(latents(4, 4, 8, 8), torch.arange(4) % 2, torch.randn(2, 77, 64))
        loss, figures = jump_loss(unet, unet, data, torch.tensor([0, 1, 2]), SIGNAL)
    torch.autograd.backward(loss)
    assert 0 < figures["jump"] < 2
    assert unet.get_submodule("conv_in").get_parameter("weight").grad is not None
