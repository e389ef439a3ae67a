from __future__ import annotations

import pytest

from seedloupe.artifacts.prompt import find_echo, find_request


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


@pytest.mark.parametrize(
    ("prompt", "request_"),
    [
        ('a shop that says "OPEN"', '"OPEN"'),
        ("a cake with “Happy Birthday” on it", '"Happy Birthday"'),
        ("a mug that reads 'hello you'", "'hello you'"),
        ("a wooden sign by the road", "sign"),
        ("Logo of a fox", "Logo"),
        ("movie poster", "poster"),
        ("hand lettering, ink", "lettering"),
        ("a bottle with a label", "label"),
        ("a dog without a collar next to a sign", "sign"),
        ("no people, a neon sign", "sign"),
    ],
)
def test_a_prompt_that_asks_for_text_is_understood(prompt: str, request_: str) -> None:
    assert find_request(prompt) == request_


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "clear background",
        "a design studio with assigned seats",
        "no text",
        "clean wall, no text, logos or watermarks",
        "a wall without any visible lettering",
        "remove the old wooden sign",
        "text-free wall",
        "the dog's and the cat's bowls",
        'a screen 5" x 7',
        '""',
    ],
)
def test_other_prompts_do_not_ask_for_text(prompt: str) -> None:
    assert find_request(prompt) is None


def test_a_long_prompt_is_searched_in_no_time() -> None:
    prompt = " ".join(f"word{i} lantern{i}" for i in range(150))
    assert find_echo("LANTERN77 UNDER A BRIDGE SOMEWHERE", prompt) == "lantern77"
