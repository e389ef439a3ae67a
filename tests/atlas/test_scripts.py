"""The map's scripts, run by node: what they make of a table, and what they say to a host."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import numpy as np
import pytest

from seedloupe.atlas.page import atlas_module, frame_script, map_html, map_script, table_json
from seedloupe.picking import ranks_of
from seedloupe.tables import SeedTable

from ..seed_tables import full_table, make_table

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed")
BROWSER = "const window = {matchMedia: () => ({matches: false})};"


def run(script: str, *given: str) -> Any:
    """Run a script behind the map's and return the JSON it writes."""
    assert NODE is not None
    source = f"{BROWSER}\n{map_script()}\n{script}"
    done = subprocess.run(
        [NODE, "-", *given], input=source, capture_output=True, text=True, timeout=60, check=True
    )
    return json.loads(done.stdout)


def sheets(table: SeedTable) -> list[dict[str, Any]]:
    text = table_json(table, ranks_of(table))
    return run(
        """
        const ground = groundOf(JSON.parse(process.argv[2]));
        console.log(JSON.stringify(ground.maps.map(({space, sheet}) => ({
          space, x: [...sheet.xs], y: [...sheet.ys], size: sheet.size,
        }))));
        """,
        text,
    )


@pytest.mark.parametrize("count", [1, 7, 40])
def test_every_seed_has_a_picture_of_its_own_inside_the_sheet(count: int) -> None:
    for sheet in sheets(full_table(count)):
        x, y = np.asarray(sheet["x"]), np.asarray(sheet["y"])
        assert len({(round(a, 5), round(b, 5)) for a, b in zip(x, y, strict=True)}) == count
        assert (np.abs(x) <= sheet["size"]["width"] / 2).all()
        assert (np.abs(y) <= sheet["size"]["height"] / 2).all()


def test_a_table_without_maps_is_a_sheet_by_rank() -> None:
    (sheet,) = sheets(make_table({"a": [0.1, 0.9, 0.5, 0.3]}))
    places = sorted(range(4), key=lambda row: (sheet["y"][row], sheet["x"][row]))
    assert places == [1, 2, 3, 0]


@pytest.mark.parametrize(("width", "height"), [(1000, 500), (360, 420)])
def test_a_sheet_opens_with_pictures_one_can_tell_apart_and_a_map_whole(
    width: int, height: int
) -> None:
    text = table_json(full_table(900), {})
    sheet, whole = run(
        """
        const ground = groundOf(JSON.parse(process.argv[2]));
        const stage = {width: Number(process.argv[3]), height: Number(process.argv[4])};
        const views = [ground.maps[0].sheet, ground.maps[0]].map(map => {
          const camera = cameraFor();
          boundCamera(camera, map, stage);
          travel(camera, firstView(camera, map), false, 0);
          return {cell: (map.cell || 0) * camera.scale, fit: camera.scale === camera.fit};
        });
        console.log(JSON.stringify(views));
        """,
        text,
        str(width),
        str(height),
    )
    assert sheet["cell"] >= 43.9
    assert whole["fit"]


def test_pictures_give_way_to_points_where_they_would_be_too_small() -> None:
    few, many = run(
        """
        const row = 5;
        const shown = scale => tilesToShow({
          stage: {width: 500, height: 400}, sheet: {}, before: null,
          camera: {x: 0, y: 0, scale},
          map: {cell: 0.05, xs: [0, 0.05, 9], ys: [0, 0, 9]},
        });
        console.log(JSON.stringify([200, 800].map(scale => [...shown(scale).places.keys()])));
        """
    )
    assert few == []
    assert many == [0, 1]


def test_a_host_can_import_both_as_one_module() -> None:
    assert NODE is not None
    source = f"{BROWSER}\n{atlas_module()}\nconsole.log(typeof openAtlas, typeof openFrame);"
    done = subprocess.run(
        [NODE, "--input-type=module", "-"],
        input=source,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["function", "function"]


def test_the_core_names_no_host_and_starts_nothing_by_itself() -> None:
    scripts = map_script() + frame_script()
    for word in ("gradio", "trigger(", "props.", "watch(", "comfy", "gradioApp"):
        assert word not in scripts
    assert "innerHTML" not in scripts
    for name in ("openAtlas(element, link);", "openFrame(element, link);"):
        assert name not in scripts


def test_copy_and_clear_stand_apart_and_clear_can_be_taken_back() -> None:
    html = map_html()
    order = [html.index(f'data-act="{act}"') for act in ("use", "copy", "clear", "undo")]
    assert order == sorted(order)
    assert html.index('data-part="legend"') < html.index('data-part="map"')
