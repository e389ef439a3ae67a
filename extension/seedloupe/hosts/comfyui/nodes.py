"""What ComfyUI's menu shows under ``seedloupe``."""

from __future__ import annotations

import logging
from typing import Any

from comfy_api.latest import ComfyExtension, io

from ...plugins import builtin, with_outside
from ...seedling import weights_folder
from ...services.choice_report import describe_choice
from ...services.seed_choice import NamedTable
from ...tables import find_table, read_table
from .golden import choose_golden, comfyui_table_folders, file_stamp, latent_shape, table_names
from .identity import model_sha256, remember_file
from .seedling import load_seedling

__all__ = ["SeedloupeGoldenSeed", "SeedloupeNodes", "SeedloupeSeedlingLoader"]

_logger = logging.getLogger(__name__)

_CATEGORY = "seedloupe"
_LARGEST_SIDE = 16384


class SeedloupeGoldenSeed(io.ComfyNode):
    """Seeds a table found to be good, as a list that runs a sampler once per seed."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node; read anew each time, so that new tables show up on refresh."""
        return io.Schema(
            node_id="SeedloupeGoldenSeed",
            display_name="Golden Seeds",
            category=_CATEGORY,
            description="The best seeds of a seed table, for one model, noise and picture size.",
            # An output node also runs alone, and shows its report again when nothing had to run.
            is_output_node=True,
            inputs=[
                io.Combo.Input(
                    "table",
                    options=list(table_names()),
                    tooltip="Seed tables: Seedloupe's own, and those in models/seed_tables.",
                ),
                io.Int.Input(
                    "count",
                    default=4,
                    min=1,
                    max=1024,
                    tooltip="How many seeds. The sampler runs once for each.",
                ),
                *_sides(),
                io.Model.Input(
                    "model",
                    optional=True,
                    tooltip="The model the seeds are for, so that the report can tell whether the "
                    "table was made with it.",
                ),
            ],
            outputs=_seed_outputs(),
        )

    @classmethod
    def fingerprint_inputs(cls, table: str, **_: object) -> object:
        """Run again when the table's file changed."""
        return file_stamp(find_table(table, comfyui_table_folders()))

    @classmethod
    def execute(
        cls, table: str, count: int, width: int, height: int, model: Any = None
    ) -> io.NodeOutput:
        """Pick the seeds, unless they would mean other noise here."""
        path = find_table(table, comfyui_table_folders())
        choice = choose_golden(
            NamedTable(table, read_table(path), path),
            count,
            shape=latent_shape(width, height, model),
            model_sha256=model_sha256(model),
        )
        report = describe_choice(choice)
        seeds = list(choice.seeds)
        return io.NodeOutput(seeds, seeds[0], report, ui={"seedloupe_report": [report]})


class SeedloupeSeedlingLoader(io.ComfyNode):
    """Our own tiny Stable Diffusion, so that everything can be tried in seconds on a CPU."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id="SeedloupeSeedlingLoader",
            display_name="Load Seedling",
            category=_CATEGORY,
            description="The tiny model that comes with Seedloupe: 128x128 pictures of one or two "
            "things in a landscape, in seconds on a CPU.",
            outputs=[
                io.Model.Output("model"),
                io.Clip.Output("clip"),
                io.Vae.Output("vae"),
            ],
        )

    @classmethod
    def execute(cls) -> io.NodeOutput:
        """Load the three parts with ComfyUI's own loaders."""
        checkpoint = weights_folder() / "seedling.safetensors"
        native = load_seedling(checkpoint)
        remember_file(native.model, checkpoint)
        return io.NodeOutput(native.model, native.clip, native.vae)


class SeedloupeNodes(ComfyExtension):
    """Everything the pack offers; made once, when ComfyUI starts.

    Attributes:
        plugins: readers, pickers and renderers, also those other packages announce.
    """

    def __init__(self) -> None:
        """Ask for plug-ins; a package whose own cannot be had is logged."""
        self.plugins, skipped = with_outside(builtin(apart=True))
        for line in skipped:
            _logger.warning("Seedloupe: %s", line)

    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        """List the node classes."""
        return [SeedloupeGoldenSeed, SeedloupeSeedlingLoader]


def _sides() -> tuple[io.Int.Input, io.Int.Input]:
    """Pixels of the picture; the noise of a seed is another for every size."""
    tooltip = "The same as in Empty Latent Image: a seed's noise depends on the picture's size."
    limits = {"default": 128, "min": 16, "max": _LARGEST_SIDE, "step": 8, "tooltip": tooltip}
    return io.Int.Input("width", **limits), io.Int.Input("height", **limits)


def _seed_outputs() -> list[Any]:
    """What the golden node puts out; without a name of its own the host would show a type."""
    return [
        io.Int.Output(
            "seeds",
            display_name="seeds",
            is_output_list=True,
            tooltip="All of them. Use a latent batch of 1: the noise of a batch is one stream, in "
            "which only the first picture has the seed's noise.",
        ),
        io.Int.Output("first_seed", display_name="first_seed", tooltip="The best of them alone."),
        io.String.Output(
            "report",
            display_name="report",
            tooltip="Which seeds, why, and how far to trust them.",
        ),
    ]
