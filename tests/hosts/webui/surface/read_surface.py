"""Write down the names a real web UI offers: a script file that the web UI itself loads.

Copy this file to ``extensions/surface/scripts/`` of A1111 1.10, Forge or Forge Neo, set
``SEEDLOUPE_SURFACE`` to a file to write, and start the web UI; once its pages are built, the file
holds facts only: names of classes, methods, parameters, fields, settings and samplers. The three
files beside the stand-in (``tests/hosts/fakes/webui/surface*.json``) were made so.
"""

from __future__ import annotations

import dataclasses
import dis
import importlib
import inspect
import json
import os
from pathlib import Path
from typing import Any

from modules import processing, script_callbacks, scripts, sd_samplers, shared


def _words(text: str) -> list[str]:
    return text.split()


MODULES = _words(
    """api.api call_queue devices errors extensions images infotext_utils launch_utils masking
    options paths paths_internal processing progress prompt_parser restart rng
    script_callbacks scripts sd_models sd_samplers sd_samplers_cfg_denoiser
    sd_samplers_common sd_unet shared shared_state ui_common ui_components"""
)
RECORDS = _words(
    """CFGDenoiserParams CFGDenoisedParams AfterCFGCallbackParams ImageSaveParams
    ExtraNoiseParams UiTrainTabParams ImageGridLoopParams BeforeTokenCounterParams"""
)
ARGUMENTS = _words(
    """PostSampleArgs PostprocessImageArgs PostProcessMaskOverlayArgs MaskBlendArgs
    PostprocessBatchListArgs"""
)
SETTINGS = _words(
    """CLIP_stop_at_last_layers batch_cond_uncond eta_ancestral eta_ddim eta_noise_seed_delta
    forge_try_reproduce img2img_fix_steps overlay_inpaint pad_cond_uncond pad_cond_uncond_v0
    randn_source return_grid return_mask return_mask_composite s_min_uncond s_min_uncond_all
    samples_save grid_save grid_only_if_multiple skip_early_cond add_version_to_infotext
    enable_pnginfo do_not_add_watermark"""
)


def _parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def _methods(kind: type) -> dict[str, list[str]]:
    found = inspect.getmembers(kind, inspect.isfunction)
    return {name: _parameters(method) for name, method in found if not name.startswith("__")}


def _public(thing: Any) -> list[str]:
    return sorted(name for name in dir(thing) if not name.startswith("_"))


def _own(kind: type) -> list[str]:
    return sorted(name for name in vars(kind) if not name.startswith("_"))


def _set_in_init(kind: type) -> list[str]:
    """Return the fields a plain class gives itself, by its constructor's own names."""
    code = dis.get_instructions(kind.__init__)  # type: ignore[misc]
    return sorted({step.argval for step in code if step.opname == "STORE_ATTR"})


def _processing(kind: type) -> list[str]:
    return sorted({field.name for field in dataclasses.fields(kind)})


def _module(name: str) -> list[str]:
    try:
        return _public(importlib.import_module(f"modules.{name}"))
    except ImportError:
        return []


def surface() -> dict[str, Any]:
    """Collect the facts."""
    base = processing.StableDiffusionProcessing
    own = {name: getattr(base, name) for name in _public(base)}
    properties = sorted(n for n, value in vars(base).items() if isinstance(value, property))
    kinds = {"txt2img": "Txt2Img", "img2img": "Img2Img"}
    special = {
        f"processing_{key}": sorted(
            (
                set(_processing(getattr(processing, f"StableDiffusionProcessing{kind}")))
                | set(_own(getattr(processing, f"StableDiffusionProcessing{kind}")))
            )
            - set(_processing(base))
        )
        for key, kind in kinds.items()
    }
    runner = scripts.ScriptRunner()
    common = importlib.import_module("modules.sd_samplers_common")
    denoiser = importlib.import_module("modules.sd_samplers_cfg_denoiser").CFGDenoiser
    components = importlib.import_module("modules.ui_components")
    ui_common = importlib.import_module("modules.ui_common")
    options = importlib.import_module("modules.options")
    return {
        "version": str(importlib.import_module("modules.launch_utils").git_tag()),
        "callbacks": list(getattr(runner, "callback_names", [])),
        "create_infotext": _parameters(processing.create_infotext),
        "input_accordion": _parameters(components.InputAccordion.__init__)[1:],
        "modules": {name: _module(name) for name in MODULES},
        "option_info": _parameters(options.OptionInfo.__init__)[1:],
        "option_info_methods": sorted(_methods(options.OptionInfo)),
        "options": {k: getattr(shared.opts, k) for k in SETTINGS if hasattr(shared.opts, k)},
        "options_methods": sorted(_methods(options.Options)),
        "processing": _processing(base),
        "processing_methods": sorted(n for n, value in own.items() if inspect.isroutine(value)),
        "processing_properties": properties,
        **special,
        "processed": _set_in_init(processing.Processed),
        "processed_methods": _methods(processing.Processed),
        "refresh_button": _parameters(ui_common.create_refresh_button),
        "runner_methods": _methods(scripts.ScriptRunner),
        "sampler_config": list(common.SamplerData._fields),
        "sampler": _set_in_init(common.Sampler),
        "sampler_methods": _methods(common.Sampler),
        "denoiser": sorted({*_set_in_init(denoiser), *_own(denoiser)}),
        "sampler_options": {s.name: s.options for s in sd_samplers.all_samplers},
        "script": _methods(scripts.Script),
        "script_attributes": sorted(set(_own(scripts.Script)) - set(_methods(scripts.Script))),
        "script_arguments": {
            name: _parameters(getattr(scripts, name).__init__)[1:] for name in ARGUMENTS
        },
        "callback_params": {
            name: _parameters(getattr(script_callbacks, name).__init__)[1:]
            for name in RECORDS
            if hasattr(script_callbacks, name)
        },
        "callback_registrars": sorted(
            n for n in _public(script_callbacks) if n.startswith(("on_", "remove_"))
        ),
        "state": _public(shared.state),
        "model_types": sorted(
            n for n in _public(shared.sd_model or object()) if n.startswith(("is_", "sd_"))
        ),
    }


def _write(*_: object) -> None:
    target = os.environ.get("SEEDLOUPE_SURFACE")
    if target:
        text = json.dumps(surface(), indent=1, sort_keys=True, default=str)
        Path(target).write_text(text + "\n", encoding="utf-8")


script_callbacks.on_app_started(_write)
