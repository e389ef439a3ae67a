from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from seedloupe.errors import InputError, ModelError, PickError, TableMatchError
from seedloupe.generation.sampler import Plan, Sampler
from seedloupe.hosts.standalone.app import layer_preview as app_lens
from seedloupe.hosts.standalone.app.create.compare_session import (
    CompareRequest,
    CompareState,
    compare_columns,
    draw_columns,
    empty_columns,
    seeds_of_columns,
)
from seedloupe.hosts.standalone.app.layer_preview import LayerPainter
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.sampling import Generated
from seedloupe.images import to_pil
from seedloupe.metadata.write_png import read_png_metadata
from seedloupe.picking import Pick, Picking, PickOrder, SelectedSeeds, pick_given, pick_golden
from seedloupe.services.seed_columns import (
    ColumnPlaces,
    SeedColumn,
    SeedSource,
    choose_columns,
    possible_ways,
    ranks_of,
)
from seedloupe.tables import write_table

from .....requests import INFO, request_of
from .....seed_tables import full_table, make_table
from .....services.test_table_fit import table_for
from ..app_stands import flow, path_of, state_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ALL = (SeedSource.RANDOM, SeedSource.GOLDEN, SeedSource.DIVERSE)


def column(way: SeedSource, *seeds: int) -> SeedColumn:
    return SeedColumn(way, Picking(tuple(Pick(seed) for seed in seeds), "rule", len(seeds)))


def drawn(
    chosen: tuple[SeedColumn, ...], stop: threading.Event | None = None, steps: int = 2
) -> list[CompareState]:
    request = request_of(INFO, "a boat", seeds_of_columns(chosen), steps=steps)
    stop = stop or threading.Event()
    keep = "file/{0.seed}".format
    painter = LayerPainter()
    draw = partial(flow, sinks=(painter.take,))
    return list(draw_columns(chosen, request, draw, painter, keep, stop))


def test_columns_fill_evenly_and_a_shared_seed_is_drawn_once() -> None:
    shown = CompareState(
        (
            column(SeedSource.RANDOM, 1, 2, 3),
            column(SeedSource.GOLDEN, 7, 8),
            column(SeedSource.DIVERSE, 7, 9),
        )
    )
    assert shown.seeds == (1, 7, 2, 8, 9, 3)
    order = [seed for page in drawn(shown.chosen) for seed in list(page.pictures)[-1:]]
    assert list(dict.fromkeys(order)) == [1, 7, 2, 8, 9, 3]


def test_a_shared_seed_shows_its_picture_in_both_columns() -> None:
    last = drawn((column(SeedSource.GOLDEN, 7), column(SeedSource.DIVERSE, 7)))[-1]
    assert [column.frames[0].url for column in last.columns()] == ["file/7", "file/7"]


def test_pictures_appear_one_by_one_and_never_go() -> None:
    counts = [len(page.pictures) for page in drawn((column(SeedSource.RANDOM, 1, 2, 3),))]
    assert counts == sorted(counts)
    assert set(counts) == {0, 1, 2, 3}


def test_the_bench_shows_layers_and_step_while_a_picture_is_drawn() -> None:
    previews = [
        page.preview for page in drawn((column(SeedSource.RANDOM, 5),)) if page.preview is not None
    ]
    first = previews[0]
    assert first.lines[0] == "Step 1 of 2"
    assert (first.layers[0].title, first.layers[0].picture.size) == ("After attention", (3, 2))
    assert first.picture.startswith("data:image/png")
    assert not first.link
    assert previews[-1].link == "file/5"


def test_a_finished_picture_keeps_the_layers_of_its_own_last_step() -> None:
    last = drawn((column(SeedSource.RANDOM, 5, 6),))[-1]
    layers = [last.previews[seed].layers[0].picture.tobytes() for seed in (5, 6)]
    assert layers[0] != layers[1]


def test_stop_keeps_what_is_drawn_and_says_how_much_that_is() -> None:
    stop = threading.Event()
    pages = []
    events = draw_columns(
        (column(SeedSource.RANDOM, 1, 2, 3),),
        request_of(INFO, "", (1, 2, 3), steps=2),
        flow,
        LayerPainter(),
        "file/{0.seed}".format,
        stop,
    )
    for page in events:
        pages.append(page)
        if len(page.pictures) == 2:
            stop.set()
    assert pages[-1].status == "Stopped after 2 of 3 pictures."
    assert pages[-1].drawing is None
    assert set(pages[-1].pictures) == {1, 2}


def test_without_a_table_only_dice_are_thrown() -> None:
    (only,) = choose_columns(None, ALL, 3, source_seed=1)
    assert (only.way, len(set(only.picking.seeds))) == (SeedSource.RANDOM, 3)
    assert possible_ways(None) == (SeedSource.RANDOM,)


