"""Nodes that work on a finished picture and have no say in its noise, with the reason for each.

They come after everything that draws. What matters of them is whether the picture stays the same
one, and whether it keeps its size.
"""

from __future__ import annotations

from collections.abc import Mapping

_COLOURS = "changes values of a finished picture, not its size"
_LOOKS = "shows or saves a finished picture and hands it on"
_SIZE = "makes a finished picture another size that the graph does not tell"
_MASK = "makes a mask or a map for control out of a picture"

_LISTS: Mapping[str, tuple[str, ...]] = {
    _COLOURS: (
        # core
        "AdjustBrightness",
        "AdjustContrast",
        "ColorTransfer",
        "ImageAddNoise",
        "ImageBlur",
        "ImageFlip",
        "ImageInvert",
        "ImageQuantize",
        "ImageSharpen",
        "Morphology",
        "NormalizeImages",
        # essentials
        "ImageApplyLUT+",
        "ImageCASharpening+",
        "ImageDesaturate+",
        "ImageFlip+",
        "ImageHistogramMatch+",
        "ImageColorMatch+",
        "ImageColorMatchAdobe+",
        "ImagePosterize+",
        "ImageRemoveAlpha+",
        "ImageRemoveBackground+",
        "ImageSmartSharpen+",
        "ImageToDevice+",
        # KJNodes
        "ColorMatch",
        "ColorMatchV2",
        "ImageSharpenKJ",
        "RemapImageRange",
        # WAS Node Suite
        "Image Chromatic Aberration",
        "Image Dragan Photography Filter",
        "Image Film Grain",
        "Image Filter Adjustments",
        "Image Levels Adjustment",
        "Image Lucy Sharpen",
        "Image Median Filter",
        "Image Rotate Hue",
        "Image Style Filter",
        "Images to RGB",
        # faces
        "FaceRestoreCFWithModel",
        "ReActorFaceSwap",
        "ReActorRestoreFace",
        # Comfyroll
        "CR Color Tint",
        "CR Halftone Filter",
        "CR Overlay Text",
        "CR Vignette Filter",
    ),
    _LOOKS: (
        "Image Save",
        "LayerUtility: PurgeVRAM",
        "PreviewBridge",
        "SaveImageKJ",
        "SaveImageWithAlpha",
    ),
    _SIZE: (
        "AddLabel",
        "CR Image Border",
        "CR Simple Text Watermark",
        "CR Upscale Image",
        "ConstrainImage|pysssss",
        "Image Resize",
        "Image Rotate",
        "ImageCrop+",
        "ImageCropV2",
        "ImagePadKJ",
        "ImageResize+",
        "ImageResizeKJ",
        "ImageResizeKJv2",
        "ImageSeamCarving+",
        "Image Resize (rgthree)",
        "Image Inset Crop (rgthree)",
        "ImageUpscaleWithModel",
        "ImageUpscaleWithModelBatched",
        "FluxKontextImageScale",
    ),
    _MASK: (
        "Canny",
        "ImageToMask",
        "InvertMask",
        "MaskComposite",
        "MaskToImage",
        "GrowMask",
        "FeatherMask",
        "CropMask",
        "ThresholdMask",
    ),
}

HARMLESS_PIXELS: Mapping[str, str] = {
    kind: reason for reason, kinds in _LISTS.items() for kind in kinds
}
"""Every such node, and why it has no say."""

MAIN_INPUT: Mapping[str, str] = {
    "ColorMatch": "image_target",
    "ColorMatchV2": "image_target",
    "ColorTransfer": "image_target",
    "ReActorFaceSwap": "input_image",
}
"""What those call the picture they work on, which are handed another as well."""

KEEPS_SIZE = frozenset((*_LISTS[_COLOURS], *_LISTS[_LOOKS]))
LOSES_SIZE = frozenset(_LISTS[_SIZE])
NO_PICTURE = frozenset(_LISTS[_MASK])
"""What comes out of these is no longer the picture."""

PICTURE_SAMPLERS: Mapping[str, str] = {
    "DetailerForEach": "samples parts of a picture again",
    "DetailerForEachDebug": "samples parts of a picture again",
    "DetailerForEachDebugPipe": "samples parts of a picture again",
    "DetailerForEachPipe": "samples parts of a picture again",
    "FaceDetailer": "samples faces of a picture again",
    "FaceDetailerPipe": "samples faces of a picture again",
    "IterativeImageUpscale": "enlarges a picture and samples it again, in turns",
    "MaskDetailerPipe": "samples a part of a picture again",
    "SEGSUpscaler": "enlarges a picture and samples parts of it again",
    "SEGSUpscalerPipe": "enlarges a picture and samples parts of it again",
    "UltimateSDUpscale": "enlarges a picture and samples it again, tile by tile",
    "UltimateSDUpscaleCustomSample": "enlarges a picture and samples it again, tile by tile",
    "UltimateSDUpscaleNoUpscale": "samples a picture again, tile by tile",
}
"""Samplers that take pictures: a later pass of a picture that began, a start of any other."""
