"""What somebody asks of mining on a page or a node, and where the table goes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..files import write_whole
from ..generation.request import Request
from ..mining import FEWEST_CONFIRMED, Journal, MiningPlan, RaceDesign
from ..noise import NoiseSource
from ..tables import SUFFIX, ModelSpec, SamplingSpec, SeedTable, write_table
from .mining import mining_plan_for, prompts_for, race_for
from .prompt_files import MOST_PROMPTS, split_prompts

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class MiningWish:
    """What is asked for, in the words of a form.

    Args:
        prompts: one a line; empty takes the model's own, where it has some.
        held_out: how many of them confirm; None takes a third, or the model's own eight.
        detect: the gain to race for, in sd; None takes what the prompts can show.
        exhaustive: make every picture.
        confirm: best seeds to confirm; None takes a tenth, or six.
        batch: pictures at once.

    Raises:
        InputError: a prompt stands there twice, or there are too many.
    """

    prompts: str = ""
    held_out: int | None = None
    detect: float | None = None
    exhaustive: bool = False
    confirm: int | None = None
    batch: int = 8

    def __post_init__(self) -> None:
        """Refuse lists that could not be split."""
        found = self._listed()
        if found is None:
            return
        if not 2 <= len(found) <= MOST_PROMPTS or len(set(found)) != len(found):
            twice = next((one for one in found if found.count(one) > 1), None)
            got = f"{len(found)} lines" if twice is None else f"{twice!r} more than once"
            expected = f"2 to {MOST_PROMPTS} different prompts, one a line"
            raise InputError("prompts", expected=expected, got=got)

    def settled(self, request: Request, dtype: str) -> tuple[MiningPlan, RaceDesign | None]:
        """Settle a run.

        Args:
            request: model, seeds, noise, size and sampling; its prompt is not used.
            dtype: what the model computes in.

        Raises:
            InputError: these prompts or seeds allow no such run.
        """
        raced = not self.exhaustive and len(request.seeds) >= 32
        prompts = prompts_for(request.model, self._listed(), self.held_out, raced=raced)
        plan = mining_plan_for(
            request, *prompts, dtype=dtype, confirm=self.confirm, batch=self.batch
        )
        return plan, race_for(plan, False if self.exhaustive else None, detect=self.detect)

    def planned(
        self,
        *,
        seeds: tuple[int, ...],
        shape: tuple[int, int, int],
        noise: NoiseSource,
        model: ModelSpec,
        sampling: SamplingSpec,
    ) -> tuple[MiningPlan, RaceDesign | None]:
        """Settle a run of a host that describes its model itself.

        Args:
            seeds: canonical, in rising order.
            shape: ``(C, H, W)`` of one picture's latent.
            noise: where noise comes from.
            model: what makes the pictures.
            sampling: how.

        Raises:
            InputError: there are no prompts, or these allow no such run.
        """
        listed = self._listed()
        if listed is None:
            raise InputError("prompts", expected="two or more, one a line", got="none")
        held_out = self.held_out or max(1, len(listed) // 3)
        if held_out >= len(listed):
            expected = f"fewer than the {len(listed)} prompts given"
            raise InputError("held_out", expected=expected, got=f"{held_out}")
        mined, kept = split_prompts(listed, held_out)
        confirm = self.confirm or max(FEWEST_CONFIRMED, len(seeds) // 10)
        plan = MiningPlan(
            seeds, mined, kept, confirm, shape, noise, model, sampling, batch=self.batch
        )
        return plan, race_for(plan, False if self.exhaustive else None, detect=self.detect)

    def _listed(self) -> tuple[str, ...] | None:
        lines = tuple(line.strip() for line in self.prompts.splitlines() if line.strip())
        return lines or None


@dataclass(frozen=True)
class TablePlace:
    """Where a mined table goes, and its journal beside it.

    Args:
        folder: of the user's tables.
        name: of the table, without its ending.

    Raises:
        InputError: the name could lead out of the folder.
    """

    folder: Path
    name: str

    def __post_init__(self) -> None:
        """Refuse names that are paths."""
        if _NAME.fullmatch(self.name) is None:
            expected = "letters, digits, '.', '-' and '_', 64 at most"
            raise InputError("name", expected=expected, got=repr(self.name))

    @property
    def table(self) -> Path:
        """The table's file."""
        return self.folder / f"{self.name}{SUFFIX}"

    @property
    def journal_folder(self) -> Path:
        """The folder of its journal."""
        return self.folder / f"{self.name}.journal"

    def journal(self, plan: MiningPlan, race: RaceDesign | None) -> Journal:
        """Open the journal, that of an earlier run with the same settings included.

        Raises:
            InputError: it is of other settings.
        """
        return Journal(self.journal_folder, plan, race=race)

    def keep(self, table: SeedTable) -> Path:
        """Write the table and its page; return where the page is.

        Raises:
            InputError: the place cannot be written to.
        """
        from ..tables.report import table_page

        self.folder.mkdir(parents=True, exist_ok=True)
        write_table(table, self.table)
        page = self.folder / f"{self.name}.html"
        write_whole(page, table_page(table, self.name).encode())
        return page
