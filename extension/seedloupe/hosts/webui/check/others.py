"""Other extensions while a picture is drawn again: which go along, and which stand in the way.

A retry is a job inside the job. Extensions keep what they work on in their own objects and patch
the model for the job that runs, so calling them again from within is not safe. A few are known to
be: they begin anew with every job and change nothing but its pictures. They go along as copies.
Where another one is switched on, a retry would draw without it, and so not the picture the user
asked for: nothing is tried then.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

#: By the name of their file; ours are looked for under their own.
_GO_ALONG = frozenset({"soft_inpainting", "hypertile_script", "!adetailer", "adetailer"})
#: They set a job up before it begins, which a copy of the job keeps.
_SET_UP_ONLY = frozenset({"extra_options_section", "seed", "sampler", "refiner"})
_AT_WORK = (
    "before_process",
    "process",
    "before_process_batch",
    "after_extra_networks_activate",
    "process_batch",
    "process_before_every_sampling",
    "post_sample",
    "on_mask_blend",
    "postprocess_batch",
    "postprocess_batch_list",
    "postprocess_image",
    "postprocess_maskoverlay",
    "postprocess_image_after_composite",
)


def runner_within(p: Any) -> Any:
    """Return a runner for a job inside ``p``, with copies of the scripts that go along."""
    runner = copy.copy(p.scripts)
    runner.alwayson_scripts = [
        copy.copy(script) for script in p.scripts.alwayson_scripts if _stem(script) in _GO_ALONG
    ]
    runner.callback_map = {}  # what is called, by callback; the original's are the originals
    return runner


def script_in_the_way(p: Any, base: type, ours: str) -> str:
    """Return the title of an extension that is on and cannot go along; empty where there is none.

    Args:
        p: the processing object.
        base: the web UI's ``scripts.Script``.
        ours: the file our own scripts are in, which do not count.
    """
    for script in p.scripts.alwayson_scripts:
        known = _stem(script) in _GO_ALONG | _SET_UP_ONLY or script.filename == ours
        if not known and _works(script, base) and _is_on(p.script_args, script):
            return str(script.title())
    return ""


def _stem(script: Any) -> str:
    return Path(script.filename or "").stem


def _works(script: Any, base: type) -> bool:
    """Tell whether a script does anything once a job has begun."""
    return any(
        getattr(type(script), name, None) is not getattr(base, name, None) for name in _AT_WORK
    )


def _is_on(script_args: Any, script: Any) -> bool:
    """Tell whether a script's arguments look switched on: ``True`` first, or something enabled."""
    args = list(script_args[script.args_from : script.args_to])
    if args and args[0] is True:
        return True
    return any(_enabled(value) for value in args)


def _enabled(value: Any) -> bool:
    if isinstance(value, Mapping):
        return value.get("enabled") is True
    return getattr(value, "enabled", None) is True
