"""A batch in which every picture has the noise of its own seed."""

from __future__ import annotations

from comfy_api.latest import io

from ....noise import NoiseSource, SeedBatch, canonical_seed, parse_seeds
from ..noise import SeedNoise
from ..refusal import validation
from ..schema import REPORT_KEY, node_schema

__all__ = ["NODES", "SeedloupeNoiseFromSeeds"]


class SeedloupeNoiseFromSeeds(io.ComfyNode):
    """Seeds as somebody names them, and the generator that turns them into noise."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return node_schema(
            "SeedloupeNoiseFromSeeds",
            name="Noise from Seeds",
            description="A NOISE in which every picture of a batch has a seed of its own, so that "
            "picture and single run are the same. Draws as the CPU, as the web UI's NV, or as a "
            "graphics card with a given grid.",
            aliases=("seed batch", "batch noise", "gpu noise", "a1111 noise", "nv noise"),
            is_output_node=True,
            inputs=[
                io.String.Input(
                    "seeds",
                    default="1,2,3,4",
                    tooltip="One a picture: 1,2,5-9 or 0:1024, with commas, semicolons or spaces.",
                ),
                io.String.Input(
                    "source",
                    default="cpu",
                    tooltip="cpu is ComfyUI's own; nv is the web UI's NV and a large NVIDIA card; "
                    "cuda:43008 is a card that draws with 43008 threads at once.",
                ),
            ],
            outputs=[
                io.Noise.Output(
                    "noise",
                    display_name="noise",
                    tooltip="Wire it to SamplerCustomAdvanced, with as many latents as seeds.",
                ),
                io.Int.Output(
                    "list",
                    display_name="seeds",
                    is_output_list=True,
                    tooltip="The same seeds as a list, for samplers that draw by themselves.",
                ),
            ],
        )

    @classmethod
    def validate_inputs(cls, seeds: str, source: str) -> bool | str:
        """Refuse seeds and sources that name no noise."""

        def check() -> None:
            if isinstance(seeds, str):
                SeedBatch(parse_seeds(seeds))
            if isinstance(source, str):
                NoiseSource.parse(source)

        return validation(check)

    @classmethod
    def execute(cls, seeds: str, source: str) -> io.NodeOutput:
        """Keep seeds and source; the noise is drawn when the latent is known."""
        drawn = NoiseSource.parse(source)
        given = parse_seeds(seeds)
        wanted = tuple(canonical_seed(seed, drawn) for seed in given)
        said = f"{len(wanted)} seeds, {drawn.label} noise: {', '.join(map(str, wanted[:32]))}"
        shown = said if len(wanted) <= 32 else f"{said}, …"
        if wanted != tuple(given):
            shown += "\nThe CPU's generator keeps the low 32 bits of a seed: larger ones are named "
            shown += "by the small one that draws the same."
        noise = SeedNoise(SeedBatch(wanted, drawn))
        return io.NodeOutput(noise, list(wanted), ui={REPORT_KEY: [shown]})


NODES = (SeedloupeNoiseFromSeeds,)
