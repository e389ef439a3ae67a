from __future__ import annotations

from typing import Any

import pytest

from seedloupe.metadata.prompt_text import graph_words, parameters_negative, parameters_prompt

LINE = "Steps: 20, Seed: 7, Size: 96x64"


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        (f"a hill\n{LINE}", "a hill"),
        (f"a hill,\ngreen\nNegative prompt: fog\nrain\n{LINE}", "a hill,\ngreen"),
        (f"Negative prompt: fog\n{LINE}", ""),
        (LINE, ""),
        ("a hill\nat dusk", "a hill\nat dusk"),
        ("a sign: 'OPEN'", "a sign: 'OPEN'"),
        ("", ""),
    ],
)
def test_the_prompt_is_all_before_the_negative_one_and_the_settings(text: str, prompt: str) -> None:
    assert parameters_prompt(text) == prompt


@pytest.mark.parametrize(
    ("text", "negative"),
    [
        (f"a hill\n{LINE}", ""),
        (f"a hill,\ngreen\nNegative prompt: fog\nrain\n{LINE}", "fog\nrain"),
        ("Negative prompt: fog", "fog"),
        ("", ""),
    ],
)
def test_the_negative_prompt_is_what_stands_between_its_name_and_the_settings(
    text: str, negative: str
) -> None:
    assert parameters_negative(text) == negative


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


def test_words_are_followed_through_a_control_net_on_the_wanted_side_only() -> None:
    graph = {
        "1": node("CLIPTextEncode", text="a hill"),
        "2": node("CLIPTextEncode", text="a letter"),
        "3": node("ControlNetApplyAdvanced", positive=["1", 0], negative=["2", 0]),
        "4": node("KSampler", positive=["3", 0], negative=["3", 1]),
    }

    assert graph_words(graph).prompt == "a hill"
    assert graph_words(graph).negative == "a letter"


def test_words_that_are_zeroed_are_not_avoided() -> None:
    graph = {
        "1": node("CLIPTextEncode", text="a sign that says OPEN"),
        "2": node("ConditioningZeroOut", conditioning=["1", 0]),
        "3": node("KSampler", positive=["1", 0], negative=["2", 0]),
    }

    assert graph_words(graph).negative == ""


def test_words_that_go_both_ways_are_asked_for() -> None:
    graph = {
        "1": node("CLIPTextEncode", text="lettering"),
        "2": node("KSampler", positive=["1", 0], negative=["1", 0]),
    }
    words = graph_words(graph)

    assert (words.prompt, words.negative) == ("lettering", "")


def test_words_are_followed_to_the_node_they_are_typed_into() -> None:
    graph = {
        "1": node("PrimitiveStringMultiline", value="a neon sign"),
        "2": node("CLIPTextEncodeSDXL", text_g=["1", 0], text_l="night"),
        "3": node("BasicGuider", conditioning=["2", 0], model=["5", 0]),
        "4": node("SamplerCustomAdvanced", guider=["3", 0]),
        "5": node("UNETLoader", unet_name="flux.safetensors"),
    }
    words = graph_words(graph)

    assert set(words.prompt.split("\n")) == {"a neon sign", "night"}
    assert words.model == "flux.safetensors"


def test_two_passes_with_one_prompt_say_it_once() -> None:
    graph = {
        "1": node("CLIPTextEncode", text="a hill"),
        "2": node("KSampler", positive=["1", 0], sampler_name="euler"),
        "3": node("KSampler", positive=["1", 0], sampler_name="ddim", latent_image=["2", 0]),
    }
    words = graph_words(graph)

    assert (words.prompt, words.sampler) == ("a hill", "euler, ddim")


def test_a_graph_that_goes_round_in_circles_ends() -> None:
    graph = {
        "1": node("ConditioningCombine", a=["2", 0]),
        "2": node("ConditioningCombine", a=["1", 0], text="round"),
        "3": node("KSampler", positive=["1", 0]),
    }

    assert graph_words(graph).prompt == "round"


def test_nodes_behind_no_saved_picture_do_not_count() -> None:
    graph = {
        "1": node("CLIPTextEncode", text="kept"),
        "2": node("KSampler", positive=["1", 0]),
        "3": node("SaveImage", images=["2", 0]),
        "4": node("CLIPTextEncode", text="left over"),
        "5": node("KSampler", positive=["4", 0]),
    }

    assert graph_words(graph).prompt == "kept"
