"""Layers in plain words."""

from __future__ import annotations

import pytest

from seedloupe.lens.wording import layer_titles, layer_words


@pytest.mark.parametrize(
    ("name", "place", "said"),
    [
        ("mid-vit-out", "Bottom", "after attention"),
        ("up-level2-repeat0-vit-block0-cross-q", "Way up 2", "what places ask the prompt"),
        ("up-level3-repeat0-vit-block0-self-k", "Way up 3", "what places compare"),
        ("mid-vit-block0-ffn-out", "Bottom", "what the feed-forward part adds"),
        ("down-level1-repeat1-res-out", "Way down 1", "after the convolutions"),
        ("down-level2-downsampler-out", "Way down 2", "where the size changes"),
        ("unet-after-conv-in", "Entrance", "the first look at the noise"),
        ("unet-out", "Exit", "the noise it found"),
    ],
)
def test_layers_have_plain_words(name: str, place: str, said: str) -> None:
    assert layer_words(name) == (place, said)


def test_a_layer_without_words_keeps_its_name() -> None:
    assert layer_words("somewhere-else") == ("somewhere-else", "somewhere-else")


def test_layers_shown_together_say_what_they_hold_first_and_none_reads_like_another() -> None:
    level = "up-level2-repeat"
    names = (
        "mid-vit-out",
        f"{level}0-vit-block0-self-k",
        f"{level}1-vit-block0-cross-q",
        f"{level}0-vit-block0-cross-q",
        f"{level}1-vit-block0-cross-k",
        "somewhere-else",
    )
    titles = layer_titles(names)
    assert titles[:2] == (("After attention", "bottom"), ("What places compare", "way up 2"))
    assert titles[3] == ("What places ask the prompt", "way up 2, repeat 1, block 1")
    # Two that even the numbers do not tell apart.
    assert titles[2][1] == f"{level}1-vit-block0-cross-q"
    assert len(set(titles)) == len(names)
    assert titles[5] == ("somewhere-else", "")
