"""What mining nodes offer to score by: each scorer by its name, weights and references by theirs.

A workflow may come from anybody, so none of these names a path: weights lie in a folder of the
scorer's name, references in one folder, both where ComfyUI keeps its models or the user's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folder_paths
from comfy_api.latest import io

from ...errors import InputError
from ...mining.scorers import builtin_scorers
from ...plugins import any_announced
from ...registry import Registry
from ...services.scorers import needs_in_words

if TYPE_CHECKING:
    from ...mining.scorers import ScorerPlugin
    from ...services.scorer_form import ScorerForm, ScorerOffer

__all__ = ["ALL_THAT_FIT", "check_scorers", "comfyui_scorers", "scorer_form", "scorer_input"]

ALL_THAT_FIT, CHOSEN = "all that fit", "chosen here"
NOTHING, ALIKE = "nothing", "all alike"
_PIXELS = "appearance"


def scorer_input(name: str, *, decides: bool) -> Any:
    """Describe the choice of scorers; read anew each time, as references come and go.

    Args:
        name: of the input.
        decides: whether one of them may be what a race is about.
    """
    offered = {known: plugin for known, plugin in _scorers().entries.items() if _works(plugin)}
    chosen: list[Any] = [
        io.Boolean.Input(known, default=known == _PIXELS, tooltip=_said_of(plugin), optional=True)
        for known, plugin in offered.items()
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
            options=[NOTHING, *comfyui_scorers().reference_names()],
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
    names = tuple(known for known in _scorers().entries if given.get(known) is True)
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
    from ...services.scorer_form import HOST_REFERENCES, HOST_WEIGHTS, ScorerOffer
    from .readers import known_readers

    return ScorerOffer.of_user(
        _scorers(),
        known_readers(),
        weights=_folders(HOST_WEIGHTS),
        references=_folders(HOST_REFERENCES),
    )


@cache
def _scorers() -> Registry[ScorerPlugin]:
    """The same as :func:`comfyui_plugins` has; without other packages' no other plug-in is made."""
    if not any_announced():
        return builtin_scorers()
    from .plug_ins import comfyui_plugins

    return comfyui_plugins().scorers


def _folders(name: str) -> tuple[Path, ...]:
    """Return the folders of a kind; ``extra_model_paths.yaml`` may add some."""
    folder_paths.add_model_folder_path(name, str(Path(folder_paths.models_dir) / name))
    return tuple(map(Path, folder_paths.get_folder_paths(name)))


def _works(plugin: ScorerPlugin) -> bool:
    """Whether a node could ever use it: not what Python code or repainted pictures are for."""
    return not (plugin.needs.features or plugin.needs.masks)


def _said_of(plugin: ScorerPlugin) -> str:
    return f"{plugin.summary}. Needs: {needs_in_words(plugin.needs)}."
