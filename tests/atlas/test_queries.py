"""What the atlas asks of a table, and what it takes from a browser."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seedloupe.atlas.queries import (
    MOST_CHOSEN,
    Chart,
    Charts,
    Sifting,
    chosen_from,
    kinds_of,
    layout_request,
    places_from,
    possible_rules,
    sifted,
    tick_counts,
)
from seedloupe.errors import InputError, PickError, SeedloupeError, TableError
from seedloupe.geometry import Box
from seedloupe.hosts.standalone.app.state import ServedFiles
from seedloupe.picking import Layout, PickRule, TagFilter, pick_by_layout, pick_seeds
from seedloupe.tables import SeedTable, write_table

from ..hosts.standalone.app.app_stands import path_of
from ..seed_tables import full_table, make_table

LEFT, RIGHT = (0.0, 0.2, 0.4, 0.8), (0.6, 0.2, 1.0, 0.8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "t.seedtable.safetensors"
    write_table(full_table(), path)
    return path


@pytest.fixture
def charts(tmp_path: Path) -> Charts:
    return Charts(ServedFiles(tmp_path / "cache"))


@pytest.fixture
def chart(charts: Charts, path: Path) -> Chart:
    return charts.open(path)


def kept_by(chart: Chart, sifting: Sifting) -> list[int]:
    """The seeds a page keeps bright, read back as the browser reads them."""
    packed = base64.b64decode(sifted(chart, chart.page, sifting).kept)
    marks = np.unpackbits(np.frombuffer(packed, np.uint8), bitorder="little")[: len(chart.table)]
    return chart.table.seeds[marks.astype(bool)].tolist()


def test_an_open_table_is_drawn_once_and_again_when_the_file_changes(
    charts: Charts, path: Path
) -> None:
    first = charts.open(path)
    assert charts.open(path) is first
    os.utime(path, ns=(1, 1))
    second = charts.open(path)
    assert second is not first
    assert second.page.file != first.page.file


def test_the_browser_gets_the_sheet_as_it_is_in_the_table(chart: Chart) -> None:
    assert path_of(chart.page.sheet).read_bytes() == chart.table.tensors["thumbnails"].tobytes()


def test_a_table_that_is_gone_or_broken_is_an_error_of_ours(charts: Charts, path: Path) -> None:
    path.write_bytes(b"junk")
    with pytest.raises(TableError):
        charts.open(path)
    path.unlink()
    with pytest.raises(TableError):
        charts.open(path)


def test_a_table_is_only_asked_what_it_can_answer() -> None:
    rules = (PickRule.GOLDEN, PickRule.DIVERSE, PickRule.CLEAN)
    assert possible_rules(full_table()) == rules
    assert possible_rules(make_table({"a": [1, 2]})) == (PickRule.GOLDEN,)
    assert possible_rules(make_table({}, rates={"gray": [0, 1]})) == ()
    assert possible_rules(None) == ()


def test_objects_are_offered_by_the_names_the_table_gives_them() -> None:
    assert kinds_of(full_table()) == ("ball",)
    assert kinds_of(make_table({"a": [1, 2]})) == ()
    assert kinds_of(None) == ()


def test_boxes_ask_for_a_layout_each() -> None:
    table, tags = full_table(), TagFilter(avoid=("gray",), above=0.2)
    layouts = [replace(Layout.of_box(Box(*place)), kind="ball") for place in (LEFT, RIGHT)]
    asked = layout_request(2, (LEFT, RIGHT), tags=tags, kind="ball")
    expected = pick_by_layout(table, 2, layouts=layouts, tags=tags)
    assert pick_seeds(table, asked) == expected


def test_a_layout_needs_a_box() -> None:
    with pytest.raises(InputError, match="layout: expected a box drawn"):
        layout_request(2, (), tags=TagFilter())


def test_seeds_that_fail_are_faded_and_counted(chart: Chart) -> None:
    rates = chart.table.rate("gray")
    few = Sifting(TagFilter(avoid=("gray",), above=0.4))
    assert kept_by(chart, few) == chart.table.seeds[rates <= 0.4].tolist()
    said = sifted(chart, chart.page, few).sifted
    assert said.startswith(f"{(rates <= 0.4).sum()} of 7 seeds pass")
    assert "Left out as gray in over 40% of images" in said


def test_the_better_share_by_one_score_stays(chart: Chart) -> None:
    loss = chart.table.score("loss")
    best = chart.table.seeds[np.sort(np.argsort(loss)[:3])].tolist()
    assert kept_by(chart, Sifting(metric="loss", share=3 / 7)) == best


def test_a_filter_that_lets_all_pass_says_so_and_no_filter_says_nothing(chart: Chart) -> None:
    loose = sifted(chart, chart.page, Sifting(metric="loss", share=0.99))
    assert loose.sifted == "All 7 seeds pass."
    none = sifted(chart, chart.page, Sifting(TagFilter(above=0.2), "loss"))
    assert (none.kept, none.sifted) == ("", "")


@pytest.mark.parametrize(
    "sifting", [Sifting(TagFilter(avoid=("loud",))), Sifting(metric="beauty", share=0.5)]
)
def test_a_filter_the_table_does_not_know_is_refused(chart: Chart, sifting: Sifting) -> None:
    with pytest.raises(PickError):
        sifted(chart, chart.page, sifting)


def test_seeds_come_from_the_browser_in_their_order_each_once(chart: Chart) -> None:
    chosen, said = chosen_from(chart, "11 5 11")
    assert chosen.seeds == (11, 5)
    assert str(chosen.table) == chart.page.table
    assert said == "Your 2 seeds are here: press Draw."
    assert chosen_from(chart, "8")[1] == "Your seed is here: press Draw."


def test_more_seeds_than_a_column_holds_are_cut_and_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "many.seedtable.safetensors"
    write_table(many(40), path)
    chart = Charts(ServedFiles(tmp_path / "cache")).open(path)
    chosen, said = chosen_from(chart, " ".join(map(str, range(40))))
    assert chosen.seeds == tuple(range(MOST_CHOSEN))
    assert said.startswith(f"{MOST_CHOSEN} of your seeds")


def many(count: int) -> SeedTable:
    return make_table({"a": np.arange(float(count))})


@pytest.mark.parametrize("text", ["", "  ", "5; rm", "-5", "5.0", "\u0665", "0x5", "<b>", "9" * 30])
def test_what_is_no_seed_of_the_table_is_refused(chart: Chart, text: str) -> None:
    with pytest.raises(SeedloupeError):
        chosen_from(chart, text)


def test_boxes_come_from_the_browser_as_numbers() -> None:
    assert places_from('{"aspect": 1, "boxes": [[0, 0.2, 0.4, 0.8], [0.6, 0.2, 1, 0.8]]}') == (
        LEFT,
        RIGHT,
    )
    assert places_from("") == places_from(None) == places_from("{}") == ()


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "nonsense",
        '{"boxes": 3}',
        '{"boxes": [[0, 0, 1]]}',
        '{"boxes": [[0, 0, 1, 2]]}',
        '{"boxes": [[0.5, 0, 0.4, 1]]}',
        '{"boxes": [["a", 0, 1, 1]]}',
        '{"boxes": [[NaN, 0, 1, 1]]}',
        '{"boxes": [null]}',
    ],
)
def test_what_is_no_box_inside_the_picture_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="layout: expected boxes"):
        places_from(text)


def thousand() -> SeedTable:
    """Tags that are frequent, rare, ever absent, tied, and in part not measured."""
    dice = np.random.default_rng(4)
    rates = {
        "sky": dice.binomial(16, 0.5, 300) / 16,
        "border": dice.binomial(16, 0.01, 300) / 16,
        "gray": np.zeros(300),
        "text": np.where(dice.random(300) < 0.2, np.nan, dice.binomial(4, 0.3, 300) / 4),
    }
    return make_table({"a": dice.normal(size=300)}, rates=rates)


@pytest.mark.parametrize(
    "sifting",
    [
        Sifting(TagFilter(top=0.25)),
        Sifting(TagFilter(top=1.0)),
        Sifting(TagFilter(("sky",), ("text",), top=0.25)),
        Sifting(TagFilter(("text",), ("border",), top=0.05), "a", 0.4),
        Sifting(TagFilter(avoid=("sky", "gray"), above=0.5), share=0.5),
    ],
)
def test_the_count_beside_a_tick_is_what_is_left_once_it_is_ticked(
    chart: Chart, sifting: Sifting
) -> None:
    table = thousand()
    counts = tick_counts(table, sifting)
    for tag in table.tags():
        for side, told in (("want", counts.want), ("avoid", counts.avoid)):
            ticks = {
                name: set(getattr(sifting.tags, name)) - {tag} | ({tag} if name == side else set())
                for name in ("want", "avoid")
            }
            tags = replace(sifting.tags, **{name: tuple(t) for name, t in ticks.items()})
            after = Sifting(tags, sifting.metric, sifting.share)
            assert told[tag] == len(kept_by(Chart(table, chart.page), after)), (tag, side)


def test_thresholds_of_a_tag_are_its_own(chart: Chart) -> None:
    table = thousand()
    for tag in ("sky", "border"):
        rates = table.rate(tag)
        for top in (0.05, 0.25, 0.5):
            least = np.sort(rates)[::-1][int(np.ceil(top * 300)) - 1]
            truth = table.seeds[(rates >= least) & (rates > 0)].tolist()
            assert kept_by(Chart(table, chart.page), Sifting(TagFilter((tag,), top=top))) == truth
            assert truth
