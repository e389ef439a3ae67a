"""Whether a seed puts things in the same place, in the same size, whatever the prompt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from ...errors import InputError
from ...images import to_pil
from ..frame.charts import ChartDot, DotChart
from ..frame.kept import KeptTensors
from ..frame.painted import Embedder, Painted
from ..frame.report import Claim, PictureRow, Report
from ..frame.run import StudyCells
from .paper import PAPER
from .persistence import Floats, persistence, prompt_centred, seed_means
from .style import figures, persistence_bars, persistence_table, require_grid

PLACE = ("centroid across", "centroid down", "size", "depth")
_SHOWN = 4
_FEWEST_SEEN = 0.2
"""Share of pictures a thing must be found in, below which nothing can be said."""


@dataclass(frozen=True, eq=False)
class CompositionStudy:
    """Every seed with every prompt: where the thing asked for stands, how large and how near.

    Attributes:
        painted: the pictures.
        places: pictures to ``(B, 4 * K)``, four numbers a class, NaN where it is not found.
        classes: the ``K`` things that are looked for.
        kept: where the space is kept, for distances.
    """

    painted: Painted
    places: Embedder
    classes: tuple[str, ...]
    kept: KeptTensors = field(default_factory=KeptTensors)
    name: str = "composition"

    def __post_init__(self) -> None:
        """Refuse too few prompts or seeds, and things nobody looks for."""
        require_grid(self.painted)
        if not self.classes:
            raise InputError("classes", expected="things to look for", got="none")

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found."""
        return {"study": self.name, **self.painted.settings, "classes": list(self.classes)}

    def cells(self) -> Sequence[str]:
        """One a prompt."""
        return list(self.painted.prompts)

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return the place of the thing in each seed's picture; null where it was not found."""
        seen = self.places(self.painted.of(cell)).double()
        places = asked_places(seen.reshape(len(seen), -1, len(PLACE)), cell, self.classes)
        return {
            "places": [[round(v, 5) if v == v else None for v in row] for row in places.tolist()]
        }

    def conclude(self, found: StudyCells) -> Report:
        """Compare halves of the prompts, all numbers together and each alone."""
        raw = np.array([cell["places"] for cell in found.values()], np.float64)
        seen = np.isfinite(raw[..., 0])
        if seen.mean() < _FEWEST_SEEN:
            got = f"{100 * seen.mean():.0f} %, of {', '.join(self.classes[:6])}"
            expected = "things found in a fifth of the pictures or more"
            raise InputError("classes", expected=expected, got=got)
        scaled, measured = _scaled(raw)
        kept = persistence(scaled)
        alone = {PLACE[k]: persistence(scaled[..., [place]]) for place, k in enumerate(measured)}
        half = len(raw) // 2
        return Report(
            self.name,
            "Does a seed put things in the same place, whatever the prompt?",
            _CLAIM,
            kept.holds,
            f"Where a seed puts things, how large and how near, over {half} prompts and over "
            f"{len(raw) - half} others agrees by {kept.agreement} (1 is alike); by it "
            f"{100 * kept.named:.0f} % of {raw.shape[1]} seeds are known again among all.",
            f"Seeds shuffled within each prompt agree by {kept.shuffled:.3f}, one time in 20 by "
            f"{kept.shuffled_high:.3f} or more (p {kept.p:.2g}); by chance "
            f"{100 * kept.chance:.0f} % are known again.",
            {**figures(kept), "pictures a thing was found in": float(seen.mean())},
            tables=(persistence_table({"all together": kept, **alone}),),
            charts=(
                _map(raw, half, self.painted.seeds),
                persistence_bars({"all together": kept, **alone}),
            ),
            rows=tuple(self._rows(self._space(raw, scaled), half)),
            notes=(
                "Pictures in which the thing was not found are left out: "
                f"{100 * (1 - seen.mean()):.0f} %.",
                *(
                    ()
                    if len(measured) == len(PLACE)
                    else (f"Only {', '.join(PLACE[k] for k in measured)} could be measured.",)
                ),
            ),
        )

    def _space(self, raw: Floats, scaled: Floats) -> Floats:
        """Keep where each seed puts things; return it in spreads of one picture, ``(S, d)``."""

        def made() -> Mapping[str, Tensor]:
            return {
                "seeds": torch.tensor(self.painted.seeds),
                "place": torch.from_numpy(_mean_place(raw)).float(),
                "feature": torch.from_numpy(seed_means(scaled)).float(),
            }

        kept = self.kept.get("composition-space", self.settings, made)
        return kept["feature"].double().numpy()

    def _rows(self, means: Floats, half: int) -> list[PictureRow]:
        """Return pictures of the seeds farthest to the left, right, top and bottom."""
        ends = {
            "left": means[:, 0].argmin(),
            "right": means[:, 0].argmax(),
            "top": means[:, 1].argmin(),
            "bottom": means[:, 1].argmax(),
        }
        rows = []
        for name, place in ends.items():
            prompts = self.painted.prompts[half : half + _SHOWN]
            shown = [(to_pil(self.painted.of(prompt)[place]), prompt) for prompt in prompts]
            rows.append(PictureRow(f"{name}: seed {self.painted.seeds[place]}", tuple(shown)))
        return rows


