"""The explorer's page and what it is told, read back as the browser reads it."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from seedloupe.errors import InputError
from seedloupe.lens import FeatureMap, LensRecord, LensSpec, LensWords
from seedloupe.lens.explorer import (
    RecordedRun,
    explorer_css,
    explorer_html,
    explorer_json,
    explorer_page,
    explorer_script,
)
from seedloupe.lens.record import LensKey
from seedloupe.lens.recorder import Recorder

LAYERS = {"mid-vit-out": (5, 3, 4), "up-level1-repeat0-vit-block0-cross-q": (6, 6, 8)}
STEPS = 3


def recorded(seed: int = 7, *, prompt: str = "a ball", layers: Any = LAYERS) -> LensRecord:
    """A run of three steps, non-square, that a recorder kept."""
    lots = torch.Generator().manual_seed(seed)
    recorder = Recorder()
    for step in range(STEPS):
        for layer, shape in layers.items():
            values = torch.randn(1, *shape, generator=lots)
            recorder(FeatureMap(layer, step, 9.0 - step, values, timestep=900.0 - step))
    spec = LensSpec(model="tiny", sampler="euler", prompt=prompt, seeds=(str(seed),))
    return recorder.finish(spec)


def told(*runs: RecordedRun) -> list[dict[str, Any]]:
    def refuse(text: str) -> None:
        raise AssertionError(f"{text} is no JSON a browser reads")

    found = json.loads(explorer_json(runs), parse_constant=refuse)
    return list(found["sides"])


def array(text: str, dtype: str, *shape: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype).reshape(shape)


def codes_of(told: dict[str, Any]) -> torch.Tensor:
    shape = (told["dims"], told["height"], told["width"])
    return torch.from_numpy(array(told["values"], "i1", *shape) * np.float32(told["scale"]))


def cosines(values: torch.Tensor) -> torch.Tensor:
    flat = torch.nn.functional.normalize(values.flatten(1), dim=0)
    return flat.T @ flat


def test_every_layer_at_every_step_has_the_colours_that_were_recorded() -> None:
    record = recorded()
    (side,) = told(RecordedRun(record))
    assert [layer["name"] for layer in side["layers"]] == list(LAYERS)
    for row, name in enumerate(LAYERS):
        for step in range(STEPS):
            found = side["maps"][row][step]
            size = (found["height"], found["width"])
            assert size == LAYERS[name][1:]
            expected = record.rgb[LensKey(0, step, 0, name)][0].numpy()
            np.testing.assert_array_equal(array(found["rgb"], "u1", 3, *size), expected)


def test_frames_tell_the_noise_level_and_the_training_time() -> None:
    (side,) = told(RecordedRun(recorded()))
    assert [frame["sigma"] for frame in side["frames"]] == [9.0, 8.0, 7.0]
    assert [frame["t"] for frame in side["frames"]] == [900.0, 899.0, 898.0]
    assert [frame["name"] for frame in side["frames"]] == ["step 1", "step 2", "step 3"]


def test_codes_keep_the_angles_of_the_features_to_a_byte() -> None:
    record = recorded()
    (side,) = told(RecordedRun(record))
    for row, name in enumerate(LAYERS):
        features = record.features(LensKey(0, 1, 0, name)).values[0]
        apart = (cosines(codes_of(side["maps"][row][1]["codes"])) - cosines(features)).abs()
        assert apart.max() < 0.03


def test_two_runs_travel_in_codes_that_can_be_compared() -> None:
    """The second run is the first one, moved by a cell: its best match is where it moved to."""
    first = recorded(3)
    moved = Recorder()
    lots = torch.Generator().manual_seed(3)
    for step in range(STEPS):
        for layer, shape in LAYERS.items():
            values = torch.randn(1, *shape, generator=lots).roll(1, dims=-1)
            moved(FeatureMap(layer, step, 9.0 - step, values))
    other = moved.finish(LensSpec(model="tiny", sampler="euler"))
    left, right = told(RecordedRun(first), RecordedRun(other))
    here, there = (codes_of(side["maps"][1][2]["codes"]) for side in (left, right))
    spot = here[:, 2, 3]
    like = torch.einsum("d,dhw->hw", spot, there) / there.norm(dim=0)
    assert divmod(int(like.argmax()), 8) == (2, 4)


def test_two_runs_are_painted_with_the_same_colours() -> None:
    """What is alike in both runs has one colour, though each run had colours of its own."""
    same, other = recorded(3), recorded(4)
    mixed = Recorder()
    lots, others = torch.Generator().manual_seed(3), torch.Generator().manual_seed(9)
    for step in range(STEPS):
        for layer, shape in LAYERS.items():
            values = torch.randn(1, *shape, generator=lots)
            noise = 5 * torch.randn(1, *shape, generator=others)
            mixed(FeatureMap(layer, step, 9.0 - step, values if step == 1 else noise))
    record = mixed.finish(LensSpec(model="tiny", sampler="euler"))
    key = LensKey(0, 1, 0, "mid-vit-out")
    assert (same.rgb[key] != record.rgb[key]).any()
    left, right = told(RecordedRun(same), RecordedRun(record))
    for row in range(len(LAYERS)):
        here, there = (side["maps"][row][1] for side in (left, right))
        size = (3, here["height"], here["width"])
        apart = array(here["rgb"], "u1", *size).astype(int) - array(there["rgb"], "u1", *size)
        assert abs(apart).max() <= 2
    assert left["layers"][0]["explained"] == right["layers"][0]["explained"]
    assert told(RecordedRun(same), RecordedRun(other))


def test_fine_grids_are_averaged_so_that_a_page_stays_small() -> None:
    (side,) = told(RecordedRun(recorded(layers={"mid-vit-out": (5, 40, 64)})))
    found = side["maps"][0][0]
    assert (found["height"], found["width"]) == (40, 64)
    assert (found["codes"]["height"], found["codes"]["width"]) == (32, 32)


def test_a_file_of_colours_alone_has_no_codes() -> None:
    record = replace(recorded(), codes={}, leads={}, axes={})
    (side,) = told(RecordedRun(record))
    assert side["maps"][0][0]["codes"] is None


def test_a_layer_that_was_given_up_leaves_a_gap_and_not_an_error() -> None:
    record = recorded()
    short = {k: v for k, v in record.rgb.items() if (k.layer, k.step) != ("mid-vit-out", 2)}
    (side,) = told(RecordedRun(replace(record, rgb=short)))
    assert side["maps"][0][2] is None
    assert side["maps"][1][2] is not None


def test_of_several_calls_within_a_step_the_last_is_shown() -> None:
    record = recorded()
    key = LensKey(0, 1, 0, "mid-vit-out")
    later = replace(key, call=1)
    white = torch.full_like(record.rgb[key], 255)
    (side,) = told(RecordedRun(replace(record, rgb={**record.rgb, later: white}, codes={})))
    assert set(base64.b64decode(side["maps"][0][1]["rgb"])) == {255}


def test_words_travel_as_their_share_of_what_the_words_of_their_prompt_take() -> None:
    record = recorded()
    maps = torch.rand(1, 2, 3, 4, generator=torch.Generator().manual_seed(1))
    words = {
        LensKey(0, step, 0, name): (maps * 0.1 * (step + 1)).half()
        for step in range(STEPS)
        for name in ("prompt", "negative")
    }
    entries = (
        LensWords("prompt", 3, 4, ("red", "ball")),
        LensWords("negative", 3, 4, ("blurry", "text")),
    )
    spec = replace(record.spec, words=entries)
    (side,) = told(RecordedRun(replace(record, spec=spec, words=words)))
    texts = side["words"]["texts"]
    assert [text["text"] for text in texts] == ["red", "ball", "blurry", "text"]
    assert [text["negative"] for text in texts] == [False, False, True, True]
    frame = side["words"]["frames"][2]
    values = array(frame["values"], "u1", 4, 3, 4) / 255 * np.reshape(frame["peaks"], (4, 1, 1))
    shares = (maps / maps.sum(1, keepdim=True))[0].numpy()
    np.testing.assert_allclose(values, np.concatenate([shares, shares]), atol=4e-3)


def test_values_that_are_not_finite_do_not_reach_the_browser() -> None:
    recorder = Recorder()
    values = torch.randn(1, 5, 3, 4)
    values[0, 0, 0, 0] = float("inf")
    recorder(FeatureMap("mid-vit-out", 0, float("nan"), values))
    (side,) = told(RecordedRun(recorder.finish(LensSpec(model="tiny", sampler="euler"))))
    assert side["frames"][0]["sigma"] is None


def test_pictures_travel_small_and_keep_their_shape() -> None:
    picture = Image.new("RGB", (1600, 800), "red")
    (side,) = told(RecordedRun(recorded(), picture, {(0, 1): picture}))
    assert side["aspect"] == 2
    assert side["picture"].startswith("data:image/webp;base64,")
    assert [bool(preview) for preview in side["previews"]] == [False, True, False]
    assert len(side["picture"]) < 20_000


def test_runs_are_called_by_their_seed_and_other_pictures_by_a_name() -> None:
    left, right = told(RecordedRun(recorded(7)), RecordedRun(recorded(8), name="picture 2"))
    assert (left["name"], right["name"]) == ("seed 7", "picture 2")


def test_without_a_picture_the_finest_layer_gives_the_shape() -> None:
    (side,) = told(RecordedRun(recorded()))
    assert (side["aspect"], side["picture"]) == (8 / 6, "")


@pytest.mark.parametrize(
    ("runs", "field"),
    [
        ((), "runs"),
        ((RecordedRun(recorded()),) * 3, "runs"),
        ((RecordedRun(replace(recorded(), rgb={})),), "record"),
        ((RecordedRun(recorded(), row=1),), "row"),
        (
            (RecordedRun(recorded()), RecordedRun(recorded(layers={"mid-vit-out": (5, 3, 4)}))),
            "layers",
        ),
    ],
)
def test_runs_that_cannot_be_shown_are_refused_by_name(
    runs: tuple[RecordedRun, ...], field: str
) -> None:
    with pytest.raises(InputError, match=f"^{field}: expected"):
        explorer_json(runs)


def test_runs_of_other_lengths_do_not_stand_side_by_side() -> None:
    short = recorded()
    short = replace(short, rgb={k: v for k, v in short.rgb.items() if k.step < 2})
    with pytest.raises(InputError, match="moments"):
        explorer_json([RecordedRun(recorded()), RecordedRun(short)])


def test_the_page_holds_everything_and_a_hostile_prompt_stays_text() -> None:
    evil = "</script><script>alert(1)</script>"
    page = explorer_page([RecordedRun(recorded(prompt=evil))])
    assert page.count("</script>") == 2
    assert "<script>alert" not in page
    assert re.search(r"(src|href)=[\"']?https?:", page) is None
    values = page.split('id="values">')[1].split("</script>")[0]
    assert json.loads(values)["sides"][0]["title"] == evil
    assert json.loads(values) == json.loads(explorer_json([RecordedRun(recorded(prompt=evil))]))


def test_no_part_fetches_or_writes_markup() -> None:
    for part in (explorer_script(), explorer_css(), explorer_html()):
        assert part.strip()
        for word in ("http:", "https:", "innerHTML", "eval(", "document.write"):
            assert word not in part
