"""Fits the trees that tell rows of letters from other rows, on pictures of tuning splits alone.

    python benchmarks/pseudo_fit.py --to extension/seedloupe/artifacts/readers/row_trees.json

Three sets are drawn from seeds: ``pseudo_text``, ``text_samples`` and Seedling's world,
each of the split that thresholds may be chosen on. RapidOCR's detector looks at them twice, as in
the check, and every box it sees in the mask is measured (``row_traits.py``). A box that covers half
of a line's ink is a row; one that covers less, but some, is left out; all others are none. What the
trees are worth is told by fitting them five times without a fifth of the pictures. Needs
scikit-learn, and what ``pseudo_quality.py`` names; prints one JSON document.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pseudo_quality import drawn, left_out
from text_outcomes import covers
from text_quality import samples, worlds
from text_samples.samples import Sample, SampleSplit

from seedloupe.artifacts import TextRegion
from seedloupe.artifacts.coverage import cover
from seedloupe.artifacts.readers import RapidOcrReader
from seedloupe.artifacts.readers.closer_look import box_traits
from seedloupe.artifacts.readers.row_traits import Traits
from seedloupe.artifacts.view import around
from seedloupe.images import from_pil, to_pil

#: Share of a box that lies in the mask from which on it is looked at, as at level high, and height.
_INSIDE, _LEAST_HEIGHT = 0.25, 3
#: Share of a line's ink from which on a box that is no row is left out.
_SOME = 0.05
_FOLDS, _VAIN = 5, (0.03, 0.05, 0.08, 0.1)


@dataclass(frozen=True, eq=False)
class Boxes:
    """The boxes of one picture.

    Attributes:
        traits: ``(N, 10)``.
        row: ``(N,)``, 1 for a row, 0 for none, NaN for a piece of one.
        holds_text: whether there is a row in the picture.
    """

    traits: np.ndarray
    row: np.ndarray
    holds_text: bool


def main() -> None:
    """Read the command line, measure, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help="where trees go")
    parser.add_argument("--pseudo", type=int, default=1680, help="pictures of pseudo_text")
    parser.add_argument("--count", type=int, default=400, help="pictures of text_samples")
    parser.add_argument("--worlds", type=int, default=640, help="pictures of Seedling's world")
    parser.add_argument("--trees", type=int, default=60)
    parser.add_argument("--depth", type=int, default=3)
    parser.add_argument("--measured", type=Path, help="keep measures here, or take them from here")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    boxes = _kept(settings.measured) or measured(settings)
    if settings.measured:
        _keep(settings.measured, boxes)
    trees = fitted(boxes, settings)
    content = {"traits": [field.name for field in fields(Traits)], **trees}
    settings.to.write_text(json.dumps(content, separators=(",", ":")) + "\n", "utf-8")
    report = {
        "pictures": len(boxes),
        "boxes": sum(len(one.row) for one in boxes),
        "rows found at so many false flags, in pictures not fitted to": crossed(boxes, settings),
        "settings": {name: str(value) for name, value in vars(settings).items()},
    }
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


def measured(settings: argparse.Namespace) -> list[Boxes]:
    """Draw all pictures and measure what the detector sees in their masks."""
    missing = left_out()
    if missing:
        raise SystemExit(f"not fitted: {'; '.join(missing.values())}")
    reader, shared = RapidOcrReader(), argparse.Namespace(split="tune", seed=0, fonts=None)
    shared.count, shared.worlds = settings.count, settings.worlds
    pictures: Iterator[Sample] = chain(
        drawn(SampleSplit.TUNE, range(settings.pseudo), frozenset()),
        samples(shared),
        worlds(shared),
    )
    return [_boxes(reader, sample) for sample in pictures]


def _boxes(reader: RapidOcrReader, sample: Sample) -> Boxes:
    weights = sample.mask.astype(np.float64)
    view = around(weights, reader.side_limit)
    picture = to_pil(view.of(from_pil(sample.picture)))
    usual, closer = reader.looks(picture)
    traits, rows = [], []
    for box, found in zip((*usual, *closer), box_traits(picture, usual, closer), strict=True):
        region = view.place(TextRegion(box.quad, "", 0.0))
        patch = cover([region.quad], sample.extent)
        inside = patch.area and patch.weigh(weights) / patch.area
        if inside >= _INSIDE and region.height >= _LEAST_HEIGHT:
            traits.append(found.values())
            rows.append(_row(region, sample))
    return Boxes(
        np.array(traits, np.float64).reshape(-1, len(fields(Traits))),
        np.array(rows, np.float64),
        sample.kind.holds_text,
    )


