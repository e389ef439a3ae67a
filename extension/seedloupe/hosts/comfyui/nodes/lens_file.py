"""The nodes that keep a lens, in the file the command line reads and writes as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import folder_paths
from comfy_api.latest import io

from ....errors import LensFileError
from ..lens.handle import LENS, Lens, LensRun
from ..output_place import require_in_output
from ..refusal import validation
from ..schema import REPORT_KEY, node_schema

__all__ = ["NODES", "SeedloupeLoadLens", "SeedloupeSaveLens"]

_SUFFIX = ".lens.safetensors"
"""As :mod:`seedloupe.lens.file` has it; loading that for a list of files costs each start."""


class SeedloupeSaveLens(io.ComfyNode):
    """A lens file in the output folder."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return node_schema(
            "SeedloupeSaveLens",
            name="Save Lens",
            description="Writes a lens file, which Load Lens and `seedloupe lens show` open "
            "without the model.",
            aliases=("semantic lens", "export features"),
            is_output_node=True,
            inputs=[
                LENS.Input("lens", tooltip="Of a Lens Tap."),
                io.String.Input(
                    "filename_prefix",
                    default="lens/seedloupe",
                    tooltip="In ComfyUI's output folder; a folder before the slash is made.",
                ),
                io.Int.Input(
                    "run",
                    default=0,
                    min=0,
                    max=7,
                    optional=True,
                    advanced=True,
                    tooltip="0 is the newest run.",
                ),
                io.Image.Input(
                    "picture",
                    optional=True,
                    tooltip="The picture sampled with the tapped model; it makes ComfyUI save "
                    "after the sampler.",
                ),
            ],
            outputs=[
                LENS.Output("lens", display_name="lens", tooltip="The run that was saved, alone."),
                io.String.Output("path", display_name="path", tooltip="Where it was written."),
            ],
        )

    @classmethod
    def validate_inputs(cls, filename_prefix: Any) -> bool | str:
        """Refuse a place outside the output folder before anything is sampled."""
        return validation(lambda: require_in_output(filename_prefix))

    @classmethod
    def execute(
        cls, lens: Lens, filename_prefix: str, run: int = 0, picture: Any = None
    ) -> io.NodeOutput:
        """Write the file beside those that are there."""
        from ....lens.file import write_lens

        chosen = lens.run(run, after=picture)
        path = write_lens(_free_path(filename_prefix), chosen.record)
        size = path.stat().st_size / 1e6
        said = f"{path.name}, {size:.1f} MB, {len(chosen.record.spec.layers)} layers"
        return io.NodeOutput(Lens(chosen), str(path), ui={REPORT_KEY: [said]})


class SeedloupeLoadLens(io.ComfyNode):
    """A lens from a file."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node; read anew each time, so that new files show up on refresh."""
        return node_schema(
            "SeedloupeLoadLens",
            name="Load Lens",
            description="Opens a lens file: of Save Lens, or of `seedloupe lens run`.",
            aliases=("semantic lens",),
            inputs=[
                io.Combo.Input(
                    "file",
                    options=list(_files()),
                    tooltip="Lens files in ComfyUI's output and input folders.",
                )
            ],
            outputs=[
                LENS.Output("lens", display_name="lens", tooltip="For Lens View and Compare.")
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, file: str, **_: object) -> object:
        """Read again when the file changed."""
        path = _files().get(file)
        return (file, path.stat().st_mtime_ns, path.stat().st_size) if path else file

    @classmethod
    def execute(cls, file: str) -> io.NodeOutput:
        """Read the file."""
        from ....lens.file import read_lens

        path = _files().get(file)
        if path is None:
            raise LensFileError(
                "file",
                expected=f"a file ending in {_SUFFIX} in the output or the input folder",
                got=file,
                advice="Press r to read the folders again, and choose one.",
            )
        return io.NodeOutput(Lens(LensRun(read_lens(path))))


def _free_path(prefix: str) -> Path:
    """Return the next name as the host counts them; outside its folder is refused."""
    try:
        folder, name, number, *_ = folder_paths.get_save_image_path(
            prefix, folder_paths.get_output_directory()
        )
    except Exception as error:
        raise LensFileError(
            "filename_prefix",
            expected="a place in ComfyUI's output folder",
            got=prefix,
            advice="Name it without .. and without a drive.",
        ) from error
    return Path(folder) / f"{name}_{number:05}_{_SUFFIX}"


def _files() -> dict[str, Path]:
    """Return lens files by the names the node shows, the newest first; others cannot be asked."""
    folders = {
        "output": Path(folder_paths.get_output_directory()),
        "input": Path(folder_paths.get_input_directory()),
    }
    found = {
        f"{name}/{path.relative_to(folder).as_posix()}": path
        for name, folder in folders.items()
        for path in folder.rglob(f"*{_SUFFIX}")
        if path.is_file()
    }
    return dict(sorted(found.items(), key=lambda one: -one[1].stat().st_mtime))


NODES = (SeedloupeSaveLens, SeedloupeLoadLens)
