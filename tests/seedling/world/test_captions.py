"""A caption and what it tells are one."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from seedloupe.errors import InputError
from seedloupe.seedling.world import (
    CaptionFacts,
    Colour,
    Ground,
    Named,
    ObjectKind,
    Relation,
    Size,
    Sky,
    Style,
    Weather,
    read_caption,
    sample_scene,
)
from seedloupe.seedling.world.words import SIGNS, WATERMARKS


def some_told(draw: random.Random) -> CaptionFacts:
    relation = draw.choice([None, *Relation])
    things = tuple(
        Named(draw.choice(list(ObjectKind)), draw.choice(list(Colour)), draw.choice(list(Size)))
        for _ in range(2 if relation else 1)
    )
    return CaptionFacts(
        things,
        relation,
        draw.choice([None, *Ground]),
        draw.choice([None, *Sky]),
        draw.choice(list(Weather)),
        draw.choice(list(Style)),
        draw.choice(["", *SIGNS]),
    )


def test_a_caption_says_what_was_told_and_nothing_else() -> None:
    draw = random.Random(0)
    told = [some_told(draw) for _ in range(3000)]
    assert [read_caption(one.caption) for one in told] == told
    assert len({one.caption for one in told}) == len(set(told))


def test_a_caption_is_plain_english() -> None:
    box = Named(ObjectKind.BOX, Colour.BLUE)
    ball = Named(ObjectKind.BALL, Colour.ORANGE, Size.SMALL)
    assert CaptionFacts((box,)).caption == "a blue box"
    assert Named(ObjectKind.CUP, Colour.ORANGE).words == "an orange cup"
    pair = CaptionFacts((ball, box), Relation.ON, Ground.GRASS, Sky.DAWN, Weather.FOG, sign="SALE")
    assert pair.caption == (
        'a small orange ball on a blue box on grass under a dawn sky in fog with a sign "SALE"'
    )


def test_scenes_are_captioned_by_what_they_show_and_watermarks_are_not_told() -> None:
    for seed in range(800):
        scene = sample_scene(seed)
        told = read_caption(scene.caption)
        assert told == scene.told
        assert [thing.kind for thing in told.things] == [thing.kind for thing in scene.things]
        assert not any(word in scene.caption for word in WATERMARKS)
        marked = replace(scene, word="STOCK", word_asked=False)
        assert marked.caption == replace(scene, word="", word_asked=False).caption


@pytest.mark.parametrize(
    "foreign", ["a dog", "a red ball beside a box", "red ball", "a red ball on grass "]
)
def test_what_the_world_does_not_say_is_refused(foreign: str) -> None:
    with pytest.raises(InputError, match="caption: expected a caption of Seedling's world"):
        read_caption(foreign)
