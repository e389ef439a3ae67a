"""Which noise a picture was made from."""

from __future__ import annotations

from pathlib import Path

import folder_paths
from comfy_api.latest import io

from ....errors import ImageError
from ....noise import NoiseSource
from ..refusal import validation
from ..schema import REPORT_KEY, node_schema
from ..tables import file_stamp

__all__ = ["NODES", "SeedloupeSeedOfPicture"]

_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".webp", ".avif"})


class SeedloupeSeedOfPicture(io.ComfyNode):
    """Reads from a picture of any program which noise it began with."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node; read anew each time, so that new pictures show up on refresh."""
        return node_schema(
            "SeedloupeSeedOfPicture",
            name="Seed of a Picture",
            description="Reads from a picture of ComfyUI, the web UIs, InvokeAI, Fooocus and "
            "others which noise it was made from, and gives that noise to go on with.",
            aliases=("png info", "read seed", "seed from image", "noise of image"),
            is_output_node=True,
            inputs=[
                io.Combo.Input(
                    "image",
                    options=_pictures(),
                    upload=io.UploadType.image,
                    tooltip="A picture file as it was saved: pasting or editing takes its texts "
                    "away.",
                ),
                io.String.Input(
                    "source",
                    default="",
                    optional=True,
                    advanced=True,
                    tooltip="Which generator drew, where the picture does not tell: cpu, nv or "
                    "cuda:GRID.",
                ),
                io.Int.Input(
                    "index",
                    default=-1,
                    min=-1,
                    max=4095,
                    optional=True,
                    advanced=True,
                    tooltip="Which picture of a batch, or cell of a grid, it is, from 0; -1 where "
                    "the picture tells.",
                ),
            ],
            outputs=[
                io.Noise.Output(
                    "noise", display_name="noise", tooltip="Wire it to SamplerCustomAdvanced."
                ),
                io.String.Output(
                    "seed", display_name="seed", tooltip="Decimal text; empty where not told."
                ),
                io.String.Output(
                    "report", display_name="report", tooltip="What the picture tells."
                ),
            ],
        )

    @classmethod
    def validate_inputs(cls, image: str) -> bool | str:
        """Refuse a file that is not there."""
        return validation(lambda: _path(image)) if isinstance(image, str) else True

    @classmethod
    def fingerprint_inputs(cls, image: str, **_: object) -> object:
        """Run again when the file changed."""
        return file_stamp(_path(image))

    @classmethod
    def execute(cls, image: str, source: str = "", index: int = -1) -> io.NodeOutput:
        """Read the file, with what its owner knows."""
        from ....metadata import Answers, noise_in_file, settled
        from ..found_noise import PictureNoise, found_lines

        place = None if index < 0 else index
        drawn = NoiseSource.parse(source.strip()) if source.strip() else None
        found = settled(noise_in_file(_path(image)), Answers(source=drawn, index=place))
        report = found_lines(found)
        seed = str(found.seeds[0]) if len(found.seeds) == 1 else ""
        noise = PictureNoise(found, place)
        return io.NodeOutput(noise, seed, report, ui={REPORT_KEY: [report]})


def _pictures() -> list[str]:
    """Pictures of the input folder, newest names as the host sorts them."""
    folder = Path(folder_paths.get_input_directory())
    if not folder.is_dir():
        return []
    return sorted(one.name for one in folder.iterdir() if one.suffix.lower() in _ENDINGS)


def _path(image: str) -> Path:
    """Return the file of a name, inside the host's own folders only.

    Raises:
        ImageError: there is none.
    """
    roots = [Path(folder_paths.get_directory_by_type(kind)) for kind in ("input", "output", "temp")]
    path = Path(folder_paths.get_annotated_filepath(image))
    inside = any(path.resolve().is_relative_to(root.resolve()) for root in roots)
    if inside and path.is_file():
        return path
    raise ImageError(
        "image",
        expected="a picture in ComfyUI's input folder",
        got=repr(image),
        advice="Upload it with the button below.",
    )


NODES = (SeedloupeSeedOfPicture,)
