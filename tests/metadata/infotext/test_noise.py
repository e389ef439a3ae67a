"""What pictures of the web UI tell about their noise, in texts as it writes them."""

from __future__ import annotations

import time

import pytest
import torch

from seedloupe.errors import ImageError, NoiseError
from seedloupe.metadata import (
    Answers,
    FoundHost,
    FoundLevel,
    Missing,
    draw_found,
    noise_in_parameters,
    settled,
)
from seedloupe.noise import (
    CPU_NOISE,
    NV_NOISE,
    NoiseResize,
    NoiseSource,
    ResizeWay,
    WebuiExtras,
    WebuiSeeds,
    initial_noise,
    resized_noise,
    webui_noise,
)

PLAIN = (
    "a lighthouse on a cliff, (storm:1.2), Steps: many\n"
    "Negative prompt: blurry, Seed: 5\n"
    "Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 965400086, "
    "Size: 512x384, Model hash: 6ce0161689, Model: v1-5-pruned, RNG: {rng}, Version: v1.10.1"
)
GPU = PLAIN.replace(" RNG: {rng},", "")
SHAPE = (4, 48, 64)


def cpu(**more: object) -> str:
    settings = ", ".join(f"{key.replace('_', ' ')}: {value}" for key, value in more.items())
    return PLAIN.format(rng="CPU") + (f", {settings}" if settings else "")


@pytest.mark.parametrize(("rng", "source"), [("CPU", CPU_NOISE), ("NV", NV_NOISE)])
def test_a_plain_picture_names_its_noise_exactly(rng: str, source: NoiseSource) -> None:
    found = noise_in_parameters(PLAIN.format(rng=rng))
    assert (found.host, found.level) == (FoundHost.WEBUI, FoundLevel.EXACT)
    assert (found.seeds, found.shape, found.source) == ((965400086,), SHAPE, source)
    assert (found.task, found.strength, found.later) == ("txt2img", None, ())
    assert torch.equal(draw_found(found), initial_noise(965400086, SHAPE, source=source))


def test_without_a_generators_name_the_noise_is_that_of_the_device() -> None:
    found = noise_in_parameters(GPU)
    assert (found.level, found.source) == (FoundLevel.DEPENDS, None)
    assert "No RNG key" in found.verdict
    assert "draws nv noise at this size" in found.verdict
    with pytest.raises(NoiseError, match="source: expected cpu, nv or cuda:GRID"):
        draw_found(found)
    card = NoiseSource.parse("cuda:43008")
    noise = draw_found(found, source=card)
    assert torch.equal(noise, initial_noise(965400086, SHAPE, source=card))
    large = noise_in_parameters(GPU.replace("512x384", "1024x1024"))
    assert "a card of fewer" not in large.verdict
    assert "fewer than 65,536 threads draws noise of its own" in large.verdict


def test_a_generator_nobody_knows_is_unknown() -> None:
    found = noise_in_parameters(PLAIN.format(rng="Quantum"))
    assert found.level is FoundLevel.UNKNOWN
    with pytest.raises(NoiseError, match="picture: expected one that tells its noise"):
        draw_found(found, source=CPU_NOISE)


def test_variation_resizing_and_ensd_are_found_and_drawn() -> None:
    found = noise_in_parameters(
        cpu(
            Variation_seed=1234,
            Variation_seed_strength=0.25,
            Seed_resize_from="448x512",
            ENSD=31337,
        )
    )
    extras = WebuiExtras(0.25, (448, 512), 31337)
    assert (found.subseed, found.extras, found.level) == (1234, extras, FoundLevel.EXACT)
    expected = webui_noise(WebuiSeeds((965400086,), (1234,)), SHAPE, extras=extras)
    assert torch.equal(draw_found(found), expected[0])


@pytest.mark.parametrize(
    ("sampler", "said"),
    [
        ("Euler a", True),
        ("DPM++ 2S a Karras", True),
        ("LCM", True),
        ("DPM++ 2M", False),
        ("Heun", False),
        ("DDIM", False),
    ],
)
def test_the_seed_of_the_steps_is_said_where_the_steps_may_draw(sampler: str, said: bool) -> None:
    text = cpu(ENSD=31337).replace("Sampler: DPM++ 2M,", f"Sampler: {sampler},")
    found = noise_in_parameters(text)
    assert found.level is FoundLevel.EXACT
    assert any("ENSD" in note for note in found.notes) == said


@pytest.mark.parametrize("size", ["-1x-1", "0x0", "512x0"])
def test_a_resizing_from_nowhere_is_none(size: str) -> None:
    assert noise_in_parameters(cpu(Seed_resize_from=size)).extras == WebuiExtras()


def test_the_hires_pass_is_told_and_the_first_pass_is_the_start() -> None:
    found = noise_in_parameters(
        cpu(Denoising_strength=0.7, Hires_upscale=1.5, Hires_upscaler="Latent")
    )
    assert (found.task, found.shape) == ("txt2img", SHAPE)
    assert [step.size_text for step in found.later] == ["768x576"]
    assert any("second pass" in note for note in found.notes)
    resized = noise_in_parameters(cpu(Denoising_strength=0.7, Hires_resize="1024x768"))
    assert [step.size_text for step in resized.later] == ["1024x768"]


def test_pictures_that_started_from_others_are_told_apart() -> None:
    image = noise_in_parameters(cpu(Denoising_strength=0.6, Noise_multiplier=0.9))
    assert (image.task, image.strength) == ("img2img", 0.6)
    assert any("multiplied with 0.9" in note for note in image.notes)
    masked = noise_in_parameters(
        cpu(Denoising_strength=0.6, Mask_blur=4, Masked_content="latent noise")
    )
    assert masked.task == "inpaint"
    assert any("first batch" in note for note in masked.notes)
    for found in (image, masked):
        assert any("added to another picture" in note for note in found.notes)


