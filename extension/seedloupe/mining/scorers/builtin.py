"""The scorers that come along."""

from __future__ import annotations

from ...registry import Registry
from .composition import CompositionPlugin
from .fidelity import GivenFeaturesPlugin, InceptionPlugin
from .image_reward import ImageRewardPlugin
from .pixels import PixelPlugin, TextPlugin
from .plugin import ScorerPlugin, check_scorer
from .preference import CLIP_SCORE, HPS, PICK_SCORE, AestheticPlugin, ClipDistancePlugin
from .style import StylePlugin


def builtin_scorers() -> Registry[ScorerPlugin]:
    """Return the scorers that any model's pictures can be measured by; a fresh value."""
    registry: Registry[ScorerPlugin] = Registry("scorer", check=check_scorer)
    offered: tuple[tuple[str, ScorerPlugin], ...] = (
        ("appearance", PixelPlugin()),
        ("text", TextPlugin()),
        ("fid", InceptionPlugin()),
        ("clean_fid", InceptionPlugin(clean=True)),
        ("fd_clip", ClipDistancePlugin()),
        ("features", GivenFeaturesPlugin()),
        ("clip", CLIP_SCORE),
        ("pickscore", PICK_SCORE),
        ("hps", HPS),
        ("aesthetic", AestheticPlugin()),
        ("imagereward", ImageRewardPlugin()),
        ("style", StylePlugin()),
        ("composition", CompositionPlugin()),
    )
    for name, plugin in offered:
        registry = registry.add(name, plugin)
    return registry
