"""Ways of looking at features; one file each."""

from __future__ import annotations

from ...plugins import Registry
from ..features import FeatureRenderer
from .pca import PcaBasis, PcaRenderer, RunningPca
from .strip import StripRow, contact_sheet, feature_strip, upscale

__all__ = [
    "PcaBasis",
    "PcaRenderer",
    "RunningPca",
    "StripRow",
    "builtin_renderers",
    "contact_sheet",
    "feature_strip",
    "upscale",
]


def builtin_renderers() -> Registry[FeatureRenderer]:
    """Return the renderers that come with Seedloupe, fresh: some remember what they have seen."""
    return Registry[FeatureRenderer]("feature renderer").add("pca", PcaRenderer())
