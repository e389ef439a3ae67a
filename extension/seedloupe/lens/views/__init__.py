"""Ways of looking at features; one file each."""

from __future__ import annotations

from ...registry import Registry
from ..features import FeatureRenderer
from .agreement import ClusterAgreement, judge_segmentation
from .alignment import turned_to_match
from .artefact_checks import (
    ArtefactChecks,
    Excess,
    HighNorms,
    border_similarity,
    corner_similarity,
    high_norm_tokens,
    look_for_artefacts,
    without_high_norms,
)
from .cells import Spot
from .clusters import Clustering, ClusterRenderer, Segmentation, segment
from .correspondence import Pck, SpotMatch, find_matches, grid_of_spots, pck
from .massive import (
    MassiveChannels,
    find_massive,
    only_channels,
    without_channels,
)
from .match_picture import draw_matches
from .pca import PcaBasis, PcaRenderer, RunningPca
from .position import PositionProbe, probe_position, without_position
from .properties import (
    LayerProperties,
    layer_properties,
    locality,
    noise_between,
    noise_score,
    patch_size,
)
from .robustness import Robustness, find_again, measure_robustness
from .separability import Separability, click_auc, measure_separability
from .similarity import Measure, Similarity, ask
from .strip import StripRow, contact_sheet, feature_strip, upscale
from .transforms import KnownTransform, known_transforms

__all__ = [
    "ArtefactChecks",
    "ClusterAgreement",
    "ClusterRenderer",
    "Clustering",
    "Excess",
    "HighNorms",
    "KnownTransform",
    "LayerProperties",
    "MassiveChannels",
    "Measure",
    "PcaBasis",
    "PcaRenderer",
    "Pck",
    "PositionProbe",
    "Robustness",
    "RunningPca",
    "Segmentation",
    "Separability",
    "Similarity",
    "Spot",
    "SpotMatch",
    "StripRow",
    "ask",
    "border_similarity",
    "builtin_renderers",
    "click_auc",
    "contact_sheet",
    "corner_similarity",
    "draw_matches",
    "feature_strip",
    "find_again",
    "find_massive",
    "find_matches",
    "grid_of_spots",
    "high_norm_tokens",
    "judge_segmentation",
    "known_transforms",
    "layer_properties",
    "locality",
    "look_for_artefacts",
    "measure_robustness",
    "measure_separability",
    "noise_between",
    "noise_score",
    "only_channels",
    "patch_size",
    "pck",
    "probe_position",
    "segment",
    "turned_to_match",
    "upscale",
    "without_channels",
    "without_high_norms",
    "without_position",
]


def builtin_renderers() -> Registry[FeatureRenderer]:
    """Return the renderers that come with Seedloupe, fresh: some remember what they have seen."""
    renderers = Registry[FeatureRenderer]("feature renderer").add("pca", PcaRenderer())
    return renderers.add("clusters", ClusterRenderer())