def test_quoted_values_hide_no_settings_and_reveal_none() -> None:
    lora = '"a: 1f, b: 2e", TI hashes: "x, Seed: 3: 4"'
    found = noise_in_parameters(cpu(Lora_hashes=lora))
    assert (found.seeds, found.level) == ((965400086,), FoundLevel.EXACT)
    unclosed = noise_in_parameters(cpu(Note='"odd', ENSD=2))
    assert unclosed.extras.step_seed_delta == 2


def test_our_own_carried_noise_is_found_where_only_the_web_uis_text_is_left() -> None:
    found = noise_in_parameters(cpu(Seedloupe_carried="stretch from 256x320"))
    assert found.carried == NoiseResize(ResizeWay.STRETCH, (4, 40, 32))
    assert torch.equal(draw_found(found), resized_noise(965400086, SHAPE, found.carried))
    middle = noise_in_parameters(
        cpu(Seedloupe_carried="middle from 256x320", Seed_resize_from="256x320")
    )
    expected = resized_noise(965400086, SHAPE, NoiseResize(ResizeWay.MIDDLE, (4, 40, 32)))
    assert torch.equal(draw_found(middle), expected)


def test_channels_are_taken_from_the_caller_or_named_in_the_sentence() -> None:
    found = noise_in_parameters(PLAIN.format(rng="CPU"), channels=16)
    assert (found.shape, found.channels_assumed) == ((16, 48, 64), False)
    assert found.sentence == "Drawn with cpu noise, alike on every machine."
    larger = noise_in_parameters(PLAIN.format(rng="CPU"), channels=128)
    assert (larger.shape, larger.cell) == ((128, 24, 32), 16)
    assumed = noise_in_parameters(PLAIN.format(rng="CPU"))
    assert (assumed.shape, assumed.channels_assumed) == (SHAPE, True)
    assert assumed.sentence.endswith("alike on every machine, for a 4-channel model.")
    for channels in (0, 257):
        with pytest.raises(NoiseError, match="channels"):
            noise_in_parameters(cpu(), channels=channels)


def test_a_text_without_a_seed_is_unknown_and_one_without_a_size_asks_for_it() -> None:
    no_seed = noise_in_parameters(cpu().replace("Seed: 965400086, ", ""))
    assert (no_seed.level, no_seed.seeds) == (FoundLevel.UNKNOWN, ())
    assert "does not tell its seed" in no_seed.verdict
    no_size = noise_in_parameters(cpu().replace("Size: 512x384, ", ""))
    assert (no_size.level, no_size.missing) == (FoundLevel.DEPENDS, (Missing.SIZE,))
    assert (no_size.shape, no_size.channels_assumed) == (None, False)
    told = settled(no_size, Answers(size=(512, 384)))
    assert torch.equal(draw_found(told), initial_noise(965400086, SHAPE))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "parameters"),
        ("only a prompt", "parameters"),
        ("a\nSteps: 1, Seed: 2", "parameters"),
        (cpu().replace("965400086", "-9223372036854775809"), "parameters.Seed"),
        (cpu().replace("965400086", "1.5"), "parameters.Seed"),
        (cpu().replace("965400086", "18446744073709551616"), "parameters.Seed"),
        (cpu().replace("965400086", "9" * 5000), "parameters.Seed"),
        (cpu().replace("512x384", "512"), "parameters.Size"),
        (cpu().replace("512x384", "7x384"), "parameters.Size"),
        (cpu().replace("512x384", "-512x384"), "parameters.Size"),
        (cpu().replace("512x384", "99999x99999"), "parameters.Size"),
        (cpu().replace("512x384", "9999999999x8"), "parameters.Size"),
        (cpu(Variation_seed_strength="nan"), "parameters.Variation seed strength"),
        (cpu(Variation_seed_strength=0.5), "parameters.Variation seed"),
        (cpu(ENSD="x"), "parameters.ENSD"),
        (cpu(Seed_resize_from="4x512"), "parameters.Seed resize from"),
        (cpu(Seed_resize_from="big"), "parameters.Seed resize from"),
        (cpu(Hires_upscale="inf"), "parameters.Hires upscale"),
        (cpu(Hires_upscale="big"), "parameters.Hires upscale"),
        (cpu(Mask_blur=4, Denoising_strength=7), "parameters.Denoising strength"),
        (cpu(Seedloupe_carried="stretch from far"), "parameters.Seedloupe carried"),
        ("x" * (2**22 + 1), "parameters"),
        (cpu() + ", a: 1" * 1001, "parameters"),
    ],
)
def test_what_cannot_be_is_refused_by_name(text: str, field: str) -> None:
    with pytest.raises(ImageError) as caught:
        noise_in_parameters(text)
    assert caught.value.field == field
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("size", ["0x0", "7x384", "512x-8"])
def test_a_size_of_nothing_is_told_in_the_words_of_the_text(size: str) -> None:
    with pytest.raises(ImageError) as caught:
        noise_in_parameters(cpu().replace("512x384", size))
    told = f"parameters.Size: expected at least 8 pixels a side, got {size}."
    assert str(caught.value) == told


def test_a_hostile_line_takes_no_time() -> None:
    begun = time.process_time()
    for line in ("a:" * 10**6, 'a: "' * 10**6, "," * 10**6, '"' * 10**6, ": " * 10**6):
        with pytest.raises(ImageError):
            noise_in_parameters(line)
    assert time.process_time() - begun < 5
