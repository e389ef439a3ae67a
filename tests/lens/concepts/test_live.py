"""Concepts of a run: colours that stay, names that join units, and nothing of the background."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from seedloupe.errors import ConceptFileError, InputError
from seedloupe.lens import FeatureMap
from seedloupe.lens.concepts import (
    ConceptPainter,
    SparseCoder,
    concept_sheet,
    legend_of,
    read_concepts,
    require_concepts,
    save_concept_sheet,
    write_concepts,
)

LAYER = "mid-vit-out"
NAMES = ("tree", "ball", "tree", "", "background", "")


def coder(names: tuple[str, ...] = NAMES) -> SparseCoder:
    """Six units, each answering to a channel of its own."""
    return SparseCoder(
        LAYER, 50, 2, torch.eye(6), torch.zeros(6), torch.eye(6), torch.zeros(6), 1.0, names=names
    )


def seen(step: int, *cells: tuple[int, int, int, float], layer: str = LAYER) -> FeatureMap:
    """A map ``(1, 6, 3, 5)`` with values in single cells: channel, row, column, how much."""
    values = torch.zeros(1, 6, 3, 5)
    for channel, row, column, much in cells:
        values[0, channel, row, column] = much
    return FeatureMap(layer, step, 1.0, values, timestep=float(900 - step))


def test_units_of_one_name_are_one_concept_and_the_background_is_not_painted() -> None:
    painter = ConceptPainter(coder())
    painter.take(seen(0, (0, 0, 0, 2.0), (2, 1, 1, 2.0), (1, 2, 4, 1.0), (4, 0, 3, 9.0)))
    (frame,) = painter.frames
    assert [share.name for share in frame.shares] == ["tree", "ball"]
    assert [round(share.cells * 15) for share in frame.shares] == [2, 1]
    tree = torch.tensor(frame.shares[0].colour) / 255
    assert torch.allclose(frame.picture[:, 0, 0], tree)
    assert torch.allclose(frame.picture[:, 1, 1], tree)
    assert float(frame.picture[:, 0, 3].max()) == 0
    assert frame.picture.shape == (3, 3, 5)
    assert frame.timestep == 900


def test_a_concept_keeps_its_colour_and_an_unnamed_one_has_its_number() -> None:
    painter = ConceptPainter(coder())
    painter.take(seen(0, (0, 0, 0, 2.0)))
    painter.take(seen(1, (3, 0, 1, 5.0), (0, 2, 2, 1.0)))
    first, second = painter.frames
    named = {share.name: share.colour for share in second.shares}
    assert set(named) == {"tree", "concept 3"}
    assert named["tree"] == first.shares[0].colour
    assert named["concept 3"] != named["tree"]


def test_other_layers_are_left_alone_and_a_second_call_of_a_step_replaces_the_first() -> None:
    painter = ConceptPainter(coder())
    painter.take(seen(0, (0, 0, 0, 2.0), layer="up-level0-vit-out"))
    assert painter.frames == []
    painter.take(seen(0, (0, 0, 0, 2.0)))
    painter.take(seen(0, (1, 0, 0, 2.0)))
    assert [share.name for share in painter.frames[0].shares] == ["ball"]
    assert len(painter.finished()) == 1
    assert painter.frames == []


def test_where_nothing_answers_nothing_is_painted() -> None:
    painter = ConceptPainter(coder())
    painter.take(seen(0))
    assert painter.frames[0].shares == ()
    assert float(painter.frames[0].picture.max()) == 0


def test_a_sheet_shows_moments_the_picture_and_the_legend(tmp_path: Path) -> None:
    painter = ConceptPainter(coder())
    for step in range(20):
        painter.take(seen(step, (0, 0, 0, 2.0), (1, 2, 4, 1.0 + step)))
    frames = painter.finished()
    picture = torch.rand(3, 24, 40, generator=torch.Generator().manual_seed(0))
    sheet = concept_sheet(frames, picture)
    assert sheet.width > 8 * 128
    assert [one.name for one in legend_of(frames)] == ["tree", "ball"]
    colours = np.asarray(sheet).reshape(-1, 3)
    assert (colours == legend_of(frames)[0].colour).all(1).any()
    save_concept_sheet(frames, picture, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as kept:
        assert kept.size == sheet.size
    with pytest.raises(InputError, match="concepts"):
        concept_sheet((), picture)


def test_names_survive_a_file_and_files_with_keys_of_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.concepts.safetensors"
    write_concepts(coder(), path, plan={"pictures": 3, "unheard of": [1]})
    assert read_concepts(path).names == NAMES
    assert read_concepts(path).name_of(3) == "concept 3"
    write_concepts(coder(()), path)
    assert read_concepts(path).names == ()
    with pytest.raises(InputError, match="names"):
        coder(("tree",))


def required(**changes: object) -> None:
    given = {"channels": 6, "model_sha256": "ab" * 32, **changes}
    one = replace(coder(), model_sha256="ab" * 32, per_picture=bool(given.pop("whole", False)))
    require_concepts(one, "a.concepts.safetensors", **given)  # type: ignore[arg-type]


def test_concepts_of_another_model_or_of_whole_pictures_are_refused_in_one_line() -> None:
    required()
    required(model_sha256="")
    for changes, words in (
        ({"channels": 7}, "expected 7 channels, as mid-vit-out has in this model, got 6 in a.con"),
        ({"model_sha256": "cd" * 32}, r"of this model \(cdcdcdcdcd\), got a.* another \(ababab"),
        ({"whole": True}, "expected concepts of places, got a.*, taught on whole pictures"),
    ):
        with pytest.raises(ConceptFileError, match=words) as refused:
            required(**changes)
        assert "\n" not in str(refused.value)
        assert "study sae" in str(refused.value)


def test_painting_changes_nothing_of_what_it_is_handed() -> None:
    feature = seen(0, (0, 0, 0, 2.0))
    before: Tensor = feature.values.clone()
    ConceptPainter(coder()).take(feature)
    assert torch.equal(feature.values, before)
