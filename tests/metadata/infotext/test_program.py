"""Who wrote a text of the web UI's kind is read, and what that program draws with."""

from __future__ import annotations

import pytest
import torch

from seedloupe.metadata import (
    Answers,
    FoundHost,
    FoundLevel,
    Missing,
    draw_found,
    noise_in_parameters,
    settled,
)
from seedloupe.metadata.infotext.program import ProgramFamily, program_of
from seedloupe.noise import (
    CPU_NOISE,
    NV_NOISE,
    WebuiExtras,
    WebuiSeeds,
    comfyui_noise,
    initial_noise,
    webui_noise,
)

LINE = "a hill\nSteps: 20, Sampler: {sampler}, Seed: 7, Size: 64x48"
SHAPE = (4, 6, 8)


def text(more: str = "", sampler: str = "Euler a") -> str:
    return LINE.format(sampler=sampler) + (f", {more}" if more else "")


@pytest.mark.parametrize(
    ("version", "family", "name"),
    [
        ("v1.10.1", ProgramFamily.WEBUI, "AUTOMATIC1111 v1.10.1"),
        ("1.10.1", ProgramFamily.WEBUI, "AUTOMATIC1111 1.10.1"),
        ("v1.3.1-15-gd853bde0", ProgramFamily.WEBUI, "AUTOMATIC1111 v1.3.1-15-gd853bde0"),
        ("f2.0.1v1.10.1-previous-669", ProgramFamily.FORGE, "Forge f2.0.1v1.10.1-previous-669"),
        ("f1.0.5v1.10.1RC", ProgramFamily.FORGE, "reForge f1.0.5v1.10.1RC"),
        ("classic-1.7", ProgramFamily.FORGE, "Forge Classic 1.7"),
        ("neo-2.24", ProgramFamily.NEO, "Forge Neo 2.24"),
        ("ComfyUI", ProgramFamily.COMFYUI, "a ComfyUI node"),
        ("Fooocus v2.5.5", ProgramFamily.FOOOCUS, "Fooocus v2.5.5"),
        ("stable-diffusion.cpp", ProgramFamily.SDCPP, "stable-diffusion.cpp"),
        ("MyFork", ProgramFamily.STRANGE, "MyFork"),
        ("2.3.1", ProgramFamily.STRANGE, "a program of version 2.3.1"),
        ("", ProgramFamily.UNNAMED, ""),
    ],
)
def test_the_version_names_the_program(version: str, family: ProgramFamily, name: str) -> None:
    program = program_of({"Version": version} if version else {})
    assert (program.family, program.name) == (family, name)


@pytest.mark.parametrize(
    ("fields", "family"),
    [
        ({"App": "SD.Next", "Version": "058a7f0"}, ProgramFamily.SDNEXT),
        ({"Backend": "Diffusers"}, ProgramFamily.SDNEXT),
        ({"Backend": "Elsewhere", "Version": "v1.10.1"}, ProgramFamily.STRANGE),
        ({"App": "Some Studio", "Version": "v1.10.1"}, ProgramFamily.STRANGE),
        ({"Software": "Some Studio"}, ProgramFamily.STRANGE),
        ({"Created Date": "2025-11-28"}, ProgramFamily.CIVITAI),
        ({"Civitai resources": "[]", "Version": "v1.10.1"}, ProgramFamily.WEBUI),
        ({"Civitai resources": "[]", "Version": "ComfyUI"}, ProgramFamily.COMFYUI),
        ({"Sharpness": "2", "ADM Guidance": "1"}, ProgramFamily.FOOOCUS),
        ({"Seedloupe": "0.1"}, ProgramFamily.SEEDLOUPE),
        ({"Sampler": "dpmpp_2m"}, ProgramFamily.COMFYUI),
    ],
)
def test_other_settings_name_the_program_too(fields: dict[str, str], family: ProgramFamily) -> None:
    assert program_of(fields).family is family


def test_fooocus_draws_on_the_cpu_and_names_no_generator() -> None:
    for found in (
        noise_in_parameters(text("Version: Fooocus v2.5.5")),
        noise_in_parameters(text(), scheme="a1111"),
    ):
        assert (found.host, found.level) == (FoundHost.FOOOCUS, FoundLevel.EXACT)
        assert torch.equal(draw_found(found), initial_noise(7, SHAPE))


def test_a_text_out_of_comfyui_leaves_open_which_of_a_batch_it_is() -> None:
    found = noise_in_parameters(text("Version: ComfyUI"))
    assert (found.host, found.level) == (FoundHost.COMFYUI, FoundLevel.DEPENDS)
    assert (found.source, found.missing) == (CPU_NOISE, (Missing.INDEX,))
    assert "NVIDIA" not in found.verdict
    assert torch.equal(draw_found(settled(found, Answers(index=0))), initial_noise(7, SHAPE))
    third = draw_found(settled(found, Answers(index=2)), index=2)
    assert torch.equal(third, comfyui_noise(7, SHAPE, batch=3)[2])


def test_a_card_is_named_by_its_setting_in_forge_neo() -> None:
    found = noise_in_parameters(text("RNG: GPU, Version: neo-2.24"))
    assert (found.level, found.missing) == (FoundLevel.DEPENDS, (Missing.SOURCE,))
    told = settled(found, Answers(source=NV_NOISE))
    assert torch.equal(draw_found(told), initial_noise(7, SHAPE, source=NV_NOISE))


