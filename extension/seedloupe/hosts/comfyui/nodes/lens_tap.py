"""The node that watches layers of a model while something samples with it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from comfy_api.latest import io

from ....errors import InputError
from ....places import panels_folder
from ..lens.concepts import NO_CONCEPTS, concept_names, named_concepts
from ..lens.handle import LENS, Lens
from ..refusal import validation
from ..schema import node_schema

__all__ = ["NODES", "SeedloupeLensTap"]

_MEGABYTE = 10**6
_BUDGET = 200


class SeedloupeLensTap(io.ComfyNode):
    """A MODEL that is watched while it samples, and a LENS to look into afterwards."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return node_schema(
            "SeedloupeLensTap",
            name="Lens Tap",
            description="Watches layers of the U-Net while a sampler runs, shows them on the node, "
            "and keeps them to look into. The picture stays the same to the bit.",
            aliases=("semantic lens", "attention maps", "feature maps", "DAAM", "inspect U-Net"),
            inputs=_inputs(),
            outputs=[
                io.Model.Output("model", display_name="model", tooltip="Wire it to the sampler."),
                LENS.Output(
                    "lens",
                    display_name="lens",
                    tooltip="What was seen: for Lens View, Lens Compare and Save Lens.",
                ),
            ],
            hidden=[io.Hidden.unique_id],
            # Of equal nodes the host keeps one result, for a V3 node even under another id; but
            # what is shown has to reach this very node.
            not_idempotent=True,
        )

    @classmethod
    def validate_inputs(cls, layers: object = "auto") -> bool | str:
        """Refuse what names no layer at all."""
        return validation(lambda: _names(layers)) if isinstance(layers, str) else True

    @classmethod
    def execute(
        cls,
        model: Any,
        layers: str,
        live: bool,
        budget: int = _BUDGET,
        clip: Any = None,
        prompt: str = "",
        negative: str = "",
        concepts: str = NO_CONCEPTS,
    ) -> io.NodeOutput:
        """Put the watch on a clone of the model."""
        from ....lens.run_record import panel_of
        from ..lens.events import Page
        from ..lens.tap import LensTap
        from ..lens.tap_run import TapSettings
        from ..lens.tokens import clip_prompt_tokens

        unet = model.get_model_object("diffusion_model")
        settings = TapSettings(
            panel_of(unet, _names(layers), panels=_panels()),
            budget * _MEGABYTE,
            live=live,
            prompt=clip_prompt_tokens(clip, prompt) if clip is not None and prompt else None,
            negative=clip_prompt_tokens(clip, negative) if clip is not None and negative else None,
            texts=(prompt, negative),
            concepts=named_concepts(concepts, model),
        )
        lens = Lens()
        tap = LensTap(lens, settings, Page(str(cls.hidden.unique_id)))
        return io.NodeOutput(tap.attach(model), lens)


def _inputs() -> list[Any]:
    return [
        io.Model.Input("model", tooltip="A Stable Diffusion model: SD 1.x, 2.x, XL, Seedling."),
        io.String.Input(
            "layers",
            default="auto",
            tooltip="Layers by name, several with commas: mid-vit-out, IN07, up-level1-*-vit-out. "
            "auto takes two to four that tell most, after the papers; published what a paper "
            "recommends for SD 1.5 or XL; NAME.panel.json what a study of yours found, from the "
            "folder panels beside your own seed tables.",
        ),
        io.Boolean.Input("live", default=True, tooltip="Show layers here while a sampler runs."),
        io.Int.Input(
            "budget",
            default=_BUDGET,
            min=1,
            max=100_000,
            optional=True,
            advanced=True,
            tooltip="The most a recording may take, in megabytes. Where it is not enough, codes "
            "are kept in place of features, then fewer steps; the node says so.",
        ),
        io.Clip.Input(
            "clip",
            optional=True,
            tooltip="To look at words: the CLIP that encoded the prompt.",
        ),
        io.String.Input(
            "prompt",
            optional=True,
            multiline=True,
            default="",
            tooltip="The text that is encoded as the positive; of several, as the first.",
        ),
        io.String.Input(
            "negative",
            optional=True,
            multiline=True,
            default="",
            tooltip="The text that is encoded as the negative.",
        ),
        io.Combo.Input(
            "concepts",
            options=[NO_CONCEPTS, *concept_names()],
            default=NO_CONCEPTS,
            optional=True,
            advanced=True,
            tooltip="Paint what a sparse autoencoder of this model finds in its layer while a "
            "sampler runs. seedloupe study sae writes such files; they go into concepts in "
            "Seedloupe's own folder.",
        ),
    ]


def _panels() -> Path:
    return panels_folder(os.environ, sys.platform, Path.home())


def _names(layers: str) -> tuple[str, ...]:
    names = tuple(name for name in layers.replace(",", " ").split() if name)
    if not names:
        advice = "auto chooses for you."
        raise InputError("layers", expected="auto, or names", got="nothing", advice=advice)
    return names


NODES = (SeedloupeLensTap,)
