"""The studies by name; light, so that a command line can list them at once."""

from __future__ import annotations

from enum import Enum


class StudyName(str, Enum):
    """What can be asked, beside the inpainting study, in the order it is listed."""

    SWAP = "swap"
    CLASSIFIER = "classifier"
    GENERALISE = "generalise"
    DIVERSITY = "diversity"
    STYLE = "style"
    COMPOSITION = "composition"
    LAYERS = "layers"
    TRANSFORMS = "transforms"
    STEPS = "steps"
    VIDEO = "video"
    PROBE = "probe"
    SAE = "sae"
    CORRESPONDENCE = "correspondence"
    FILTER = "filter"
    RANK = "rank"
    SEGMENTATION = "segmentation"
    EARLY = "early"

    @property
    def summary(self) -> str:
        """What it asks, in a line."""
        return _SUMMARIES[self]

    @property
    def paints(self) -> bool:
        """Whether it paints pictures of its own; the others look at pictures there are."""
        return self in _PAINTING

    @property
    def judges(self) -> bool:
        """Whether scorers judge or compare its pictures."""
        return self in _JUDGING


_PAINTING = (
    StudyName.SWAP,
    StudyName.CLASSIFIER,
    StudyName.GENERALISE,
    StudyName.DIVERSITY,
    StudyName.STYLE,
    StudyName.COMPOSITION,
    StudyName.EARLY,
)
_JUDGING = (
    StudyName.GENERALISE,
    StudyName.DIVERSITY,
    StudyName.STYLE,
    StudyName.COMPOSITION,
    StudyName.EARLY,
)
_SUMMARIES = {
    StudyName.SWAP: "which noise decides a picture, the first or that of the steps?",
    StudyName.CLASSIFIER: "does a picture give away its seed?",
    StudyName.GENERALISE: "are seeds that are good with some prompts good with others?",
    StudyName.DIVERSITY: "do seeds chosen to be different give different pictures?",
    StudyName.STYLE: "does a seed keep its style, whatever the prompt?",
    StudyName.COMPOSITION: "does a seed put things in the same place, whatever the prompt?",
    StudyName.LAYERS: "which layers keep objects apart?",
    StudyName.TRANSFORMS: "is an object found again after its picture was changed?",
    StudyName.STEPS: "do more denoising steps change what layers see?",
    StudyName.VIDEO: "does an object stay itself while it moves?",
    StudyName.PROBE: "which classes can be read off a layer?",
    StudyName.SAE: "which concepts does a layer hold? (a sparse autoencoder a layer)",
    StudyName.CORRESPONDENCE: "is a point of a thing found on another of its kind?",
    StudyName.FILTER: "which activations can be dropped unseen?",
    StudyName.RANK: "which activations, alone and in sets, tell things apart?",
    StudyName.SEGMENTATION: "how well are cells told by very few labelled pictures?",
    StudyName.EARLY: "how soon can a seed's fate with a prompt be told?",
}
