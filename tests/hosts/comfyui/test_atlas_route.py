"""What the page may ask of a table's map, and what it may not."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import Any

import pytest

from seedloupe.atlas.page import atlas_module, table_json
from seedloupe.picking import ranks_of
from seedloupe.tables import SUFFIX, write_table

from ...seed_tables import full_table, make_table
from .conftest import Host

HOSTILE = "<img src=x onerror=alert(1)>"


def ask(host: Host, **asked: str) -> tuple[int, str, bytes]:
    return host.ours("atlas_route").atlas_answer(asked)


def told(host: Host, **asked: str) -> Any:
    status, kind, content = ask(host, **asked)
    assert kind == "application/json"
    return status, json.loads(content)


def test_a_table_is_had_by_its_name_in_three_parts(host: Host) -> None:
    table = full_table()
    host.add_table(table, "mine")
    status, said = told(host, part="table", table="mine")
    assert status == 200
    assert (said["table"], said["sheet"], said["layout"]) == ("mine", True, True)
    assert said["aspect"] == pytest.approx(64 / 48)
    assert ask(host, part="seeds", table="mine")[2].decode() == table_json(table, ranks_of(table))
    sheet = table.tensors["thumbnails"].tobytes()
    assert ask(host, part="sheet", table="mine") == (200, "image/webp", sheet)


def test_a_changed_table_has_another_stamp(host: Host) -> None:
    host.add_table(full_table(), "mine")
    before = told(host, part="table", table="mine")
    host.add_table(full_table(9), "mine")
    assert told(host, part="table", table="mine") != before


def test_script_markup_and_style_come_with_the_pack(host: Host) -> None:
    assert ask(host, part="script") == (200, "text/javascript", atlas_module().encode())
    status, page = told(host, part="page")
    assert status == 200
    assert page.keys() == {"map", "frame", "css"}


def test_a_table_without_pictures_and_places_says_so(host: Host) -> None:
    host.add_table(make_table({"loss": [0.1, 0.9, 0.5]}), "bare")
    said = told(host, part="table", table="bare")[1]
    assert (said["sheet"], said["layout"]) == (False, False)
    assert told(host, part="sheet", table="bare")[0] == 404


def test_only_names_are_taken_and_no_paths(host: Host) -> None:
    path = host.add_table(full_table(), "mine")
    outside = host.models / f"outside{SUFFIX}"
    write_table(full_table(), outside)
    for name in (str(path), str(outside), "../outside", "", "(the model's)", "mine/../mine"):
        status, said = told(host, part="seeds", table=name)
        assert status == 404
        assert "expected one of mine" in said["error"]


@pytest.mark.parametrize(
    "asked", [{}, {"part": "other", "table": "mine"}, {"part": "table", "table": "x" * 9000}]
)
def test_other_questions_are_refused(host: Host, asked: dict[str, str]) -> None:
    host.add_table(full_table(), "mine")
    status, said = told(host, **asked)
    assert 400 <= status < 500
    assert len(said["error"]) < 400


def test_a_damaged_table_is_told_by_name_and_without_its_folder(host: Host) -> None:
    host.add_table(full_table(), "mine").write_bytes(b"no table")
    status, said = told(host, part="table", table="mine")
    assert status == 404
    assert "mine" in said["error"]
    assert str(host.models) not in said["error"]


def test_a_hostile_name_is_data(host: Host) -> None:
    host.add_table(full_table(), HOSTILE.replace("/", ""))
    name = HOSTILE.replace("/", "")
    assert told(host, part="table", table=name)[1]["table"] == name


def test_there_is_one_address(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[str] = []

    class Routes:
        def get(self, address: str) -> Any:
            added.append(address)
            return lambda function: function

    server = type("Server", (), {"routes": Routes()})()
    monkeypatch.setitem(sys.modules, "aiohttp", ModuleType("aiohttp"))
    monkeypatch.setattr(sys.modules["aiohttp"], "web", None, raising=False)
    host.ours("atlas_route").add_atlas_route(server)
    assert added == ["/seedloupe/atlas"]
