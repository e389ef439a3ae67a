from __future__ import annotations

import pytest

from seedloupe.artifacts.prompt import find_echo


@pytest.mark.parametrize(
    ("text", "prompt", "echo"),
    [
        ("CLEAR BACKGR0UND", "clear background", "clear background"),
        ("CLEARBACKGROUND", "a clear background, soft light", "clear background"),
        ("CLEER BAKGROUND", "clear background", "clear background"),
        ("BACK GROUND", "clear background", "background"),
        ("xx BACKGROUND 17", "clear background", "background"),
        ("dog", "a photo of a dog", "dog"),
        ("BACKGROUND", "(clear background:1.3) <lora:sharp:0.8>", "background"),
    ],
)
def test_misread_prompt_words_are_found(text: str, prompt: str, echo: str) -> None:
    assert find_echo(text, prompt) == echo


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("YAMAHA", "clear background"),
        ("dot", "a photo of a dog"),
        ("a", "a photo of a dog"),
        ("THE", "the lake"),
        ("sharp", "a lake <lora:sharp:0.8>"),
        ("", "clear background"),
        ("CLEAR", ""),
        ("●●●●", "clear background"),
    ],
)
def test_other_text_is_no_echo(text: str, prompt: str) -> None:
    assert find_echo(text, prompt) is None


def test_a_long_prompt_is_searched_in_no_time() -> None:
    prompt = " ".join(f"word{i} lantern{i}" for i in range(150))
    assert find_echo("LANTERN77 UNDER A BRIDGE SOMEWHERE", prompt) == "lantern77"
