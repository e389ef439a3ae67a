"""One sampler of the web UI with a small real U-Net, without the web UI around it.

Its denoiser cuts rows into calls as release 1.10.1 does, or names chunks as Forge does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from ....lens.host_stand_ins import comfy_step, webui_step
from ....lens.ldm_stand_in import LdmUNet

CONTEXT = 16
STEPS = 3
_SIZES = {
    "width": 8,
    "multiples": (1, 2),
    "depths": (1, 1),
    "middle_depth": 1,
    "context": CONTEXT,
    "heads": 2,
    "groups": 4,
}


class InterruptedError_(BaseException):  # noqa: N801
    """As the web UI's: no ``Exception``, raised inside the denoiser."""


class UNet(LdmUNet):
    """Called as the web UI's is; Forge hands over more keywords."""

    def forward(self, x: Tensor, timesteps: Tensor, context: Tensor, **more: Any) -> Tensor:
        return super().forward(x, timesteps, context)


class Job:
    """The web UI's processing object."""


def small_unet(seed: int = 0) -> UNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return UNet(**_SIZES).eval()


def loaded(unet: UNet, *, forge: bool = False, name: str = "stand-in") -> Any:
    """The web UI's ``shared.sd_model``."""
    info = SimpleNamespace(name_for_extra=name, sha256="ab" * 32)
    inner = SimpleNamespace(diffusion_model=unet)
    alphas = torch.linspace(0.999, 0.005, 1000)
    if forge:
        inner.predictor = SimpleNamespace(sigmas=((1 - alphas) / alphas) ** 0.5)
        objects = SimpleNamespace(unet=SimpleNamespace(model=inner))
        return SimpleNamespace(forge_objects=objects, sd_checkpoint_info=info)
    return SimpleNamespace(
        model=inner, alphas_cumprod=alphas, sd_checkpoint_info=info, cond_stage_key="txt"
    )


def scheduled(seed: int, length: int = 77, *, weight: float = 1.0) -> Any:
    """One part of a prompt, as the web UI's ``prompt_parser`` has it."""
    values = torch.randn(length, CONTEXT, generator=torch.Generator().manual_seed(seed))
    return SimpleNamespace(schedules=[SimpleNamespace(cond=values)], weight=weight)


@dataclass
class Conds:
    """A batch's prompts: for each picture its parts."""

    batch: list[list[Any]]

    @property
    def parts(self) -> list[list[tuple[int, float]]]:
        rows, found = 0, []
        for parts in self.batch:
            found.append([(rows + n, part.weight) for n, part in enumerate(parts)])
            rows += len(parts)
        return found

    @property
    def text(self) -> Tensor:
        return torch.stack([part.schedules[0].cond for parts in self.batch for part in parts])


class Denoiser(torch.nn.Module):
    """The web UI's ``CFGDenoiser``, as far as a lens sees of it."""

    def __init__(self, sampler: Any, job: Any, *, timesteps: bool) -> None:
        super().__init__()
        self.sampler, self.p, self.step = sampler, job, 0
        self.image_cfg_scale = None
        self.inner_model = SimpleNamespace() if timesteps else SimpleNamespace(sigmas=())


@dataclass
class OneSampling:
    """What one sampling has, and how it goes.

    Attributes:
        model: the model in use; a refiner may exchange it.
        conds: the prompts.
        negatives: the negative prompts' conditionings, one a picture; None computes none.
        told: called before each evaluation, as ``on_cfg_denoiser``.
        before_step: may raise, or exchange the model.
        second_order: evaluates twice a step but for the last, as Heun's method.
    """

    model: Any
    conds: Conds
    negatives: list[Any] | None
    told: Callable[[Any], None]
    options: dict[str, Any] = field(default_factory=dict)
    timesteps: bool = False
    second_order: bool = False
    before_step: Callable[[int], None] = lambda step: None
    job: Any = field(default_factory=Job)

    def __post_init__(self) -> None:
        self.state = SimpleNamespace(steps=[])
        self.sampler = _Sampler(self)

    @property
    def forge(self) -> bool:
        return hasattr(self.model, "forge_objects")

    @property
    def unet(self) -> UNet:
        return (
            self.model.forge_objects.unet.model if self.forge else self.model.model
        ).diffusion_model

    def draw(self, latents: Tensor) -> Tensor:
        """Sample, through the sampler's own ``launch_sampling``."""
        with torch.inference_mode() if self.forge else torch.no_grad():
            return self.sampler.launch_sampling(
                STEPS, lambda: self._sample(latents, callback=self.sampler.callback_state)
            )

    def _sample(self, x: Tensor, callback: Callable[[Any], None]) -> Tensor:
        for step in range(STEPS):
            self.before_step(step)
            for number in range(2 if self.second_order and step + 1 < STEPS else 1):
                x = x - 0.1 * self._evaluate(
                    x, 999.0 - 300 * step if self.timesteps else 9.0 - 3 * step
                )
                if number == 0:
                    callback({"i": step})
        return x

    def _evaluate(self, x: Tensor, sigma: float) -> Tensor:
        denoiser, images = self.sampler.model_wrap_cfg, len(x)
        uncond = (
            None
            if self.negatives is None
            else torch.stack([schedules[0].cond for schedules in self.negatives])
        )
        rows = x if self.forge else torch.cat([x] * 2)
        self.told(
            SimpleNamespace(
                x=rows,
                sigma=torch.full((len(rows),), sigma),
                text_cond=self.conds.text,
                text_uncond=uncond,
                denoiser=denoiser,
            )
        )
        total = torch.zeros_like(x)

        def call(rows: Tensor, words: Tensor, kinds: Sequence[int] = (), numbers: Any = ()) -> None:
            more = {"transformer_options": {"cond_or_uncond": list(kinds)}} if self.forge else {}
            times = torch.full((len(rows),), 400)
            out = self.unet(rows, times, context=words, **more)
            total.add_(out.sum(dim=0) / len(rows))

        if self.forge:
            columns = list(zip(*self.conds.batch, strict=False))
            positives = [torch.stack([p.schedules[0].cond for p in parts]) for parts in columns]
            comfy_step(call, x, positives, [] if uncond is None else [uncond], **self.options)
        else:
            assert uncond is not None
            webui_step(call, x, self.conds.parts, self.conds.text, uncond, **self.options)
        assert images == len(total)
        denoiser.step += 1
        return total


class _Sampler:
    """The web UI's ``Sampler``: ``launch_sampling`` and ``callback_state`` are looked up on it."""

    def __init__(self, sampling: OneSampling) -> None:
        self._sampling = sampling
        self.sampler_extra_args = {"cond": sampling.conds, "uncond": sampling.negatives}
        self.model_wrap_cfg = Denoiser(self, sampling.job, timesteps=sampling.timesteps)
        self.last_latent: Any = None

    def launch_sampling(self, steps: int, func: Callable[[], Tensor]) -> Any:
        with suppress(InterruptedError_):
            self.last_latent = func()
        return self.last_latent

    def callback_state(self, told: dict[str, Any]) -> None:
        self._sampling.state.steps.append(told["i"])