def _row(region: TextRegion, sample: Sample) -> float:
    """Tell whether a box is a row; NaN for a piece of one."""
    if not sample.lines:
        return 0.0
    if sample.kind.holds_text and covers([region.quad], sample):
        return 1.0
    ink = sample.glyphs.astype(np.float64)
    return (
        float("nan") if cover([region.quad], sample.extent).weigh(ink) > _SOME * ink.sum() else 0.0
    )


def fitted(boxes: Sequence[Boxes], settings: argparse.Namespace) -> dict[str, Any]:
    """Fit trees to the boxes; each leaf holds what it adds to the logarithm of the odds."""
    from sklearn.ensemble import GradientBoostingClassifier

    traits = np.concatenate([one.traits for one in boxes])
    row = np.concatenate([one.row for one in boxes])
    told = ~np.isnan(row)
    model = GradientBoostingClassifier(
        n_estimators=settings.trees,
        max_depth=settings.depth,
        learning_rate=5 / settings.trees,
        subsample=0.5,
        min_samples_leaf=20,
        random_state=0,
    ).fit(traits[told], row[told])
    share = float(row[told].mean())
    return {
        "base": round(float(np.log(share / (1 - share))), 4),
        "trees": [_tree(one.tree_, 0, model.learning_rate) for one in model.estimators_[:, 0]],
    }


def _tree(tree: Any, at: int, rate: float) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """Return the part of a tree below a node: a number, or trait, bound and two parts."""
    if tree.children_left[at] < 0:
        return round(float(tree.value[at, 0, 0]) * rate, 4)
    below, above = tree.children_left[at], tree.children_right[at]
    # Kept longer than it needs, so that a trait on the bound falls where it did when fitted.
    bound = round(float(tree.threshold[at]), 6)
    return [int(tree.feature[at]), bound, _tree(tree, below, rate), _tree(tree, above, rate)]


def crossed(boxes: Sequence[Boxes], settings: argparse.Namespace) -> dict[str, float]:
    """Share of rows found at several shares of false flags, each picture judged by other trees."""
    best = np.zeros((2, len(boxes)))
    for fold in range(_FOLDS):
        trees = fitted([one for at, one in enumerate(boxes) if at % _FOLDS != fold], settings)
        for at in range(fold, len(boxes), _FOLDS):
            odds = [_odds(trees, values) for values in boxes[at].traits]
            best[0, at] = max(odds, default=-99)
            best[1, at] = max(
                (one for one, row in zip(odds, boxes[at].row, strict=True) if row == 1), default=-99
            )
    text = np.array([one.holds_text for one in boxes])
    bounds = {vain: float(np.quantile(best[0, ~text], 1 - vain)) for vain in _VAIN}
    return {
        f"{vain:.0%}, likeness {1 / (1 + np.exp(-bound)):.2f}": round(
            float(np.mean(best[1, text] > bound)), 3
        )
        for vain, bound in bounds.items()
    }


def _odds(trees: dict[str, Any], values: np.ndarray) -> float:
    total = trees["base"]
    for tree in trees["trees"]:
        while isinstance(tree, list):
            tree = tree[2] if values[tree[0]] <= tree[1] else tree[3]
        total += tree
    return float(total)


def _keep(path: Path, boxes: Sequence[Boxes]) -> None:
    np.savez_compressed(
        path,
        traits=np.concatenate([one.traits for one in boxes]),
        row=np.concatenate([one.row for one in boxes]),
        count=np.array([len(one.row) for one in boxes]),
        holds_text=np.array([one.holds_text for one in boxes]),
    )


def _kept(path: Path | None) -> list[Boxes]:
    if path is None or not path.is_file():
        return []
    with np.load(path) as kept:
        ends = np.cumsum(kept["count"])[:-1]
        parts = np.split(kept["traits"], ends), np.split(kept["row"], ends), kept["holds_text"]
        return [Boxes(a, b, bool(c)) for a, b, c in zip(*parts, strict=True)]


if __name__ == "__main__":
    main()
