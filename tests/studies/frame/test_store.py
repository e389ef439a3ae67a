"""Pictures and features that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from seedloupe.studies.frame import FeatureStore, Painting, PictureStore
from seedloupe.studies.frame.looking import Looking, usual_layers
from seedloupe.studies.frame.painted import Painted

from .stands import COLOURS, NOISE, Stand


class Counter:
    """Makes a tensor and counts."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> dict[str, Tensor]:
        self.made += 1
        return {"a": torch.full((2, 3), 0.25)}


def test_what_is_kept_is_made_once_and_what_differs_is_made_again(tmp_path: Path) -> None:
    store, make = FeatureStore(tmp_path), Counter()
    for key in ({"x": 1, "y": 2}, {"y": 2, "x": 1}, {"x": 2, "y": 2}):
        assert torch.equal(store.get(key, make)["a"], torch.full((2, 3), 0.25))
    assert make.made == 2


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    store, make = FeatureStore(tmp_path), Counter()
    store.get({"x": 1}, make)
    for path in tmp_path.iterdir():
        path.write_bytes(b"nothing of the kind")
    assert store.get({"x": 1}, make)["a"].shape == (2, 3)
    assert make.made == 2


def test_pictures_come_back_as_their_files_would_hold_them(tmp_path: Path) -> None:
    given = torch.rand(2, 3, 5, 7)
    first = PictureStore(tmp_path).get({"x": 1}, lambda: given)
    again = PictureStore(tmp_path).get({"x": 1}, lambda: given * 0)
    assert torch.equal(first, again)
    assert float((first - given).abs().max()) <= 0.5 / 255 + 1e-6


def test_studies_share_pictures_of_one_way_of_painting_only(tmp_path: Path) -> None:
    store = PictureStore(tmp_path)
    one = Painted(Stand(), ("a",), (1, 2), Painting(8), store)
    Painted(Stand(), ("a", "b"), (1, 2), Painting(8), store).of("a")
    one.of("a")
    assert len(list(tmp_path.iterdir())) == 1
    Painted(Stand(), ("a",), (1, 2), Painting(9), store).of("a")
    assert len(list(tmp_path.iterdir())) == 2


def test_the_controls_features_are_never_taken_for_the_models(tmp_path: Path) -> None:
    subject = Stand()
    looking = Looking(subject, (COLOURS,), (50,), subject.untrained(), FeatureStore(tmp_path))
    seen = {name: found[COLOURS] for name, _, found in looking.look(torch.rand(3, 16, 24))}
    assert len(seen) == 2
    assert not torch.equal(*seen.values())


def test_of_a_deep_transformer_every_third_block_is_looked_at() -> None:
    deep = [f"up-level0-repeat0-vit-block{k}-cross-q" for k in range(10)]
    assert usual_layers([*deep, NOISE]) == (deep[0], deep[3], deep[6], deep[9], NOISE)


def test_a_small_transformer_is_looked_at_whole_and_a_deep_one_at_every_third_block() -> None:
    events = ("q", "k", "v", "text-q", "ffn-out", "attn-out", "out")
    small = [f"vit-block{block}-{event}" for block in range(6) for event in events]
    deep = [f"vit-block{block}-{event}" for block in range(24) for event in events]
    assert usual_layers(small) == tuple(
        f"vit-block{block}-{event}" for block in range(6) for event in ("q", "k", "out")
    )
    assert usual_layers(deep) == tuple(
        f"vit-block{block}-{event}" for block in range(0, 24, 3) for event in ("q", "k", "out")
    )


def test_what_another_study_kept_is_found_and_only_the_rest_is_made(tmp_path: Path) -> None:
    made: list[tuple[str, ...]] = []

    def make(names: Sequence[str]) -> dict[str, Tensor]:
        made.append(tuple(names))
        return {name: torch.full((2, 3), float(ord(name))) for name in names}

    store = FeatureStore(tmp_path)
    store.get_named({"picture": 1}, ("a", "b"), make)
    found = store.get_named({"picture": 1}, ("c", "b"), make)
    assert list(found) == ["c", "b"]
    assert float(found["b"][0, 0]) == ord("b")
    store.get_named({"picture": 1}, ("a", "b", "c"), make)
    store.get_named({"picture": 2}, ("a",), make)
    assert made == [("a", "b"), ("c",), ("a",)]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_damaged_file_of_named_tensors_is_made_anew(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path)

    def make(names: Sequence[str]) -> dict[str, Tensor]:
        return {name: torch.ones(2) for name in names}

    store.get_named({"picture": 1}, ("a",), make)
    next(tmp_path.iterdir()).write_bytes(b"torn")
    assert torch.equal(store.get_named({"picture": 1}, ("a",), make)["a"], torch.ones(2))
