"""The card under the panel's dropdowns: what the table is worth, how it fits, which seeds come."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import gradio as gr
from modules import devices, shared

from ....errors import SeedloupeError
from ....noise import Rng
from ....picking.words import seeds_in_words
from ....services.model_tables import table_of_model
from ....services.plain_fit import report_fit, sampler_label, schedule_label
from ....services.positions import choice_key
from ....services.table_card import SeedTile, next_tiles, table_facts
from ....tables import SeedTable, TableUse, Task, match_table
from ..noise_in_use import noise_in_use
from ..page_use import PageSettings, use_of_page
from .choice import carried_use
from .controls import GO_ON, OF_THE_MODEL, OFF, PanelSettings
from .labels import webui_labels
from .requests import asked_of, ranks_of_settings
from .stores import positions, webui_tables

CARD_INPUTS = (
    "enabled",
    "table",
    "rule",
    "position",
    "carry",
    "ranks",
    "left",
    "top",
    "width",
    "height",
    "depth",
    "object",
    "space",
    "keep",
    "flaw",
    "seeds",
)
"""The panel's controls that the card speaks of, by the names of the settings."""
_TILES = 8
_TONES = {"good": "#2e9e5b", "plain": "#c08a1e", "bad": "#cf4a3e"}


def card_html(values: Sequence[Any], *, is_img2img: bool) -> str:
    """Return the card; whatever goes wrong stands in it as a sentence.

    Args:
        values: of the panel's controls in the order of :data:`CARD_INPUTS`, then the page's width,
            height, sampler, schedule, steps and guidance.
        is_img2img: whether the page is img2img.
    """
    try:
        settings, page = _read(values, is_img2img=is_img2img)
        return _card(settings, page)
    except SeedloupeError as error:
        return _shell(_line("bad", _words(error)))


def set_page_to_table(values: Sequence[Any], *, is_img2img: bool) -> list[Any]:
    """Return the card, and the table's settings for the page's own controls.

    The noise source is a setting of the whole web UI; it is set and saved.

    Args:
        values: as for :func:`card_html`.
        is_img2img: likewise.
    """
    try:
        settings, page = _read(values, is_img2img=is_img2img)
        _, table, _ = _table_for(settings, page)
    except SeedloupeError as error:
        return [_shell(_line("bad", _words(error))), *[gr.update()] * 6]
    _set_noise_source(table)
    changes = _changes(table)
    new = [old if value is None else value for old, value in zip(values[-6:], changes, strict=True)]
    card = card_html([*values[:-6], *new], is_img2img=is_img2img)
    return [card, *(gr.update() if one is None else gr.update(value=one) for one in changes)]


def _changes(table: SeedTable) -> tuple[Any, ...]:
    """Return width, height, sampler, schedule, steps and guidance; None where it says nothing."""
    made = table.spec.sampling
    if made is None:
        return (None,) * 6
    width, height = made.size or (None, None)
    labels = (sampler_label(made) or None, schedule_label(made) or None)
    return (width, height, *labels, made.steps, made.guidance)


def _set_noise_source(table: SeedTable) -> None:
    source = table.spec.noise.source
    if "rng" in table.spec.noise.unstated or source.grid_threads is not None:
        return
    try:
        if noise_in_use(shared.opts, devices.device) == source:
            return
    except SeedloupeError:
        pass  # a device whose noise nobody can name: the setting helps
    shared.opts.set("randn_source", "CPU" if source.rng is Rng.TORCH_CPU else "NV")
    shared.opts.save(shared.config_filename)


def _read(values: Sequence[Any], *, is_img2img: bool) -> tuple[PanelSettings, PageSettings]:
    named = dict(zip(CARD_INPUTS, values[: len(CARD_INPUTS)], strict=True))
    known = {name: value for name, value in named.items() if value is not None}
    return PanelSettings(**known), PageSettings.of(values[-6:], is_img2img=is_img2img)


def _table_for(settings: PanelSettings, page: PageSettings) -> tuple[str, SeedTable, TableUse]:
    catalogue = webui_tables()
    use = use_of_page(page, shared.opts, devices.device, Task.IMG2IMG)
    name = settings.table
    if name == OF_THE_MODEL:
        name = table_of_model(catalogue, use)
    table = catalogue.read(name)
    made = table.spec.sampling
    if made is not None and page.is_img2img and made.task is Task.INPAINT:
        use = use_of_page(page, shared.opts, devices.device, Task.INPAINT, made.mask_fill)
    return name, table, carried_use(table, use) if settings.carry else use


def _card(settings: PanelSettings, page: PageSettings) -> str:
    name, table, use = _table_for(settings, page)
    facts = table_facts(table)
    report = report_fit(table, use, match_table(table, use), webui_labels())
    found = f"Table {name}: {facts.made_with}."
    lines = [
        _line(facts.tone, facts.verdict),
        f'<div class="seedloupe-fine">{escape(found)}</div>',
        *(_line(report.tone, sentence) for sentence in report.sentences[:3]),
    ]
    if settings.rule != OFF:
        lines += _next_lines(settings, table, use)
    return _shell("".join(lines))


def _next_lines(settings: PanelSettings, table: SeedTable, use: TableUse) -> Iterator[str]:
    try:
        table, request = asked_of(settings, table, use)
        ranks = ranks_of_settings(settings)
        place = settings.position
        if place == GO_ON:
            place = positions().next(choice_key(table, request, ranks))
        picking, tiles = next_tiles(table, request, place, _TILES, ranks=ranks)
    except SeedloupeError as error:
        yield _line("bad", _words(error))
        return
    pool = f" of a pool of {seeds_in_words(picking.period)}" if picking.period else ""
    yield f"<div>Next: position {place}{pool}: {escape(picking.rule)}.</div>"
    yield f'<div class="seedloupe-strip">{"".join(map(_tile, tiles))}</div>'


def _tile(tile: SeedTile) -> str:
    says = f"seed {tile.seed}" + (f", rank {tile.rank}" if tile.rank else "")
    if tile.picture is None:
        return f'<span class="seedloupe-tile" title="{says}">{tile.seed}</span>'
    coded = base64.b64encode(tile.picture).decode("ascii")
    picture = f'<img src="data:image/webp;base64,{coded}" alt="{says}" title="{says}">'
    return f'<figure class="seedloupe-tile">{picture}<figcaption>{tile.seed}</figcaption></figure>'


def _line(tone: str, words: str) -> str:
    colour = _TONES[tone]
    return f'<div class="seedloupe-line" style="border-left-color:{colour}">{escape(words)}</div>'


def _shell(inner: str) -> str:
    return f'<div class="seedloupe-card">{inner}</div>'


def _words(error: SeedloupeError) -> str:
    return str(error)
