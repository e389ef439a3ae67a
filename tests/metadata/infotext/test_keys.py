"""What leaves the noise alone is a list; what is not on it makes the noise unknown by name."""

from __future__ import annotations

import pytest

from seedloupe.metadata import FoundLevel, FoundNoise, noise_in_parameters
from seedloupe.metadata.infotext.keys import (
    HARMLESS,
    HARMLESS_BEGINNINGS,
    replacements,
    unknown_keys,
)

LINE = "a hill\nSteps: 20, Sampler: Euler, Seed: 7, Size: 64x48, RNG: CPU, Version: v1.10.1"


def found(more: str) -> FoundNoise:
    return noise_in_parameters(f"{LINE}, {more}")


def test_each_harmless_setting_has_one_reason() -> None:
    listed = [name.casefold() for names in HARMLESS.values() for name in names]
    assert sorted(listed) == sorted(set(listed))
    for reason in (*HARMLESS, *HARMLESS_BEGINNINGS):
        assert len(reason.split()) > 3


def test_what_plain_hosts_write_is_known() -> None:
    plain = (
        "Schedule type: Karras, CFG scale: 7, Face restoration: CodeFormer, Model: m",
        'VAE hash: b, VAE: v, Clip skip: 2, Tiling: True, Lora hashes: "a: b", TI hashes: "c: d"',
        "Hires upscale: 2, Hires steps: 10, Hires upscaler: Latent, Hires CFG Scale: 7",
        "Hires Module 1: Use same choices, Refiner: r [a], Refiner switch at: 0.8, User: me",
        "NGMS: 2, Skip Early CFG: 0.1, Sigma churn: 1, Schedule rho: 7, Pad conds: True",
        'ControlNet 0: "Module: canny, Model: c [a], Weight: 1.0", ADetailer model: face.pt',
        "Soft inpainting enabled: True, Hypertile U-Net: True, Token merging ratio: 0.5",
        "sag_enabled: True, pagi_enabled: True, freeu_b1: 1.1, dynthres_enabled: True",
        "Dynamic thresholding enabled: True, Mimic scale: 7, Threshold percentile: 99",
        "Rescale CFG: 0.5, Style Selector Enabled: True, Cutoff enabled: True, RP Active: True",
        "Module 1: ae, Diffusion in Low Bits: Automatic, Beta schedule alpha: 0.6",
        "Final denoising strength: 0.5, Denoising curve: Linear, Postprocess upscaler: Lanczos",
        "Seedloupe table: t, Seedloupe rank: 1 of 9, Batch size: 4, Batch pos: 2",
    )
    for more in plain:
        assert found(more).level is FoundLevel.EXACT, more


def test_a_setting_nobody_knows_makes_the_noise_unknown_and_is_named() -> None:
    told = found("Perlin strength: 0.4")
    assert (told.level, told.unknown) == (FoundLevel.UNKNOWN, ("Perlin strength",))
    assert "Perlin strength" in told.verdict
    assert told.seeds == (7,)
    many = found(", ".join(f"Odd {n}: 1" for n in range(9)))
    assert "Odd 4 and more" in many.verdict
    assert len(many.unknown) == 9


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ("Ultimate SD upscale tile_width: 512", "Ultimate SD upscale"),
        ("SD upscale overlap: 64", "SD upscale"),
        ('Decode prompt: "a, b", Decode steps: 50, Randomness: 0.0', "img2img alternative test"),
        ("Sigma Adjustment: False", "img2img alternative test"),
        ('Tiled Diffusion: {"Method": "MultiDiffusion", "NoiseInv": true}', "Tiled Diffusion"),
        ('Tiled Diffusion: {"Method": "DemoFusion"}', "Tiled Diffusion"),
        ("Tiled Diffusion: on", "Tiled Diffusion"),
        ("Tiled Diffusion noise inversion: True", "Tiled Diffusion"),
        ('ControlNet 0: "Module: inpaint_only+lama, Weight: 1"', "ControlNet inpaint_only+lama"),
        ("AnimateDiff: enabled", "AnimateDiff"),
        ("Outpainting direction: left", "outpainting"),
        ("Original Size: 32x32", "Original Size"),
    ],
)
def test_what_is_known_to_replace_the_noise_is_named_for_it(more: str, name: str) -> None:
    told = found(more)
    assert (told.level, told.unknown[0]) == (FoundLevel.UNKNOWN, name)
    assert "which may change" not in told.verdict, "it is known, and said so"


@pytest.mark.parametrize(
    "more",
    [
        'Tiled Diffusion: {"Method": "Mixture of Diffusers", "Tile Overlap": 8, "NoiseInv": false}',
        "Tiled Diffusion tile width: 96, Tiled Diffusion upscaler: None",
        "Original Size: 64x48",
        "Original Size: 48x64",
    ],
)
def test_what_leaves_the_noise_alone_is_told_apart_from_it(more: str) -> None:
    assert found(more).level is FoundLevel.EXACT


def test_tiles_draw_no_noise_of_the_whole_and_their_size_is_said() -> None:
    told = found("Ultimate SD upscale tile_width: 512, Ultimate SD upscale tile_height: 0, "
                 "Ultimate SD upscale padding: 32")  # fmt: skip
    assert told.shape is None
    assert "576x576" in told.verdict


@pytest.mark.parametrize("name", ["Seed travel", "prompts from file"])
def test_a_script_that_draws_no_grid_is_unknown(name: str) -> None:
    assert f"Script: {name}" in found(f"Script: {name}").verdict


def test_a_line_nobody_knows_behind_the_settings_is_named() -> None:
    told = noise_in_parameters(f"{LINE}\nNoise of mine: 3")
    assert told.level is FoundLevel.UNKNOWN
    assert "Noise of mine" in told.verdict
    template = noise_in_parameters(f"{LINE}\nTemplate: a {{b|c}}\nNegative Template: d")
    assert template.level is FoundLevel.EXACT


def test_names_are_told_in_any_case_and_nothing_is_named_twice() -> None:
    assert unknown_keys({"MODEL": "m", "clip Skip": "2", "": "x"}) == ()
    assert [r.name for r in replacements({"Decode prompt": "", "Decode steps": "1"})] == [
        "img2img alternative test"
    ]


@pytest.mark.parametrize(
    ("more", "is_known"),
    [
        ("Batch size: 17, Shift: 8, Version: neo-2.24", False),
        ("Batch size: 4, Shift: 8, Version: neo-2.24", True),
        ("Batch size: 17, Version: neo-2.24", True),
        ("Batch size: 17, Version: v1.10.1", True),
    ],
)
def test_the_frames_of_a_video_are_one_draw(more: str, is_known: bool) -> None:
    text = f"a hill\nSteps: 20, Seed: 7, Size: 64x48, RNG: CPU, {more}"
    found = noise_in_parameters(text)
    assert found.level is (FoundLevel.EXACT if is_known else FoundLevel.UNKNOWN)
    assert found.unknown == (() if is_known else ("Batch size",))
