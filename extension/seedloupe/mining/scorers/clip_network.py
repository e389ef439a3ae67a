"""CLIP networks from local folders, through transformers or open_clip."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from ...errors import ModelError
from ...images import to_pil
from .weights import read_weights

#: The architecture of a checkpoint that comes without a word about it: HPS v2's.
BARE_CHECKPOINT = "ViT-H-14"


class ClipNetwork:
    """Pictures and words as vectors of one space.

    Args:
        images: ``(B, 3, H, W)`` in [0, 1] to ``(B, D)``, as the library's own preparation has it.
        words: texts to ``(B, D)``.
        scale: what cosines are multiplied with for logits.
        title: what network it is, for the table.
    """

    def __init__(
        self,
        images: Callable[[Tensor], Tensor],
        words: Callable[[list[str]], Tensor],
        *,
        scale: float,
        title: str,
    ) -> None:
        self._images, self._words = images, words
        self.scale, self.title = scale, title
        self._known: dict[str, Tensor] = {}

    def picture_vectors(self, images: Tensor) -> Tensor:
        """Images ``(B, 3, H, W)`` in [0, 1] to vectors ``(B, D)``, not of unit length."""
        return self._images(images).float().cpu()

    def cosines(self, images: Tensor, prompts: tuple[str, ...]) -> Tensor:
        """Return the cosine of each picture and its own prompt, ``(B,)``; prompts count once."""
        new = [prompt for prompt in dict.fromkeys(prompts) if prompt not in self._known]
        if new:
            vectors = functional.normalize(self._words(new).float().cpu(), dim=-1)
            self._known.update(zip(new, vectors, strict=True))
        words = torch.stack([self._known[prompt] for prompt in prompts])
        return (functional.normalize(self.picture_vectors(images), dim=-1) * words).sum(-1)


def open_clip_network(place: str | Path, *, device: str = "cpu", hub: bool = False) -> ClipNetwork:
    """Open a CLIP network.

    Args:
        place: a folder as transformers saves it (``config.json``) or as open_clip does
            (``open_clip_config.json``), one file with a checkpoint of ViT-H-14, or a name at the
            hub.
        device: where it runs.
        hub: whether ``place`` is a name at the hub.

    Raises:
        ModelError: there is no such network.
    """
    path = Path(place)
    with _as_model_error(str(place)):
        if hub or (path / "config.json").is_file():
            return _by_transformers(str(place), device, hub=hub)
        if path.is_file():
            return _by_open_clip(BARE_CHECKPOINT, device, checkpoint=path)
        if (path / "open_clip_config.json").is_file():
            return _by_open_clip(f"local-dir:{path}", device)
    expected = "a folder with config.json or open_clip_config.json, or a checkpoint"
    raise ModelError("weights", expected=expected, got=f"{place}")


def pil_pictures(images: Tensor) -> list[Any]:
    """Images ``(B, 3, H, W)`` in [0, 1] as pictures in 8 bits, which libraries prepare."""
    return [to_pil(image) for image in images.float().clamp(0, 1).cpu()]


def _by_transformers(place: str, device: str, *, hub: bool) -> ClipNetwork:
    from transformers import AutoTokenizer, CLIPModel

    local = {"local_files_only": not hub}
    model: Any = CLIPModel.from_pretrained(place, use_safetensors=True, **local).eval().to(device)
    tokenizer = AutoTokenizer.from_pretrained(place, **local)
    prepare = image_preparation(place, hub=hub)
    longest = model.config.text_config.max_position_embeddings

    def images(batch: Tensor) -> Tensor:
        pixels = prepare(batch).to(device)
        return _vectors(model.get_image_features(pixel_values=pixels))

    def words(texts: list[str]) -> Tensor:
        asked = tokenizer(
            texts, padding=True, truncation=True, max_length=longest, return_tensors="pt"
        )
        given = {name: asked[name].to(device) for name in ("input_ids", "attention_mask")}
        return _vectors(model.get_text_features(**given))

    title = f"{Path(place).name}, transformers"
    return ClipNetwork(images, words, scale=float(model.logit_scale.detach().exp()), title=title)


def image_preparation(place: str | Path, *, hub: bool = False) -> Callable[[Tensor], Tensor]:
    """Return how a folder's ``preprocessor_config.json`` has pictures resized and normalised."""
    from transformers.models.auto.image_processing_auto import AutoImageProcessor

    processor: Any = AutoImageProcessor.from_pretrained(
        place, local_files_only=not hub, backend="pil"
    )

    def prepare(images: Tensor) -> Tensor:
        pixels: Tensor = processor(images=pil_pictures(images), return_tensors="pt")["pixel_values"]
        return pixels

    return prepare


def _by_open_clip(name: str, device: str, *, checkpoint: Path | None = None) -> ClipNetwork:
    import open_clip

    local = checkpoint is None
    model, _, prepare = open_clip.create_model_and_transforms(
        name, device=device, load_weights=local
    )
    if checkpoint is not None:
        model.load_state_dict(dict(read_weights(checkpoint)))
    model = model.eval()
    tokenizer = open_clip.get_tokenizer(name)

    def images(batch: Tensor) -> Tensor:
        pixels = torch.stack([prepare(picture) for picture in pil_pictures(batch)])
        vectors: Tensor = model.encode_image(pixels.to(device))
        return vectors

    def words(texts: list[str]) -> Tensor:
        vectors: Tensor = model.encode_text(tokenizer(texts).to(device))
        return vectors

    title = f"{(checkpoint or Path(name)).name}, open_clip"
    return ClipNetwork(images, words, scale=float(model.logit_scale.detach().exp()), title=title)


def _vectors(found: object) -> Tensor:
    vectors: Tensor = found.pooler_output if hasattr(found, "pooler_output") else found  # type: ignore[assignment]
    return vectors


@contextmanager
def _as_model_error(place: str) -> Iterator[None]:
    """Say in one line what a library says in many."""
    try:
        yield
    except ModelError:
        raise
    except (OSError, ValueError, KeyError, RuntimeError, TypeError, ImportError) as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelError("weights", expected="a CLIP network", got=f"{place}: {said[0]}") from error
