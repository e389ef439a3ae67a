"""What the command line offers scorers: weights, a reference, a text reader, the device."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ....errors import InputError
from .arguments import names

if TYPE_CHECKING:
    from torch import Tensor

    from ....mining.scorers import ScorerSources
    from ....mining.scorers.plugin import Stages
    from ....plugins import Plugins
    from ..engine.models import Model


def add_classes(parser: argparse.ArgumentParser) -> None:
    """Add which objects the scorer of composition looks for."""
    parser.add_argument(
        "--classes",
        type=names,
        metavar="a,b",
        help="objects whose place the scorer composition measures: labels of its network, or any "
        "words with CLIPSeg (default: all labels)",
    )


def offered_sources(
    args: argparse.Namespace, plugins: Plugins, model: Model | None = None
) -> ScorerSources:
    """Return what scorers may use; readers are asked whether they can be used, none is loaded.

    Args:
        args: may hold ``reference``, ``classes`` and ``weights``, a list of ``NAME=FOLDER``.
        plugins: whose readers read text.
        model: what is mined, whose device and layers scorers may use; None where they are listed.
    """
    from ....artifacts import first_usable, survey
    from ....mining.scorers import ScorerSources
    from ....places import own_folder
    from ....services.scorers import ScorerWish, text_share_by, with_weights

    reader = first_usable(survey(plugins.readers))
    share = text_share_by(plugins.readers.get(reader)) if reader else None
    wishes = [ScorerWish.parse(text) for text in getattr(args, "weights", None) or ()]
    sources = ScorerSources(
        reference=getattr(args, "reference", None),
        text_share=share,
        classes=tuple(getattr(args, "classes", None) or ()),
        stages=_any_model if model is None else _layers_of(model),
        device="cpu" if model is None else str(model.device),
    )
    return with_weights(sources, wishes, own_folder(os.environ, sys.platform, Path.home()))


def _any_model(images: Tensor) -> Sequence[Tensor]:
    """Stand for the layers of whatever will be mined; where scorers are listed, none is opened."""
    raise InputError("stages", expected="a model that is open", got="none")


def _layers_of(model: Model) -> Stages | None:
    from ..engine.style_stages import unet_stages

    return unet_stages(model)
