"""A sampler whose step noise has a seed of its own for every picture."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..schema import node_schema
from ..step_noise import with_step_noise

__all__ = ["NODES", "SeedloupeStepNoise"]


class SeedloupeStepNoise(io.ComfyNode):
    """Makes ancestral and SDE samplers in a batch draw what single runs draw."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return node_schema(
            "SeedloupeStepNoise",
            name="Per-image Step Noise",
            description="A sampler that draws the noise of its steps for each picture from the "
            "picture's own seed, so that ancestral and SDE samplers in a batch give the very "
            "pictures of single runs. Samplers without step noise are passed on as they are.",
            aliases=("ancestral batch", "sde batch", "batch sampler", "step noise seed"),
            inputs=[
                io.Sampler.Input("sampler", tooltip="From KSampler Select or a Sampler node."),
                io.Noise.Input(
                    "noise",
                    tooltip="Pick Seeds or Noise from Seeds, the same that the sampling begins "
                    "with: it knows the seeds.",
                ),
            ],
            outputs=[
                io.Sampler.Output(
                    "sampler", display_name="sampler", tooltip="Wire it to SamplerCustomAdvanced."
                )
            ],
        )

    @classmethod
    def execute(cls, sampler: Any, noise: Any) -> io.NodeOutput:
        """Wrap the sampler."""
        return io.NodeOutput(with_step_noise(sampler, noise))


NODES = (SeedloupeStepNoise,)
