"""Our page in the web UI's settings."""

from __future__ import annotations

from typing import Any

TABLE_FOLDER = "seedloupe_table_folder"


def add_options(opts: Any) -> None:
    """Add our settings, once.

    They are not registered through a callback: the web UI forgets callbacks when it reloads, and
    does not import this package again to get them back.
    """
    if TABLE_FOLDER in opts.data_labels:
        return
    from modules.options import OptionInfo

    folder = OptionInfo(
        "", "Another folder of seed tables", section=("seedloupe", "Seedloupe"), restrict_api=True
    )
    opts.add_option(TABLE_FOLDER, folder.info("looked into before models/seed_tables"))
