"""The papers' studies, set up for a model: what is asked, on which pictures, how much of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..errors import InputError
from ..generation.model_info import Family, ModelInfo
from ..studies.activations import CorrespondenceStudy
from ..studies.early import EarlyStudy
from ..studies.frame import (
    KeptTensors,
    Painting,
    PictureStore,
    Study,
)
from ..studies.frame.looking import usual_layers
from ..studies.frame.painted import Painted
from ..studies.good_seed import (
    ClassifierStudy,
    CompositionStudy,
    DiversityStudy,
    GeneraliseStudy,
    StyleStudy,
    SwapStudy,
)
from ..studies.labelled import (
    read_classes,
    read_moving,
    read_point_pairs,
    world_classes,
    world_moving,
    world_point_pairs,
)
from ..studies.names import StudyName
from ..studies.revelio import ProbeStudy, SaeStudy
from ..studies.revelio.sae import KeptConcepts, TeachingPlan
from ..studies.semantic_lens import LayersStudy, StepsStudy, TransformsStudy, VideoStudy
from .activation_studies import filter_study, rank_study, segmentation_study
from .study_choices import (
    WORLD,
    StudiedWith,
    StudyChoices,
    looking_of,
    pictures_of,
    require_seedling,
)


def _layers(model: StudiedWith, choices: StudyChoices) -> Study:
    source = pictures_of(model, choices, 10, 40)
    return LayersStudy(looking_of(model, choices), source.items, source.origin)


def _transforms(model: StudiedWith, choices: StudyChoices) -> Study:
    source = pictures_of(model, choices, 10, 40)
    return TransformsStudy(looking_of(model, choices), source.items, source.origin)


def _steps(model: StudiedWith, choices: StudyChoices) -> Study:
    source = pictures_of(model, choices, 10, 40)
    return StepsStudy(looking_of(model, choices), source.items, source.origin)


def _video(model: StudiedWith, choices: StudyChoices) -> Study:
    count = choices.amount(6, 20)
    if choices.folder is not None:
        source = read_moving(choices.folder, count)
        return VideoStudy(looking_of(model, choices), source.items, source.origin)
    require_seedling(model.info)
    scenes = world_moving(count, 5 if choices.quick else 8)
    return VideoStudy(looking_of(model, choices), scenes, f"{WORLD}, in motion")


def _correspondence(model: StudiedWith, choices: StudyChoices) -> Study:
    count = choices.amount(16, 80)
    if choices.folder is not None:
        source = read_point_pairs(choices.folder, count)
        return CorrespondenceStudy(looking_of(model, choices), source.items, source.origin)
    require_seedling(model.info)
    return CorrespondenceStudy(looking_of(model, choices), world_point_pairs(count), WORLD)


def _probe(model: StudiedWith, choices: StudyChoices) -> Study:
    count = choices.amount(72, 480)
    if choices.folder is not None:
        origin = f"a folder a class in {choices.folder.name}"
        return ProbeStudy(looking_of(model, choices), read_classes(choices.folder), origin)
    require_seedling(model.info)
    return ProbeStudy(
        looking_of(model, choices), world_classes(count), f"{WORLD}, by kind of thing"
    )


def _sae(model: StudiedWith, choices: StudyChoices) -> Study:
    source = pictures_of(model, choices, 48, 400)
    looking = looking_of(model, choices)
    if choices.layers is None:
        chosen = [layer for layer in looking.layers if layer.endswith("vit-out")][-_SAE_LAYERS:]
        looking = replace(looking, layers=tuple(chosen or looking.layers[-_SAE_LAYERS:]))
    if choices.times is None:
        looking = replace(looking, times=(25, 200) if choices.quick else (25, 100, 200, 500))
    plan = TeachingPlan(steps=400) if choices.quick else TeachingPlan(units=512, steps=4000)
    kept = KeptConcepts(None if choices.cache is None else choices.cache / "concepts")
    return SaeStudy(looking, source.items, source.origin, plan, kept)


_SAE_LAYERS = 3


def _painted(
    model: StudiedWith, choices: StudyChoices, prompts: int, seeds: int, steps: int
) -> Painted:
    told = _told(model, choices, choices.pictures or prompts)
    store = PictureStore(None if choices.cache is None else choices.cache / "pictures")
    how = Painting(choices.steps or steps)
    return Painted(model.subject, told, choices.seeds or tuple(range(seeds)), how, store)


_FEWEST_SWAPS = 5
"""With fewer there is no interval, and so no verdict."""


def _swap(model: StudiedWith, choices: StudyChoices) -> Study:
    told = _told(model, choices, choices.amount(_FEWEST_SWAPS, 12))
    steps = choices.steps or (12 if choices.quick else 40)
    pairs = ((0, 1),) if choices.quick else ((0, 1), (2, 3))
    return SwapStudy(model.subject, told, pairs, steps=steps)


def _grid(model: StudiedWith, choices: StudyChoices) -> Painted:
    """Return the pictures that studies of seeds share."""
    prompts, seeds, steps = (12, 14, 6) if choices.quick else (64, 64, 8)
    return _painted(model, choices, prompts, seeds, steps)


def _kept(choices: StudyChoices, what: str) -> KeptTensors:
    return KeptTensors(None if choices.cache is None else choices.cache / what)


def _classifier(model: StudiedWith, choices: StudyChoices) -> Study:
    return ClassifierStudy(_grid(model, choices), kept=_kept(choices, "networks"))


def _generalise(model: StudiedWith, choices: StudyChoices) -> Study:
    return GeneraliseStudy(_grid(model, choices), model.judging.scorers)


def _diversity(model: StudiedWith, choices: StudyChoices) -> Study:
    return DiversityStudy(_grid(model, choices), model.judging.spaces, model.score)


def _style(model: StudiedWith, choices: StudyChoices) -> Study:
    painted = _grid(model, choices)
    name, embed = next(iter(model.judging.spaces.items()))
    return StyleStudy(painted, embed, name, _kept(choices, "spaces"))


def _composition(model: StudiedWith, choices: StudyChoices) -> Study:
    judging = model.judging
    if judging.places is None:
        raise InputError(
            "scorers",
            expected="one that says where things stand",
            got=", ".join(judging.scorers),
            advice="Give --scorers composition=FOLDER with networks for segmentation and depth.",
        )
    painted = _grid(model, choices)
    return CompositionStudy(painted, judging.places, judging.classes, _kept(choices, "spaces"))


def _early(model: StudiedWith, choices: StudyChoices) -> Study:
    prompts, seeds = (6, 12) if choices.quick else (24, 32)
    painted = _painted(model, choices, prompts, seeds, 20)
    layers = choices.layers or _probed(model.subject.layers)
    return EarlyStudy(painted, model.score, painted.how.steps or 20, layers=layers)


def _probed(layers: Sequence[str]) -> tuple[str, ...]:
    """Return the layers an early probe is taught on: the middle's last, and one half way up."""
    looked = [layer for layer in usual_layers(layers) if layer.endswith("vit-out")]
    middle = [layer for layer in looked if layer.startswith("mid")][-1:]
    upwards = [layer for layer in looked if layer.startswith("up")]
    return tuple((*middle, *upwards[len(upwards) // 2 :][:1])) or usual_layers(layers)[-1:]


_BUILD: Mapping[StudyName, Callable[[StudiedWith, StudyChoices], Study]] = {
    StudyName.SWAP: _swap,
    StudyName.CLASSIFIER: _classifier,
    StudyName.GENERALISE: _generalise,
    StudyName.DIVERSITY: _diversity,
    StudyName.STYLE: _style,
    StudyName.COMPOSITION: _composition,
    StudyName.LAYERS: _layers,
    StudyName.TRANSFORMS: _transforms,
    StudyName.STEPS: _steps,
    StudyName.VIDEO: _video,
    StudyName.PROBE: _probe,
    StudyName.SAE: _sae,
    StudyName.CORRESPONDENCE: _correspondence,
    StudyName.FILTER: filter_study,
    StudyName.RANK: rank_study,
    StudyName.SEGMENTATION: segmentation_study,
    StudyName.EARLY: _early,
}


def build_study(name: StudyName, model: StudiedWith, choices: StudyChoices) -> Study:
    """Set up a study.

    Raises:
        InputError: or one of its kinds: what is asked for cannot be; the field is named.
    """
    return _BUILD[name](model, choices)


def judged_settings(name: StudyName, study: Study, model: StudiedWith) -> Mapping[str, object]:
    """Return all that decides what a study finds, what judges its pictures included."""
    if not name.judges:
        return study.settings
    return {**study.settings, "judged by": dict(model.judging.words)}


def _told(model: StudiedWith, choices: StudyChoices, count: int) -> tuple[str, ...]:
    if choices.prompts is not None:
        return choices.prompts[: choices.pictures]
    return _own_prompts(model.info, count)


def _own_prompts(info: ModelInfo, count: int) -> tuple[str, ...]:
    from ..seedling.prompts import prompts

    if info.family is not Family.SEEDLING:
        raise InputError(
            "prompts",
            expected="a file with a prompt a line",
            got="nothing",
            advice="Only Seedling comes with prompts of its own; name a file with --prompts.",
        )
    return prompts(count, _FIRST_PROMPT)


_FIRST_PROMPT = 720_000