def test_stable_diffusion_cpp_imitates_a_card_and_its_other_generators_are_unknown() -> None:
    found = noise_in_parameters(text("RNG: cuda, Version: stable-diffusion.cpp"))
    assert (found.level, found.source) == (FoundLevel.EXACT, NV_NOISE)
    other = noise_in_parameters(text("RNG: std_default, Version: stable-diffusion.cpp"))
    assert (other.level, other.unknown) == (FoundLevel.UNKNOWN, ("RNG: std_default",))


@pytest.mark.parametrize("more", ["Created Date: 2025-11-28", "RNG: CPU, Version: MyFork"])
def test_a_program_whose_noise_nobody_knows_is_named(more: str) -> None:
    found = noise_in_parameters(text(more))
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, (7,))
    assert f"Written by {found.program}" in found.verdict
    assert "NVIDIA" not in found.verdict


def test_sd_next_does_not_say_where_its_generator_was() -> None:
    found = noise_in_parameters(text("App: SD.Next, Operations: txt2img"))
    assert (found.host, found.missing) == (FoundHost.SDNEXT, (Missing.SOURCE,))
    assert "SD.Next does not write" in found.verdict


def test_a_later_model_of_forge_is_assumed_to_have_more_channels() -> None:
    found = noise_in_parameters(text("Distilled CFG Scale: 3.5, RNG: CPU, Version: f2.0.1v1.10.1"))
    assert found.shape == (16, 6, 8)
    assert found.sentence.endswith("for a 16-channel model.")


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ("Operations: img2img", "img2img"),
        ("Operations: txt2img; control", "control"),
        ("Operations: txt2img, Pipeline: QwenImagePipeline", "Pipeline: QwenImagePipeline"),
        ("Variation seed: 3, Variation strength: 0.5", "Variation strength"),
        ("Variation seed: 3, Variation seed strength: 0.5", "Variation seed strength"),
        ("Init image size: 64x64, Denoising strength: 0.5", "Init image size"),
    ],
)
def test_sd_next_is_unknown_where_it_encodes_a_picture_first(more: str, name: str) -> None:
    found = noise_in_parameters(text(f"App: SD.Next, {more}"))
    assert (found.level, found.unknown) == (FoundLevel.UNKNOWN, (name,))


def test_forge_neo_turns_channels_since_a_release_and_before_that_nobody_knows() -> None:
    more = "Variation seed: 3, Variation seed strength: 0.5, RNG: CPU"
    new = noise_in_parameters(text(f"{more}, Version: neo-2.24"))
    extras = WebuiExtras(0.5, turns_channels=True)
    assert (new.level, new.extras) == (FoundLevel.EXACT, extras)
    drawn = webui_noise(WebuiSeeds((7,), (3,)), SHAPE, extras=extras)[0]
    assert torch.equal(draw_found(new), drawn)
    for version in (", Version: neo-2.9", ""):
        old = noise_in_parameters(text(f"{more}{version}"))
        assert (old.level, old.unknown) == (FoundLevel.UNKNOWN, ("Variation seed",))
    webui = noise_in_parameters(text(f"{more}, Version: v1.10.1"))
    assert (webui.level, webui.extras) == (FoundLevel.EXACT, WebuiExtras(0.5))


@pytest.mark.parametrize(
    ("size", "level"),
    [("72x48", FoundLevel.UNKNOWN), ("80x64", FoundLevel.EXACT), ("56x40", FoundLevel.EXACT)],
)
def test_forge_neo_cuts_larger_noise_of_odd_sides_otherwise(size: str, level: FoundLevel) -> None:
    found = noise_in_parameters(text(f"Seed resize from: {size}, RNG: CPU, Version: neo-2.24"))
    assert found.level is level
    other = noise_in_parameters(text(f"Seed resize from: {size}, RNG: CPU, Version: v1.10.1"))
    assert other.level is FoundLevel.EXACT


@pytest.mark.parametrize("version", ["ComfyUI", "Fooocus v2.5.5"])
@pytest.mark.parametrize(
    ("more", "named"),
    [
        ("RNG: NV", "RNG: NV"),
        ("Variation seed: 9, Variation seed strength: 1", "Variation seed strength"),
        ("Seed resize from: 32x32", "Seed resize from"),
        ("Denoising strength: 0.5, Noise multiplier: 0.5", "Noise multiplier"),
    ],
)
def test_what_the_web_ui_does_to_noise_is_not_known_of_others(
    version: str, more: str, named: str
) -> None:
    found = noise_in_parameters(text(f"{more}, Version: {version}"))
    assert (found.level, found.unknown) == (FoundLevel.UNKNOWN, (named,))


@pytest.mark.parametrize("more", ["RNG: CPU", "Variation seed strength: 0", "Noise multiplier: 1"])
def test_settings_that_change_nothing_leave_others_known(more: str) -> None:
    found = noise_in_parameters(text(f"{more}, Version: Fooocus v2.5.5"))
    assert found.level is FoundLevel.EXACT


def test_a_fork_of_fooocus_is_not_fooocus() -> None:
    found = noise_in_parameters(text("Version: OtherFocus v1"), scheme="a1111")
    assert (found.level, found.unknown) == (
        FoundLevel.UNKNOWN,
        ("a fork of Fooocus (OtherFocus v1)",),
    )
