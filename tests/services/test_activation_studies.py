"""The studies of activations, set up for a model and a data set."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from seedloupe.errors import InputError
from seedloupe.generation.model_info import Family
from seedloupe.images import to_pil
from seedloupe.services.studies import build_study
from seedloupe.services.study_choices import StudiedWith, StudyChoices
from seedloupe.studies.activations import FilterStudy, RankStudy, SegmentationStudy
from seedloupe.studies.frame import Holds, run_study
from seedloupe.studies.journal import StudyJournal
from seedloupe.studies.names import StudyName

from ..studies.activations.pictures import striped_pictures
from ..studies.frame.stands import STRIPES, STRIPES_TOO, StripeStand


class _Info:
    """Facts of a model that comes with no pictures."""

    family = Family.SD1


def model() -> StudiedWith:
    return StudiedWith(cast("Any", _Info()), StripeStand())


def voc(folder: Path, count: int) -> Path:
    """Planks and posts in Pascal VOC's layout, as cats and dogs, with an edge left out."""
    for name in ("JPEGImages", "SegmentationObject", "SegmentationClass"):
        (folder / name).mkdir(parents=True)
    numbers = {"plank": 8, "post": 12}
    for one in striped_pictures(count):
        to_pil(one.image).save(folder / "JPEGImages" / f"{one.name}.jpg", quality=98, subsampling=0)
        objects = one.objects.numpy().astype(np.uint8)
        classes = np.array([0, *(numbers[kind] for kind in one.kinds)], np.uint8)[objects]
        for values, name in ((objects, "SegmentationObject"), (classes, "SegmentationClass")):
            values[0] = 255
            Image.fromarray(values).save(folder / name / f"{one.name}.png")
    return folder


def test_a_folder_in_pascals_layout_is_segmented_by_its_classes(tmp_path: Path) -> None:
    choices = StudyChoices(
        quick=True, folder=voc(tmp_path / "VOC", 32), layers=(STRIPES, STRIPES_TOO)
    )
    study = build_study(StudyName.SEGMENTATION, model(), choices)
    assert isinstance(study, SegmentationStudy)
    assert study.labelled == (8,)  # half of 32 pictures are not enough to teach 24
    with StudyJournal(tmp_path / "j.jsonl", study.settings) as journal:
        report = run_study(study, journal)
    assert "Classes: the background, cat, dog." in report.notes
    assert report.figures["mIoU with 8 pictures, chosen layers"].low > 0.7  # type: ignore[union-attr]
    assert report.figures["mIoU with 8 pictures, colours of the cells"].high < 0.6  # type: ignore[union-attr]
    assert report.holds is not Holds.NO


def test_all_layers_are_filtered_and_what_the_paper_keeps_is_ranked(tmp_path: Path) -> None:
    choices = StudyChoices(quick=True, folder=voc(tmp_path / "VOC", 20))
    filtered = build_study(StudyName.FILTER, model(), choices)
    assert isinstance(filtered, FilterStudy)
    assert filtered.looking.layers == StripeStand().layers
    assert filtered.looking.times == (50,)
    ranked = build_study(StudyName.RANK, model(), choices)
    assert isinstance(ranked, RankStudy)
    assert ranked.looking.layers == (STRIPES,)  # the finest level keeps self-attention alone


def test_models_without_pictures_need_a_folder() -> None:
    for name in (StudyName.FILTER, StudyName.RANK, StudyName.SEGMENTATION):
        with pytest.raises(InputError, match="--folder"):
            build_study(name, model(), StudyChoices())
