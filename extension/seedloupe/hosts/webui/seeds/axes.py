"""Axes for the web UI's X/Y/Z plot: by which rule, from which table, of which ranks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from ....errors import SeedloupeError
from ....picking import RankRange
from .controls import OF_THE_MODEL, RULES, PanelSettings

_logger = logging.getLogger(__name__)

RULE_AXIS = "[Seedloupe] Pick rule"
TABLE_AXIS = "[Seedloupe] Table"
RANKS_AXIS = "[Seedloupe] Ranks"
_FILE = "xyz_grid.py"
_TITLE = "Seedloupe"


def add_axes(loaded: Sequence[Any], table_names: Callable[[], Sequence[str]]) -> bool:
    """Add our axes to the X/Y/Z plot, once a load of it.

    Args:
        loaded: ``scripts.scripts_data``, what the web UI knows of each script.
        table_names: lists the tables on offer.

    Returns:
        Whether there is such a script.
    """
    for one in loaded:
        if str(one.path).replace("\\", "/").endswith(f"/{_FILE}"):
            module = one.module
            known = {option.label for option in module.axis_options}
            ours = _axes(module.AxisOption, table_names)
            module.axis_options.extend(axis for axis in ours if axis.label not in known)
            return True
    _logger.info("Seedloupe: no X/Y/Z plot to add axes to")
    return False


def _axes(option: Any, table_names: Callable[[], Sequence[str]]) -> tuple[Any, ...]:
    return (
        option(
            RULE_AXIS, str, _applies("rule"), confirm=_confirm_rules, choices=lambda: list(RULES)
        ),
        option(TABLE_AXIS, str, _applies("table"), choices=lambda: [OF_THE_MODEL, *table_names()]),
        option(RANKS_AXIS, str, _applies("ranks"), confirm=_confirm_ranks),
    )


def _applies(name: str) -> Callable[[Any, Any, Any], None]:
    def apply(p: Any, value: Any, values: Any) -> None:
        set_panel_values(p, {"enabled": True, name: str(value)})

    return apply


def set_panel_values(p: Any, changes: Mapping[str, object]) -> None:
    """Change our panel's values for one job; other copies of the processing object keep theirs.

    Args:
        p: a copy of the processing object, as a cell of X/Y/Z plot has it.
        changes: by the names of the settings.
    """
    for script in p.scripts.alwayson_scripts:
        if script.title() == _TITLE:
            args = list(p.script_args)
            begin, end = script.args_from, script.args_to
            args[begin:end] = changed_args(args[begin:end], changes)
            p.script_args = args


def changed_args(args: Sequence[object], changes: Mapping[str, object]) -> list[object]:
    """Return a script's arguments with other values, as a list or with an object in front."""
    if args and isinstance(args[0], Mapping):
        return [{**args[0], **changes}, *args[1:]]
    names = [field.name for field in fields(PanelSettings)]
    return [changes.get(name, value) for name, value in zip(names, args)]  # noqa: B905


def _confirm_rules(p: Any, values: Sequence[str]) -> None:
    for value in values:
        if value not in RULES:
            raise RuntimeError(f"Unknown rule {value!r}; known are {', '.join(RULES)}.")


def _confirm_ranks(p: Any, values: Sequence[str]) -> None:
    for value in values:
        try:
            RankRange.parse(value)
        except SeedloupeError as error:
            raise RuntimeError(str(error)) from error