_CLAIM = Claim(
    PAPER,
    "A seed keeps the place and size of the object across modifiers and classes.",
    "The paper segments the object of 880 prompts of 40 classes and 22 modifiers, and takes its "
    "centroid, size and depth. Here the thing that the prompt names is looked for, else the "
    "largest that is found; a prompt's mean is taken off, numbers are divided by their spread over "
    "pictures, and a seed's mean over one half of the prompts is compared with its mean over the "
    "other. The claim holds where they agree beyond what shuffled seeds reach one time in 20.",
)


def asked_places(places: Tensor, prompt: str, classes: Sequence[str]) -> Tensor:
    """Return where the thing that a prompt names stands.

    Args:
        places: ``(B, K, 4)``: for each class centroid x, centroid y, size, depth; NaN where it was
            not found.
        prompt: names one of the classes, or none.
        classes: ``K`` of them.

    Returns:
        ``(B, 4)``, NaN where nothing was found; the largest thing where the prompt names none.
    """
    words = re.findall(r"[\w-]+", prompt.lower())
    named = [k for k, one in enumerate(classes) if _named(one.lower(), words)]
    considered = places[:, named] if named else places
    sizes = considered[..., 2].nan_to_num(-1.0)
    return considered[torch.arange(len(places)), sizes.argmax(1)]


def _named(thing: str, words: Sequence[str]) -> bool:
    parts = thing.split()
    spans = (words[at : at + len(parts)] for at in range(len(words)))
    return any(
        span[:-1] == parts[:-1] and span[-1] in (parts[-1], parts[-1] + "s")
        for span in spans
        if len(span) == len(parts)
    )


def _scaled(raw: Floats) -> tuple[Floats, list[int]]:
    """Divide by the spread over pictures; return what could be measured, and which that is."""
    centred = prompt_centred(raw)
    measured = [k for k in range(raw.shape[2]) if np.isfinite(centred[..., k]).any()]
    spread = np.array([np.nanstd(centred[..., k]) for k in measured])
    return centred[..., measured] / np.maximum(spread, 1e-9), measured


def _mean_place(raw: Floats) -> Floats:
    known = np.isfinite(raw)
    count = known.sum(0)
    total = np.where(known, raw, 0).sum(0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _map(raw: Floats, half: int, seeds: Sequence[int]) -> DotChart:
    one, other = _mean_place(raw[:half]), _mean_place(raw[half:])
    dots = tuple(
        ChartDot(f"seed {seed}", float(a[0]), float(a[1]), end=(float(b[0]), float(b[1])))
        for seed, a, b in zip(seeds, one, other, strict=True)
    )
    words = (
        "Where things stand on average with one half of the prompts, in shares of the picture; a "
        "line leads to where the same seed puts them with the other half."
    )
    return DotChart("Seeds by place", words, "across", "down", dots, downwards=True)
