"""Where this machine keeps what was counted of seeds that write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...tables import user_folders

_OWN = "SEEDLOUPE_TALLY"


def tally_folder(environment: Mapping[str, str], platform: str, home: Path) -> Path:
    """Return where tallies are: the folder the user names, or one beside the user's seed tables.

    Args:
        environment: variables by name; ``SEEDLOUPE_TALLY`` names the folder.
        platform: as in ``sys.platform``.
        home: the user's folder.
    """
    named = environment.get(_OWN, "").strip()
    if named:
        return Path(named)
    return user_folders(environment, platform, home)[-1].parent / "text_tally"
