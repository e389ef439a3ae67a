"""What each feature adds to the tab and to the addresses; a new one adds its line here."""

from __future__ import annotations

from .api.route import Route
from .lens.routes import lens_routes
from .lens.tab import build_lens_tab
from .mine.routes import routes as mine_routes
from .mine.variance_routes import variance_routes
from .seeds.thumb_routes import thumb_routes
from .tab.atlas_routes import atlas_routes
from .tab.page import SubTab
from .tab.tally_routes import tally_routes


def sub_tabs() -> tuple[SubTab, ...]:
    """Return the parts of our tab, from left to right."""
    return (
        SubTab("atlas", "Atlas"),
        SubTab("lens", "Lens", build_lens_tab),
        SubTab("tally", "Text tally"),
        SubTab("mine", "Mine"),
    )


def routes() -> tuple[Route, ...]:
    """Return all addresses."""
    return (
        *atlas_routes(),
        *lens_routes(),
        *tally_routes(),
        *mine_routes(),
        *variance_routes(),
        *thumb_routes(),
    )
