"""Watching a sampling whose host announces evaluations of its denoiser, as A1111 and Forge do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .calls import Grid
from .chunk_cursor import ChunkCursor
from .evaluations import DenoiserEvaluation
from .features import FeatureSink
from .hooks import LayerProbe, reason_of
from .layer_watch import LayerWatch
from .rows import RowKind, RowPlan
from .topology import bare_unet, is_compiled

if TYPE_CHECKING:
    from torch import nn
    from torch.utils.hooks import RemovableHandle

    from .levels import NoiseLevels
    from .word_watch import WordWatch


@dataclass(frozen=True)
class AnnouncedRows:
    """What an evaluation will compute.

    Args:
        plan: every row, in the order of A1111, over all calls; the last kinds may be left out.
        weights: of the prompts of a picture, in the order they were written, for hosts whose calls
            say themselves what their chunks are.
    """

    plan: RowPlan
    weights: tuple[float, ...] = (1.0,)


class DenoiserWatch(LayerWatch):
    """Hands what chosen layers compute to sinks, whole evaluations at a time.

    Hooks are on the U-Net from :meth:`arm` to :meth:`finish` and on no other. A call whose
    ``transformer_options`` say what its chunks are is taken at its word; the rows of others are
    counted off the plan. Trouble becomes a note and never reaches the model.

    Args:
        layers: canonical names; none watches nothing.
        sinks: each is handed the prompted rows of an evaluation, first by prompt, then by picture.
        levels: the model's noise levels, to name the training time of each.
        words: watches the words of the prompts besides.
    """

    def __init__(
        self,
        layers: Sequence[str],
        sinks: Sequence[FeatureSink] = (),
        *,
        levels: NoiseLevels | None = None,
        words: WordWatch | None = None,
    ) -> None:
        super().__init__(layers, sinks, levels=levels, words=words)
        self._unet: nn.Module | None = None
        self._first: RemovableHandle | None = None
        self._chunks = ChunkCursor((1.0,))

    @property
    def hooks(self) -> int:
        """How many hooks are on the model right now."""
        return super().hooks + (self._first is not None)

    def arm(self, unet: nn.Module) -> None:
        """Hang hooks on the U-Net that runs from now on; those on another one are taken off.

        Harmless where it is the one that is watched already.
        """
        if bare_unet(unet) is self._unet:
            return
        self._disarm()
        self._unet = bare_unet(unet)
        if is_compiled(unet):
            self._note("compiled", _COMPILED)
            return
        try:
            self._hang(unet)
        except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
            self._disarm()
            self._note("arm", f"the U-Net is not watched: {reason_of(error)}")

    def evaluate(self, number: int, sigma: float | None, rows: AnnouncedRows) -> None:
        """Say that the denoiser is evaluated now.

        Args:
            number: which evaluation of the sampling, from 0.
            sigma: noise level, if known.
            rows: what it will compute.
        """
        self._evaluations.begin(DenoiserEvaluation(sigma, number))
        self._chunks = ChunkCursor(rows.weights)
        for probe, kinds in self._kinds().items():
            probe.at(step=number, sigma=sigma, rows=rows.plan.keeping(kinds))

    def finish(self, *, whole: bool = True) -> None:
        """Say that sampling is over: take all hooks off, and let go of the model.

        Args:
            whole: whether the last evaluation was computed to its end.
        """
        self._disarm()
        if whole:
            self._evaluations.flush()
        else:
            self._evaluations.drop()
        self._let_go()
        self._unet = None

    def _kinds(self) -> dict[LayerProbe, frozenset[RowKind]]:
        """Return the probes there are, and which rows each of them reads."""
        kinds: dict[LayerProbe, frozenset[RowKind]] = {}
        if self._probe is not None:
            kinds[self._probe] = frozenset({RowKind.COND})
        if self._words is not None and self._unet is not None:
            kinds.update(self._words.probes_for(self._unet))
        return kinds

    def _hang(self, unet: nn.Module) -> None:
        # Before the hooks of the probes, which ask what the rows are.
        self._first = bare_unet(unet).register_forward_pre_hook(self._labelled, with_kwargs=True)
        self._find_layers(unet)
        for probe in self._kinds():
            probe.arm(unet)

    def _disarm(self) -> None:
        for probe in self._probes:
            probe.disarm()
        if self._first is not None:
            self._first.remove()
            self._first = None

    def _labelled(
        self, module: nn.Module, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> None:
        try:
            options = kwargs.get("transformer_options")
            kinds = options.get("cond_or_uncond") if isinstance(options, dict) else None
            grid = Grid.of_call(args, kwargs)
            if kinds and grid is not None:
                rows = self._chunks.take(kinds, grid.rows)
                for probe, kept in self._kinds().items():
                    probe.label(rows.keeping(kept))
        except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
            self._note("call", f"a call of the U-Net could not be told apart: {reason_of(error)}")

    def _note(self, about: str, note: str) -> None:
        self._evaluations.notes.setdefault(about, note)


_COMPILED = (
    "not watched: torch.compile runs the U-Net as one piece, in which no layer can be seen; switch "
    "it off to look into it"
)
