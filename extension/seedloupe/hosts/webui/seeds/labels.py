"""What the web UI calls the settings that decide whether a table fits."""

from __future__ import annotations

from ....services.plain_fit import SettingLabels
from ..noise_in_use import how_to_draw

FIT_BUTTON = "Use the table's settings"
CARRY_LABEL = "Carry the layout to another size"


def webui_labels() -> SettingLabels:
    """Return the labels of the web UI's own page."""
    return SettingLabels(
        other_size=f'Press "{FIT_BUTTON}", or tick "{CARRY_LABEL}".', draw=how_to_draw
    )
