"""The form that says which seeds of a pool come next, and where they are to put things."""

from __future__ import annotations

import gradio as gr
import pytest

from seedloupe.errors import InputError
from seedloupe.geometry import Box
from seedloupe.hosts.standalone.app.create.pool_form import (
    FIRST_BOX,
    PoolForm,
    column_places,
    from_the_top,
)
from seedloupe.picking import PickOrder
from seedloupe.services.seed_columns import SeedSource

from ..app_stands import built


def form(*ways: SeedSource) -> PoolForm:
    def build() -> PoolForm:
        with gr.Blocks(analytics_enabled=False):
            return PoolForm(ways, 1.5)

    return built(build)


def test_a_form_as_it_opens_takes_the_pool_in_turn_from_the_beginning() -> None:
    opened = form(SeedSource.RANDOM, SeedSource.LAYOUT)
    places = column_places(*(part.value for part in opened.inputs))
    assert (places.position, places.order) == (0, PickOrder.TURNING)
    assert places.boxes == (Box(*FIRST_BOX),)


def test_best_first_begins_at_the_top() -> None:
    assert column_places("{}", 7, True).order is PickOrder.BEST
    assert from_the_top(True) == 0
    assert from_the_top(False) != 0


@pytest.mark.parametrize("position", [None, 1.5])
def test_a_position_that_is_none_is_said(position: float | None) -> None:
    with pytest.raises(InputError, match="position: expected a whole number"):
        column_places("{}", position, False)


def test_a_table_that_knows_no_places_shows_no_box() -> None:
    opened = form(SeedSource.RANDOM)
    assert not opened._box.visible
    assert opened.offered((SeedSource.LAYOUT,), 1.0)[opened._box]["visible"]
