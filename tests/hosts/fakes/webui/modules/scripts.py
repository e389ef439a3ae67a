"""Scripts and their runner, as far as always-on scripts go."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

AlwaysVisible = object()


class ScriptClassData(NamedTuple):
    script_class: Any
    path: str
    basedir: str
    module: Any


scripts_data: list[ScriptClassData] = []

CALLBACKS = (
    "before_process",
    "process",
    "before_process_batch",
    "process_batch",
    "postprocess_batch",
    "postprocess",
)


class Script:
    filename: str | None = None
    args_from: int | None = None
    args_to: int | None = None
    is_img2img = False
    setup_for_ui_only = False
    infotext_fields: Any = None
    paste_field_names: Any = None

    def title(self) -> str:
        raise NotImplementedError

    def show(self, is_img2img: bool) -> object:
        return True

    def ui(self, is_img2img: bool) -> Any:
        pass

    def setup(self, p: Any, *args: Any) -> None:
        pass

    def after_component(self, component: Any, **kwargs: Any) -> None:
        pass

    def before_process(self, p: Any, *args: Any) -> None:
        pass

    def process(self, p: Any, *args: Any) -> None:
        pass

    def before_process_batch(self, p: Any, *args: Any, **kwargs: Any) -> None:
        pass

    def process_batch(self, p: Any, *args: Any, **kwargs: Any) -> None:
        pass

    def process_before_every_sampling(self, p: Any, *args: Any, **kwargs: Any) -> None:
        pass

    def postprocess_batch(self, p: Any, *args: Any, **kwargs: Any) -> None:
        pass

    def postprocess(self, p: Any, processed: Any, *args: Any) -> None:
        pass

    def elem_id(self, item_id: str) -> str:
        tab = "img2img_" if self.is_img2img else "txt2img_"
        both_tabs = self.show(True) == self.show(False)
        slug = re.sub(r"[^a-z_0-9]", "", re.sub(r"\s", "_", self.title().lower()))
        return f"script_{tab if both_tabs else ''}{slug}_{item_id}"


class ScriptRunner:
    """Calls scripts with their slice of the arguments, and swallows whatever they raise."""

    def __init__(self, *scripts: Script, arguments_each: int) -> None:
        self.scripts = self.alwayson_scripts = scripts
        self.errors: list[Exception] = []
        for place, script in enumerate(scripts):
            script.args_from = 1 + place * arguments_each
            script.args_to = script.args_from + arguments_each

    def setup(self, p: Any, *, is_ui: bool) -> None:
        for script in self.scripts:
            if is_ui or not script.setup_for_ui_only:
                script.setup(p, *p.script_args[script.args_from : script.args_to])

    def call(self, name: str, p: Any, *positional: Any, **named: Any) -> None:
        if name not in CALLBACKS:
            raise AttributeError(name)
        for script in self.scripts:
            args = p.script_args[script.args_from : script.args_to]
            try:
                getattr(script, name)(p, *positional, *args, **named)
            except Exception as error:  # noqa: BLE001 - as the host does
                self.errors.append(error)
