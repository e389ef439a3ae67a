"""Where objects stand, how large and how near, by networks for segmentation and depth.

After Xu, Zhang and Shi (2024, sec. 4.2): centroid, size and depth of each object. The networks are
of transformers' families: a semantic segmentation with the objects among its labels, or CLIPSeg,
which looks for any word; and any depth estimation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from ...errors import InputError, ModelError
from .clip_network import image_preparation
from .plugin import ScorerCost, ScorerNeeds, ScorerSources, require_ready
from .protocol import OutputKind, PictureBatch, ScorerOutput

Masks = Callable[[Tensor], Tensor]
"""Images ``(B, 3, H, W)`` in [0, 1] to bool masks ``(B, K, h, w)``, one of each class."""
Depths = Callable[[Tensor], Tensor]
"""Images ``(B, 3, H, W)`` in [0, 1] to depths ``(B, h, w)`` in [0, 1], 1 farthest."""

#: Share of the picture below which an object does not count, and classes at most.
SMALLEST, MOST_CLASSES = 0.01, 64
#: Networks whose numbers grow with distance; those of others grow with nearness.
_METRIC = ("glpn", "zoedepth", "depth_pro")


class CompositionScorer:
    """Centroid x, centroid y, size and depth of each class, NaN where it is not seen.

    Args:
        classes: the objects.
        masks: where each stands.
        depths: how far everything is; None where nobody measures it, and depth is NaN.
    """

    def __init__(self, classes: Sequence[str], masks: Masks, depths: Depths | None) -> None:
        self._masks, self._depths = masks, depths
        named = tuple(classes)
        self.outputs: Sequence[ScorerOutput] = (
            ScorerOutput(OutputKind.PLACE, "composition", 4 * len(named), classes=named),
        )

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        """Return where each object stands, ``(B, 4 * K)``."""
        masks = self._masks(batch.images).float().cpu()
        depths = None if self._depths is None else self._depths(batch.images).float().cpu()
        return {self.outputs[0].key: object_places(masks, depths).flatten(1)}


def object_places(masks: Tensor, depths: Tensor | None) -> Tensor:
    """Masks ``(B, K, h, w)`` of 0 and 1 and depths to places ``(B, K, 4)``.

    Args:
        masks: where each class stands.
        depths: ``(B, h, w)`` of any size; None leaves depth NaN.
    """
    height, width = masks.shape[-2:]
    cells = masks.sum((2, 3))
    x = (torch.arange(width) + 0.5) / width
    y = (torch.arange(height) + 0.5) / height
    across = torch.einsum("bkhw,w->bk", masks, x) / cells
    down = torch.einsum("bkhw,h->bk", masks, y) / cells
    size = cells / (height * width)
    away = torch.full_like(size, float("nan"))
    if depths is not None:
        fitted = functional.interpolate(depths[:, None], (height, width), mode="bilinear")[:, 0]
        away = torch.einsum("bkhw,bhw->bk", masks, fitted) / cells
    places = torch.stack([across, down, size, away], -1).clamp(0, 1)
    return places.masked_fill((size < SMALLEST)[..., None], float("nan"))


class CompositionPlugin:
    """Places of objects by a segmentation network and a depth network."""

    summary = "where objects stand, how large and how near, by segmentation and depth networks"
    needs = ScorerNeeds(
        ("transformers",),
        "segmentation/ (semantic, or CLIPSeg) and, if at hand, depth/, as transformers saves them",
    )
    cost = ScorerCost.LARGE

    def open(self, sources: ScorerSources) -> CompositionScorer:
        """Return the scorer."""
        require_ready("composition", self.needs, sources)
        folder = sources.weights["composition"]
        classes, masks = open_segmentation(
            folder / "segmentation", sources.classes, device=sources.device
        )
        depth = folder / "depth"
        depths = open_depth(depth, device=sources.device) if depth.is_dir() else None
        return CompositionScorer(classes, masks, depths)


def open_segmentation(
    folder: Path, classes: Sequence[str], *, device: str = "cpu"
) -> tuple[tuple[str, ...], Masks]:
    """Open a segmentation network; return the classes it will look for, and how.

    Args:
        folder: as transformers saves it.
        classes: what to look for; none takes all labels of the network, where they are few.
        device: where it runs.

    Raises:
        ModelError: there is no such network.
        InputError: it does not know a class, or nobody named any where that is needed.
    """
    config = _config(folder)
    if config.model_type == "clipseg":
        if not classes:
            raise InputError("classes", expected="what CLIPSeg shall look for", got="nothing")
        return tuple(classes), _clipseg(folder, tuple(classes), device)
    labels = {int(number): str(label) for number, label in config.id2label.items()}
    chosen = tuple(classes) or tuple(labels[number] for number in sorted(labels))
    if len(chosen) > MOST_CLASSES:
        got = f"all {len(chosen)} of {folder.name}"
        raise InputError("classes", expected=f"{MOST_CLASSES} at most, by name", got=got)
    numbers = [_number_of(name, labels) for name in chosen]
    return chosen, _semantic(folder, numbers, device)


def open_depth(folder: Path, *, device: str = "cpu") -> Depths:
    """Open a network for depth.

    Raises:
        ModelError: there is no such network.
    """
    from transformers import AutoModelForDepthEstimation

    farther = _config(folder).model_type in _METRIC
    model = _opened(AutoModelForDepthEstimation, folder, device)
    prepare = image_preparation(folder)

    def depths(images: Tensor) -> Tensor:
        found = model(pixel_values=prepare(images).to(device)).predicted_depth.float()
        low, high = found.amin((1, 2), keepdim=True), found.amax((1, 2), keepdim=True)
        scaled = (found - low) / (high - low).clamp(min=1e-6)
        depth: Tensor = scaled if farther else 1 - scaled
        return depth

    return depths


def _semantic(folder: Path, numbers: Sequence[int], device: str) -> Masks:
    from transformers import AutoModelForSemanticSegmentation

    model = _opened(AutoModelForSemanticSegmentation, folder, device)
    prepare = image_preparation(folder)

    def masks(images: Tensor) -> Tensor:
        found = model(pixel_values=prepare(images).to(device)).logits.argmax(1)
        return torch.stack([found == number for number in numbers], 1)

    return masks


def _clipseg(folder: Path, classes: tuple[str, ...], device: str) -> Masks:
    from transformers import AutoTokenizer, CLIPSegForImageSegmentation

    model = _opened(CLIPSegForImageSegmentation, folder, device)
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    words = tokenizer([f"a {name}" for name in classes], padding=True, return_tensors="pt")
    prepare = image_preparation(folder)

    def masks(images: Tensor) -> Tensor:
        pixels = prepare(images).to(device)
        found = []
        for one in pixels:
            logits = model(
                input_ids=words["input_ids"].to(device),
                attention_mask=words["attention_mask"].to(device),
                pixel_values=one[None].expand(len(classes), -1, -1, -1),
            ).logits
            found.append(logits.reshape(len(classes), *logits.shape[-2:]))
        return torch.stack(found) > 0

    return masks


def _number_of(name: str, labels: Mapping[int, str]) -> int:
    for number, label in labels.items():
        if name.lower() in [part.strip().lower() for part in (label, *label.split(","))]:
            return number
    known = ", ".join(list(labels.values())[:12])
    raise InputError("classes", expected=f"some of {known}", got=repr(name))


def _config(folder: Path) -> Any:  # noqa: ANN401 - a library's settings
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            "weights", expected="a network as transformers saves it", got=f"none in {folder}"
        ) from error


def _opened(kind: Any, folder: Path, device: str) -> Any:  # noqa: ANN401 - a library's network
    try:
        model = kind.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    except (OSError, ValueError, RuntimeError) as error:
        said = (str(error).strip().splitlines() or [""])[0]
        raise ModelError("weights", expected="a whole network", got=f"{folder}: {said}") from error
    return model.eval().to(device)
