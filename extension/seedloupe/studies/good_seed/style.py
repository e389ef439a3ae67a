"""Whether a seed keeps its style across prompts, and which seeds share one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...errors import InputError
from ...images import to_pil
from ...mining.assemble import project
from ...mining.maps import flat_map
from ...picking.distances import Cloud, farthest_points
from ..frame.charts import BarChart, ChartBar, ChartDot, DotChart
from ..frame.kept import KeptTensors
from ..frame.painted import Embedder, Painted
from ..frame.report import Claim, Estimate, PictureRow, Report, Table
from ..frame.run import StudyCells
from .paper import PAPER
from .persistence import Floats, Persistence, persistence, prompt_centred, seed_means

DIMENSIONS = 16
TSNE = "t-SNE"
_GROUPS, _SHOWN = 4, 4
FEWEST_PROMPTS, FEWEST_SEEDS = 4, 8


@dataclass(frozen=True, eq=False)
class StyleStudy:
    """Every seed with every prompt, described by its style; halves of the prompts are compared.

    Attributes:
        painted: the pictures.
        embed: describes their style.
        space: what ``embed`` is called.
        kept: where the space is kept, for distances.
    """

    painted: Painted
    embed: Embedder
    space: str = "style"
    kept: KeptTensors = field(default_factory=KeptTensors)
    name: str = "style"

    def __post_init__(self) -> None:
        """Refuse too few prompts or seeds."""
        require_grid(self.painted)

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found."""
        return {"study": self.name, **self.painted.settings, "space": self.space}

    def cells(self) -> Sequence[str]:
        """One a prompt."""
        return list(self.painted.prompts)

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return the style of all seeds' pictures."""
        vectors = self.embed(self.painted.of(cell)).double()
        return {"vectors": [[float(f"{v:.5g}") for v in row] for row in vectors.tolist()]}

    def conclude(self, found: StudyCells) -> Report:
        """Compare halves of the prompts, and draw where seeds stand."""
        raw = np.array([cell["vectors"] for cell in found.values()], np.float64)
        half = len(raw) // 2
        kept = persistence(_projected(raw, half))
        space = self._space(raw)
        groups, anchors = _groups(raw[:half])
        drawn = TSNE if bool(space["arranged"]) else "first two components"
        share = float(space["explained"])
        return Report(
            self.name,
            "Does a seed keep its style, whatever the prompt?",
            _CLAIM,
            kept.holds,
            f"A seed's mean {self.space} over {half} prompts and over {len(raw) - half} others "
            f"agree by {kept.agreement} (1 is alike); by its {self.space} "
            f"{100 * kept.named:.0f} % of {raw.shape[1]} seeds are known again among all.",
            f"Seeds shuffled within each prompt agree by {kept.shuffled:.3f}, one time in 20 by "
            f"{kept.shuffled_high:.3f} or more (p {kept.p:.2g}); by chance "
            f"{100 * kept.chance:.0f} % are known again.",
            figures(kept),
            tables=(persistence_table({self.space: kept}),),
            charts=(
                _map(space["map"].numpy(), groups, self.painted.seeds, anchors, drawn),
                persistence_bars({self.space: kept}),
            ),
            rows=tuple(self._rows(anchors, half)),
            notes=(
                f"Distances are those of {space['feature'].shape[1]} principal components, which "
                f"hold {100 * share:.0f} % of the variance between seeds; the map ({drawn}) is for "
                "eyes alone.",
                "Groups are seeds nearest to four that lie far apart by the first half of the "
                "prompts; pictures are of the other half.",
            ),
        )

    def _space(self, raw: Floats) -> Mapping[str, Tensor]:
        """Return principal components of the seeds, and their map."""

        def made() -> Mapping[str, Tensor]:
            projected, share = project(raw.transpose(1, 0, 2), DIMENSIONS)
            plane, how = flat_map(projected)
            return {
                "seeds": torch.tensor(self.painted.seeds),
                "feature": torch.from_numpy(projected),
                "map": torch.from_numpy(np.ascontiguousarray(plane)),
                "explained": torch.tensor(share),
                "arranged": torch.tensor(how == TSNE),
            }

        return self.kept.get("style-space", self.settings, made)

    def _rows(self, anchors: Sequence[int], half: int) -> list[PictureRow]:
        prompts = self.painted.prompts[half : half + _SHOWN]
        rows = []
        for number, place in enumerate(anchors):
            shown = [(to_pil(self.painted.of(prompt)[place]), prompt) for prompt in prompts]
            name = f"group {number + 1}: seed {self.painted.seeds[place]}"
            rows.append(PictureRow(name, tuple(shown)))
        return rows


