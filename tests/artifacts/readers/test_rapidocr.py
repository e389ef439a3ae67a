from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from seedloupe.artifacts import (
    Availability,
    Level,
    TextRegion,
    Verdict,
    flag_text_artifacts,
)
from seedloupe.artifacts.readers import RapidOcrReader, closer_look
from seedloupe.artifacts.readers.closer_look import look_size
from seedloupe.errors import ReaderError
from seedloupe.geometry import Extent, bounding_box

QUAD = np.array([(4, 6), (34, 6), (34, 16), (4, 16)], np.float32)


class Engine:
    """A stand-in for RapidOCR with its return types."""

    made: list[dict[str, Any]]
    quads: np.ndarray | None = QUAD[None]
    words: SimpleNamespace

    def __init__(self, params: dict[str, Any]) -> None:
        self.made.append(params)
        self.seen: list[tuple[np.ndarray, dict[str, bool]]] = []

    def __call__(self, pixels: np.ndarray, **stages: bool) -> SimpleNamespace:
        self.seen.append((pixels, stages))
        if stages["use_det"]:
            return SimpleNamespace(boxes=self.quads, scores=None if self.quads is None else [0.75])
        return self.words


@pytest.fixture
def engine(install: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch) -> type[Engine]:
    class Own(Engine):
        made: list[dict[str, Any]] = []  # noqa: RUF012 - a class of its own for each test
        words = SimpleNamespace(txts=(" CAFE ",), scores=(0.9,))

    install("rapidocr", RapidOCR=Own)
    monkeypatch.setattr(RapidOcrReader, "available", lambda _: Availability(True, ""))
    return Own


def test_pixels_come_blue_first(engine: type[Engine]) -> None:
    reader = RapidOcrReader()
    image = torch.zeros(3, 20, 40)
    image[0] = 1
    reader.read(image)
    for pixels, _ in reader._engine.seen:
        assert pixels.flags["C_CONTIGUOUS"]
        assert pixels.dtype == np.uint8
        assert pixels[0, 0].tolist() == [0, 0, 255]


def test_a_region_keeps_both_scores(engine: type[Engine]) -> None:
    (region,) = RapidOcrReader().read(torch.zeros(3, 20, 40))
    assert (region.text, region.confidence, region.detection) == ("CAFE", 0.9, 0.75)
    np.testing.assert_array_equal(region.quad, QUAD)


def test_the_second_look_is_at_the_enlarged_picture_and_reads_nothing(
    engine: type[Engine],
) -> None:
    reader = RapidOcrReader()
    reader.read(torch.zeros(3, 96, 64))
    ((pixels, stages),) = reader._closer.seen
    assert pixels.shape == (192, 128, 3)
    assert stages == {"use_det": True, "use_cls": False, "use_rec": False}


