"""880 prompts of 40 things in 22 guises, for models that come with none of their own.

Xu, Zhang and Shi (2024) measure composition with 40 object classes times 22 modifiers, one of them
empty. Their lists were not published; these are ours, of that size: classes of MS-COCO, and guises
that say where, when and how.
"""

from __future__ import annotations

GRID = "grid"
"""What ``--prompts`` calls them."""

_THINGS = (
    "person",
    "bicycle",
    "car",
    "motorcycle",
    "airplane",
    "bus",
    "train",
    "truck",
    "boat",
    "bench",
    "bird",
    "cat",
    "dog",
    "horse",
    "sheep",
    "cow",
    "elephant",
    "bear",
    "zebra",
    "giraffe",
    "backpack",
    "umbrella",
    "suitcase",
    "kite",
    "skateboard",
    "bottle",
    "cup",
    "bowl",
    "banana",
    "apple",
    "sandwich",
    "pizza",
    "cake",
    "chair",
    "couch",
    "bed",
    "laptop",
    "clock",
    "vase",
    "teapot",
)
_GUISES = (
    "{}",
    "{} in the snow",
    "{} on a beach",
    "{} in a forest",
    "{} in a city street",
    "{} on a wooden table",
    "{} in an empty room",
    "{} at night",
    "{} at sunset",
    "{} in the rain",
    "{} in fog",
    "{} in front of mountains",
    "{} seen from above",
    "{} seen from far away",
    "{} close up",
    "an old {_}",
    "a small red {_}",
    "a large blue {_}",
    "a painting of {}",
    "a pencil drawing of {}",
    "a black and white photograph of {}",
    "a photograph of {}",
)


def prompt_grid() -> tuple[str, ...]:
    """Return them, things in turn."""
    return tuple(
        guise.format(f"{_article(thing)} {thing}", _=thing)
        for guise in _GUISES
        for thing in _THINGS
    )


def _article(thing: str) -> str:
    return "an" if thing[0] in "aeiou" else "a"
