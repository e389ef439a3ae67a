"""How much is forgotten is read, or not told; a default is never passed off as read."""

from __future__ import annotations

from typing import Any

import pytest

from seedloupe.metadata import FoundLevel, noise_in_graph

from ...graphs import graph, node

PICTURE = {
    "n5": node("VAEEncode", pixels=["12", 0], vae=["4", 2]),
    "n12": node("EmptyImage", width=512, height=384, batch_size=1),
}


def custom(sigmas: Any, **more: Any) -> dict[str, Any]:
    """A sampler that is handed its noise levels."""
    sampled = node(
        "SamplerCustomAdvanced",
        noise=["30", 0],
        guider=["31", 0],
        sampler=["32", 0],
        sigmas=sigmas,
        latent_image=["5", 0],
    )
    return graph(
        n3=sampled,
        n30=node("RandomNoise", noise_seed=6),
        n31=node("BasicGuider", model=["4", 0], conditioning=["6", 0]),
        n32=node("KSamplerSelect", sampler_name="euler"),
        **PICTURE,
        **more,
    )


@pytest.mark.parametrize(
    ("inputs", "strength"),
    [
        ({"steps": 20, "start_at_step": 10}, 0.5),
        ({"steps": 25, "start_at_step": 10, "end_at_step": 20}, 0.6),
        ({"steps": 20, "start_at_step": 0}, 1.0),
        ({"steps": 20}, 1.0),
        ({"start_at_step": 0}, 1.0),
        ({"start_at_step": 5}, None),
        ({"steps": ["99", 0], "start_at_step": 5}, None),
        ({"steps": 20, "start_at_step": ["99", 0]}, None),
    ],
)
def test_an_advanced_sampler_tells_by_its_steps(
    inputs: dict[str, Any], strength: float | None
) -> None:
    advanced = node("KSamplerAdvanced", noise_seed=6, latent_image=["5", 0], **inputs)
    found = noise_in_graph(graph(n3=advanced, **PICTURE))
    assert (found.level, found.seeds) == (FoundLevel.EXACT, (6,))
    assert found.strength == strength


@pytest.mark.parametrize(
    ("kind", "inputs", "strength"),
    [
        ("BasicScheduler", {"steps": 20, "denoise": 0.6}, 0.6),
        ("BasicScheduler", {"steps": 20}, 1.0),
        ("BasicScheduler", {"steps": 20, "denoise": ["99", 0]}, None),
        ("AlignYourStepsScheduler", {"steps": 10, "denoise": 0.4}, 0.4),
        ("SDTurboScheduler", {"steps": 1, "denoise": 0.57}, 0.5),
        ("BetaSamplingScheduler", {"steps": 20}, 1.0),
        ("Flux2Scheduler", {"steps": 20}, 1.0),
        ("KarrasScheduler", {"steps": 20, "sigma_max": 3.0}, None),
        ("ManualSigmas", {"sigmas": "3, 1, 0"}, None),
    ],
)
def test_noise_levels_tell_it_or_do_not(
    kind: str, inputs: dict[str, Any], strength: float | None
) -> None:
    found = noise_in_graph(custom(["33", 0], n33=node(kind, model=["4", 0], **inputs)))
    assert (found.level, found.seeds, found.strength) == (FoundLevel.EXACT, (6,), strength)


@pytest.mark.parametrize("steps", [8, 20])
@pytest.mark.parametrize("denoise", [1.0, 0.8, 0.35])
@pytest.mark.parametrize("cut", [0, 3, 7])
def test_split_levels_forget_what_is_left_of_them(steps: int, denoise: float, cut: int) -> None:
    """The oracle is the host's own slices, over the numbers of the levels."""
    total = steps if denoise == 1 else int(steps / denoise)
    levels = list(range(total + 1))[-(steps + 1) :]
    parts = {0: levels[: cut + 1], 1: levels[cut:]}
    split = node("SplitSigmas", sigmas=["33", 0], step=cut)
    basic = node("BasicScheduler", model=["4", 0], steps=steps, denoise=denoise)
    for slot, part in parts.items():
        found = noise_in_graph(custom(["34", slot], n33=basic, n34=split))
        assert found.strength == pytest.approx(1 - part[0] / total, abs=0.03)


def test_levels_cut_by_a_share_do_so_too() -> None:
    basic = node("BasicScheduler", model=["4", 0], steps=20, denoise=0.8)
    split = node("SplitSigmasDenoise", sigmas=["33", 0], denoise=0.25)
    low = noise_in_graph(custom(["34", 1], n33=basic, n34=split))
    high = noise_in_graph(custom(["34", 0], n33=basic, n34=split))
    assert (low.strength, high.strength) == (0.2, 0.8)


def test_levels_put_in_do_not_tell_any_longer() -> None:
    basic = node("BasicScheduler", model=["4", 0], steps=20, denoise=0.8)
    first = node("SetFirstSigma", sigmas=["33", 0], sigma=2.0)
    assert noise_in_graph(custom(["34", 0], n33=basic, n34=first)).strength is None
    more = node("ExtendIntermediateSigmas", sigmas=["33", 0], steps=2)
    assert noise_in_graph(custom(["34", 0], n33=basic, n34=more)).strength == 0.8


def test_levels_upwards_take_their_noise_from_the_picture() -> None:
    basic = node("BasicScheduler", model=["4", 0], steps=20, denoise=1.0)
    flipped = node("FlipSigmas", sigmas=["33", 0])
    turned = custom(["34", 0], n33=basic, n34=flipped)
    turned["30"] = node("DisableNoise")
    again = {
        **turned,
        "8": node("VAEDecode", samples=["40", 0], vae=["4", 2]),
        "40": {**turned["3"], "inputs": {**turned["3"]["inputs"], "latent_image": ["3", 0]}},
    }
    again["40"]["inputs"] |= {"sigmas": ["33", 0], "noise": ["41", 0]}
    again["41"] = node("RandomNoise", noise_seed=6)
    for prompt in (turned, again):
        found = noise_in_graph(prompt)
        assert found.level is FoundLevel.UNKNOWN
        assert "FlipSigmas" in found.verdict


@pytest.mark.parametrize("place", ["n31", "n32", "n33", "n30"])
def test_every_part_of_a_custom_sampler_must_be_known(place: str) -> None:
    basic = node("BasicScheduler", model=["4", 0], steps=20)
    assert noise_in_graph(custom(["33", 0], n33=basic)).level is FoundLevel.EXACT
    prompt = custom(["33", 0], n33=basic)
    prompt[place.removeprefix("n")] = node("Strange", model=["4", 0], noise_seed=6)
    found = noise_in_graph(prompt)
    assert (found.level, found.unknown) == (FoundLevel.UNKNOWN, ("Strange",))
    assert found.seeds == (6,)


@pytest.mark.parametrize("kind", ["DetailDaemonSamplerNode", "LyingSigmaSampler"])
def test_a_method_around_another_is_as_well_known_as_that_one(kind: str) -> None:
    basic = node("BasicScheduler", model=["4", 0], steps=20)
    prompt = custom(["33", 0], n33=basic)
    method = prompt["3"]["inputs"]["sampler"]
    prompt["50"] = node(kind, sampler=method)
    prompt["3"]["inputs"]["sampler"] = ["50", 0]
    assert noise_in_graph(prompt).level is FoundLevel.EXACT
    prompt[method[0]] = node("Strange", sampler_name="euler")
    found = noise_in_graph(prompt)
    assert (found.level, found.unknown) == (FoundLevel.UNKNOWN, ("Strange",))
