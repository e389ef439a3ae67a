"""What cannot be run, said before anything runs.

A node's ``validate_inputs`` may refuse with a text. The host repeats the text once for every input
the function names, so it should name few. The page writes the text on the node
(``javascript/comfyui/refusal.js``), and so it does with our errors while a node runs.
"""

from __future__ import annotations

from collections.abc import Callable

from ...errors import SeedloupeError

__all__ = ["validation"]


def validation(check: Callable[[], object]) -> bool | str:
    """Return what ``validate_inputs`` is to: True, or why not.

    Args:
        check: raises where something cannot be run. Our errors name the field, what was expected,
            what came, and what to do; others are bugs and go on.
    """
    try:
        check()
    except SeedloupeError as error:
        return str(error)
    return True
