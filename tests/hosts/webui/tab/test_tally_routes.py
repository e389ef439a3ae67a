"""The text tally over HTTP."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from seedloupe.artifacts import Check, Level, Purpose, ResultStore, Subject
from seedloupe.noise import NoiseSource

from ..conftest import Host

fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")

SUBJECT = Subject("ab" * 32, "<b>model", Purpose.REMOVAL, NoiseSource(), (4, 6, 8))


def check(place: int, *, flagged: bool) -> Check:
    at = (Level.NORMAL, Level.HIGH) if flagged else ()
    return Check(f"{place:016x}", 7 + place % 2, Level.NORMAL, at, 0.1, 0.1, "stub 1")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ResultStore:
    """Nine pictures of seed 7 without text and nine of seed 8 with it."""
    folder = tmp_path / "tallies"
    monkeypatch.setenv("SEEDLOUPE_TALLIES", str(folder))
    store = ResultStore(folder)
    for place in range(18):
        store.add(SUBJECT, check(place, flagged=place % 2 == 1))
    return store


@pytest.fixture
def ask(host: Host, gradio: ModuleType, store: ResultStore) -> Any:
    host.ours("script").register_callbacks()
    app = fastapi.FastAPI()
    host.module("script_callbacks").app_started_callback(None, app)
    return testclient.TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def name(ask: Any) -> str:
    (tally,) = ask.get("/seedloupe/tallies").json()["tallies"]
    return str(tally["tally"])


def test_tallies_are_listed_with_their_counts(ask: Any) -> None:
    (tally,) = ask.get("/seedloupe/tallies").json()["tallies"]
    assert (tally["looked_at"], tally["flagged"], tally["seeds"], tally["prone"]) == (18, 9, 2, 1)
    assert tally["name"] == "<b>model"


def test_one_tally_tells_which_seeds_write(ask: Any, name: str) -> None:
    told = ask.get("/seedloupe/tally", params={"tally": name}).json()
    assert told["prone"] == ["8"]
    assert told["cleanest"] == ["7"]
    assert [count["seed"] for count in told["seeds"]] == ["8", "7"]
    assert told["checks"][0]["check"] == f"{17:016x}"


def test_a_correction_counts_and_can_be_taken_back(ask: Any, name: str, store: ResultStore) -> None:
    body = {"tally": name, "check": f"{17:016x}", "said": "fine"}
    assert ask.post("/seedloupe/tally/correct", json=body).json()["said"] == "fine"
    assert store.read(SUBJECT).usual() == (8, 18)
    ask.post("/seedloupe/tally/correct", json={**body, "said": "nothing"})
    assert store.read(SUBJECT).usual() == (9, 18)


def test_a_tally_is_saved_as_rows_or_as_it_is(ask: Any, name: str, store: ResultStore) -> None:
    rows = ask.get("/seedloupe/tally/export", params={"tally": name})
    assert rows.text.startswith("check,seed,")
    assert "attachment" in rows.headers["content-disposition"]
    whole = ask.get("/seedloupe/tally/export", params={"tally": name, "kind": "jsonl"})
    assert whole.content == store.path(SUBJECT).read_bytes()


@pytest.mark.parametrize("other", ["../x", "/etc/passwd", "\0", "", "x" * 501, "<img src=x>"])
def test_no_name_leads_to_another_file(ask: Any, other: str) -> None:
    for part in ("tally", "tally/export"):
        assert ask.get(f"/seedloupe/{part}", params={"tally": other}).status_code in (400, 404)
    body = {"tally": other, "check": "x", "said": "fine"}
    assert ask.post("/seedloupe/tally/correct", json=body).status_code in (400, 404)


def test_a_link_out_of_the_folder_is_neither_read_nor_written(
    ask: Any, name: str, store: ResultStore, tmp_path: Path
) -> None:
    inside, outside = store.path(SUBJECT), tmp_path / "outside.jsonl"
    inside.rename(outside)
    inside.symlink_to(outside)
    before = outside.read_bytes()
    assert ask.get("/seedloupe/tallies").json()["tallies"] == []
    body = {"tally": name, "check": f"{17:016x}", "said": "fine"}
    assert ask.post("/seedloupe/tally/correct", json=body).status_code == 404
    assert outside.read_bytes() == before


def test_a_broken_file_is_named_and_the_others_are_listed(ask: Any, store: ResultStore) -> None:
    (store.folder / "x.tally.jsonl").write_bytes(b"\xff\xfe{")
    (store.folder / "folder.tally.jsonl").mkdir()
    listed = ask.get("/seedloupe/tallies").json()
    assert listed["broken"] == ["folder.tally.jsonl", "x.tally.jsonl"]
    assert len(listed["tallies"]) == 1


BAD = [
    {},
    {"said": "fine"},
    {"said": "maybe", "check": "0"},
    {"said": ["fine"], "check": "0"},
    {"said": "fine", "check": 5},
    {"said": "fine", "check": "no such check"},
    {"said": "fine", "check": "../" * 100},
    {"tally": {}, "said": "fine", "check": "0"},
]


@pytest.mark.parametrize("body", BAD, ids=str)
def test_what_cannot_be_meant_is_refused(ask: Any, name: str, body: dict[str, object]) -> None:
    answer = ask.post("/seedloupe/tally/correct", json={"tally": name, **body})
    assert answer.status_code in (400, 404)


@pytest.mark.parametrize("query", [{"level": "loud"}, {"kind": "exe"}])
def test_a_word_nobody_knows_is_refused(ask: Any, name: str, query: dict[str, str]) -> None:
    path = "/seedloupe/tally/export" if "kind" in query else "/seedloupe/tally"
    assert ask.get(path, params={"tally": name, **query}).status_code == 400
