"""What mining nodes offer to score by: each scorer by its name, weights and references by theirs.

A workflow may come from anybody, so none of these names a path: weights lie in a folder of the
scorer's name, references in one folder, both where ComfyUI keeps its models or the user's own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import folder_paths
from comfy_api.latest import io

from ...errors import InputError
from ...places import HOST_REFERENCES, HOST_WEIGHTS, REFERENCES, named_references, own_folder
from ...plugins import any_announced
from ...registry import Registry

if TYPE_CHECKING:
    from ...mining.scorers import ScorerPlugin
    from ...services.scorer_form import ScorerForm, ScorerOffer

__all__ = ["ALL_THAT_FIT", "check_scorers", "comfyui_scorers", "scorer_form", "scorer_input"]

ALL_THAT_FIT, CHOSEN = "all that fit", "chosen here"
NOTHING, ALIKE = "nothing", "all alike"
_PIXELS = "appearance"
KNOWN: Mapping[str, str] = MappingProxyType(
    {
        "appearance": (
            "tags gray, border, sky and broken, the look and the colours, from pixels "
            "alone. Needs: nothing."
        ),
        "text": (
            "share of the picture, or of its repainted part, that text covers; the tag "
            "text. Needs: a text reader."
        ),
        "fid": (
            "Fréchet distance (FID) and KID to real pictures, resized as by pytorch-fid. "
            "Needs: pytorch-fid's Inception weights (.safetensors or .pth); pictures or "
            "statistics to compare with."
        ),
        "clean_fid": (
            "Fréchet distance (FID) and KID to real pictures, resized as by clean-fid. "
            "Needs: pytorch-fid's Inception weights (.safetensors or .pth); pictures or "
            "statistics to compare with."
        ),
        "fd_clip": (
            "Fréchet and kernel distance to real pictures by CLIP's picture vectors. "
            "Needs: transformers; a CLIP network as transformers or open_clip save it; "
            "pictures or statistics to compare with (hub: openai/clip-vit-base-patch32)."
        ),
        "clip": (
            "CLIP score: how well picture and prompt fit, 100 times the cosine. Needs: "
            "transformers; a CLIP network as transformers or open_clip save it (hub: "
            "openai/clip-vit-base-patch32)."
        ),
        "pickscore": (
            "PickScore: which picture people pick for a prompt. Needs: transformers; a "
            "CLIP network as transformers or open_clip save it (hub: "
            "yuvalkirstain/PickScore_v1)."
        ),
        "hps": (
            "HPS v2: human preference score, the cosine; weights as a checkpoint or a "
            "CLIP folder. Needs: transformers; a CLIP network as transformers or "
            "open_clip save it (hub: adams-story/HPSv2-hf)."
        ),
        "aesthetic": (
            "LAION's improved aesthetic predictor, 1 to 10. Needs: transformers; CLIP "
            "ViT-L/14 as transformers saves it, and the predictor (.safetensors or .pth) "
            "beside."
        ),
        "imagereward": (
            "ImageReward: how much people prefer a picture for its prompt, about -2 to 2. "
            "Needs: transformers; ImageReward's weights (ImageReward.pt or .safetensors) "
            "and BERT's vocab.txt."
        ),
        "style": (
            "style for distances: Gram matrices of a feature network's layers, "
            "compressed. Needs: VGG-16's weights as torchvision names them (.safetensors "
            "or .pth)."
        ),
        "composition": (
            "where objects stand, how large and how near, by segmentation and depth "
            "networks. Needs: transformers; segmentation/ (semantic, or CLIPSeg) and, if "
            "at hand, depth/, as transformers saves them."
        ),
    }
)


def scorer_input(name: str, *, decides: bool) -> Any:
    """Describe the choice of scorers; read anew each time, as references come and go.

    Args:
        name: of the input.
        decides: whether one of them may be what a race is about.
    """
    offered = scorers_offered()
    chosen: list[Any] = [
        io.Boolean.Input(known, default=known == _PIXELS, tooltip=said, optional=True)
        for known, said in offered.items()
    ]
    if decides:
        chosen.append(
            io.Combo.Input(
                "decides",
                options=[ALIKE, *offered],
                default=ALIKE,
                optional=True,
                tooltip="Which of them the race is about; the others are written down.",
            )
        )
    chosen.append(
        io.Combo.Input(
            "compare_with",
            options=[NOTHING, *named_references(_references())],
            default=NOTHING,
            optional=True,
            tooltip="Pictures, or .npz statistics, for Fréchet distances: what lies in "
            "models/seedloupe_references.",
        )
    )
    return io.DynamicCombo.Input(
        name,
        options=[
            io.DynamicCombo.Option(ALL_THAT_FIT, []),
            io.DynamicCombo.Option(CHOSEN, chosen),
        ],
        optional=True,
        tooltip="What pictures are scored by. All that fit are those that need nothing, and those "
        "whose weights lie in models/seedloupe_scorers, a folder of the scorer's name each.",
    )


def scorer_form(name: str, given: Mapping[str, Any] | None) -> ScorerForm:
    """Read the choice as the host hands it over.

    Args:
        name: of the input.
        given: the choice under that name, and its inputs by theirs; None where it is not there.

    Raises:
        InputError: nothing is chosen, or there is no such reference.
    """
    from ...services.scorer_form import ScorerForm

    if given is None or given.get(name) != CHOSEN:
        return ScorerForm()
    names = tuple(known for known in scorers_offered() if given.get(known) is True)
    if not names:
        raise InputError(name, expected="one scorer or more", got="none of them chosen")
    decides, reference = given.get("decides", ALIKE), given.get("compare_with", NOTHING)
    place = comfyui_scorers().reference("" if reference == NOTHING else str(reference))
    return ScorerForm(names, (), place, () if decides == ALIKE else (str(decides),))


def check_scorers(name: str, given: object) -> None:
    """Refuse scorers that lack something before anything runs.

    Raises:
        InputError: what the first of them lacks.
    """
    if not isinstance(given, Mapping):
        return  # wired, and not known yet
    form = scorer_form(name, given)
    if not form.names:
        return
    for answer in comfyui_scorers().answers(form=form):
        if answer.name in form.names and answer.lacks:
            advice = f"Put it into models/seedloupe_scorers/{answer.name}, or untick it."
            raise InputError(
                f"scorer {answer.name}", expected=answer.needs, got=answer.lacks, advice=advice
            )


def comfyui_scorers() -> ScorerOffer:
    """Return the scorers here, and where their weights are looked for."""
    from ...services.scorer_form import ScorerOffer
    from .readers import known_readers

    return ScorerOffer.of_user(
        _scorers(),
        known_readers(),
        weights=_folders(HOST_WEIGHTS),
        references=_folders(HOST_REFERENCES),
    )


def scorers_offered() -> Mapping[str, str]:
    """Return what each scorer is called and what it measures.

    Without other packages' they stand here as the core says it: to ask the core loads half of
    Seedloupe, and each start of ComfyUI would wait for it.
    """
    if not any_announced():
        return KNOWN
    return {name: said_of(plugin) for name, plugin in _scorers().entries.items() if _works(plugin)}


def said_of(plugin: ScorerPlugin) -> str:
    """Say what a scorer measures and needs; no layers of the model are handed in here."""
    from ...mining.scorers.plugin import needs_in_words

    needs = needs_in_words(replace(plugin.needs, or_stages=False))
    return f"{plugin.summary}. Needs: {needs}."


@cache
def _scorers() -> Registry[ScorerPlugin]:
    """The same as :func:`comfyui_plugins` has; without other packages' no other plug-in is made."""
    if not any_announced():
        from ...mining.scorers import builtin_scorers

        return builtin_scorers()
    from .plug_ins import comfyui_plugins

    return comfyui_plugins().scorers


def _folders(name: str) -> tuple[Path, ...]:
    """Return the folders of a kind; ``extra_model_paths.yaml`` may add some."""
    folder_paths.add_model_folder_path(name, str(Path(folder_paths.models_dir) / name))
    return tuple(map(Path, folder_paths.get_folder_paths(name)))


def _references() -> tuple[Path, ...]:
    own = own_folder(os.environ, sys.platform, Path.home())
    return (*_folders(HOST_REFERENCES), own / REFERENCES)


def _works(plugin: ScorerPlugin) -> bool:
    """Whether a node could ever use it: not what Python code or repainted pictures are for."""
    return not (plugin.needs.features or plugin.needs.masks)
