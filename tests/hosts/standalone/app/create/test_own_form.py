from __future__ import annotations

from pathlib import Path

import pytest

from seedloupe.errors import InputError, SeedError
from seedloupe.hosts.standalone.app.create.compare_session import CompareRequest, compare_columns
from seedloupe.hosts.standalone.app.create.own_form import OwnWishes, followed, own_wishes
from seedloupe.hosts.standalone.app.pictures_in import PageError
from seedloupe.hosts.standalone.app.state import AppState
from seedloupe.hosts.standalone.app.stop_and_throttle import StopSwitches
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.noise import ResizeWay
from seedloupe.services.seed_columns import ColumnSource, SeedSource
from seedloupe.services.table_fit import settings_from
from seedloupe.tables import write_table

from .....services.test_table_fit import table_for
from ..app_stands import flow, state_of


@pytest.fixture
def asked() -> list[object]:
    """The requests the sampler gets."""
    return []


@pytest.fixture
def state(tiny: Model, tmp_path: Path, asked: list[object]) -> AppState:
    def stream(model: Model, request: object, sinks: object = (), **watched: object) -> object:
        asked.append(request)
        return flow(request, sinks=sinks)  # type: ignore[arg-type]

    write_table(table_for(tiny), tmp_path / "t.seedtable.safetensors")
    return state_of(tmp_path, tiny, stream=stream)  # type: ignore[arg-type]


def drawn(
    state: AppState, tmp_path: Path, own: OwnWishes, *ways: ColumnSource, table: bool = True
) -> list[str]:
    """The titles of the columns that come of it."""
    settings = settings_from(3, 2.0, "dpmpp_2m")
    path = tmp_path / "t.seedtable.safetensors" if table else None
    wish = CompareRequest("a boat", ways, 2, settings, "tiny", path, own=own)
    *_, last = compare_columns(state, wish, StopSwitches().fresh("somebody"))
    return [column.title for column in last.columns()]


def test_the_form_is_read_as_it_is_written() -> None:
    own = own_wishes("3, 7, 10-12", "fog", "64x32", "stretch")
    assert own.seeds == (3, 7, 10, 11, 12)
    assert own.negative == "fog"
    assert (own.size.size, own.size.way) == ((64, 32), ResizeWay.STRETCH)


def test_an_empty_form_asks_for_nothing() -> None:
    assert own_wishes(None, None, None, None) == OwnWishes()
    assert own_wishes("", "", "", "new") == OwnWishes()


@pytest.mark.parametrize(("seeds", "size"), [("four", ""), ("1-99999", ""), ("", "wide")])
def test_what_cannot_be_read_is_refused(seeds: str, size: str) -> None:
    with pytest.raises((SeedError, InputError)):
        own_wishes(seeds, "", size, "new")


def test_typed_seeds_are_a_column_of_their_own(
    state: AppState, tmp_path: Path, asked: list[object]
) -> None:
    own = own_wishes("3, 7", "fog", "", "new")
    assert drawn(state, tmp_path, own, SeedSource.RANDOM) == ["Random seeds", "Your seeds"]
    (request,) = asked
    assert {3, 7} < set(request.seeds)  # type: ignore[attr-defined]
    assert request.negative == "fog"  # type: ignore[attr-defined]


def test_another_size_with_its_layout_kept_takes_the_tables_noise_along(
    state: AppState, tmp_path: Path, tiny: Model, asked: list[object]
) -> None:
    own = own_wishes("", "", "64x32", "stretch")
    assert "Golden seeds" in drawn(state, tmp_path, own, SeedSource.GOLDEN)
    (request,) = asked
    assert request.size == (64, 32)  # type: ignore[attr-defined]
    resize = request.resize  # type: ignore[attr-defined]
    assert resize.shape == tiny.info.latent_shape(*tiny.info.native_size)


def test_another_size_without_it_refuses_the_tables_seeds_and_draws_random_ones(
    state: AppState, tmp_path: Path
) -> None:
    own = own_wishes("", "", "64x32", "new")
    with pytest.raises(InputError, match="Keep the layout"):
        drawn(state, tmp_path, own, SeedSource.GOLDEN)
    assert drawn(state, tmp_path, own, SeedSource.RANDOM) == ["Random seeds"]


def test_a_size_the_model_cannot_draw_is_refused_before_it_is_tried(
    state: AppState, tmp_path: Path, asked: list[object]
) -> None:
    with pytest.raises(InputError):
        drawn(state, tmp_path, own_wishes("", "", "65x32", "new"), SeedSource.RANDOM)
    assert asked == []


def test_a_text_file_named_like_a_picture_is_called_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.png"
    path.write_text("hello")
    with pytest.raises(PageError, match=r"notes\.png is not a picture"):
        followed(str(path))
