"""How much of a picture follows its first seed when the noise changes to another one midway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from ...errors import InputError
from ...images import to_pil
from ...noise import canonical_seed
from ..frame.charts import ChartLine, LineChart
from ..frame.intervals import mean_estimate
from ..frame.report import Claim, Estimate, Holds, PictureRow, Report, Table
from ..frame.run import StudyCells
from ..frame.subject import Painting, StudiedNetwork
from .paper import PAPER

WAYS = ("step noise", "noise in the latent")
_SHOWN = 2


@dataclass(frozen=True, eq=False)
class SwapStudy:
    """Pairs of seeds, swapped after a share of the steps, in two ways and with two samplers.

    Attributes:
        subject: who paints.
        prompts: each once.
        pairs: a first seed and the other one.
        shares: after which share of the steps the noise changes, rising, from 0 to 1.
        samplers: one that draws no step noise, one that does.
        steps: of each.
    """

    subject: StudiedNetwork
    prompts: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...] = ((0, 1),)
    shares: tuple[float, ...] = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
    samplers: tuple[str, ...] = ("ddim", "euler_a")
    steps: int = 40
    name: str = "swap"

    def __post_init__(self) -> None:
        """Refuse a pair that is one seed twice."""
        for first, other in self.pairs:
            if canonical_seed(first) == canonical_seed(other):
                raise InputError("pairs", expected="two seeds", got=f"{first} twice")

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found."""
        return {
            "study": self.name,
            **self.subject.settings,
            "prompts": list(self.prompts),
            "pairs": [[str(first), str(other)] for first, other in self.pairs],
            "shares": list(self.shares),
            "samplers": list(self.samplers),
            "steps": self.steps,
        }

    def cells(self) -> Sequence[str]:
        """One a sampler, prompt and pair."""
        return [
            f"{sampler}|{prompt}|{pair}"
            for sampler in self.samplers
            for prompt in range(len(self.prompts))
            for pair in range(len(self.pairs))
        ]

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return for each share and way how much of the picture follows the first seed."""
        sampler, prompt, (first, other) = self._of(cell)
        how = Painting(self.steps, sampler)
        ends = self.subject.paint(prompt, [first, other], how)
        found: dict[str, object] = {}
        for share in self.shares:
            swapped = self.subject.paint_swapped(prompt, first, other, self._at(share), how)
            for way, picture in zip(WAYS, swapped, strict=True):
                found[f"{way}|{share}"] = follows(picture, ends[0], ends[1])
        return found

    def conclude(self, found: StudyCells) -> Report:
        """Say after which share the first seed has decided the picture."""
        early, late = self.shares[1], self.shares[-2]
        first = self._estimate(found, "noise in the latent", early)
        last = self._estimate(found, "noise in the latent", late)
        steps = self._estimate(found, "step noise", 0.0, drawing=True)
        return Report(
            self.name,
            "Which noise decides a picture: the first one or that of the steps?",
            _CLAIM,
            _holds(steps),
            f"With all step noise from the other seed the picture still follows the first by "
            f"{steps}; with the latent's noise replaced after {100 * early:.0f} % of the steps "
            f"by {first}, after {100 * late:.0f} % by {last}.",
            "The ends are the control: with the latent's noise replaced from the beginning the "
            f"picture is the other seed's ({self._estimate(found, 'noise in the latent', 0.0)}), "
            f"and never replaced it is the first one's "
            f"({self._estimate(found, 'noise in the latent', 1.0)}).",
            {
                "follows the first seed, all step noise the other's": steps,
                f"latent noise replaced after {100 * early:.0f} %": first,
                f"latent noise replaced after {100 * late:.0f} %": last,
            },
            tables=(self._table(found),),
            charts=tuple(self._chart(found, sampler) for sampler in self.samplers),
            rows=tuple(self._rows()),
        )

    def _of(self, cell: str) -> tuple[str, str, tuple[int, int]]:
        sampler, prompt, pair = cell.split("|")
        return sampler, self.prompts[int(prompt)], self.pairs[int(pair)]

    def _at(self, share: float) -> int:
        return round(share * self.steps)

    def _estimate(
        self,
        found: StudyCells,
        way: str,
        share: float,
        sampler: str | None = None,
        *,
        drawing: bool = False,
    ) -> Estimate:
        chosen = self.samplers[-1:] if drawing else self.samplers if sampler is None else (sampler,)
        values = [
            one[f"{way}|{share}"] for cell, one in found.items() if cell.split("|")[0] in chosen
        ]
        return mean_estimate(values)

    def _table(self, found: StudyCells) -> Table:
        rows: list[tuple[str | float | Estimate, ...]] = []
        for sampler in self.samplers:
            for share in self.shares:
                both = (self._estimate(found, way, share, sampler) for way in WAYS)
                rows.append((f"{100 * share:.0f} %", sampler, *both))
        heads = ("Changed after", "sampler", *WAYS)
        return Table("How much follows the first seed", heads, tuple(rows), _READING)

    def _chart(self, found: StudyCells, sampler: str) -> LineChart:
        lines = []
        for way in WAYS:
            estimates = [self._estimate(found, way, share, sampler) for share in self.shares]
            lines.append(
                ChartLine(
                    way,
                    tuple(100 * share for share in self.shares),
                    tuple(one.value for one in estimates),
                    tuple(one.low for one in estimates),
                    tuple(one.high for one in estimates),
                )
            )
        title = f"Sampler {sampler}"
        return LineChart(
            title, _READING, "% of the steps before the change", "follows", tuple(lines), 0.5
        )

    def _rows(self) -> list[PictureRow]:
        sampler, (first, other) = self.samplers[-1], self.pairs[0]
        how = Painting(self.steps, sampler)
        rows = []
        for prompt in self.prompts[:_SHOWN]:
            ends = self.subject.paint(prompt, [first, other], how)
            shown = [(to_pil(ends[0]), f"seed {first}"), (to_pil(ends[1]), f"seed {other}")]
            for share in self.shares[1:-1]:
                both = self.subject.paint_swapped(prompt, first, other, self._at(share), how)
                shown.append((to_pil(both[1]), f"latent, {100 * share:.0f} %"))
            whole = self.subject.paint_swapped(prompt, first, other, 0, how)
            shown.append((to_pil(whole[0]), "all step noise the other's"))
            rows.append(PictureRow(prompt, tuple(shown)))
        return rows


_READING = (
    "1 where the picture is the first seed's, 0 where it is the other's, 0.5 where it is as near "
    "to both: the distance to the other's over both distances (mean absolute difference)."
)
_CLAIM = Claim(
    PAPER,
    "The first latent decides what is in the picture; the noise of later steps does not show.",
    "The paper swaps seeds 0 and 1 early, midway and late with 40 steps of DDIM. How is not said, "
    "so both ways are tried: the step noise comes from the other seed from there on (samplers that "
    "draw none cannot show it), or the noise left in the latent is replaced once. The claim holds "
    "where the picture follows the first seed by more than three quarters with all step noise "
    "the other's.",
)


def follows(picture: Tensor, first: Tensor, other: Tensor) -> float:
    """Return how much a picture follows the first of two, in [0, 1].

    Args:
        picture: ``(3, H, W)``.
        first: likewise.
        other: likewise.
    """
    near, far = (float((picture - end).abs().mean()) for end in (first, other))
    return far / (near + far) if near + far > 0 else 0.5


def _holds(steps: Estimate) -> Holds:
    if steps.bounded and steps.low > 0.75:
        return Holds.YES
    return Holds.NO if steps.bounded and steps.high < 0.75 else Holds.UNDECIDED
