"""Thumbs over HTTP: given, changed, taken back; and what nobody may ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from seedloupe.hosts.standalone.app.html import thumbs_html
from seedloupe.hosts.standalone.app.kept.served_files import ServedFiles
from seedloupe.hosts.standalone.app.kept.thumbs import serve_thumbs
from seedloupe.hosts.standalone.engine.sampling import Generated
from seedloupe.services.ratings import RatingBook

from .....requests import INFO, request_of

fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")


@pytest.fixture
def files(tmp_path: Path) -> ServedFiles:
    return ServedFiles(tmp_path / "files")


@pytest.fixture
def book(tmp_path: Path) -> RatingBook:
    return RatingBook(tmp_path / "ratings.jsonl")


def client(files: ServedFiles, book: RatingBook, host: str = "127.0.0.1") -> Any:
    app = fastapi.FastAPI()
    serve_thumbs(app, files, book)
    return testclient.TestClient(app, raise_server_exceptions=False, client=(host, 50_000))


@pytest.fixture
def ask(files: ServedFiles, book: RatingBook) -> Any:
    return client(files, book)


def state(liked: bool | None) -> dict[str, object]:
    return {"can": True, "liked": liked, "why": ""}


def picture(files: ServedFiles, seed: int = 7, **more: Any) -> str:
    request = request_of(INFO, "a cat", (seed,), width=64, height=48, **more)
    return files.keep_generated(Generated(torch.zeros(3, 48, 64), seed, 0), request)


def test_a_thumb_is_given_changed_and_taken_back(
    ask: Any, files: ServedFiles, book: RatingBook
) -> None:
    url = picture(files)
    assert ask.get("/thumbs", params={"picture": url}).json() == state(None)
    for liked in (True, False, False):
        answer = ask.post("/thumbs", json={"picture": url, "liked": liked})
        assert answer.json() == state(liked)
        assert ask.get("/thumbs", params={"picture": url}).json()["liked"] is liked
    assert [(one.seed, one.liked) for one in book.read()] == [(7, False)]
    assert ask.post("/thumbs", json={"picture": url, "liked": None}).json()["liked"] is None
    assert book.read() == ()


def test_only_this_pages_pictures_can_have_one(ask: Any, tmp_path: Path, book: RatingBook) -> None:
    other = tmp_path / "other.png"
    other.write_bytes(b"\x89PNG")
    for url in (f"gradio_api/file={other}", "kept/../../etc/passwd", "", "x" * 3000):
        assert ask.get("/thumbs", params={"picture": url}).json()["can"] is False
        assert ask.post("/thumbs", json={"picture": url, "liked": True}).status_code == 400
    assert book.read() == ()


@pytest.mark.parametrize("body", [[], {}, {"picture": 5}, {"picture": "x", "liked": "yes"}])
def test_what_is_no_thumb_is_refused(ask: Any, body: object) -> None:
    assert ask.post("/thumbs", json=body).status_code == 400


def test_other_sites_long_bodies_and_people_elsewhere_are_refused(
    ask: Any, files: ServedFiles, book: RatingBook
) -> None:
    url = picture(files)
    plain = ask.post("/thumbs", content=b"{}", headers={"content-type": "text/plain"})
    assert plain.status_code == 415
    assert ask.post("/thumbs", json={"picture": "x" * 5000}).status_code == 413
    kind = {"content-type": "application/json"}
    assert ask.post("/thumbs", content=b"\xff", headers=kind).status_code == 400
    elsewhere = client(files, book, "10.0.0.9")
    assert elsewhere.post("/thumbs", json={"picture": url, "liked": True}).status_code == 403
    assert elsewhere.get("/thumbs", params={"picture": url}).json()["can"] is False
    proxied = ask.post(
        "/thumbs", json={"picture": url, "liked": True}, headers={"x-forwarded-for": "10.0.0.9"}
    )
    assert proxied.status_code == 403
    assert book.read() == ()


def test_the_buttons_wait_for_the_servers_word() -> None:
    said = thumbs_html('kept/"a".png')
    assert "hidden" in said
    assert 'data-rated="kept/&quot;a&quot;.png"' in said
