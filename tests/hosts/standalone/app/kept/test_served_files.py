from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image

from seedloupe.errors import InputError
from seedloupe.generation.picture_folder import PictureFolder
from seedloupe.hosts.standalone.app.kept.local import (
    is_local,
    remember_folder,
    remembered_folder,
)
from seedloupe.hosts.standalone.app.kept.routes import serve_saved
from seedloupe.hosts.standalone.app.kept.served_files import ServedFiles
from seedloupe.hosts.standalone.engine.sampling import Generated
from seedloupe.metadata.write_png import read_png_metadata

from .....requests import INFO, request_of

REQUEST = request_of(INFO, "a boat", (5,))
MADE = Generated(torch.zeros(3, 4, 6), 5, 0)


@pytest.fixture
def files(tmp_path: Path) -> ServedFiles:
    return ServedFiles(tmp_path / "cache", PictureFolder(tmp_path / "pictures"))


def test_a_picture_is_saved_with_the_words_the_command_line_writes(files: ServedFiles) -> None:
    path = files.find(files.keep_generated(MADE, REQUEST))
    assert files.saved is not None
    assert path.parent == files.saved.path
    told = read_png_metadata(path)
    assert told.record is not None
    assert (told.record["prompt"], told.record["seed"]) == ("a boat", "5")
    assert "Seed: 5" in (told.parameters or "")


def test_a_folder_that_cannot_be_written_to_does_not_cost_the_picture(
    files: ServedFiles, tmp_path: Path
) -> None:
    (tmp_path / "pictures").write_bytes(b"in the way")
    assert files.find(files.keep_generated(MADE, REQUEST)).is_file()
    assert "could not be saved" in files.problem


def test_nothing_is_saved_where_nobody_wants_it(tmp_path: Path) -> None:
    files = ServedFiles(tmp_path / "cache")
    path = files.find(files.keep_generated(MADE, REQUEST))
    assert tmp_path / "cache" in path.parents


def test_only_what_was_handed_out_is_found(files: ServedFiles, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"")
    url = files.keep(Image.new("RGB", (2, 3)), "before")
    assert files.find(url).is_file()
    for other in (
        f"gradio_api/file={tmp_path / 'secret.png'}",
        f"{url}/../../../secret.png",
        "kept/../secret.png",
        "kept/..%2Fsecret.png",
        "/etc/passwd",
    ):
        with pytest.raises(InputError):
            files.find(other)


def test_saved_pictures_are_served_and_nothing_beside_them(
    files: ServedFiles, tmp_path: Path
) -> None:
    app = FastAPI()
    serve_saved(app, files)
    url = files.keep_generated(MADE, REQUEST)
    (tmp_path / "secret.png").write_bytes(b"")
    with TestClient(app) as client:
        listed = client.get("/kept").json()
        assert listed["problem"] == ""
        assert len(listed["names"]) == 1
        assert client.get(f"/{url}").headers["content-type"] == "image/png"
        assert client.get("/kept/..%2Fsecret.png").status_code == 404
        assert client.get("/kept/none.png").status_code == 404


@pytest.mark.parametrize(
    ("host", "headers", "local"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("192.0.2.7", {}, False),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}, False),
    ],
)
def test_only_somebody_at_this_machine_is_local(
    host: str, headers: dict[str, str], local: bool
) -> None:
    request = SimpleNamespace(client=SimpleNamespace(host=host), headers=headers)
    assert is_local(request) is local


def test_the_folder_chosen_last_is_remembered(tmp_path: Path) -> None:
    notes = tmp_path / "demo.json"
    assert remembered_folder(notes) is None
    remember_folder(notes, tmp_path / "mine")
    assert remembered_folder(notes) == tmp_path / "mine"
    notes.write_text("[")
    assert remembered_folder(notes) is None
