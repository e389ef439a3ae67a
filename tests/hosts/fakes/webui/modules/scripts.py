"""Scripts and their runner. Whatever a script's method raises is swallowed, but for ``run``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from . import errors, standin

AlwaysVisible = object()

CALLBACKS = (
    "setup",
    "before_process",
    "process",
    "before_process_batch",
    "after_extra_networks_activate",
    "process_batch",
    "process_before_every_sampling",
    "before_hr",
    "post_sample",
    "on_mask_blend",
    "postprocess_batch",
    "postprocess_batch_list",
    "postprocess_image",
    "postprocess_maskoverlay",
    "postprocess_image_after_composite",
    "postprocess",
    "before_component",
    "after_component",
)
_FIRST = frozenset(
    {
        "post_sample",
        "on_mask_blend",
        "postprocess_batch_list",
        "postprocess_image",
        "postprocess_maskoverlay",
        "postprocess_image_after_composite",
        "postprocess",
    }
)
"""Callbacks that get an object of their own before the script's arguments."""


class PostSampleArgs:
    def __init__(self, samples: Any) -> None:
        self.samples = samples


class PostprocessImageArgs:
    """Forge tells the picture's place in the job, too."""

    def __init__(self, image: Any, index: int) -> None:
        self.image = image
        if standin.variant.forge:
            self.index = index


class PostProcessMaskOverlayArgs:
    def __init__(self, index: int, mask_for_overlay: Any, overlay_image: Any) -> None:
        self.index = index
        self.mask_for_overlay, self.overlay_image = mask_for_overlay, overlay_image


class MaskBlendArgs:
    def __init__(
        self,
        current_latent: Any,
        nmask: Any,
        init_latent: Any,
        mask: Any,
        blended_latent: Any,
        denoiser: Any = None,
        sigma: Any = None,
    ) -> None:
        self.current_latent, self.nmask, self.init_latent = current_latent, nmask, init_latent
        self.mask, self.blended_latent = mask, blended_latent
        self.denoiser, self.is_final_blend, self.sigma = denoiser, denoiser is None, sigma


class PostprocessBatchListArgs:
    def __init__(self, images: list[Any]) -> None:
        self.images = images


class Script:
    name: str | None = None
    section: str | None = None
    filename: str | None = None
    args_from: int | None = None
    args_to: int | None = None
    alwayson = False
    is_txt2img = False
    is_img2img = False
    tabname: str | None = None
    controls: Any = None
    infotext_fields: Any = None
    paste_field_names: Any = None
    setup_for_ui_only = False

    def title(self) -> str:
        raise NotImplementedError

    def show(self, is_img2img: bool) -> object:
        return True

    def ui(self, is_img2img: bool) -> Any:
        pass

    def run(self, p: Any, *args: Any) -> Any:
        pass

    def setup(self, p: Any, *args: Any) -> None:
        pass

    def before_process(self, p: Any, *args: Any) -> None:
        pass

    def process(self, p: Any, *args: Any) -> None:
        pass

    def before_process_batch(self, p: Any, *args: Any, **kwargs: Any) -> None:
        pass

    def after_extra_networks_activate(self, p: Any, *args: Any, **kwargs: Any) -> None:
        pass

    def process_batch(self, p: Any, *args: Any, **kwargs: Any) -> None:
        pass

    def process_before_every_sampling(self, p: Any, *args: Any, **kwargs: Any) -> None:
        pass

    def before_hr(self, p: Any, *args: Any) -> None:
        pass

    def post_sample(self, p: Any, ps: PostSampleArgs, *args: Any) -> None:
        pass

    def on_mask_blend(self, p: Any, mba: MaskBlendArgs, *args: Any) -> None:
        pass

    def postprocess_batch(self, p: Any, *args: Any, **kwargs: Any) -> None:
        pass

    def postprocess_batch_list(
        self, p: Any, pp: PostprocessBatchListArgs, *args: Any, **kwargs: Any
    ) -> None:
        pass

    def postprocess_image(self, p: Any, pp: PostprocessImageArgs, *args: Any) -> None:
        pass

    def postprocess_maskoverlay(self, p: Any, ppmo: PostProcessMaskOverlayArgs, *args: Any) -> None:
        pass

    def postprocess_image_after_composite(
        self, p: Any, pp: PostprocessImageArgs, *args: Any
    ) -> None:
        pass

    def postprocess(self, p: Any, processed: Any, *args: Any) -> None:
        pass

    def before_component(self, component: Any, **kwargs: Any) -> None:
        pass

    def after_component(self, component: Any, **kwargs: Any) -> None:
        pass

    def elem_id(self, item_id: str) -> str:
        tab = "img2img_" if self.is_img2img else "txt2img_"
        both_tabs = self.show(True) == self.show(False)
        slug = re.sub(r"[^a-z_0-9]", "", re.sub(r"\s", "_", self.title().lower()))
        return f"script_{tab if both_tabs else ''}{slug}_{item_id}"


