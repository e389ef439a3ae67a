"""Our page in the web UI's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...artifacts.levels import Level

TABLE_FOLDER = "seedloupe_table_folder"
READER = "seedloupe_reader"
LEVEL = "seedloupe_level"
LENS_BUDGET = "seedloupe_lens_budget"
LENS_LAYERS = "seedloupe_lens_layers"
LENS_LIVE = "seedloupe_lens_live"

_SECTION = ("seedloupe", "Seedloupe")
_ANY_READER = "auto"
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class WebuiSettings:
    """What the user set on our page, or what holds until then.

    Attributes:
        table_folder: another folder of seed tables; may be empty.
        reader: who reads text, by name, or ``auto``.
        level: how suspicious the check for text is.
        lens_budget: megabytes a lens may keep of one picture.
        lens_layers: names of layers with commas between, or ``auto``.
        lens_live: whether layers are shown while a picture forms.
    """

    table_folder: str = ""
    reader: str = _ANY_READER
    level: Level = Level.NORMAL
    lens_budget: int = 200
    lens_layers: str = _ANY_READER
    lens_live: bool = True

    @classmethod
    def of(cls, opts: Any) -> WebuiSettings:
        """Read the web UI's ``shared.opts``; a value somebody spoilt counts as not set."""
        usual = cls()
        budget = getattr(opts, LENS_BUDGET, usual.lens_budget)
        level = getattr(opts, LEVEL, usual.level.value)
        return cls(
            str(getattr(opts, TABLE_FOLDER, "") or ""),
            str(getattr(opts, READER, "") or usual.reader),
            Level(level) if level in [each.value for each in Level] else usual.level,
            budget if isinstance(budget, int) and budget > 0 else usual.lens_budget,
            str(getattr(opts, LENS_LAYERS, "") or usual.lens_layers),
            bool(getattr(opts, LENS_LIVE, usual.lens_live)),
        )

    @property
    def lens_bytes(self) -> int:
        """The lens's budget in bytes."""
        return self.lens_budget * _MEGABYTE


def add_options(opts: Any) -> None:
    """Add our settings; those that are there already stay as they are.

    The web UI asks for them when it builds its page, and without a page never: whoever needs them
    earlier may call this too.
    """
    for key, option in _options().items():
        if key not in opts.data_labels:
            opts.add_option(key, option)


def _options() -> dict[str, Any]:
    from modules.options import OptionInfo

    usual = WebuiSettings()
    # Not through the API: it would let whoever may draw pictures make us look into any folder.
    folder = OptionInfo(
        usual.table_folder, "Another folder of seed tables", section=_SECTION, restrict_api=True
    ).info("looked into before models/seed_tables")
    reader = _dropdown(usual.reader, "Who reads the text on inpainted pictures", _reader_choices)
    level = _radio(usual.level.value, "When text counts as a fault", [each.value for each in Level])
    budget = _slider(usual.lens_budget, "Memory for the lens, megabytes a picture")
    layers = OptionInfo(usual.lens_layers, "Layers the lens looks at", section=_SECTION)
    live = OptionInfo(
        usual.lens_live, "Show the lens below the preview while a picture forms", section=_SECTION
    )
    return {
        TABLE_FOLDER: folder,
        READER: reader.info("auto takes the best one that is installed"),
        LEVEL: level.info("low: only when it is certain; high: also when it is only likely"),
        LENS_BUDGET: budget.info("with less the lens keeps fewer steps, then only colours"),
        LENS_LAYERS: layers.info("auto, or names with commas between: mid-vit-out, OUT03"),
        LENS_LIVE: live.info("the picture stays the same to the pixel"),
    }


def _reader_choices() -> dict[str, Any]:
    from .plug_ins import webui_plugins

    return {"choices": [_ANY_READER, *webui_plugins().readers.names()]}


def _dropdown(value: str, label: str, choices: Any) -> Any:
    import gradio as gr
    from modules.options import OptionInfo

    return OptionInfo(value, label, gr.Dropdown, choices, section=_SECTION)


def _radio(value: str, label: str, choices: list[str]) -> Any:
    import gradio as gr
    from modules.options import OptionInfo

    return OptionInfo(value, label, gr.Radio, {"choices": choices}, section=_SECTION)


def _slider(value: int, label: str) -> Any:
    import gradio as gr
    from modules.options import OptionInfo

    bounds = {"minimum": 20, "maximum": 2000, "step": 20}
    return OptionInfo(value, label, gr.Slider, bounds, section=_SECTION)
