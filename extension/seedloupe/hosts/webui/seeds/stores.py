"""What all jobs of this web UI share: the tables on offer, and where each choice goes on."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from modules import paths, shared

from ....places import own_folder
from ....services.positions import PositionStore
from ....tables import Catalogue
from ..catalogue import webui_catalogue
from ..options import TABLE_FOLDER


@cache
def positions() -> PositionStore:
    """Return where each choice goes on; one file for both tabs and all starts."""
    return PositionStore(own_folder(os.environ, sys.platform, Path.home()) / "webui-positions.json")


def webui_tables() -> Catalogue:
    """Return the tables on offer, by the settings as they are now."""
    return webui_catalogue(paths.models_path, getattr(shared.opts, TABLE_FOLDER, ""))
