"""What the atlas hands to the browser, read back as the browser reads it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from seedloupe.atlas import page as view
from seedloupe.atlas.page import AtlasPage, aspect_of, bits, has_sheet, picking_html, table_json
from seedloupe.noise import NV_NOISE
from seedloupe.picking import Pick, Picking, pick_golden, ranks_of
from seedloupe.tables import NoiseSpec, SeedTable, SpaceSpec, ThumbnailsSpec

from ..seed_tables import full_table, make_table

NAN = float("nan")


def read(table: SeedTable) -> dict[str, Any]:
    def refuse(text: str) -> None:
        raise AssertionError(f"{text} is no JSON a browser reads")

    text = table_json(table, ranks_of(table))
    return dict(json.loads(text, parse_constant=refuse))


def floats(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4")


def column(table: SeedTable, key: str) -> dict[str, Any]:
    return next(found for found in read(table)["columns"] if found["key"] == key)


def test_large_seeds_travel_as_text() -> None:
    table = make_table({"a": [1, 2]}, seeds=[3, 4])
    huge = 2**64 - 1
    spec = replace(table.spec, noise=NoiseSpec.drawn(NV_NOISE, (4, 6, 8), 3))
    grown = SeedTable(np.asarray([3, huge], np.uint64), table.tensors, spec)
    assert read(grown)["seeds"] == ["3", str(huge)]


def test_scores_come_with_their_interval_and_which_way_is_better() -> None:
    table = full_table()
    found = column(table, "score.alignment.")
    mean, error = table.score("alignment"), table.score("alignment", "se")
    np.testing.assert_allclose(floats(found["values"]), mean)
    np.testing.assert_allclose(floats(found["low"]), mean - 1.959964 * error, rtol=1e-4)
    np.testing.assert_allclose(floats(found["high"]), mean + 1.959964 * error, rtol=1e-4)
    assert found["better"] == 1
    assert column(table, "score.loss.")["better"] == -1
    assert "low" not in column(table, "score.loss.")


def test_held_out_scores_stand_aside() -> None:
    found = column(full_table(), "score.alignment.confirm")
    assert found["aside"]
    assert found["title"] == "alignment, held out"


def test_rank_comes_first_and_seeds_nobody_compared_have_none() -> None:
    table = make_table({"a": [3, NAN, 9]})
    first = read(table)["columns"][0]
    assert (first["key"], first["among"], first["better"]) == ("rank", 2, -1)
    np.testing.assert_array_equal(floats(first["values"]), [2, NAN, 1])


def test_tags_come_with_how_many_pictures_were_looked_at() -> None:
    found = column(full_table(), "rate.text")
    assert floats(found["counts"]).tolist() == [4.0] * 7
    bare = make_table({"a": [1, 2]}, rates={"text": [0.5, NAN]})
    assert "counts" not in column(bare, "rate.text")


def test_maps_come_with_words_that_say_what_near_means() -> None:
    style, composition = read(full_table())["maps"]
    assert (style["space"], style["picture"]) == ("style", False)
    assert "for the eye only" in style["words"]
    assert "all 3 dimensions" in style["how"]
    assert composition["picture"]
    assert composition["title"] == "Composition (places in the picture)"
    np.testing.assert_allclose(floats(composition["x"]), full_table().feature("composition")[:, 0])


def test_how_a_map_was_drawn_is_told_as_the_table_tells_it() -> None:
    table = full_table()
    spaces = (SpaceSpec("style", 0.9, map="t-SNE"), *table.spec.spaces[1:])
    told = SeedTable(table.seeds, table.tensors, replace(table.spec, spaces=spaces))
    assert "Drawn by t-SNE." in read(told)["maps"][0]["how"]
    assert "Drawn by whoever made the table." in read(table)["maps"][0]["how"]


def test_a_table_nobody_measured_has_no_ranks_and_no_maps() -> None:
    found = read(make_table({"a": [NAN, NAN]}))
    (only,) = found["maps"]
    assert (only["space"], only["title"]) == ("order", "Number")
    assert [known["key"] for known in found["columns"]] == ["score.a."]


def test_pictures_have_the_shape_of_what_was_drawn() -> None:
    table = full_table()
    assert aspect_of(table) == 64 / 48
    assert aspect_of(make_table({"a": [1, 2]})) == 8 / 6  # by the noise, (4, 6, 8)


def test_a_sheet_too_large_for_a_browser_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert has_sheet(full_table())
    assert not has_sheet(make_table({"a": [1, 2]}))
    tile = ThumbnailsSpec((24, 16), 3)
    pixels = 24 * 16 * 3 * 3  # seven tiles in rows of three
    assert full_table().spec.thumbnails == tile
    monkeypatch.setattr(view, "_MOST_PIXELS", pixels - 1)
    assert not has_sheet(full_table())


def test_truths_are_packed_with_the_first_seed_in_the_lowest_bit() -> None:
    kept = np.asarray([True, False, False, True, False, False, False, False, True])
    assert base64.b64decode(bits(kept)) == bytes([0b1001, 0b1])


def test_each_picking_is_a_new_turn_and_where_the_table_lies_stays_here() -> None:
    page = AtlasPage("/home/somebody/t.seedtable.safetensors", "a", "b")
    picked = page.picked(Picking((Pick(2**63), Pick(1)), "a rule", 9))
    assert (picked.chosen, picked.turn) == ((str(2**63), "1"), page.turn + 1)
    assert "somebody" not in picked.to_json()


def test_why_these_seeds_is_told_whole_and_as_text() -> None:
    table = full_table()
    told = picking_html("Golden seeds", pick_golden(table, 2))
    assert "<h3>Golden seeds</h3>" in told
    assert str(pick_golden(table, 2).chance) in told.replace("&#x27;", "'")
    odd = Picking((), "<script>rule</script>", 0, notes=("a & b",))
    assert "<script>" not in picking_html("<b>", odd)
    assert "a &amp; b" in picking_html("<b>", odd)
    assert picking_html("nothing", None) == ""


def test_every_part_of_the_page_is_there_and_none_fetches_from_elsewhere() -> None:
    parts = {
        "map.html": view.map_html(),
        "frame.html": view.frame_html(),
        "scripts": view.map_script() + view.frame_script(),
        "atlas.css": view.atlas_css(),
    }
    for name, text in parts.items():
        assert text.strip(), name
        assert "http:" not in text, name
        assert "https:" not in text, name
        assert "innerHTML" not in text, name
