"""Saves pictures, each with its own seed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import folder_paths
from comfy.cli_args import args
from comfy_api.latest import io, ui
from torch import Tensor

from ..output_place import require_in_output
from ..refusal import validation
from ..schema import REPORT_KEY, node_schema

__all__ = ["NODES", "SeedloupeSaveWithSeeds"]


class SeedloupeSaveWithSeeds(io.ComfyNode):
    """Writes each picture's own seed into its file, which the graph cannot tell."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return node_schema(
            "SeedloupeSaveWithSeeds",
            name="Save with Seeds",
            description="Saves PNG pictures, each with its own seed, rank, table and position in "
            "its metadata, also of batches, lists and cached runs. The workflow is saved as well.",
            aliases=("save image", "seed metadata", "save seeds"),
            is_output_node=True,
            is_input_list=True,
            hidden=[io.Hidden.prompt, io.Hidden.extra_pnginfo],
            inputs=[
                io.Image.Input("images", tooltip="One batch, or a list of them."),
                io.String.Input(
                    "filename_prefix",
                    default="Seedloupe",
                    tooltip="As in Save Image; it may name a folder of the output folder.",
                ),
                io.Noise.Input(
                    "noise",
                    optional=True,
                    tooltip="Pick Seeds or Noise from Seeds: the noise the pictures began with, or "
                    "the node whose list of seeds they were sampled with.",
                ),
            ],
        )

    @classmethod
    def validate_inputs(cls, filename_prefix: Any) -> bool | str:
        """Refuse a place outside the output folder before anything is sampled."""
        return validation(lambda: require_in_output(filename_prefix))

    @classmethod
    def execute(
        cls, images: list[Tensor], filename_prefix: list[str], noise: list[Any] | None = None
    ) -> io.NodeOutput:
        """Save every picture, whether or not its seed is known."""
        from ..saving import records_for

        pictures = [picture for batch in images for picture in batch]
        height, width = pictures[0].shape[:2]
        records = records_for(noise[0] if noise else None, len(pictures), (width, height))
        texts = _run_texts(cls.hidden)
        known = isinstance(records, list) and not args.disable_metadata
        of_each = [json.dumps(one.to_json()) for one in records] if known else [""] * len(pictures)
        saved = _saved(pictures, filename_prefix[0], texts, of_each)
        told = f"Saved {len(saved)} with their seeds." if known else str(records)
        if args.disable_metadata:
            told = "Saved without metadata, as ComfyUI was started with --disable-metadata."
        return io.NodeOutput(ui={"images": saved, REPORT_KEY: [told]})


def _run_texts(hidden: Any) -> dict[str, str]:
    """What the host's own nodes write into a picture."""
    if args.disable_metadata:
        return {}
    prompt = {"prompt": json.dumps(hidden.prompt)} if hidden.prompt is not None else {}
    more = hidden.extra_pnginfo or {}
    return prompt | {name: json.dumps(value) for name, value in more.items()}


def _saved(
    pictures: Sequence[Tensor], prefix: str, texts: dict[str, str], of_each: Sequence[str]
) -> list[Any]:
    from ....metadata.write_png import save_png

    height, width = pictures[0].shape[:2]
    folder, name, counter, subfolder, _ = folder_paths.get_save_image_path(
        prefix, folder_paths.get_output_directory(), width, height
    )
    saved = []
    for number, (picture, record) in enumerate(zip(pictures, of_each, strict=True)):
        file = f"{name.replace('%batch_num%', str(number))}_{counter + number:05}_.png"
        own = {"seedloupe": record} if record else {}
        save_png(picture[..., :3].movedim(-1, 0).cpu().float(), Path(folder) / file, texts | own)
        saved.append(ui.SavedResult(file, subfolder, io.FolderType.output))
    return saved


NODES = (SeedloupeSaveWithSeeds,)
