"""Word maps in a lens file: put there when a run is over, and asked like the run itself.

An entry of the spec is called ``prompt`` or ``negative``, whose words its maps are of, and lies in
the rows that were given that prompt. For each step there is one map a word, ``(B, T, H, W)``: the
share of a cell's attention the word took, its tokens summed, the mean over all layers brought to
the finest one's cells. All that a prompt's tokens take sums to 1, begin and end included, so these
maps give both DAAM's sums over steps and the shares among the words. They are kept in half
precision: with bytes the words that take little, which tell most, would come down to a few levels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from math import isfinite, nan

import torch
from torch import Tensor, nn

from ...errors import InputError
from ..hooks import Rows
from ..record import LensKey, LensMoment, LensRecord, LensWords
from ..shapes import LayerShape, predict_shapes
from ..tokens import Piece, PromptTokens
from .accumulator import AttentionAccumulator
from .probe import AttentionMap
from .seen import WordsSeen
from .sites import CROSS, find_sites
from .truth import Truth, TruthCheck

#: What the two entries of a pass are called in place of a layer.
PROMPT, NEGATIVE = "prompt", "negative"
_TRUTH = "words"


@dataclass(frozen=True)
class _Side:
    """One prompt, the rows it was given to, and what its entry is called."""

    name: str
    tokens: PromptTokens
    rows: Rows


def record_with_words(record: LensRecord, seen: WordsSeen, *, every: int = 1) -> LensRecord:
    """Return ``record`` with the word maps of one pass, and with how far they can be trusted.

    A run of several passes hands in the words of each in turn. A pass in which nothing could be
    watched adds nothing; the probe has said why.

    Args:
        record: of the same run; may hold no layers at all.
        seen: the words of one pass.
        every: which steps are kept: each, every second, and so on, beginning with the first.

    Raises:
        InputError: ``seen`` kept no sums for single steps.
    """
    tally = seen.tally
    if not tally.layers:
        return record
    if not tally.steps:
        raise InputError("words", expected="a tally with a sum for each step", got="none")
    steps = [step for step in tally.seen_steps if step % every == 0]
    entries, maps = [], dict(record.words)
    for side in _sides(seen):
        entries.append(_entry(side, tally))
        for step in steps:
            key = LensKey(tally.track, step, 0, side.name)
            maps[key] = _by_word(tally, side, step).to(torch.float16)
    old = record.spec
    truth = {**old.truth, _TRUTH: [*_said(old.truth), _truth(tally)]}
    moments = (*old.moments, *_new_moments(record, tally, steps))
    spec = replace(old, words=(*old.words, *entries), truth=truth, moments=moments)
    return replace(record, spec=spec, words=maps)


def kept_words(record: LensRecord, *, negative: bool = False, track: int = 0) -> WordsSeen | None:
    """Return the words of one prompt and pass, to be asked as those of a live run are.

    There are no layers to choose between any more, and no contrast with the other prompt. Over all
    steps each counts once, however many calls a sampler made in it.

    Args:
        record: what was read from a lens file.
        negative: whether the words of the negative prompt are meant.
        track: which pass.

    Returns:
        None where the file has no such word maps.
    """
    name = NEGATIVE if negative else PROMPT
    entries = (one for one in record.spec.words if (one.track, one.layer) == (track, name))
    entry = next(entries, None)
    if entry is None:
        return None
    tokens = PromptTokens.of_chunks([[Piece(word) for word in entry.tokens]])
    seen = WordsSeen(AttentionAccumulator(), tokens, slice(None))
    for key in sorted(key for key in record.words if (key.track, key.layer) == (track, name)):
        seen.tally(_map_of(record, key, tokens))
    return seen


def predict_words(
    unet: nn.Module, seen: WordsSeen, *, height: int, width: int
) -> dict[str, LayerShape]:
    """Predict the shape of what :func:`record_with_words` will keep of a step, entry by entry.

    Args:
        unet: the U-Net; nothing of it is run.
        seen: the empty sight of a run's words.
        height: rows of the latent, in cells.
        width: columns of the latent, in cells.

    Raises:
        LayerNotFoundError: there is no attention to words.
        ModelError: ``unet`` is no U-Net of a known shape.
    """
    sites = find_sites(unet, CROSS, ("*",))
    names = [site.name.removesuffix("cross-map" if site.kernel else "-map") for site in sites]
    names = [f"{name.removesuffix('-')}-out" for name in names]
    shapes = predict_shapes(unet, names, height=height, width=width).values()
    finest = max(shapes, key=lambda shape: shape.cells)
    return {
        side.name: LayerShape(len(side.tokens.words), finest.height, finest.width)
        for side in _sides(seen)
    }


def _sides(seen: WordsSeen) -> Iterator[_Side]:
    """Go through the prompts that have words."""
    if seen.prompt.words:
        yield _Side(PROMPT, seen.prompt, seen.rows)
    if seen.negative is not None and seen.negative.words:
        yield _Side(NEGATIVE, seen.negative, seen.negative_rows)


def _entry(side: _Side, tally: AttentionAccumulator) -> LensWords:
    words = side.tokens.words
    firsts = tuple(side.tokens.columns_of(number)[0] for number in range(len(words)))
    return LensWords(side.name, *tally.grid, words, firsts, tally.track)


def _by_word(tally: AttentionAccumulator, side: _Side, step: int) -> Tensor:
    """Return ``(B, T, H, W)``, the tokens of each word summed."""
    maps = tally.shares(side.tokens.content, step=step, rows=side.rows)
    places = {column: place for place, column in enumerate(side.tokens.content)}
    words = [side.tokens.columns_of(number) for number in range(len(side.tokens.words))]
    return torch.stack([maps[:, [places[c] for c in columns]].sum(1) for columns in words], 1)


def _new_moments(
    record: LensRecord, tally: AttentionAccumulator, steps: list[int]
) -> Iterator[LensMoment]:
    """Steps of which no layer was kept; the others are described already."""
    known = {(one.track, one.step) for one in record.spec.moments}
    for step in steps:
        place = tally.places[step]
        if (place.track, step) not in known:
            yield LensMoment(place.track, step, 0, _finite(place.sigma), place.timestep)


def _map_of(record: LensRecord, key: LensKey, tokens: PromptTokens) -> AttentionMap:
    moment, values = record.moment(key), record.word_maps(key)[:, None]
    what = (key.layer, key.step, moment.sigma, tokens.content, values, _read_truth(record, key))
    return AttentionMap(*what, track=key.track, timestep=moment.timestep)


def _truth(tally: AttentionAccumulator) -> dict[str, object]:
    """Say in plain values how far the maps of a pass can be trusted."""
    layers = {name: check for name, check in tally.truths.items() if check.label is not Truth.SAME}
    return {
        "track": tally.track,
        **_plain(TruthCheck.worst(tally.truths.values())),
        "layers": len(tally.layers),
        "doubts": {name: _plain(check) for name, check in layers.items()},
    }


def _plain(check: TruthCheck) -> dict[str, object]:
    return {**asdict(check), "label": check.label.value, "difference": _finite(check.difference)}


def _read_truth(record: LensRecord, key: LensKey) -> TruthCheck:
    for said in _said(record.spec.truth):
        if isinstance(said, dict) and said.get("track") == key.track:
            labels = [label for label in Truth if label.value == said.get("label")]
            found = said.get("difference")
            difference = float(found) if isinstance(found, (int, float)) else nan
            label = labels[0] if labels else Truth.UNCHECKED
            return TruthCheck(label, difference, str(said.get("reason", "")))
    return TruthCheck(Truth.UNCHECKED, reason="the file does not say")


def _said(truth: object) -> list[object]:
    said = truth.get(_TRUTH) if isinstance(truth, dict) else None
    return list(said) if isinstance(said, (list, tuple)) else []


def _finite(number: float | None) -> float | None:
    return number if number is not None and isfinite(number) else None