def test_a_row_seen_closer_only_has_a_likeness_and_nothing_else(
    engine: type[Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closer_look, "likeness", lambda traits: 0.7 if traits.closer else 0.1)
    reader = RapidOcrReader()
    reader.read(torch.zeros(3, 96, 64))
    reader._engine.quads = None
    (row,) = reader.read(torch.zeros(3, 96, 64))
    assert (row.text, row.confidence, row.detection, row.likeness) == ("", 0.0, None, 0.7)
    np.testing.assert_array_equal(row.quad, QUAD / 2)


def test_no_boxes_are_no_regions(engine: type[Engine]) -> None:
    engine.quads = None
    assert RapidOcrReader().read(torch.zeros(3, 20, 40)) == ()


@pytest.mark.parametrize(
    "words",
    [
        SimpleNamespace(txts=("",), scores=(0.4,)),
        SimpleNamespace(txts=None, scores=None),
        SimpleNamespace(cls_res=[("0", 0.9)]),
    ],
)
def test_letter_shapes_nobody_can_read_are_still_reported(
    words: SimpleNamespace, engine: type[Engine]
) -> None:
    engine.words = words
    (region,) = RapidOcrReader().read(torch.zeros(3, 20, 40))
    assert (region.text, region.confidence, region.detection) == ("", 0.0, 0.75)


def test_the_engine_is_made_once_quiet_and_on_one_thread(engine: type[Engine]) -> None:
    reader = RapidOcrReader()
    assert engine.made == []
    for _ in range(3):
        reader.read(torch.zeros(3, 20, 40))
    closer, usual = engine.made
    for settings in (closer, usual):
        assert settings["EngineConfig.onnxruntime.intra_op_num_threads"] == 1
        assert settings["Global.log_level"] == "error"
    assert usual["Det.limit_side_len"] == 512
    assert closer["Det.limit_side_len"] >= max(look_size(Extent(1024, 700)))
    assert closer["Det.box_thresh"] < usual["Det.box_thresh"]


def test_an_unloaded_engine_is_made_again(engine: type[Engine]) -> None:
    reader = RapidOcrReader()
    reader.read(torch.zeros(3, 20, 40))
    reader.unload()
    assert (reader._engine, reader._closer) == (None, None)
    reader.read(torch.zeros(3, 20, 40))
    assert len(engine.made) == 4


def test_every_call_says_which_stages_it_wants(engine: type[Engine]) -> None:
    reader = RapidOcrReader()
    reader.read(torch.zeros(3, 20, 40))
    assert all(
        set(stages) == {"use_det", "use_cls", "use_rec"} for _, stages in reader._engine.seen
    )


def test_lines_are_cut_out_upright(engine: type[Engine]) -> None:
    # A line written from below to above: its first corner is the lower left one.
    engine.quads = np.array([[(4, 36), (4, 6), (14, 6), (14, 36)]], np.float32)
    image = torch.zeros(3, 40, 20)
    image[:, 30:36, 4:14] = 1  # where the line begins
    reader = RapidOcrReader()
    reader.read(image)
    line = reader._engine.seen[1][0]
    assert line.shape == (10, 30, 3)
    assert line[:, :5].mean() > 250
    assert line[:, 8:].mean() < 5


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import seedloupe.artifacts.readers.packages as packages

    monkeypatch.setattr(packages, "find_spec", lambda _: None)
    found = RapidOcrReader().available()
    assert not found.ok
    assert "rapidocr and onnxruntime not installed (pip install" in found.reason


def test_a_wheel_without_models_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import seedloupe.artifacts.readers.rapidocr as module

    monkeypatch.setattr(module, "missing_packages", lambda *_: ())
    monkeypatch.setattr(module, "package_folder", lambda _: tmp_path)
    assert not RapidOcrReader().available().ok
    with pytest.raises(ReaderError, match="carries no models"):
        RapidOcrReader().read(torch.zeros(3, 20, 40))


# The real engine.


def best(regions: tuple[TextRegion, ...]) -> TextRegion:
    return max(regions, key=lambda region: region.confidence)


def test_real_text_on_a_plain_ground_is_read_where_it_is(
    rapidocr: RapidOcrReader, write: Callable[..., Tensor]
) -> None:
    image = write(Image.new("RGB", (224, 96), (30, 60, 90)), "HARBOUR", (112, 48))
    region = best(rapidocr.read(image))
    assert region.text == "HARBOUR"
    assert region.detection is not None
    box = bounding_box(region.quad)
    assert (box.x0 + box.x1) / 2 == pytest.approx(112, abs=4)
    assert (box.y0 + box.y1) / 2 == pytest.approx(48, abs=4)


@pytest.mark.parametrize("degrees", [20, 90, 180])
def test_real_turned_text_is_read(
    degrees: float, rapidocr: RapidOcrReader, write: Callable[..., Tensor]
) -> None:
    image = write(Image.new("RGB", (160, 192), (30, 60, 90)), "HARBOUR", (80, 96), degrees=degrees)
    assert best(rapidocr.read(image)).text == "HARBOUR"


def test_real_text_on_texture_is_flagged_inside_the_mask_only(
    rapidocr: RapidOcrReader,
    write: Callable[..., Tensor],
    textured: Callable[..., Image.Image],
) -> None:
    image = write(textured(256, 192, 3), "CLEAR BACKGR0UND", (128, 130), size=22)
    below, above = torch.zeros(192, 256), torch.zeros(192, 256)
    below[96:], above[:96] = 1, 1
    report = flag_text_artifacts(image, below, rapidocr, prompt="clear background")
    assert report.verdict is Verdict.FLAGGED
    assert report.prompt_echo
    assert 0.05 < report.text_in_mask < 0.5
    assert flag_text_artifacts(image, above, rapidocr).verdict is Verdict.CLEAN


def test_real_texture_without_text_is_clean(
    rapidocr: RapidOcrReader, write: Callable[..., Tensor], textured: Callable[..., Image.Image]
) -> None:
    image = write(textured(256, 192, 4), "", (128, 96))
    report = flag_text_artifacts(image, torch.ones(192, 256), rapidocr)
    assert (report.verdict, report.text_in_mask) == (Verdict.CLEAN, 0)


def test_real_sign_of_the_source_is_excused(
    rapidocr: RapidOcrReader, write: Callable[..., Tensor], textured: Callable[..., Image.Image]
) -> None:
    before = write(textured(224, 128, 5), "BAKERY", (112, 64))
    noise = torch.randn(before.shape, generator=torch.Generator().manual_seed(0))
    after = (before + 0.03 * noise).clamp(0, 1)
    report = flag_text_artifacts(after, torch.ones(128, 224), rapidocr, before=before)
    assert report.verdict is Verdict.CLEAN
    assert report.text_in_mask > 0.02
    assert report.new_text == 0


def test_real_small_text_in_a_large_picture_is_found_through_the_mask(
    rapidocr: RapidOcrReader, write: Callable[..., Tensor]
) -> None:
    image = write(Image.new("RGB", (1600, 1300), (30, 60, 90)), "lantern", (1480, 1200), size=14)
    mask = torch.zeros(1300, 1600)
    mask[1150:1250, 1400:1560] = 1
    report = flag_text_artifacts(image, mask, rapidocr)
    assert [flag.region.text for flag in report.flags] == ["lantern"]
    box = bounding_box(report.flags[0].region.quad)
    assert (box.x0 + box.x1) / 2 == pytest.approx(1480, abs=5)


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (300, 5)])
def test_real_engine_takes_pictures_of_any_size(
    size: tuple[int, int], rapidocr: RapidOcrReader
) -> None:
    image = torch.rand(3, *size, generator=torch.Generator().manual_seed(0))
    report = flag_text_artifacts(image, torch.ones(size), rapidocr, level=Level.HIGH)
    assert report.verdict in Verdict


def test_real_words_on_pictures_as_small_as_seedlings_are_flagged_and_nothing_else(
    rapidocr: RapidOcrReader,
) -> None:
    from seedloupe.seedling.world import render

    pictures = [render(seed) for seed in range(40)]
    written = [picture for picture in pictures if picture.scene.word][:4]
    plain = [picture for picture in pictures if not picture.scene.word][:8]
    for picture in written + plain:
        image = torch.from_numpy(picture.image.copy()).permute(2, 0, 1) / 255
        report = flag_text_artifacts(image, torch.ones(image.shape[1:]), rapidocr)
        assert report.verdict is (Verdict.FLAGGED if picture.scene.word else Verdict.CLEAN)
        assert picture.scene.word in report.message
