"""Pairs out of Seedling's world, whose every fact is known, and a test of who looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import torch
from torch import Tensor

from ...artifacts.repaints import REMOVAL_PROMPT, Looker, Pair
from ...seedling.prompts import plain_scenes
from ...seedling.world import SIDE, Split, Style, render_scene, sample_scene
from ...seedling.world import RenderedPicture as Rendered

#: Where in the held-out range the pairs begin, and where the pictures that are glued into them do.
_PAIRS, _DONORS = 300_000, 400_000
_MARGIN = SIDE // 8
#: Donors tried for a pair until enough of a word lies in its mask, and how much is enough.
_TRIES, _WITHIN = 40, 0.6
_WORDS = ("STOCK", "PHOTO", "SAMPLE", "DEMO")


class MaskKind(str, Enum):
    """How the object is masked: a box around it with room to spare, or its very outline."""

    BOX = "box"
    OBJECT = "object"


def world_pairs(count: int, *, mask: MaskKind = MaskKind.BOX) -> tuple[Pair, ...]:
    """Return pictures of the world no network was trained on, each with its object masked.

    None shows text. The class name is colour and kind, such as ``red house``.

    Args:
        count: how many.
        mask: how the object is masked.
    """
    scenes = plain_scenes(count, _PAIRS)
    pairs = []
    for place, scene in enumerate(scenes):
        picture = render_scene(scene)
        subject = f"{scene.colour.value} {scene.kind.value}"
        pairs.append(Pair(f"world-{place:03d}", _image(picture), _mask(picture, mask), subject))
    return tuple(pairs)


@dataclass(frozen=True)
class ReaderCheck:
    """How well somebody looks where the truth is known.

    Pictures of the world are glued into the masks, seam and all: some with a word in the mask, some
    without any.

    Attributes:
        clean: glued pictures without text, and how many of them were flagged.
        false_alarms: likewise.
        written: glued pictures with a word in the mask, and how many of them were flagged.
        found: likewise.
        true_share: mean share of the mask that text with its plate covers where there is a word.
        seen_share: mean share that was reported there.
    """

    clean: int
    false_alarms: int
    written: int
    found: int
    true_share: float
    seen_share: float


def check_known_text(looker: Looker, pairs: Sequence[Pair]) -> ReaderCheck:
    """Let somebody look at glued pictures whose text is known.

    Args:
        looker: who looks.
        pairs: out of :func:`world_pairs`.

    Raises:
        ReaderError: it could not look.
    """
    alarms = found = written = 0
    true, seen = [], []
    for place, pair in enumerate(pairs):
        plain = _donor(place, "")
        alarms += looker.look(_glue(pair, plain), pair, REMOVAL_PROMPT).flagged
        donor = _donor_with_word(place, pair)
        if donor is None:
            continue
        written += 1
        answer = looker.look(_glue(pair, donor), pair, REMOVAL_PROMPT)
        found += answer.flagged
        true.append(float((_text(donor) * pair.mask).sum() / pair.mask.sum()))
        seen.append(answer.share)
    mean_true, mean_seen = (float(np.mean(values)) if values else 0.0 for values in (true, seen))
    return ReaderCheck(len(pairs), alarms, written, found, mean_true, mean_seen)


def _donor(index: int, word: str) -> Rendered:
    scene = sample_scene(Split.HELD_OUT.seed(_DONORS + index))
    return render_scene(replace(scene, style=Style.PLAIN, word=word, word_asked=False))


def _donor_with_word(place: int, pair: Pair) -> Rendered | None:
    """Return a picture whose word lies mostly in the mask; None where none was found."""
    for turn in range(_TRIES):
        index = 1000 * (place + 1) + turn
        donor = _donor(index, _WORDS[index % len(_WORDS)])
        text = _text(donor)
        if float((text * pair.mask).sum()) >= _WITHIN * float(text.sum()) > 0:
            return donor
    return None


def _glue(pair: Pair, donor: Rendered) -> Tensor:
    return torch.where(pair.mask > 0, _image(donor), pair.picture)


def _image(picture: Rendered) -> Tensor:
    return torch.from_numpy(picture.image.copy()).permute(2, 0, 1).float() / 255


def _text(picture: Rendered) -> Tensor:
    return torch.from_numpy(picture.text_mask.astype(np.float32))


def _mask(picture: Rendered, kind: MaskKind) -> Tensor:
    mask = torch.from_numpy(picture.object_mask.astype(np.float32))
    if kind is MaskKind.OBJECT:
        return mask
    rows, columns = mask.nonzero(as_tuple=True)
    top, left = (max(0, int(side.min()) - _MARGIN) for side in (rows, columns))
    bottom, right = (int(side.max()) + 1 + _MARGIN for side in (rows, columns))
    box = torch.zeros_like(mask)
    box[top:bottom, left:right] = 1
    return box
