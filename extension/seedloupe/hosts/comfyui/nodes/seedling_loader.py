"""Our own tiny Stable Diffusion as MODEL, CLIP and VAE."""

from __future__ import annotations

from comfy_api.latest import io

from ....seedling.variants import Variant
from ..identity import remember_files
from ..schema import node_schema
from ..seedling import load_seedling

__all__ = ["NODES", "SeedloupeSeedlingLoader"]


class SeedloupeSeedlingLoader(io.ComfyNode):
    """Our own tiny Stable Diffusion, so that everything can be tried in seconds on a CPU."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return node_schema(
            "SeedloupeSeedlingLoader",
            name="Load Seedling",
            description="The tiny model that comes with Seedloupe: 128x128 pictures of one or two "
            "things in a landscape, in seconds on a CPU.",
            aliases=("seedling", "tiny model", "demo checkpoint"),
            inputs=[
                io.Combo.Input(
                    "variant",
                    options=[variant.value for variant in Variant if variant.is_unet],
                    default=Variant.PLAIN.value,
                    optional=True,
                    tooltip="seedling paints from noise; seedling-inpainting fills a hole "
                    "(Inpaint Model Conditioning); seedling-fast paints in four steps on "
                    "sgm_uniform with cfg 1.",
                )
            ],
            outputs=[
                io.Model.Output(
                    "model",
                    display_name="model",
                    tooltip="For samplers and for nodes that ask which model it is.",
                ),
                io.Clip.Output("clip", display_name="clip", tooltip="For CLIP Text Encode."),
                io.Vae.Output("vae", display_name="vae", tooltip="For VAE Decode and VAE Encode."),
            ],
        )

    @classmethod
    def execute(cls, variant: str = Variant.PLAIN.value) -> io.NodeOutput:
        """Load the three parts with ComfyUI's own loaders."""
        files = Variant(variant).files
        native = load_seedling(files)
        remember_files(native.model, files)
        return io.NodeOutput(native.model, native.clip, native.vae)


NODES = (SeedloupeSeedlingLoader,)