def test_every_seed_measured_has_the_place_golden_seeds_give_it() -> None:
    dice = np.random.default_rng(5)
    scores = np.round(dice.normal(size=50), 1)
    scores[7] = np.nan
    table = make_table({"a": scores}, seeds=range(0, 100, 2))
    expected = {pick.seed: pick.rank for pick in pick_golden(table, 50).picks}
    assert ranks_of(table) == expected
    assert len(expected) == 49
    assert ranks_of(None) == {}


def test_the_same_dice_give_the_same_seeds() -> None:
    first, again, other = (choose_columns(None, ALL, 4, source_seed=seed) for seed in (1, 1, 2))
    assert first[0].picking.seeds == again[0].picking.seeds != other[0].picking.seeds


def test_a_table_fills_the_columns_it_has_columns_for() -> None:
    scores = {"alignment": [0.1, 0.4, 0.2, 0.3]}
    style = {"style": np.arange(8).reshape(4, 2)}
    assert possible_ways(make_table(scores)) == (SeedSource.RANDOM, SeedSource.GOLDEN)
    assert possible_ways(make_table({}, features=style)) == (SeedSource.RANDOM, SeedSource.DIVERSE)
    columns = choose_columns(
        make_table(scores, features=style),
        (SeedSource.DIVERSE, SeedSource.GOLDEN),
        2,
        source_seed=1,
    )
    assert [found.way for found in columns] == [SeedSource.GOLDEN, SeedSource.DIVERSE]


def test_a_space_of_another_name_serves_where_there_is_no_style() -> None:
    table = make_table({}, features={"composition": np.arange(8).reshape(4, 2) / 8})
    (only,) = choose_columns(table, (SeedSource.DIVERSE,), 2, source_seed=1)
    assert len(only.picking.seeds) == 2


def test_golden_comes_by_rank_and_random_seeds_show_their_rank_too() -> None:
    table = make_table({"alignment": [0.1, 0.4, 0.2, 0.3]}, seeds=[5, 6, 7, 8])
    shown = CompareState(
        choose_columns(table, (SeedSource.RANDOM, SeedSource.GOLDEN), 4, source_seed=1)
    )
    random, golden = shown.columns()
    assert [frame.title for frame in golden.frames] == ["6", "8", "7", "5"]
    truth = {"6": "rank 1 / 4", "8": "rank 2 / 4", "7": "rank 3 / 4", "5": "rank 4 / 4"}
    assert {frame.title: frame.aside for frame in random.frames} == truth


def test_the_score_shown_is_the_one_that_every_seed_has() -> None:
    extra = {"score.alignment.confirm": [0.25, 0.75]}
    scores = {"alignment": [0.9, 0.1], "loss": [0.125, 0.5]}
    table = make_table(scores, extra=extra, lower_is_better=["loss"])
    (column,) = CompareState(
        choose_columns(table, (SeedSource.GOLDEN,), 1, source_seed=1)
    ).columns()
    assert column.frames[0].lines == ()
    assert column.frames[0].scores == ("alignment ↑ 0.900", "loss ↓ 0.125")


def test_asking_for_no_pictures_is_refused() -> None:
    with pytest.raises(PickError, match="count"):
        choose_columns(None, ALL, 0, source_seed=1)


def test_empty_columns_have_as_many_places_as_pictures_are_wanted() -> None:
    columns = empty_columns(ALL, 3)
    assert [(column.name, len(column.frames)) for column in columns] == [
        ("random", 3),
        ("golden", 3),
        ("diverse", 3),
    ]


def wish(model: Model, table: Path | None = None, **changes: object) -> CompareRequest:
    made = CompareRequest("a boat", ALL, 1, Plan(Sampler.DPMPP_2M, 3, 2.0), model.name, table)
    return replace(made, **changes)


def test_a_real_model_draws_all_columns_and_the_pictures_know_how(
    tiny: Model, tmp_path: Path
) -> None:
    table = table_for(tiny)
    path = tmp_path / "t.seedtable.safetensors"
    write_table(table, path)
    state = state_of(tmp_path, tiny)
    pages = list(compare_columns(state, wish(tiny, path), threading.Event()))
    last = pages[-1]
    assert [column.name for column in last.columns()] == ["random", "golden", "diverse"]
    for seed, url in last.pictures.items():
        record = read_png_metadata(path_of(url)).record
        assert record is not None
        assert str(seed) in str(record)
        assert "a boat" in str(record)
    assert any(page.preview and page.preview.layers for page in pages)


def test_a_watched_picture_is_the_picture_nobody_watches(tiny: Model, tmp_path: Path) -> None:
    from PIL import Image

    from seedloupe.hosts.standalone.engine.sampling import generate

    state = state_of(tmp_path, tiny)
    last = list(compare_columns(state, wish(tiny), threading.Event()))[-1]
    ((seed, url),) = last.pictures.items()
    sampler = Sampler.DPMPP_2M
    request = request_of(tiny.info, "a boat", (seed,), steps=3, guidance=2.0, sampler=sampler)
    (alone,) = generate(tiny, request)
    assert isinstance(alone, Generated)
    assert Image.open(path_of(url)).tobytes() == to_pil(alone.image).tobytes()


