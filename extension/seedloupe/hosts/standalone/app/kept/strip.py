"""The strip below the tabs: saved pictures, where they are, and sending them to a tab."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from .....errors import InputError
from .....generation.picture_folder import PictureFolder
from .....images import read_image, to_pil
from .....services.picture_settings import PictureSettings, settings_in_file
from ..events import EACH_CLICK, SILENT, on
from .local import is_local, remember_folder, show_folder
from .served_files import ServedFiles, saved_url
from .strip_html import SCRIPT, STRIP, chosen_html, deleted_html

Page = dict[Any, Any]
#: Takes a picture to its tab: what the page shows then.
TakePicture = Callable[[Image.Image, PictureSettings, str], Page]
_UNSAVED = "Pictures are not saved: the demo was started with --no-save."
#: Brings the chosen picture into view.
_SHOW_CHOSEN = """(...given) => {
  setTimeout(() => document.querySelector("#sl-kept-chosen .sl-chosen")
    ?.scrollIntoView({behavior: "smooth", block: "nearest"}), 300);
  return given;
}"""


class PictureStrip:
    """The components of the strip and what happens when they are used."""

    def __init__(self, files: ServedFiles, notes: Path | None = None) -> None:
        """Build the strip inside the open block.

        Args:
            files: where pictures are saved.
            notes: where a changed folder is remembered; None forgets it.
        """
        self._files = files
        self._notes = notes
        with gr.Column(elem_classes="sl-kept-part"):
            gr.HTML('<h2 class="sl-kept-head">Your pictures</h2>')
            self._strip = gr.HTML(
                "{}",
                html_template=STRIP,
                js_on_load=SCRIPT,
                apply_default_css=False,
                elem_id="sl-kept",
            )
            self._chosen = gr.HTML("", elem_id="sl-kept-chosen")
            self._build_folder()

    def _build_folder(self) -> None:
        saved = self._files.saved
        title = "Where pictures are saved"
        with gr.Accordion(title, open=False, elem_id="sl-kept-where"):
            self._where = gr.Textbox(
                str(saved.path) if saved else _UNSAVED,
                label="Folder",
                info="On the machine that runs Seedloupe",
                interactive=saved is not None,
                lines=1,
                elem_id="sl-kept-folder",
            )
            with gr.Row(elem_classes="sl-buttons"):
                self._use = gr.Button("Use this folder", min_width=120, elem_id="sl-kept-use")
                self._open = gr.Button("Open folder", min_width=120, elem_id="sl-kept-open")

    def connect(
        self,
        app: gr.Blocks,
        tabs: gr.Tabs,
        model: gr.State,
        takers: Mapping[str, TakePicture],
        reached: Sequence[Any],
    ) -> None:
        """Wire the strip; called when all tabs are there.

        Args:
            app: the whole page.
            tabs: what the tabs are in.
            model: names the model in use.
            takers: what takes a picture, by what its button asks for: the id of a tab, and where
                a tab takes it in several ways, a dash and a word more.
            reached: all components the takers change.
        """
        self._tabs, self._takers = tabs, takers
        outputs = [tabs, self._strip, self._chosen, *dict.fromkeys(reached)]
        on(self._strip.select, self.on_act, model, outputs, js=_SHOW_CHOSEN, **EACH_CLICK)
        on(self._use.click, self.on_use, self._where, [self._strip, self._where], **SILENT)
        on(self._open.click, self.on_open, None, None, **SILENT)
        on(app.load, self.on_load, None, [self._where, self._use, self._open], **SILENT)

    def on_act(self, model: str, event: gr.SelectData) -> Page:
        """Do what a button on a picture says."""
        told = json.loads(str(event.value))
        act, url = str(told.get("act")), str(told.get("picture"))
        if act == "restore":
            return self._restored(url)
        path = self._files.find(url)
        if act == "delete":
            return self._deleted(path)
        settings = settings_in_file(path)
        if act == "look":
            return {self._chosen: chosen_html(url, path.stem, settings)}
        taken = self._takers[act](to_pil(read_image(path)), settings, model)
        return {self._tabs: gr.Tabs(selected=act.split("-")[0]), **taken}

    def on_use(self, folder: str, request: gr.Request) -> Page:
        """Save pictures somewhere else from now on, and show what is there."""
        if not is_local(request):
            raise InputError(
                "folder",
                expected="somebody at the machine that runs Seedloupe",
                got="a visitor",
                advice="Start the demo with --pictures DIR there.",
            )
        if not folder.strip():
            raise InputError("folder", expected="the path of a folder", got="nothing")
        self._files.saved = PictureFolder(Path(folder.strip()))
        if self._notes is not None:
            remember_folder(self._notes, self._files.saved.path)
        where = str(self._files.saved.path)
        return {self._strip: json.dumps({"folder": where}), self._where: where}

    def on_open(self, request: gr.Request) -> None:
        """Open the folder where the person can see it."""
        saved = self._files.saved
        if saved is None or (is_local(request) and show_folder(saved.path)):
            return
        raise InputError(
            "folder",
            expected="a file browser on this machine",
            got="none that can be reached from here",
            advice=f"The pictures are in {saved.path}.",
        )

    def on_load(self, request: gr.Request) -> Page:
        """Offer what only somebody at this machine can do to nobody else."""
        saved = self._files.saved
        here = saved is not None and is_local(request)
        return {
            self._where: gr.update(value=str(saved.path) if saved else _UNSAVED, interactive=here),
            self._use: gr.update(visible=here),
            self._open: gr.update(visible=here),
        }

    def _deleted(self, path: Path) -> Page:
        saved = self._files.saved
        if saved is None or path.parent != saved.path:
            raise InputError("picture", expected="a saved one", got="one that goes with the app")
        gone = saved.delete(path.name)
        return {
            self._strip: json.dumps({"deleted": gone.name}),
            self._chosen: deleted_html(gone.name, str(gone.parent)),
        }

    def _restored(self, name: str) -> Page:
        if self._files.saved is None:
            return {}
        path = self._files.saved.restore(name)
        url = saved_url(path.name)
        chosen = chosen_html(url, path.stem, settings_in_file(path))
        return {self._strip: json.dumps({"restored": path.name}), self._chosen: chosen}
