"""What a user asks of a study, and of which model; the parts every study is set up with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..generation.model_info import Family, ModelInfo
from ..studies.frame import FeatureStore, StudiedNetwork
from ..studies.frame.looking import Looking, usual_layers
from ..studies.frame.painted import Scorer
from ..studies.labelled import LabelledPicture, LabelledSource, read_folder, world_pictures
from .picture_measures import PictureMeasures

WORLD = "Seedling's world, scenes no network was trained on"


@dataclass(frozen=True, eq=False)
class StudyChoices:
    """What a user asks for; None takes what the study usually does.

    Attributes:
        quick: as few pictures as say anything.
        folder: pictures of a data set; None takes Seedling's world.
        pictures: how many pictures, pairs, scenes or prompts.
        prompts: to paint; None takes Seedling's held-out ones.
        seeds: to paint with.
        layers: canonical names.
        times: training times.
        steps: of a painted picture.
        cache: where pictures and features are kept; None keeps none.
    """

    quick: bool = False
    folder: Path | None = None
    pictures: int | None = None
    prompts: tuple[str, ...] | None = None
    seeds: tuple[int, ...] | None = None
    layers: tuple[str, ...] | None = None
    times: tuple[int, ...] | None = None
    steps: int | None = None
    cache: Path | None = None

    def amount(self, quick: int, full: int) -> int:
        """Return how many are taken where nobody said."""
        return self.pictures or (quick if self.quick else full)


@dataclass(frozen=True, eq=False)
class StudiedWith:
    """A model and what judges its pictures.

    Attributes:
        info: facts of the model.
        subject: paints and is looked into.
        measures: what its pictures are judged and compared by; None where no study asks.
    """

    info: ModelInfo
    subject: StudiedNetwork
    measures: PictureMeasures | None = None

    @property
    def judging(self) -> PictureMeasures:
        """What pictures are judged by.

        Raises:
            InputError: nothing was opened that could.
        """
        if self.measures is None:
            raise InputError("scorers", expected="one or more", got="none")
        return self.measures

    @property
    def score(self) -> Scorer:
        """What verdicts rest on."""
        return next(iter(self.judging.scorers.values()))


def looking_of(
    model: StudiedWith, choices: StudyChoices, *, layers: tuple[str, ...] = ()
) -> Looking:
    """Return what a study looks with, features kept where the user says.

    Args:
        model: which.
        choices: what the user asks for.
        layers: those the study needs; none takes the user's, or most of each kind.
    """
    if not layers:
        layers = choices.layers or usual_layers(model.subject.layers)
        if choices.quick and choices.layers is None:
            layers = layers[::2]
    times = choices.times or ((50, 200) if choices.quick else (25, 100, 250, 500))
    store = FeatureStore(None if choices.cache is None else choices.cache / "features")
    return Looking(model.subject, layers, times, model.subject.untrained(), store)


def pictures_of(
    model: StudiedWith, choices: StudyChoices, quick: int, full: int
) -> LabelledSource[LabelledPicture]:
    """Return pictures with outlines: the user's, or Seedling's own.

    Args:
        model: which.
        choices: what the user asks for.
        quick: how many are as few as say anything.
        full: how many are taken otherwise.

    Raises:
        InputError: there are none.
        ImageError: one cannot be read.
    """
    count = choices.amount(quick, full)
    if choices.folder is not None:
        return read_folder(choices.folder, count)
    require_seedling(model.info)
    return LabelledSource(world_pictures(count), WORLD)


def require_seedling(info: ModelInfo) -> None:
    """Refuse models that come with no pictures of their own.

    Raises:
        InputError: it is another model than Seedling.
    """
    if info.family is not Family.SEEDLING:
        raise InputError(
            "folder",
            expected="a folder in the format of a data set",
            got="nothing",
            advice="Only Seedling comes with pictures of its own; name a folder with --folder.",
        )
