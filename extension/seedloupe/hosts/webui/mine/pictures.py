"""Makes pictures for mining as the web UI makes them, one batch at a time, in its own queue."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from modules import call_queue, devices, processing, rng, sd_samplers, shared
from torch import Tensor

from ....errors import InputError
from ....noise import initial_noise
from ....services.mining_runs import MiningOrder
from ....tables import TableUse
from ..noise_in_use import how_to_draw
from ..use import use_of_processing

_JOB = "seedloupe mining"
_PAUSE = 0.1
"""Seconds between two batches: the queue's lock may be taken again before who waits wakes up."""
_NOISE_TOLERANCE = 1e-4
_TRIAL_STEPS = 2


class WebuiPictures:
    """The generator of a mining run.

    It holds the web UI's queue for one batch, as a press of Generate does for one job, so that
    whoever wants a picture waits for one batch at most. No script of any extension takes part.

    Args:
        order: size, steps and sampler.
    """

    def __init__(self, order: MiningOrder) -> None:
        self._order = order
        self._use: TableUse | None = None

    def settle(self) -> TableUse:
        """Draw one small trial, which loads the model, and return what a table would be for.

        Raises:
            InputError: the web UI has no such sampler or model, or draws noise nobody can name.
        """
        order = self._order
        if sd_samplers.find_sampler_config(order.sampler) is None:
            known = ", ".join(sampler.name for sampler in sd_samplers.all_samplers)
            raise InputError("sampler", expected=f"one of {known}", got=repr(order.sampler))
        with call_queue.queue_lock:
            steps = min(order.steps, _TRIAL_STEPS)
            job = self._drawn(order.prompts[:1], [0], steps=steps)[0]
            job.steps, job.all_prompts = order.steps, list(order.prompts)
            self._use = self._use_of(job)
            _require_same_noise(self._use, job)
        return self._use

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        """Return pictures ``(B, 3, H, W)`` in [0, 1]; see :meth:`pairs`."""
        return self.pairs([prompt] * len(seeds), noise, seeds)

    def pairs(self, prompts: Sequence[str], noise: Tensor, seeds: Sequence[int]) -> Tensor:
        """Draw a picture for each prompt and seed; the web UI draws the same noise by itself.

        Raises:
            InputError: the batch was interrupted, or the web UI has another model or other settings
                than the run was begun with.
        """
        with call_queue.queue_lock:
            job, made = self._drawn(prompts, seeds, steps=self._order.steps)
            if shared.state.interrupted or shared.state.skipped or len(made) < len(seeds):
                raise InputError(
                    "mine",
                    expected="to finish the batch",
                    got="Interrupt or Skip",
                    advice="Press Go on when you like; nothing that was measured is lost.",
                )
            job.all_prompts = list(self._order.prompts)
            self._require_unchanged(self._use_of(job))
        pixels = torch.from_numpy(np.stack([np.asarray(one.convert("RGB")) for one in made]))
        return pixels.permute(0, 3, 1, 2).float() / 255

    def pause(self) -> None:
        """Let others have their turn."""
        time.sleep(_PAUSE)

    def _drawn(
        self, prompts: Sequence[str], seeds: Sequence[int], *, steps: int
    ) -> tuple[Any, list[Any]]:
        order = self._order
        # Plain ints and lists: other kinds end as null or fail deep in the web UI.
        job = processing.StableDiffusionProcessingTxt2Img(
            sd_model=shared.sd_model,
            prompt=list(prompts),
            negative_prompt="",
            seed=[int(seed) for seed in seeds],
            subseed=[int(seed) for seed in seeds],
            sampler_name=order.sampler,
            scheduler=order.scheduler,
            batch_size=len(seeds),
            n_iter=1,
            steps=steps,
            cfg_scale=order.guidance,
            width=order.width,
            height=order.height,
            do_not_save_samples=True,
            do_not_save_grid=True,
        )
        shared.state.begin(job=_JOB)
        try:
            with closing(job):
                done = processing.process_images(job)
        finally:
            shared.state.end()
        return job, list(done.images)[: len(seeds)]

    @staticmethod
    def _use_of(job: Any) -> TableUse:
        sampler = sd_samplers.find_sampler_config(job.sampler_name)
        return use_of_processing(job, shared.opts, devices.device, sampler)

    def _require_unchanged(self, now: TableUse) -> None:
        was = self._use
        if was is None or replace(now, model_name=was.model_name) == was:
            return
        same = now.model_sha256 == was.model_sha256 and now.model_name == was.model_name
        what = "its settings" if same else f"the checkpoint {was.model_name}"
        raise InputError(
            "mine",
            expected=f"{what} as when the run was begun",
            got="others" if same else now.model_name,
            advice="Set it back and press Go on; nothing that was measured is lost.",
        )


def _require_same_noise(use: TableUse, job: Any) -> None:
    """Compare the noise the web UI draws for a seed with the noise a table says it stands for."""
    wanted = initial_noise(0, use.shape, source=use.noise)
    drawn = rng.ImageRNG(use.shape, [0]).next()[0].float().cpu()
    if drawn.shape == wanted.shape and torch.allclose(drawn, wanted, atol=_NOISE_TOLERANCE):
        return
    raise InputError(
        "noise",
        expected=f"{use.noise.label} noise for a seed",
        got="other noise, so that a table would be of no use elsewhere",
        advice=how_to_draw(use.noise),
    )
