"""The seed tables this web UI offers, by name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ...tables import Catalogue, table_folders, user_folders

_ADVICE = "Tables are looked for in models/seed_tables and in the folder named in the settings."


def webui_catalogue(models_folder: str, own_folder: str) -> Catalogue:
    """Return the tables in the folder of the web UI's settings, its models', the user's and ours.

    Args:
        models_folder: the web UI's folder of models.
        own_folder: what the user chose in the settings; may be empty.
    """
    return Catalogue(webui_table_folders(models_folder, own_folder), _ADVICE)


def webui_table_folders(models_folder: str, own_folder: str) -> tuple[Path, ...]:
    """Where this web UI's tables are; arguments as for :func:`webui_catalogue`."""
    own = (Path(own_folder).expanduser(),) if own_folder.strip() else ()
    users = user_folders(os.environ, sys.platform, Path.home())
    return table_folders((*own, Path(models_folder) / "seed_tables"), users)
