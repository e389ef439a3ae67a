"""The best seeds of a table as a list; kept for saved workflows."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ....tables import find_table, read_table
from ..identity import model_sha256
from ..latents import latent_shape
from ..schema import REPORT_KEY, node_schema, side_inputs
from ..tables import choose_golden, comfyui_table_folders, file_stamp, table_names

__all__ = ["NODES", "SeedloupeGoldenSeed"]


class SeedloupeGoldenSeed(io.ComfyNode):
    """Seeds a table found to be good, as a list that runs a sampler once per seed."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node; read anew each time, so that new tables show up on refresh."""
        return node_schema(
            "SeedloupeGoldenSeed",
            name="Golden Seeds",
            description="The best seeds of a seed table, for one model, noise and picture size. "
            "Pick Seeds does this and more.",
            aliases=("golden seeds", "seed list", "best seeds"),
            is_deprecated=True,  # for "Pick Seeds"; saved workflows go on
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
                *side_inputs(128),
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
        from ....services.choice_report import describe_choice
        from ....services.seed_choice import NamedTable
        from ..names import comfyui_names

        path = find_table(table, comfyui_table_folders())
        named = NamedTable(table, read_table(path), path)
        choice = choose_golden(
            named,
            count,
            shape=latent_shape(width, height, model),
            model_sha256=model_sha256(model),
        )
        report = describe_choice(choice, names=comfyui_names(named.table.spec))
        seeds = list(choice.seeds)
        return io.NodeOutput(seeds, seeds[0], report, ui={REPORT_KEY: [report]})


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


NODES = (SeedloupeGoldenSeed,)
