"""Which seeds do well with the very model that is wired here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from comfy_api.latest import io

from ....noise import CPU_NOISE, canonical_seed, parse_seeds
from ..latents import shape_in_use
from ..refusal import validation
from ..schema import REPORT_KEY, node_schema
from ..scorer_inputs import check_scorers, scorer_form, scorer_input

__all__ = ["NODES", "SeedloupeMine"]

_MOST_SEEDS = 4096
_SCORED_BY = "scored_by"


class SeedloupeMine(io.ComfyNode):
    """Races seeds, and writes a table of them that every host finds."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return node_schema(
            "SeedloupeMine",
            name="Mine Seeds",
            description="Finds out which seeds do well with the model wired here, LoRAs included, "
            "and writes a seed table for Pick Seeds. Cancel keeps everything; the next run with "
            "the same settings goes on.",
            aliases=("seed table", "best seeds", "golden seeds", "seed mining", "rank seeds"),
            is_output_node=True,
            inputs=_inputs(),
            outputs=[
                io.String.Output(
                    "table", display_name="table", tooltip="The table's name, for Pick Seeds."
                ),
                io.String.Output(
                    "report",
                    display_name="report",
                    tooltip="The best seeds with their intervals, and what was found.",
                ),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def validate_inputs(
        cls, seeds: object = "0:1", prompts: object = "", scored_by: object = None
    ) -> bool | str:
        """Refuse seeds and prompts that are none, and scorers that lack something."""

        def check() -> None:
            from ....services.mining_wish import MiningWish

            if isinstance(seeds, str):
                parse_seeds(seeds, most=_MOST_SEEDS)
            if isinstance(prompts, str):
                MiningWish(prompts=prompts)
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
        name: str,
        seeds: str,
        prompts: str,
        negative: str,
        cfg: float,
        batch: int = 4,
        detect: float = 0.0,
        every_picture: bool = False,
        scored_by: Mapping[str, Any] | None = None,
    ) -> io.NodeOutput:
        """Mine; the host's Cancel passes through and leaves the journal."""
        from ....services.mining_wish import MiningWish
        from ..mining import HostPictures, MineSettings, mine_in_host, mining_run
        from ..mining_page import MiningPage

        given = parse_seeds(seeds, most=_MOST_SEEDS)
        wanted = tuple(sorted({canonical_seed(seed, CPU_NOISE) for seed in given}))
        settings = MineSettings(
            name,
            wanted,
            shape_in_use(latent, model),
            MiningWish(
                prompts=prompts, detect=detect or None, exhaustive=every_picture, batch=batch
            ),
            scorer_form(_SCORED_BY, scored_by),
        )
        pictures = HostPictures(model, clip, vae, sampler, sigmas, cfg, negative)
        page = MiningPage(str(cls.hidden.unique_id))
        run, table = mining_run(pictures, settings, page.note)
        mine_in_host(run, table, page.show)
        return io.NodeOutput(name, page.text, ui={REPORT_KEY: [page.text]})


def _inputs() -> list[Any]:
    return [
        io.Model.Input("model", tooltip="Any model the sampler takes, LoRAs and patches included."),
        io.Clip.Input("clip", tooltip="Encodes the prompts."),
        io.Vae.Input("vae", tooltip="Decodes the pictures to be measured."),
        io.Sampler.Input("sampler", tooltip="From KSampler Select."),
        io.Sigmas.Input("sigmas", tooltip="From Basic Scheduler: the steps."),
        io.Latent.Input("latent", tooltip="The empty latent, for the size of one picture."),
        io.String.Input(
            "name",
            default="mine",
            tooltip="Of the table, among your own, where every host finds it. A name is for one "
            "model and its settings; the same name goes on where a run was cancelled.",
        ),
        io.String.Input(
            "seeds", default="0:256", tooltip="Which to compare: 0:256, or 7, 12, 40-43."
        ),
        io.String.Input(
            "prompts",
            default="",
            multiline=True,
            tooltip="One a line, the more the smaller the gain that can be told: 48 see a seed "
            "that is 1 standard deviation better. A third is held out to confirm the best.",
        ),
        io.String.Input("negative", default="", tooltip="What to steer away from."),
        io.Float.Input("cfg", default=7.0, min=0.0, max=100.0, step=0.1, tooltip="Guidance."),
        io.Int.Input(
            "batch",
            default=4,
            min=1,
            max=64,
            tooltip="Pictures at once; halved by itself where memory runs out.",
            optional=True,
            advanced=True,
        ),
        io.Float.Input(
            "detect",
            default=0.0,
            min=0.0,
            max=10.0,
            step=0.1,
            tooltip="The smallest gain of a seed to look for, in standard deviations between "
            "pictures of one seed; 0 takes what the prompts can show.",
            optional=True,
            advanced=True,
        ),
        io.Boolean.Input(
            "every_picture",
            default=False,
            tooltip="Make every seed's picture of every prompt, without a race.",
            optional=True,
            advanced=True,
        ),
        scorer_input(_SCORED_BY, decides=True),
    ]


NODES = (SeedloupeMine,)
