"""Where pictures and lenses may be written: the host's output folder."""

from __future__ import annotations

from pathlib import Path

import folder_paths

from ...errors import InputError

__all__ = ["require_in_output"]


def require_in_output(prefix: object) -> None:
    """Refuse a prefix that leads out of the output folder, before anything is sampled.

    Args:
        prefix: as a node is given it; the host hands a list to a node that takes lists, and
            something else where it is wired and not known yet.

    Raises:
        InputError: it leads elsewhere.
    """
    folder = Path(folder_paths.get_output_directory()).resolve()
    for one in prefix if isinstance(prefix, list) else [prefix]:
        if isinstance(one, str) and not (folder / one).resolve().is_relative_to(folder):
            raise InputError(
                "filename_prefix",
                expected="a place in ComfyUI's output folder",
                got=one,
                advice="Name it without .. and without a drive.",
            )
