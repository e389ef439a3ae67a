"""Choices of layers in files, and those a paper recommends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from torch import nn

from seedloupe.errors import LayerNotFoundError
from seedloupe.lens import find_layers
from seedloupe.lens.layer_panel import (
    LayerPanel,
    PanelFileError,
    chosen_layers,
    read_panel,
    write_panel,
)
from seedloupe.lens.panel import default_panel
from seedloupe.lens.published_panels import PUBLISHED_PANELS, SD15, SDXL, published_panel
from seedloupe.lens.run_record import panel_of

PANEL = LayerPanel(
    ("up-level1-repeat0-vit-block0-cross-q", "mid-vit-out"),
    "rank",
    "seedling",
    model_sha256="ab12",
    time=50,
    finding="A pixel classifier on these reaches 0.7.",
    command="seedloupe study rank --out rank",
)


def test_a_panel_is_read_as_it_was_written(tmp_path: Path) -> None:
    for panel in (PANEL, replace(PANEL, time=None, model_sha256="", finding="")):
        path = tmp_path / "deep" / "rank.panel.json"
        write_panel(panel, path)
        assert read_panel(path) == panel


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "seedloupe.panel.9"}, "another kind of file"),
        ({"layers": []}, "0 layers"),
        ({"layers": ["a", "a"]}, "one twice"),
        ({"layers": "mid-vit-out"}, "no list of names"),
        ({"layers": [3]}, "no list of names"),
        ({"time": "50"}, "no whole number"),
        ({"time": True}, "no whole number"),
        ({"model": 7}, "model that is no text"),
    ],
)
def test_a_file_that_is_no_panel_is_refused_in_one_line(
    changes: dict[str, object], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "rank.panel.json"
    write_panel(PANEL, path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    with pytest.raises(PanelFileError, match=words) as caught:
        read_panel(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_one_that_is_no_json_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "rank.panel.json"
    with pytest.raises(PanelFileError, match="No such file"):
        read_panel(path)
    path.write_bytes(b"\x80\x02not json")
    with pytest.raises(PanelFileError, match="no JSON"):
        read_panel(path)
    path.write_bytes(b" " * 1_000_001)
    with pytest.raises(PanelFileError, match="more than"):
        read_panel(path)


def test_a_panel_of_another_models_layers_is_refused_by_name(
    tmp_path: Path, sd15: nn.Module, seedling_shape: nn.Module
) -> None:
    path = tmp_path / "best.panel.json"
    write_panel(replace(PANEL, layers=("mid-vit-out", *SD15.layers), model="other"), path)
    assert panel_of(sd15, (str(path),)) == ("mid-vit-out", *SD15.layers)
    with pytest.raises(LayerNotFoundError, match=r"best\.panel\.json of other: 2 of 5") as caught:
        panel_of(seedling_shape, (str(path),))
    assert "\n" not in str(caught.value)
    assert "seedloupe study rank" in str(caught.value)


def test_why_a_panels_layers_are_there_is_the_studys_finding(
    tmp_path: Path, seedling_shape: nn.Module
) -> None:
    path = tmp_path / "rank.panel.json"
    write_panel(PANEL, path)
    choices = chosen_layers(seedling_shape, (str(path),))
    assert tuple(choice.layer for choice in choices) == PANEL.layers
    assert choices[0].paper == "study rank"
    assert choices[0].task == "measured on seedling at training time 50"
    assert choices[0].figure == PANEL.finding
    assert not choices[0].inferred


def test_a_host_takes_bare_names_from_one_folder_alone(
    tmp_path: Path, seedling_shape: nn.Module
) -> None:
    write_panel(PANEL, tmp_path / "panels" / "rank.panel.json")
    write_panel(PANEL, tmp_path / "elsewhere.panel.json")
    panels = tmp_path / "panels"
    assert panel_of(seedling_shape, ("rank.panel.json",), panels=panels) == PANEL.layers
    for word in (
        "../elsewhere.panel.json",
        str(tmp_path / "elsewhere.panel.json"),
        "..\\elsewhere.panel.json",
        "./rank.panel.json",
    ):
        with pytest.raises(PanelFileError, match="bare name"):
            panel_of(seedling_shape, (word,), panels=panels)


def test_published_sets_are_the_papers_for_models_of_that_shape(
    sd15: nn.Module, sd21: nn.Module, sdxl: nn.Module, ldm_sd15: nn.Module, ldm_sdxl: nn.Module
) -> None:
    assert published_panel(sd15) is published_panel(ldm_sd15) is published_panel(sd21) is SD15
    assert published_panel(sdxl) is published_panel(ldm_sdxl) is SDXL
    for unet, panel in ((sd15, SD15), (sdxl, SDXL)):
        assert panel_of(unet, ("published",)) == panel.layers
        assert tuple(layer.name for layer in find_layers(unet, panel.layers)) == panel.layers


def test_what_is_published_says_so_and_where_it_stands() -> None:
    for panel in PUBLISHED_PANELS:
        for choice in panel.choices():
            assert "published, not measured here" in choice.task
            assert "feature/configs" in choice.task
            assert "Meng" in choice.paper


def test_no_published_set_is_made_up_for_other_shapes(seedling_shape: nn.Module) -> None:
    with pytest.raises(LayerNotFoundError, match=r"SD 1\.5 or SDXL"):
        panel_of(seedling_shape, ("published",))


def test_other_words_are_names_as_before(seedling_shape: nn.Module) -> None:
    assert panel_of(seedling_shape, ("auto",)) == default_panel(seedling_shape)
    assert panel_of(seedling_shape, ("mid-vit-out", "unet-out")) == ("mid-vit-out", "unet-out")
    assert chosen_layers(seedling_shape, ("mid-vit-out",)) == ()
