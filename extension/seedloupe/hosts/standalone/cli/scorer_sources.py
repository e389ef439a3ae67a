"""What the command line offers scorers: weights, a reference, a text reader, the device."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ....mining.scorers import ScorerSources
    from ....plugins import Plugins


def offered_sources(args: argparse.Namespace, plugins: Plugins) -> ScorerSources:
    """Return what scorers may use; readers are asked whether they can be used, none is loaded.

    Args:
        args: may hold ``reference`` and ``weights``, a list of ``NAME=FOLDER``.
        plugins: whose readers read text.
    """
    from ....artifacts import first_usable, survey
    from ....mining.scorers import ScorerSources
    from ....places import own_folder
    from ....services.scorers import ScorerWish, text_share_by, with_weights

    reader = first_usable(survey(plugins.readers))
    share = text_share_by(plugins.readers.get(reader)) if reader else None
    wishes = [ScorerWish.parse(text) for text in getattr(args, "weights", None) or ()]
    sources = ScorerSources(reference=getattr(args, "reference", None), text_share=share)
    return with_weights(sources, wishes, own_folder(os.environ, sys.platform, Path.home()))
