"""Layers in plain words, for people who do not read module names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_WAYS = {"down": "Way down", "up": "Way up", "mid": "Bottom"}
_LEVELLED = re.compile(r"(down|up)-level(\d+)-(?:repeat\d+-)?(.+)")
_NUMBERS = re.compile(r"(repeat|block)(\d+)")
_PARTS = (
    (re.compile(r"self-([qkv])$"), "what places compare"),
    (re.compile(r"cross-([qkv])$"), "what places ask the prompt"),
    (re.compile(r"self-out$"), "what places tell each other"),
    (re.compile(r"cross-out$"), "what the prompt answers"),
    (re.compile(r"ffn-inner$"), "inside the feed-forward part"),
    (re.compile(r"ffn-out$"), "what the feed-forward part adds"),
    (re.compile(r"vit"), "after attention"),
    (re.compile(r"res-increment$"), "what the block adds"),
    (re.compile(r"res-out$"), "after the convolutions"),
    (re.compile(r"(down|up)sampler"), "where the size changes"),
)


def layer_words(name: str) -> tuple[str, str]:
    """Say in plain words where in the U-Net a layer stands, and what it computes.

    Args:
        name: a canonical name such as ``up-level2-repeat0-vit-out``.

    Returns:
        where it stands, such as "Way up 2", and what it holds, such as "after attention"; a name
        that is no layer's comes back as it is, twice.
    """
    if name == "unet-after-conv-in":
        return "Entrance", "the first look at the noise"
    if name == "unet-out":
        return "Exit", "the noise it found"
    levelled = _LEVELLED.match(name)
    place = _WAYS["mid"] if name.startswith("mid") else name
    if levelled:
        place = f"{_WAYS[levelled[1]]} {levelled[2]}"
    return place, next((words for pattern, words in _PARTS if pattern.search(name)), name)


def layer_titles(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return for each of several layers what it holds and where it stands, no two alike.

    What a layer holds comes first, since the panels made for a U-Net have several layers at one
    place.

    Args:
        names: canonical names, each once.

    Returns:
        such as ("What places compare", "way up 2"); two layers that would read alike are told apart
        by the numbers in their names, or by the names themselves.
    """
    plain = [_title(name) for name in names]
    alike = Counter(plain)
    longer = [
        (title, f"{place}{_numbers(name)}" if alike[title, place] > 1 else place)
        for name, (title, place) in zip(names, plain, strict=True)
    ]
    alike = Counter(longer)
    return tuple(
        (title, name if alike[title, place] > 1 else place)
        for name, (title, place) in zip(names, longer, strict=True)
    )


def _title(name: str) -> tuple[str, str]:
    place, held = layer_words(name)
    if place == name:
        return name, ""
    return held[:1].upper() + held[1:], place[:1].lower() + place[1:]


def _numbers(name: str) -> str:
    return "".join(f", {kind} {int(number) + 1}" for kind, number in _NUMBERS.findall(name))
