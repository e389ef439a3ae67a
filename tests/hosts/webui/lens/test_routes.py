"""The lens over HTTP: the strip, the runs, a run as a page and as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from torch import Tensor

from seedloupe.lens.file import read_lens

from .conftest import Bench
from .test_job import a_job, picture

fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")
Draw = Callable[[int], Tensor]
HOSTILE = "a <script>alert(1)</script> cat"


@pytest.fixture
def ask(bench: Bench, gradio: ModuleType) -> Any:
    bench.host.ours("script").register_callbacks()
    app = fastapi.FastAPI()
    bench.host.module("script_callbacks").app_started_callback(None, app)
    return testclient.TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def runs(bench: Bench, latents: Draw) -> Any:
    kept = bench.ours("state").kept_runs()
    job = a_job(bench, kept, latents)
    job.finished(picture(), batch=0, image=0)
    kept.newest_first()[0].prompt = HOSTILE
    return kept.newest_first()


def test_runs_are_listed_newest_first(ask: Any, runs: Any) -> None:
    listed = ask.get("/seedloupe/lens/runs").json()["runs"]
    assert [one["run"] for one in listed] == [run.id for run in runs]
    assert listed[0]["seed"] == "151"


def test_a_run_is_a_page_and_two_stand_side_by_side(ask: Any, runs: Any) -> None:
    alone = ask.get("/seedloupe/lens/page", params={"run": runs[0].id})
    assert alone.headers["content-type"].startswith("text/html")
    assert "openLens" in alone.text
    both = {"run": runs[0].id, "other": runs[1].id}
    assert ask.get("/seedloupe/lens/page", params=both).status_code == 200


def test_a_run_is_a_lens_file_to_save(ask: Any, runs: Any, tmp_path: Path) -> None:
    answer = ask.get("/seedloupe/lens/file", params={"run": runs[1].id})
    assert "seed-152.lens.safetensors" in answer.headers["content-disposition"]
    path = tmp_path / "a.lens.safetensors"
    path.write_bytes(answer.content)
    assert read_lens(path).spec.seeds == ("152",)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("page?run=nonsense", 404),
        ("page", 400),
        ("file?run=../../etc/passwd", 404),
        (f"page?run={'x' * 1000}", 400),
        ("live", 400),
        ("live?task=a&since=-1", 400),
        ("live?task=a&since=nan", 400),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(ask: Any, address: str, status: int) -> None:
    answer = ask.get(f"/seedloupe/lens/{address}")
    assert answer.status_code == status
    assert answer.json()["error"]


def test_of_a_job_nobody_asked_for_here_nothing_is_told(ask: Any) -> None:
    told = ask.get("/seedloupe/lens/live", params={"task": "task(other)"}).json()
    assert told == {"running": False, "version": -1}


def test_a_picture_without_a_lens_is_told_what_to_do(bench: Bench, runs: Any) -> None:
    find = bench.ours("png_info").lens_of_picture
    assert "draw it again" in find("a dog\nSeed: 1")
    assert "no picture" in find("")
    assert "no picture" in find(None)


def test_a_pictures_lens_is_framed_in_png_info(bench: Bench, runs: Any) -> None:
    runs[0].parameters = "a cat\nSeed: 151"
    framed = bench.ours("png_info").lens_of_picture("a cat\nSeed: 151")
    assert framed.startswith("<iframe ")
    assert f"run={runs[0].id}" in framed


def test_an_uploaded_lens_file_joins_the_runs(
    bench: Bench, ask: Any, runs: Any, tmp_path: Path
) -> None:
    path = tmp_path / "mine.lens.safetensors"
    path.write_bytes(ask.get("/seedloupe/lens/file", params={"run": runs[0].id}).content)
    said = bench.ours("tab").opened(str(path))
    assert "stands first" in said
    assert bench.ours("state").kept_runs().newest_first()[0].sampling.part == "from a file"
    (tmp_path / "bad.lens.safetensors").write_bytes(b"<b>nothing")
    assert "<b>" not in bench.ours("tab").opened(str(tmp_path / "bad.lens.safetensors"))
