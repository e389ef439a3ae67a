"""Whether choosing seeds is worth anything with the very model that is wired here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from comfy_api.latest import io, ui

from ....noise import parse_seeds
from ..latents import shape_in_use
from ..refusal import validation
from ..schema import REPORT_KEY, node_schema
from ..scorer_inputs import check_scorers, scorer_form, scorer_input

__all__ = ["NODES", "SeedloupeVariance"]

_MOST_SEEDS, _MOST_PROMPTS = 128, 64
_SCORED_BY = "scored_by"


class SeedloupeVariance(io.ComfyNode):
    """Makes a few dozen pictures and says how much of what they differ in is the seed's."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node; read anew each time, as references come and go."""
        return node_schema(
            "SeedloupeVariance",
            name="Seed Variance",
            description="Says in one sentence whether choosing seeds is worth anything with the "
            "model wired here, LoRAs included: how much the seed decides, how much the prompt, "
            "with intervals, from a few dozen pictures. Ask it before Mine Seeds.",
            aliases=("does the seed matter", "variance", "seed effect", "is mining worth it"),
            is_output_node=True,
            inputs=_inputs(),
            outputs=[
                io.String.Output(
                    "answer", display_name="answer", tooltip="One sentence, with intervals."
                ),
                io.String.Output(
                    "report",
                    display_name="report",
                    tooltip="The shares of seed, prompt and neither in each thing measured.",
                ),
                io.Image.Output(
                    "grid",
                    display_name="grid",
                    tooltip="All pictures, small: a row a seed, a column a prompt.",
                ),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def validate_inputs(cls, seeds: object = "0:3", scored_by: object = None) -> bool | str:
        """Refuse seeds that are none, and scorers that lack something."""

        def check() -> None:
            if isinstance(seeds, str):
                parse_seeds(seeds, most=_MOST_SEEDS)
            check_scorers(_SCORED_BY, scored_by)

        return validation(check)

    @classmethod
    def execute(
        cls,
        model: Any,
        clip: Any,
        vae: Any,
        sampler: Any,
        sigmas: Any,
        latent: Mapping[str, Any],
        seeds: str,
        prompts: str,
        prompt_count: int,
        negative: str,
        cfg: float,
        batch: int = 4,
        scored_by: Mapping[str, Any] | None = None,
    ) -> io.NodeOutput:
        """Make, measure and part; the host's Cancel passes through between two pictures."""
        from ..mining import HostPictures
        from ..variance import VariancePage, variance_in_host, variance_run

        pictures = HostPictures(model, clip, vae, sampler, sigmas, cfg, negative)
        page = VariancePage(str(cls.hidden.unique_id))
        run = variance_run(
            pictures,
            scorer_form(_SCORED_BY, scored_by),
            seeds=parse_seeds(seeds, most=_MOST_SEEDS),
            prompts=prompts,
            count=prompt_count,
            shape=shape_in_use(latent, model),
            batch=batch,
            tell=page.note,
        )
        report = variance_in_host(run, page)
        grid = page.grid(run)
        lines = "\n".join((*page.notes, report.answer(), *report.lines()[1:]))
        shown = ui.PreviewImage(grid, cls=cls).as_dict()
        return io.NodeOutput(report.answer(), lines, grid, ui={**shown, REPORT_KEY: [lines]})


def _inputs() -> list[Any]:
    return [
        io.Model.Input("model", tooltip="Any model the sampler takes, LoRAs and patches included."),
        io.Clip.Input("clip", tooltip="Encodes the prompts."),
        io.Vae.Input("vae", tooltip="Decodes the pictures to be measured."),
        io.Sampler.Input("sampler", tooltip="From KSampler Select."),
        io.Sigmas.Input("sigmas", tooltip="From Basic Scheduler: the steps."),
        io.Latent.Input("latent", tooltip="The empty latent, for the size of one picture."),
        io.String.Input(
            "seeds", default="0:12", tooltip="Which to compare, three or more: 0:12, or 7, 12, 40."
        ),
        io.String.Input(
            "prompts",
            default="",
            multiline=True,
            tooltip="One a line, unlike each other, three or more; empty takes some usual ones.",
        ),
        io.Int.Input(
            "prompt_count",
            default=8,
            min=3,
            max=_MOST_PROMPTS,
            tooltip="How many of them are used. With 12 seeds and 8 prompts 96 pictures are made.",
        ),
        io.String.Input("negative", default="", tooltip="What to steer away from."),
        io.Float.Input("cfg", default=7.0, min=0.0, max=100.0, step=0.1, tooltip="Guidance."),
        io.Int.Input(
            "batch",
            default=4,
            min=1,
            max=64,
            tooltip="Pictures at once.",
            optional=True,
            advanced=True,
        ),
        scorer_input(_SCORED_BY, decides=False),
    ]


NODES = (SeedloupeVariance,)
