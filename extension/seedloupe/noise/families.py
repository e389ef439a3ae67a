"""Model families by the latent their pipelines draw: channels, pixels a cell, frames.

The figures are those of diffusers 0.42: the pipelines' own scale factors and ``prepare_latents``,
and their transformers' channels. The tests build each pipeline and compare bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import NoiseError


@dataclass(frozen=True)
class LatentFamily:
    """How one family's starting noise is shaped when it is drawn.

    Attributes:
        name: of the family.
        pipeline: diffusers' text-to-image or text-to-video pipeline.
        channels: of the latent at the draw.
        cell: pixels a side of one cell at the draw.
        multiple: pixels a side is rounded down to a multiple of, before it is cut into cells.
        frame_axis: whether there is an axis for frames, be it of one entry.
        frames_each: frames of a video that each further entry of it stands for; 0 where the
            pipeline makes pictures alone.
        afterwards: what happens to the numbers after the draw; empty where nothing does.
        exact: whether ``initial_noise`` of the shape gives the draw's numbers in their places.
        source: where the pipeline draws.
    """

    name: str
    pipeline: str
    channels: int
    cell: int
    multiple: int
    frame_axis: bool = False
    frames_each: int = 0
    afterwards: str = ""
    exact: bool = True
    source: str = ""

    def shape(self, width: int, height: int, *, frames: int = 1) -> tuple[int, ...]:
        """Return the shape of one picture's draw, without an axis for a single frame.

        Args:
            width: in pixels.
            height: in pixels.
            frames: of a video; 1 is a picture.

        Returns:
            ``(C, H, W)``, or ``(C, F, H, W)`` where several frames are drawn.

        Raises:
            NoiseError: a side is smaller than a cell, there is no frame, or there are several
                where the family draws pictures alone.
        """
        if min(width, height) < self.multiple:
            raise NoiseError(
                "size",
                expected=f"sides of at least {self.multiple} pixels",
                got=f"{width}x{height}",
            )
        if frames < 1 or (frames > 1 and not self.frames_each):
            expected = "1 or more" if self.frames_each else f"1, as {self.name} draws"
            raise NoiseError("frames", expected=expected, got=f"{frames}")
        high, wide = (
            side // self.multiple * self.multiple // self.cell for side in (height, width)
        )
        drawn = 1 if frames == 1 else (frames - 1) // self.frames_each + 1
        return (self.channels, high, wide) if drawn == 1 else (self.channels, drawn, high, wide)


_PACKED = "packed 2 by 2 into tokens"
_PATH = "diffusers/pipelines/"
_SCALED = "multiplied by the scheduler's largest sigma"

LATENT_FAMILIES = (
    LatentFamily(
        "Stable Diffusion 1, 2",
        "StableDiffusionPipeline",
        4,
        8,
        8,
        source=_PATH + "stable_diffusion/pipeline_stable_diffusion.py",
    ),
    LatentFamily(
        "Stable Diffusion XL",
        "StableDiffusionXLPipeline",
        4,
        8,
        8,
        source=_PATH + "stable_diffusion_xl/pipeline_stable_diffusion_xl.py",
    ),
    LatentFamily(
        "Stable Diffusion 3",
        "StableDiffusion3Pipeline",
        16,
        8,
        8,
        source=_PATH + "stable_diffusion_3/pipeline_stable_diffusion_3.py",
    ),
    LatentFamily(
        "Flux.1",
        "FluxPipeline",
        16,
        8,
        16,
        afterwards=_PACKED,
        source=_PATH + "flux/pipeline_flux.py",
    ),
    LatentFamily(
        "Chroma",
        "ChromaPipeline",
        16,
        8,
        16,
        afterwards=_PACKED,
        source=_PATH + "chroma/pipeline_chroma.py",
    ),
    LatentFamily(
        "Lumina 2", "Lumina2Pipeline", 16, 8, 16, source=_PATH + "lumina2/pipeline_lumina2.py"
    ),
    LatentFamily(
        "Z-Image", "ZImagePipeline", 16, 8, 16, source=_PATH + "z_image/pipeline_z_image.py"
    ),
    LatentFamily(
        "Qwen-Image",
        "QwenImagePipeline",
        16,
        8,
        16,
        frame_axis=True,
        afterwards=_PACKED,
        source=_PATH + "qwenimage/pipeline_qwenimage.py",
    ),
    LatentFamily(
        "Wan 2.1 and Wan 2.2 14B",
        "WanPipeline",
        16,
        8,
        8,
        frame_axis=True,
        frames_each=4,
        source=_PATH + "wan/pipeline_wan.py",
    ),
    LatentFamily(
        "Wan 2.2 5B",
        "WanPipeline",
        48,
        16,
        16,
        frame_axis=True,
        frames_each=4,
        source=_PATH + "wan/pipeline_wan.py",
    ),
    LatentFamily(
        "Cosmos 1",
        "CosmosTextToWorldPipeline",
        16,
        8,
        8,
        frame_axis=True,
        frames_each=8,
        afterwards=_SCALED,
        source=_PATH + "cosmos/pipeline_cosmos_text2world.py",
    ),
    LatentFamily(
        "Cosmos-Predict2",
        "Cosmos2TextToImagePipeline",
        16,
        8,
        8,
        frame_axis=True,
        frames_each=4,
        afterwards=_SCALED,
        source=_PATH + "cosmos/pipeline_cosmos2_text2image.py",
    ),
    LatentFamily(
        "Flux.2",
        "Flux2Pipeline",
        128,
        16,
        16,
        afterwards="flattened into tokens",
        source=_PATH + "flux2/pipeline_flux2.py",
    ),
    LatentFamily(
        "HunyuanImage 2.1",
        "HunyuanImagePipeline",
        64,
        32,
        32,
        source=_PATH + "hunyuan_image/pipeline_hunyuanimage.py",
    ),
    LatentFamily("Sana", "SanaPipeline", 32, 32, 32, source=_PATH + "sana/pipeline_sana.py"),
    LatentFamily(
        "Kandinsky 5",
        "Kandinsky5T2IPipeline",
        16,
        8,
        8,
        afterwards="drawn with the channels last, (1, H, W, C)",
        exact=False,
        source=_PATH + "kandinsky5/pipeline_kandinsky_t2i.py",
    ),
)
"""Families whose draw is known, by the pipeline that makes it."""


def find_family(name: str) -> LatentFamily:
    """Return the family of a name, in any case and with or without spaces and dashes.

    Raises:
        NoiseError: it is not among :data:`LATENT_FAMILIES`.
    """
    wanted = _plain(name)
    for family in LATENT_FAMILIES:
        if wanted and wanted == _plain(family.name):
            return family
    names = ", ".join(family.name for family in LATENT_FAMILIES)
    raise NoiseError("family", expected=f"one of {names}", got=repr(name))


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