def test_settings_nobody_can_draw_with_are_refused_in_one_line() -> None:
    with pytest.raises(InputError, match="steps"):
        Plan(Sampler.DPMPP_2M, 0)


def test_a_layer_that_cannot_be_painted_costs_a_note_and_not_the_picture() -> None:
    painter = LayerPainter()
    request = request_of(INFO, "", (1,), steps=1)
    first, second = (flow(request, channels=n, sinks=(painter.take,)) for n in (5, 9))
    painter.preview(next(first), "first")
    preview = painter.preview(next(second), "other channels")
    assert preview.layers == ()
    assert any("mid-vit-out cannot be shown" in line for line in preview.lines)


def test_three_layers_are_watched_from_the_coarsest_to_the_finest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for layers, watched in {"": "", "ab": "ab", "abc": "abc", "abcd": "acd"}.items():
        monkeypatch.setattr(app_lens, "default_panel", lambda unet, it=layers: tuple(it))
        assert app_lens.panel(None) == tuple(watched)


def test_a_unet_of_unknown_shape_draws_unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(unet: object) -> None:
        raise ModelError("unet", expected="a known shape", got="another")

    monkeypatch.setattr(app_lens, "default_panel", refuse)
    assert app_lens.panel(None) == ()


def test_seeds_chosen_by_hand_stand_beside_the_others_all_of_them() -> None:
    table = make_table({"alignment": [0.1, 0.4, 0.2, 0.3]}, seeds=[5, 6, 7, 8])
    by_hand = pick_given(table, [8, 99, 5])
    columns = choose_columns(
        table, (SeedSource.GOLDEN, SeedSource.CHOSEN), 1, source_seed=1, by_hand=by_hand
    )
    golden, chosen = CompareState(columns).columns()
    assert [frame.title for frame in chosen.frames] == ["8", "99", "5"]
    assert [frame.aside for frame in chosen.frames] == ["rank 2 / 4", "", "rank 4 / 4"]
    assert len(golden.frames) == 1


def test_seeds_chosen_by_hand_may_stand_alone() -> None:
    (only,) = choose_columns(
        None, (SeedSource.CHOSEN,), 2, source_seed=1, by_hand=pick_given(None, [7])
    )
    assert (only.way, only.picking.seeds) == (SeedSource.CHOSEN, (7,))


def test_seeds_of_other_noise_are_refused_with_the_setting_that_differs(
    tiny: Model, tmp_path: Path
) -> None:
    path = tmp_path / "other.seedtable.safetensors"
    write_table(full_table(), path)
    mine = wish(tiny, ways=(SeedSource.CHOSEN,), chosen=SelectedSeeds((5,), path))
    with pytest.raises(TableMatchError, match="shape"):
        list(compare_columns(state_of(tmp_path, tiny), mine, threading.Event()))


def test_seeds_of_another_model_are_drawn_with_a_word_on_it(tiny: Model, tmp_path: Path) -> None:
    path = tmp_path / "t.seedtable.safetensors"
    table = table_for(tiny)
    write_table(table, path)
    seeds = tuple(int(seed) for seed in table.seeds[:2])
    mine = wish(tiny, ways=(SeedSource.CHOSEN,), chosen=SelectedSeeds(seeds, path))
    other = replace(mine, settings=Plan(Sampler.DPMPP_2M, 2, 2.0))
    for asked, said in ((mine, ()), (other, ("sampling.steps",))):
        last = list(compare_columns(state_of(tmp_path, tiny), asked, threading.Event()))[-1]
        (column,) = last.columns()
        assert set(last.pictures) == set(seeds)
        assert len(column.why) == 1 + len(said)
        assert all(word in line for word, line in zip(said, column.why[1:], strict=True))


def test_a_picture_says_where_in_the_pool_its_seed_comes(tiny: Model, tmp_path: Path) -> None:
    path = tmp_path / "t.seedtable.safetensors"
    write_table(table_for(tiny), path)
    places = ColumnPlaces(1, PickOrder.TURNING)
    asked = wish(tiny, ways=(SeedSource.GOLDEN,), count=1, table=path, places=places)
    state = state_of(tmp_path, tiny)
    last = list(compare_columns(state, asked, threading.Event()))[-1]
    ((seed, url),) = last.pictures.items()
    record = read_png_metadata(path_of(url)).record
    assert (record["pick"], record["position"], record["order"]) == ("golden", 1, "turning")
    assert record["table"] == path.name
    assert last.chosen[0].picking.seeds == (seed,)