class ScriptClassData(NamedTuple):
    script_class: type[Script]
    path: str
    basedir: str
    module: Any


scripts_data: list[ScriptClassData] = []
"""The script classes of all loaded files; other extensions find X/Y/Z plot here."""


class ScriptRunner:
    """Calls scripts with their slice of the arguments.

    Args:
        scripts: always-on and selectable ones, made already.
        arguments_each: how many arguments each script has: one number for all, or one for each.
    """

    def __init__(self, *scripts: Script, arguments_each: int | Sequence[int]) -> None:
        sizes = (
            [arguments_each] * len(scripts) if isinstance(arguments_each, int) else arguments_each
        )
        self.scripts = list(scripts)
        visible = {script: script.show(script.is_img2img) for script in scripts}
        self.alwayson_scripts = [s for s in scripts if visible[s] is AlwaysVisible]
        self.selectable_scripts = [
            s for s in scripts if visible[s] and s not in self.alwayson_scripts
        ]
        self.titles = [script.title() for script in self.selectable_scripts]
        self.errors = errors.swallowed
        start = 1  # the first argument says which selectable script runs
        for script, size in zip(scripts, sizes, strict=True):
            script.alwayson = visible[script] is AlwaysVisible
            script.name = script.title().lower()
            script.args_from, script.args_to = start, start + size
            start += size

    def call(self, name: str, p: Any, *positional: Any, **named: Any) -> None:
        if name not in CALLBACKS:
            raise AttributeError(name)
        for script in self.alwayson_scripts:
            if getattr(type(script), name) is getattr(Script, name, None):
                continue
            args = p.script_args[script.args_from : script.args_to]
            try:
                getattr(script, name)(p, *positional, *args, **named)
            except Exception:  # noqa: BLE001 - as the host does
                errors.report(f"Error running {name}: {script.filename}", exc_info=True)

    def setup_scrips(self, p: Any, *, is_ui: bool = True) -> None:
        """Call every script's ``setup``; the web UI spells it so."""
        all_of_them = self.alwayson_scripts
        if not is_ui:
            self.alwayson_scripts = [s for s in all_of_them if not s.setup_for_ui_only]
        try:
            self.call("setup", p)
        finally:
            self.alwayson_scripts = all_of_them

    def run(self, p: Any, *args: Any) -> Any:
        """Run the selectable script the first argument names; None where it names none."""
        if not args or not args[0]:
            return None
        script = self.selectable_scripts[args[0] - 1]
        return script.run(p, *args[script.args_from : script.args_to])

    def __getattr__(self, name: str) -> Any:
        """Answer the callbacks."""
        if name not in CALLBACKS:
            raise AttributeError(name)
        if name in _FIRST:
            return lambda p, first, **named: self.call(name, p, first, **named)
        if name == "postprocess_batch":
            return lambda p, images, **named: self.call(name, p, images=images, **named)
        return lambda p, **named: self.call(name, p, **named)


def basedir() -> str:
    return "/nowhere"


scripts_txt2img: ScriptRunner | None = None
scripts_img2img: ScriptRunner | None = None
scripts_current: ScriptRunner | None = None
