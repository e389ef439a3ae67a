"""One call a step: prompt and negative prompt through the U-Net, in the order of the web UI."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from . import prompt_parser, shared, standin, standin_model
from .script_callbacks import (
    AfterCFGCallbackParams,
    CFGDenoisedParams,
    CFGDenoiserParams,
    cfg_after_cfg_callback,
    cfg_denoised_callback,
    cfg_denoiser_callback,
)
from .sd_samplers_common import InterruptedException, store_latent


class CFGDenoiser(torch.nn.Module):
    def __init__(self, sampler: Any) -> None:
        super().__init__()
        self.sampler = sampler
        self.p: Any = None
        self.mask: Any = None
        self.nmask: Any = None
        self.init_latent: Any = None
        self.steps: int | None = None
        self.total_steps: int | None = None
        self.step = 0
        self.padded_cond_uncond = self.padded_cond_uncond_v0 = False

    @property
    def inner_model(self) -> Any:
        """The model as a sampler sees it: those of training times know no noise levels."""
        return SimpleNamespace(**({} if self.sampler.funcname == "ddim" else {"sigmas": ()}))

    def forward(
        self,
        x: Tensor,
        sigma: Tensor,
        uncond: Any,
        cond: Any,
        cond_scale: float,
        s_min_uncond: float,
        image_cond: Any,
    ) -> Tensor:
        if shared.state.interrupted or shared.state.skipped:
            raise InterruptedException
        way = self._forge if standin.variant.forge else self._a1111
        denoised = way(x, sigma, cond, uncond, cond_scale, image_cond)
        if self.mask is not None:
            denoised = self._blended(denoised, sigma)
        self.sampler.last_latent = denoised
        store_latent(denoised)
        after = AfterCFGCallbackParams(
            denoised, shared.state.sampling_step, shared.state.sampling_steps
        )
        cfg_after_cfg_callback(after)
        self.step += 1
        return after.x

    def _params(self, x: Tensor, image: Any, sigma: Tensor, text: Any, negative: Any) -> Any:
        state = shared.state
        params = CFGDenoiserParams(
            x, image, sigma, state.sampling_step, state.sampling_steps, text, negative, self
        )
        cfg_denoiser_callback(params)
        return params

    def _skips_negative(self, sigma: Tensor) -> bool:
        options, notes = shared.opts, self.p.extra_generation_params
        share = options.skip_early_cond
        if share and self.step / (self.total_steps or 1) <= share:
            notes["Skip Early CFG"] = share
            return True
        least = self.sampler.s_min_uncond
        odd = self.step % 2 or options.s_min_uncond_all
        if odd and least > 0 and sigma[0] < least:
            notes["NGMS"] = least
            return True
        return False

    def _a1111(
        self, x: Tensor, sigma: Tensor, cond: Any, uncond: Any, scale: float, image: Any
    ) -> Tensor:
        """Run prompt rows, picture by picture and part by part, then negative rows."""
        texts, negatives = self._now(cond, uncond)
        parts = [len(of_picture) for of_picture in texts]
        counts = torch.tensor(parts)
        params = self._params(
            torch.cat([x.repeat_interleave(counts, 0), x]),
            image,
            torch.cat([sigma.repeat_interleave(counts, 0), sigma]),
            prompt_parser.stacked([row for of_picture in texts for row, _ in of_picture]),
            prompt_parser.stacked(negatives),
        )
        rows, sigmas, text, negative = params.x, params.sigma, params.text_cond, params.text_uncond
        skips = self._skips_negative(sigma)
        if skips:
            rows, sigmas = rows[: -len(x)], sigmas[: -len(x)]
        text, negative = self._padded(text, negative)
        out = self._in_batches(rows, sigmas, text, None if skips else negative, len(x))
        firsts = [sum(parts[:place]) for place in range(len(parts))]
        if skips:
            out = torch.cat([out, out[firsts]])
        denoised_params = CFGDenoisedParams(
            out, shared.state.sampling_step, shared.state.sampling_steps, None
        )
        cfg_denoised_callback(denoised_params)
        base = out[-len(x) :]
        mixed = base.clone()
        for place, (first, of_picture) in enumerate(zip(firsts, texts, strict=True)):
            for at, (_, weight) in enumerate(of_picture):
                strength = weight * (1.0 if skips else scale)
                mixed[place] += (out[first + at] - base[place]) * strength
        return mixed

    def _now(self, cond: Any, uncond: Any) -> tuple[Any, list[Tensor]]:
        """For every picture the rows and weights of its parts at this step; negative rows."""
        texts = [
            [(prompt_parser.at_step(part.schedules, self.step), part.weight) for part in parts]
            for parts in cond.batch
        ]
        return texts, [prompt_parser.at_step(one, self.step) for one in uncond or []]

    def _padded(self, text: Tensor, negative: Tensor) -> tuple[Tensor, Tensor]:
        self.padded_cond_uncond = False
        if shared.opts.pad_cond_uncond and text.shape[1] != negative.shape[1]:
            self.padded_cond_uncond = True
            longest = max(text.shape[1], negative.shape[1])
            return (
                prompt_parser.lengthened(text, longest),
                prompt_parser.lengthened(negative, longest),
            )
        return text, negative

    def _in_batches(
        self, rows: Tensor, sigma: Tensor, text: Tensor, negative: Tensor | None, batch: int
    ) -> Tensor:
        """Call the U-Net as often as lengths and settings ask for; prompt rows always first."""
        together = shared.opts.batch_cond_uncond
        if negative is None or text.shape[1] == negative.shape[1]:
            contexts = text if negative is None else torch.cat([text, negative])
            size = len(rows) if together else batch
            return torch.cat(
                [
                    _model(rows[at : at + size], sigma[at : at + size], contexts[at : at + size])
                    for at in range(0, len(rows), size)
                ]
            )
        size = batch * 2 if together else batch
        ends = [min(at + size, len(text)) for at in range(0, len(text), size)]
        out = [
            _model(rows[at:end], sigma[at:end], text[at:end])
            for at, end in zip(range(0, len(text), size), ends, strict=True)
        ]
        count = len(negative)
        return torch.cat([*out, _model(rows[-count:], sigma[-count:], negative)])

    def _forge(
        self, x: Tensor, sigma: Tensor, cond: Any, uncond: Any, scale: float, image: Any
    ) -> Tensor:
        """Run negative rows first, all pictures' first parts together, then their second ones."""
        pictures, negatives = self._now(cond, uncond)
        texts = [
            prompt_parser.stacked([row for row, _ in parts])
            for parts in zip(*pictures, strict=False)  # as many as the picture with the fewest has
        ]
        every = prompt_parser.stacked([row for parts in pictures for row, _ in parts])
        negative = prompt_parser.stacked(negatives) if negatives else None
        params = self._params(x, image, sigma, every, negative)
        skips = scale == 1.0 or self._skips_negative(sigma) or negative is None
        longest = max(t.shape[1] for t in [*texts, *([] if skips else [negative])])
        entries = [(0, text) for text in texts] + ([] if skips else [(1, negative)])
        out: dict[int, list[Tensor]] = {0: [], 1: []}
        size = 1 if standin.low_memory else len(entries)
        entries.reverse()
        for at in range(0, len(entries), size):
            chunk = entries[at : at + size]
            kinds = [kind for kind, _ in chunk]
            contexts = torch.cat([prompt_parser.lengthened(text, longest) for _, text in chunk])
            rows = torch.cat([params.x] * len(chunk))
            answer = _model(rows, torch.cat([params.sigma] * len(chunk)), contexts, kinds)
            for kind, part in zip(kinds, answer.chunk(len(chunk)), strict=True):
                out[kind].append(part)
        prompted = torch.stack(out[0]).mean(0)
        if skips:
            return prompted
        return out[1][0] + (prompted - out[1][0]) * scale

    def _blended(self, denoised: Tensor, sigma: Tensor) -> Tensor:
        from .scripts import MaskBlendArgs

        blended = denoised * self.nmask + self.init_latent * self.mask
        args = MaskBlendArgs(
            denoised, self.nmask, self.init_latent, self.mask, blended, denoiser=self, sigma=sigma
        )
        if self.p.scripts is not None:
            self.p.scripts.on_mask_blend(self.p, args)
        return args.blended_latent


def _model(rows: Tensor, sigma: Tensor, context: Tensor, kinds: list[int] | None = None) -> Tensor:
    """Denoise: scale, call the U-Net as this web UI does, and undo the scaling."""
    unet = standin_model.unet_of(shared.sd_model)
    wide = sigma.clamp(max=14.6)[:, None, None, None]
    time = (sigma.clamp(max=14.6) / 14.6 * 999).round()
    scaled = rows / (wide**2 + 1).sqrt()
    if kinds is None:
        return rows - wide * unet(scaled, time, context=context)
    count = len(rows) // len(kinds)
    options = {
        "cond_or_uncond": list(kinds),
        "sigmas": sigma[:count],
        "cond_indices": _places(kinds, 0, count),
        "uncond_indices": _places(kinds, 1, count),
    }
    eps = unet(scaled, time, context=context, control=None, transformer_options=options)
    return rows - wide * eps


def _places(kinds: list[int], wanted: int, count: int) -> list[int]:
    at = [place for place, kind in enumerate(kinds) if kind == wanted]
    return [place * count + row for place in at for row in range(count)]
