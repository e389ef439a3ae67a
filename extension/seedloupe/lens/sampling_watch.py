"""Watching a sampling whose host hands over one call of the U-Net at a time.

ComfyUI and Forge cut one evaluation of the denoiser into calls as memory allows: prompted and
unprompted rows together or apart, several prompts in reverse order. Here the calls of an evaluation
are put together again, so that what is recorded does not depend on where they were cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from .evaluations import DenoiserEvaluation
from .hooks import reason_of
from .layer_watch import LayerWatch
from .rows import ChunkLabel, RowPlan

if TYPE_CHECKING:
    from torch import Tensor, nn


class SamplingWatch(LayerWatch):
    """Hands what chosen layers compute to sinks, whole evaluations at a time.

    The steps are the sampler's own: an evaluation belongs to the step whose callback follows it,
    and those between one callback and the evaluation before the next are further evaluations of the
    same step, as samplers of second order make them. Trouble becomes a note and never reaches the
    model.

    Args:
        layers: canonical names; none watches nothing.
        sinks: each is handed the prompted rows of an evaluation, first by prompt, then by picture.
        levels: the model's noise levels, to name the training time of each.
        words: watches the words of the prompts besides.
    """

    @contextmanager
    def call(
        self, unet: nn.Module, latents: Tensor, chunks: Sequence[ChunkLabel], *, sigma: float
    ) -> Iterator[None]:
        """Watch one call of the U-Net, from inside its forward.

        Args:
            unet: the U-Net that runs.
            latents: ``(B, C, H, W)``, what it is called with.
            chunks: what its rows are, as many for each chunk.
            sigma: noise level.
        """
        with ExitStack() as armed:
            try:
                self._arm(armed, unet, latents, chunks, sigma)
            except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
                armed.close()
                self._evaluations.notes["call"] = f"calls were not watched: {reason_of(error)}"
            yield

    def finish(self) -> None:
        """Say that sampling is over, and let go of the model."""
        self._evaluations.flush()
        self._let_go()

    def _arm(
        self,
        armed: ExitStack,
        unet: nn.Module,
        latents: Tensor,
        chunks: Sequence[ChunkLabel],
        sigma: float,
    ) -> None:
        images, rest = divmod(latents.shape[0], max(len(chunks), 1))
        if rest or not chunks:
            got = f"{latents.shape[0]} rows for {len(chunks)} conditionings"
            raise ValueError(f"rows cannot be told apart, {got}")
        with self._evaluations.lock:
            now = self._evaluations.now
            if now is None or not _goes_on(now, sigma, chunks):
                now = DenoiserEvaluation(sigma)
                self._evaluations.begin(now)
            now.chunks.update(chunks)
        rows = RowPlan(tuple(row for chunk in chunks for row in chunk.rows(images)))
        self._find_layers(unet)
        words = self._words.probes_for(unet) if self._words is not None else ()
        for probe in (*([self._probe] if self._probe else []), *words):
            probe.arm(unet)
            armed.callback(probe.disarm)
            probe.label(rows.keeping(words[probe]) if probe in words else rows)
            probe.begin(latents)


def _goes_on(now: DenoiserEvaluation, sigma: float, chunks: Sequence[ChunkLabel]) -> bool:
    """Tell whether a call belongs to it: nothing is computed twice in one evaluation."""
    return sigma == now.sigma and not now.chunks & set(chunks)