_CLAIM = Claim(
    PAPER,
    "Seeds keep a style whatever the prompt: some are grayscale, some have a band of sky, some a "
    "border.",
    "The paper takes Gram matrices of several layers of a trained network for every picture, "
    "brings them to two dimensions by PCA and t-SNE, sets those of many prompts side by side and "
    "brings them to two dimensions again. Here Gram features are brought to principal components "
    "that are fitted on one half of the prompts, a prompt's mean taken off, and a seed's mean over "
    "one half is compared with its mean over the other; t-SNE draws the map and measures nothing. "
    "The claim holds where they agree beyond what shuffled seeds reach one time in 20.",
)


def require_grid(painted: Painted) -> None:
    """Refuse too few prompts for halves, and too few seeds to tell apart.

    Raises:
        InputError: there are too few.
    """
    for field_name, given, fewest in (
        ("prompts", len(painted.prompts), FEWEST_PROMPTS),
        ("seeds", len(painted.seeds), FEWEST_SEEDS),
    ):
        if given < fewest:
            raise InputError(field_name, expected=f"{fewest} or more", got=str(given))


def figures(kept: Persistence) -> dict[str, Estimate | float | int | str]:
    """Return the figures behind the verdict."""
    return {
        "agreement of a seed's two halves": kept.agreement,
        "the same, shuffled seeds": kept.shuffled,
        "seeds known again": kept.named,
        "by chance": kept.chance,
        "p": kept.p,
    }


def persistence_table(kept: Mapping[str, Persistence]) -> Table:
    """Return what agrees, and what shuffled seeds reach."""
    rows = tuple(
        (name, one.agreement, one.shuffled, one.shuffled_high, one.p, one.named, one.chance)
        for name, one in kept.items()
    )
    heads = ("What", "agreement", "shuffled", "1 in 20 shuffled", "p", "known again", "by chance")
    return Table(
        "A seed's two halves",
        heads,
        rows,
        "How alike a seed's means over two halves of the prompts are; 1 is alike.",
    )


def persistence_bars(kept: Mapping[str, Persistence]) -> BarChart:
    """Return what agrees beside shuffled seeds."""
    bars = []
    for name, one in kept.items():
        bars.append(ChartBar(name, one.agreement.value, one.agreement.low, one.agreement.high))
        bars.append(ChartBar("shuffled, 1 in 20", one.shuffled_high, control=True))
    words = "A seed's means over two halves of the prompts, 1 is alike; grey: shuffled seeds."
    return BarChart("How alike a seed's halves are", words, "agreement", tuple(bars))


def _projected(raw: Floats, half: int) -> Floats:
    """Return components ``(P, S, d)`` fitted on the pictures of the first half of the prompts.

    Shuffling seeds within prompts leaves the fit as it is.
    """
    centred = prompt_centred(raw)
    _, _, axes = np.linalg.svd(centred[:half].reshape(-1, raw.shape[2]), full_matrices=False)
    projected: Floats = centred @ axes[:DIMENSIONS].T
    return projected


def _groups(raw: Floats) -> tuple[NDArray[np.int64], list[int]]:
    """Return the group of each seed, and the seeds that groups are gathered about."""
    means = seed_means(_projected(raw, len(raw)))
    start = int(np.linalg.norm(means, axis=1).argmin())
    anchors, _ = farthest_points(Cloud.of(means.astype(np.float32)), start, _GROUPS)
    apart = np.linalg.norm(means[:, None] - means[None, anchors], axis=2)
    return apart.argmin(1), anchors


def _map(
    plane: NDArray[np.float32],
    groups: NDArray[np.int64],
    seeds: Sequence[int],
    anchors: Sequence[int],
    drawn: str,
) -> DotChart:
    dots = tuple(
        ChartDot(f"seed {seed}", float(x), float(y), int(group))
        for seed, (x, y), group in zip(seeds, plane.tolist(), groups.tolist(), strict=True)
    )
    names = tuple(f"like seed {seeds[place]}" for place in anchors)
    words = "Seeds of a like style stand together; these are the two largest components of many."
    if drawn == TSNE:
        words = "Neighbours have a like style; how far apart others stand means nothing."
    return DotChart(f"Seeds by style ({drawn})", words, "", "", dots, groups=names)
