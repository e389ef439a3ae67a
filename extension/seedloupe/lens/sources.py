"""Who says that a layer is worth showing, what they measured, and where they disagree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

#: Where the sources of a panel contradict each other, in one sentence.
ENCODER_OR_DECODER = (
    "The sources disagree about the encoder: Meng et al. discard it as noisy, with readouts they "
    "trained and at time step 50, while Bonechi et al., FreeSeg-Diff and DiffCut prefer its "
    "coarsest features, without training anything and with hardly any noise."
)


@dataclass(frozen=True)
class PanelChoice:
    """One layer of the default panel, and why it is there.

    Args:
        layer: canonical name.
        paper: who speaks for it.
        task: what they measured it by.
        figure: what they found, as a sentence.
        inferred: whether the source tapped another place or a U-Net of another shape, so that the
            step from there to this layer is ours and nobody's measurement.
    """

    layer: str
    paper: str
    task: str
    figure: str
    inferred: bool


@dataclass(frozen=True)
class PublishedFinding:
    """One published finding.

    Args:
        paper: who found it.
        task: what they measured.
        figure: what they found, as a sentence.
        layers: canonical names of the layers they tapped, in U-Nets of the shape it is used for;
            none where that is not known, or where the U-Net has another shape.
    """

    paper: str
    task: str
    figure: str
    layers: tuple[str, ...] = ()

    def because(self, names: Sequence[str]) -> Iterator[PanelChoice]:
        """Give this as the reason for each of ``names``."""
        for name in names:
            inferred = name not in self.layers
            yield PanelChoice(name, self.paper, self.task, self.figure, inferred)

    def elsewhere(self) -> PublishedFinding:
        """Return the same for U-Nets of another shape, where every choice is an inference."""
        return replace(self, layers=())


TRANSFORMER_MIDDLE = PublishedFinding(
    "Revelio, Kim et al., ICCV 2025 (from summaries)",
    "spread of class labels among the ten pictures a sparse unit fires at most; lower is better",
    "In a DiT block 14 is the purest of those tested (9.05); other depths are there to compare.",
)
_MENG = "Meng et al., generic-diffusion-feature, NeurIPS 2024"
_READOUT = "mIoU of a pixel classifier at time step 50, on Horse-21 and Bedroom-28"

ENCODER_QUERY = PublishedFinding(
    "Bonechi et al., semantic lens, Neurocomputing 2024 (abstract only)",
    "COCO and VOC segmentations, without training",
    "They find that the encoder's first layer at 16x16 keeps semantics well, but the abstract has "
    "no numbers and does not say which tensor; the query follows FreeSeg-Diff of the same group.",
)
ENCODER_SELF = PublishedFinding(
    "DiffCut, NeurIPS 2024",
    "mIoU of segmentation without training, on VOC",
    "In SSD-1B, a pruned SDXL, it reaches 62.0 alone, 61.6 with the encoder's next finer level and "
    "60.9 with features of the decoder.",
    ("down-level2-repeat1-vit-block3-self-out",),
)
BOTTLENECK = PublishedFinding(
    "Revelio, Kim et al., ICCV 2025 (from summaries)",
    "spread of class labels among the ten pictures a sparse unit fires at most; lower is better",
    "In SD 1.5 the bottleneck is purest for the coarse classes of Caltech-101 (9.35; decoder 15.65 "
    "to 25.61), not for breeds of pets (9.48; decoder 8.59); they tap the end of the middle block.",
)
DECODER_QUERY_COARSE = PublishedFinding(
    _MENG,
    _READOUT,
    "In SD 1.5 the best of its level for complex scenes, 42.80, by the paper's table; its text "
    "takes this one for simple scenes.",
    ("up-level1-repeat1-vit-block0-cross-q",),
)
DECODER_QUERY_FINE = PublishedFinding(
    _MENG,
    _READOUT,
    "In SD 1.5 the best of its level for simple and for complex scenes: 53.58 and 39.82.",
    ("up-level2-repeat1-vit-block0-cross-q",),
)
DECODER_BLOCK = PublishedFinding(
    _MENG,
    _READOUT,
    "In SDXL the best of all for simple scenes, 58.95, together with block 3 of the same "
    "transformer.",
    ("up-level0-repeat0-vit-block7-out",),
)
DECODER_QUERY_DEEP = PublishedFinding(
    _MENG,
    _READOUT,
    "In SDXL the best of its level: 49.08 for simple and 31.75 for complex scenes.",
    ("up-level1-repeat0-vit-block0-cross-q",),
)
DECODER_KEYS = PublishedFinding(
    _MENG,
    "PCK at 0.1 of the picture, keypoints in other pictures",
    "In the noisy end of the decoder only self-attention's queries and keys stay useful: 41.41 "
    "against 34.58 for the noisy alternative.",
    ("up-level3-repeat0-vit-block0-self-k",),
)
DECODER_RESIDUAL = PublishedFinding(
    _MENG,
    _READOUT,
    "In SD 1.5 a residual block is the best of its level for simple scenes: 50.61 for "
    "up-level1-repeat2-res-out.",
    ("up-level1-repeat2-res-out",),
)
