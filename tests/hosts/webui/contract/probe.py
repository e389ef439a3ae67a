"""A script that does as it is told and writes down what the web UI did: for the contract suite.

The stand-in runs the class; a live web UI loads this very file. Copy it there to
``extensions/contract_probe/scripts/probe.py``, start the web UI, and set ``SEEDLOUPE_WEBUI_URL``.

Its one argument is a JSON object, the plan; what happened comes back as JSON text in the answer's
``extra_generation_params``.
"""

from __future__ import annotations

import json
from typing import Any

from modules import script_callbacks, scripts, shared

TITLE = "Contract probe"
EVENTS = "Probe events"
running: list[ContractProbe] = []


class ContractProbe(scripts.Script):
    """Off unless its plan says something."""

    def title(self) -> str:
        return TITLE

    def show(self, is_img2img: bool) -> object:
        return scripts.AlwaysVisible

    def ui(self, is_img2img: bool) -> list[Any]:
        import gradio as gr

        return [gr.Textbox("", label="Plan", visible=False, elem_id=self.elem_id("plan"))]

    def before_process(self, p: Any, plan: str, *args: Any) -> None:
        self.plan = json.loads(plan) if plan else None
        if self.plan is None:
            return
        self.events: list[Any] = []
        self._remove_hooks()  # of a job that broke off
        running[:] = [self]
        self._note("before_process", seed=p.seed)

    def process(self, p: Any, *args: Any) -> None:
        if self.plan is None:
            return
        self._note("process", seed=p.seed, seeds=list(p.all_seeds))
        if "seeds" in self.plan:
            p.all_seeds = self._seeds(self.plan["seeds"])
        if "per_picture" in self.plan:
            p.extra_generation_params["Probe list"] = self.plan["per_picture"]
            p.extra_generation_params["Probe call"] = _told
        if self.plan.get("raise_in") == "process":
            raise ValueError("a mistake in a script")

    def before_process_batch(self, p: Any, *args: Any, **kwargs: Any) -> None:
        if self.plan is None:
            return
        self._note("before_process_batch", seeds=list(map(int, p.seeds)))
        if "late_seeds" in self.plan:
            p.seeds = list(self.plan["late_seeds"])

    def process_batch(self, p: Any, *args: Any, **kwargs: Any) -> None:
        self._note("process_batch")

    def before_hr(self, p: Any, *args: Any) -> None:
        self._note("before_hr")

    def process_before_every_sampling(self, p: Any, *args: Any, **kwargs: Any) -> None:
        if self.plan is None:
            return
        noise = kwargs["noise"]
        first = [round(float(one.flatten()[0]), 4) for one in noise]
        self._note("sampling", hr=p.is_hr_pass, noise=first, shape=list(noise.shape))
        unet = _unet()
        self.hooks.append(unet.register_forward_pre_hook(self._unet_call, with_kwargs=True))

    def _unet_call(self, module: Any, args: Any, kwargs: Any) -> None:
        options = kwargs.get("transformer_options") or {}
        kinds = options.get("cond_or_uncond")
        self._note("unet", rows=len(args[0]), kinds=None if kinds is None else list(kinds))
        if self.plan.get("raise_in") == "unet":
            self._remove_hooks()  # nothing after this is called
            raise ValueError("a mistake in a hook")

    def denoising(self, params: Any) -> None:
        """Note one call of the denoiser."""
        uncond = params.text_uncond
        self._note(
            "denoiser",
            rows=len(params.x),
            uncond=None if uncond is None else len(uncond),
            step=params.denoiser.step,
            sampling_step=params.sampling_step,
            sigma=round(float(params.sigma[0]), 3),
        )
        calls = sum(name == "denoiser" for name, _ in self.events)
        if calls == self.plan.get("interrupt_at"):
            shared.state.interrupt()
        if calls == self.plan.get("skip_at"):
            shared.state.skip()
        if self.plan.get("raise_in") == "cfg_denoiser":
            raise ValueError("a mistake in a callback")

    def post_sample(self, p: Any, ps: Any, *args: Any) -> None:
        self._note("post_sample", interrupted=bool(shared.state.interrupted))
        if self.plan is not None:
            self._remove_hooks()

    def postprocess_batch(self, p: Any, *args: Any, **kwargs: Any) -> None:
        self._note("postprocess_batch", number=kwargs["batch_number"])

    def postprocess_batch_list(self, p: Any, pp: Any, *args: Any, **kwargs: Any) -> None:
        self._note("postprocess_batch_list")

    def postprocess_image(self, p: Any, pp: Any, *args: Any) -> None:
        self._note("postprocess_image", size=list(pp.image.size), index=getattr(pp, "index", None))

    def postprocess_maskoverlay(self, p: Any, ppmo: Any, *args: Any) -> None:
        self._note("postprocess_maskoverlay")

    def postprocess_image_after_composite(self, p: Any, pp: Any, *args: Any) -> None:
        overlay = getattr(p, "mask_for_overlay", None)
        self._note(
            "after_composite",
            size=list(pp.image.size),
            paste_to=None if p.paste_to is None else list(p.paste_to),
            mask=None if overlay is None else [overlay.mode, *overlay.size],
            batch_index=p.batch_index,
            iteration=p.iteration,
        )

    def postprocess(self, p: Any, processed: Any, *args: Any) -> None:
        if self.plan is None:
            return
        self._note("postprocess", pictures=len(processed.images), texts=len(processed.infotexts))
        if self.plan.get("add_picture"):
            processed.images.append(processed.images[0].copy())
            processed.infotexts.append("added by the probe")
        p.extra_generation_params[EVENTS] = json.dumps(self.events)
        processed.extra_generation_params[EVENTS] = json.dumps(self.events)
        running.clear()

    def _remove_hooks(self) -> None:
        self.hooks: list[Any] = getattr(self, "hooks", [])
        while self.hooks:
            self.hooks.pop().remove()

    def _note(self, name: str, **facts: Any) -> None:
        if getattr(self, "plan", None) is not None:
            self.events.append((name, facts))

    def _seeds(self, seeds: list[int]) -> Any:
        if self.plan.get("numpy"):
            import numpy as np

            return [np.int64(seed) for seed in seeds]
        return list(seeds)


def _told(all_seeds: Any = None, index: Any = None, **kwargs: Any) -> str:
    return f"seed {all_seeds[index]}"


def _unet() -> Any:
    model = shared.sd_model
    parts = getattr(model, "forge_objects", None)
    return model.model.diffusion_model if parts is None else parts.unet.model.diffusion_model


def _denoiser_called(params: Any) -> None:
    for probe in running:
        probe.denoising(params)


script_callbacks.on_cfg_denoiser(_denoiser_called)
