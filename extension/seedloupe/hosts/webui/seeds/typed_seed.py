"""What the user typed as the seed, whatever a script made of it since."""

from __future__ import annotations

from typing import Any

_LEFT_TO_CHANCE = (-1, None, "")
"""What the web UI draws a seed for; what it drew is not written back."""
_SEED_SCRIPT = "Seed"
"""The title of the web UI's own script that holds the seed's control."""


def typed_seed(p: Any) -> object:
    """Return the seed as it was asked for, before any script runs.

    To be called in the script's ``setup``. An API request has it on ``p`` by then. The page's own
    seed script writes its control's value there too, but may do so after us; so its value is read
    out of the arguments.

    Args:
        p: the web UI's processing object.
    """
    if getattr(p, "is_api", False):
        return p.seed
    for script in getattr(p.scripts, "alwayson_scripts", ()):
        if getattr(script, "setup_for_ui_only", False) and script.title() == _SEED_SCRIPT:
            given = list(p.script_args[script.args_from : script.args_to])
            return given[0] if given else p.seed
    return p.seed


def is_random(seed: object) -> bool:
    """Tell whether the web UI would draw this seed itself.

    Text that is no number counts: the web UI's text box for seeds takes it for -1.
    """
    if isinstance(seed, (list, tuple)):
        return False
    if isinstance(seed, str):
        try:
            return int(seed) == -1
        except ValueError:
            return True
    return seed in _LEFT_TO_CHANCE


def seed_numbers(seed: object) -> tuple[int, ...]:
    """Return a seed, or the list of them that a script made, as whole numbers; nothing for others.

    Args:
        seed: what stands in the processing object.
    """
    several = seed if isinstance(seed, (list, tuple)) else (seed,)
    try:
        return tuple(int(one) for one in several)
    except (TypeError, ValueError):
        return ()
