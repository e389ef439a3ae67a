"""The studies of activations, set up for a model: filter, rank, segmentation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..studies.activations import (
    FilterStudy,
    RankStudy,
    SegmentationStudy,
    conventional,
    paper_rule,
    recommended,
)
from ..studies.frame.looking import usual_layers
from ..studies.labelled import LabelledPicture, LabelledSource, read_folder, world_segments
from .study_choices import (
    WORLD,
    StudiedWith,
    StudyChoices,
    looking_of,
    pictures_of,
    require_seedling,
)

if TYPE_CHECKING:
    from ..studies.frame import Study

_PAPERS_TIME = 50
_RANKED_FROM, _SEGMENTED_FROM = 620_000, 660_000
"""Where scenes begin in the held-out range: sets are never judged on what chose them."""
_LABELLED = (8, 16, 32, 64)
_QUICK_LABELLED = (8, 24)


def filter_study(model: StudiedWith, choices: StudyChoices) -> Study:
    """Set up the filter: all layers with a value for each cell, at the paper's time."""
    source = pictures_of(model, choices, 10, 40)
    layers = choices.layers or model.subject.layers
    looking = looking_of(model, _at(choices, _PAPERS_TIME), layers=layers)
    return FilterStudy(looking, source.items, source.origin)


def rank_study(model: StudiedWith, choices: StudyChoices) -> Study:
    """Set up the ranking of what the paper's rule keeps, or of the layers somebody names."""
    source = _segments(model, choices, choices.amount(40, 120), _RANKED_FROM)
    kept = paper_rule(model.subject.layers)[-1].kept
    layers = choices.layers or kept or usual_layers(model.subject.layers)
    times = (_PAPERS_TIME,) if choices.quick else (_PAPERS_TIME, 200)
    looking = looking_of(model, _at(choices, *times), layers=layers)
    pool, most = (5, 3) if choices.quick else (8, 4)
    return RankStudy(looking, source.items, source.origin, pool, most)


def segmentation_study(model: StudiedWith, choices: StudyChoices) -> Study:
    """Set up segmentation on the layers somebody names, or on the paper's kind of set."""
    source = _segments(model, choices, choices.amount(60, 160), _SEGMENTED_FROM)
    before = conventional(model.subject.layers)
    chosen = choices.layers or recommended(model.subject.layers)
    whose = "by whoever asked" if choices.layers else "the counterparts of the paper's set"
    if not chosen:
        chosen, whose = usual_layers(model.subject.layers)[-1:], "the last, for want of a decoder"
    looking = looking_of(
        model, _at(choices, _PAPERS_TIME), layers=tuple(dict.fromkeys((*chosen, *before)))
    )
    room = len(source.items) // 2
    counts = _QUICK_LABELLED if choices.quick else _LABELLED
    labelled = tuple(count for count in counts if count <= room) or (max(1, room),)
    draws = 3 if choices.quick else 5
    return SegmentationStudy(
        looking, source.items, source.origin, chosen, before, labelled, draws, whose
    )


def _segments(
    model: StudiedWith, choices: StudyChoices, count: int, first: int
) -> LabelledSource[LabelledPicture]:
    if choices.folder is not None:
        return read_folder(choices.folder, count)
    require_seedling(model.info)
    return LabelledSource(world_segments(count, first=first), f"{WORLD}, of six kinds of thing")


def _at(choices: StudyChoices, *times: int) -> StudyChoices:
    return replace(choices, times=choices.times or times)
