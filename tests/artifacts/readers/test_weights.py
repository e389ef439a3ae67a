from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from seedloupe.artifacts.readers import download as download_module
from seedloupe.artifacts.readers import weights as weights_module
from seedloupe.artifacts.readers.weights import (
    WEIGHTS,
    WeightFile,
    checksum,
    fetch_weights,
    take_weights,
)
from seedloupe.errors import FetchError

CONTENT = bytes(range(256)) * 4000  # a megabyte, so that it comes in several parts


def archive(content: bytes = CONTENT, name: str = "net.pth", **others: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        opened.writestr(name, content)
        for other, inside in others.items():
            opened.writestr(other, inside)
    return buffer.getvalue()


@dataclass
class Server:
    """What the loopback server does, and what it was asked for."""

    body: bytes
    address: str = ""
    status: int = 200
    sends: int | None = None  # ends the connection after so many bytes
    ranges: bool = True
    shift: int = 0  # answers with another part than asked for
    sent_to: str = ""
    asked: list[str | None] = field(default_factory=list)

    @property
    def weights(self) -> WeightFile:
        url = f"{self.address}/net.zip"
        return WeightFile("net.pth", hashlib.md5(CONTENT, usedforsecurity=False).hexdigest(), url)


@pytest.fixture(autouse=True)
def no_network() -> None:
    """Loopback is needed here; the guard over all tests still keeps the rest away."""


@pytest.fixture
def server() -> Iterator[Server]:
    told = Server(archive())

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            told.asked.append(asked)
            if told.sent_to and self.path == "/net.zip":
                self.send_response(302)
                self.send_header("Location", told.sent_to)
                self.end_headers()
                return
            start = int(asked[6:-1]) if asked and told.ranges and told.status == 200 else None
            if start is not None and start >= len(told.body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(told.body)}")
                self.end_headers()
                return
            rest = told.body[start or 0 :]
            self.send_response(told.status if start is None else 206)
            if start is not None:
                end = len(told.body)
                self.send_header("Content-Range", f"bytes {start + told.shift}-{end - 1}/{end}")
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            self.wfile.write(rest[: told.sends])

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as listening:
        told.address = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield told
        listening.shutdown()
        thread.join()


def fetch(server: Server, to: Path, **more: object) -> tuple[Path, ...]:
    return fetch_weights(to, weights=[server.weights], **more)  # type: ignore[arg-type]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_in_the_archive_is_there_whole_with_nothing_beside_it(
    server: Server, tmp_path: Path
) -> None:
    seen: list[tuple[str, int, int]] = []
    to = tmp_path / "new" / "model"
    fetched = fetch(server, to, progress=lambda *step: seen.append(step))
    assert fetched == (to / "net.pth",)
    assert (to / "net.pth").read_bytes() == CONTENT
    assert names(to) == ["net.pth"]
    assert seen[-1] == ("net.zip", len(server.body), len(server.body))
    assert [done for _, done, _ in seen] == sorted({done for _, done, _ in seen})


def test_what_is_there_already_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "net.pth").write_bytes(CONTENT)
    assert fetch(server, tmp_path) == ()
    assert server.asked == []


def test_a_damaged_file_is_replaced(server: Server, tmp_path: Path) -> None:
    (tmp_path / "net.pth").write_bytes(CONTENT[:-1])
    assert fetch(server, tmp_path) == (tmp_path / "net.pth",)
    assert (tmp_path / "net.pth").read_bytes() == CONTENT


def test_a_download_that_was_cut_off_goes_on_where_it_ended(server: Server, tmp_path: Path) -> None:
    server.sends = 300_000
    total = len(server.body)
    with pytest.raises(FetchError, match=f"ended after 300000 of {total} bytes; the same command"):
        fetch(server, tmp_path)
    assert names(tmp_path) == [".net.zip.part"]
    server.sends = None
    fetch(server, tmp_path)
    assert server.asked == [None, "bytes=300000-"]
    assert (tmp_path / "net.pth").read_bytes() == CONTENT
    assert names(tmp_path) == ["net.pth"]


def test_a_server_without_ranges_makes_it_begin_anew(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".net.zip.part").write_bytes(b"rubbish")
    server.ranges = False
    fetch(server, tmp_path)
    assert (tmp_path / "net.pth").read_bytes() == CONTENT


def test_an_archive_that_had_come_whole_is_not_asked_for_again(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / ".net.zip.part").write_bytes(server.body)
    fetch(server, tmp_path)
    assert (tmp_path / "net.pth").read_bytes() == CONTENT
    assert len(server.asked) == 1


def test_a_part_longer_than_the_archive_is_thrown_away(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".net.zip.part").write_bytes(server.body + b"more")
    fetch(server, tmp_path)
    assert server.asked == [f"bytes={len(server.body) + 4}-", None]
    assert (tmp_path / "net.pth").read_bytes() == CONTENT


def test_another_part_than_asked_for_is_refused(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".net.zip.part").write_bytes(server.body[:1000])
    server.shift = 5
    with pytest.raises(FetchError, match="another part than asked for"):
        fetch(server, tmp_path)
    assert names(tmp_path) == []


def test_a_part_of_another_file_is_noticed_and_the_next_attempt_is_clean(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / ".net.zip.part").write_bytes(b"\0" * 1000)
    with pytest.raises(FetchError, match="damaged"):
        fetch(server, tmp_path)
    assert names(tmp_path) == []
    fetch(server, tmp_path)
    assert (tmp_path / "net.pth").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (archive(CONTENT[::-1]), r"net\.pth in it is damaged or another one: expected MD5 \w{32}"),
        (archive()[:-200], "net.zip is damaged or no zip archive"),
        (b"<html>Sign in to the network</html>", "net.zip is damaged or no zip archive"),
        (b"", "net.zip is damaged or no zip archive"),
        (archive(name="other.pth"), r"expected one net\.pth of usual size in it, got none"),
        (archive(name="sub/net.pth"), r"expected one net\.pth of usual size in it, got none"),
        (archive(**{"../net.py": b"evil"}), r"'\.\./net\.py' in it leads out of it"),
        (archive(**{"/etc/net": b"evil"}), "'/etc/net' in it leads out of it"),
        (archive(**{"..\\net.py": b"evil"}), "leads out of it"),
        (archive(**{"C:/net.py": b"evil"}), "leads out of it"),
    ],
)
def test_what_is_not_the_file_leaves_nothing_behind(
    body: bytes, why: str, server: Server, tmp_path: Path
) -> None:
    server.body = body
    to = tmp_path / "model"
    with pytest.raises(FetchError, match=why) as error:
        fetch(server, to)
    assert "\n" not in str(error.value)
    assert names(to) == []
    assert names(tmp_path) == ["model"]


def test_a_damaged_byte_in_the_archive_is_noticed(server: Server, tmp_path: Path) -> None:
    body = bytearray(server.body)
    body[5000] ^= 1
    server.body = bytes(body)
    with pytest.raises(FetchError, match=r"net\.zip is damaged"):
        fetch(server, tmp_path)
    assert names(tmp_path) == []


def test_a_damaged_deflate_stream_is_noticed_and_the_next_attempt_begins_anew(
    server: Server, tmp_path: Path
) -> None:
    whole = server.body
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("net.pth", CONTENT)
    broken = bytearray(buffer.getvalue())
    broken[30 + len("net.pth") : 60 + len("net.pth")] = b"\xff" * 30
    server.body = bytes(broken)
    with pytest.raises(FetchError, match=r"net\.zip is damaged"):
        fetch(server, tmp_path)
    assert names(tmp_path) == []
    server.body = whole
    fetch(server, tmp_path)
    assert (tmp_path / "net.pth").read_bytes() == CONTENT


@pytest.mark.parametrize(("status", "said"), [(403, "403 Forbidden"), (404, "404 Not Found")])
def test_a_server_that_refuses_is_quoted(
    status: int, said: str, server: Server, tmp_path: Path
) -> None:
    server.status = status
    with pytest.raises(FetchError, match=f"net.zip: the server answered {said}"):
        fetch(server, tmp_path)


def test_without_a_network_the_way_around_is_told(server: Server, tmp_path: Path) -> None:
    nobody = WeightFile("net.pth", "0" * 32, "http://127.0.0.1:9/net.zip")
    with pytest.raises(FetchError, match=r"could not reach 127\.0\.0\.1: .* use --from"):
        fetch_weights(tmp_path, weights=[nobody])


def test_more_than_any_weights_have_is_not_taken(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_module, "_LARGEST", 1000)
    with pytest.raises(FetchError, match="bytes are more than expected"):
        fetch(server, tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(weights_module, "_LARGEST", 1000)
    with pytest.raises(FetchError, match="of usual size"):
        fetch(server, tmp_path)


def test_a_server_may_send_elsewhere_but_not_from_protected_to_open(server: Server) -> None:
    download_module._require_as_safe("https://a/x", "https://b/y")
    download_module._require_as_safe("http://a/x", "http://b/y")
    with pytest.raises(FetchError, match="sent on to http://b/y, which is not protected"):
        download_module._require_as_safe("https://a/x", "http://b/y")


def test_a_redirection_is_followed(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".net.zip.part").write_bytes(server.body[:1000])
    server.sent_to = f"{server.address}/elsewhere"
    fetch(server, tmp_path)
    assert (tmp_path / "net.pth").read_bytes() == CONTENT
    assert server.asked == ["bytes=1000-", "bytes=1000-"]


def test_a_redirection_without_end_is_no_download(server: Server, tmp_path: Path) -> None:
    server.sent_to = f"{server.address}/net.zip"
    with pytest.raises(FetchError, match="the server answered 302"):
        fetch(server, tmp_path)


def test_a_folder_that_cannot_be_made_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FetchError, match=r"file.*could not be used"):
        fetch(server, tmp_path / "file" / "model")


def test_a_full_disk_is_named_and_what_came_is_kept(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, parts: object) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(weights_module, "write_whole", full)
    with pytest.raises(FetchError, match=r"net\.pth: could not be used: the disk is full"):
        fetch(server, tmp_path)
    monkeypatch.undo()
    fetch(server, tmp_path)
    assert server.asked == [None, f"bytes={len(server.body)}-"]


@pytest.mark.parametrize("offered", ["folder with zip", "folder with pth", "zip", "pth"])
def test_files_from_this_machine_are_taken_after_a_check(
    offered: str, server: Server, tmp_path: Path
) -> None:
    source, to = tmp_path / "stick", tmp_path / "model"
    source.mkdir()
    (source / "notes.txt").write_text("of no interest")
    path = source / ("net.zip" if offered.endswith("zip") else "net.pth")
    path.write_bytes(server.body if offered.endswith("zip") else CONTENT)
    given = source if offered.startswith("folder") else path
    assert take_weights(given, to, weights=[server.weights]) == (to / "net.pth",)
    assert (to / "net.pth").read_bytes() == CONTENT
    assert path.exists()
    assert server.asked == []


def test_damaged_files_from_this_machine_are_not_taken(server: Server, tmp_path: Path) -> None:
    (tmp_path / "net.pth").write_bytes(CONTENT[1:])
    to = tmp_path / "model"
    with pytest.raises(FetchError, match=r"net\.pth in it is damaged or another one"):
        take_weights(tmp_path / "net.pth", to, weights=[server.weights])
    assert names(to) == []


@pytest.mark.parametrize("given", ["nowhere", "empty", "notes.txt"])
def test_a_place_with_none_of_them_says_what_was_looked_for(
    given: str, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(FetchError, match=r"expected one of net\.zip, net\.pth, or a folder"):
        take_weights(tmp_path / given, tmp_path / "model", weights=[server.weights])


def test_the_published_files_are_those_easyocr_asks_for() -> None:
    assert [(one.file, one.archive) for one in WEIGHTS] == [
        ("craft_mlt_25k.pth", "craft_mlt_25k.zip"),
        ("english_g2.pth", "english_g2.zip"),
    ]
    assert all(len(one.md5) == 32 and one.url.startswith("https://") for one in WEIGHTS)
    config = pytest.importorskip("easyocr.config", exc_type=(ImportError, RuntimeError))
    craft = config.detection_models["craft"]
    english = config.recognition_models["gen2"]["english_g2"]
    assert [(one.file, one.md5, one.url) for one in WEIGHTS] == [
        (their["filename"], their["md5sum"], their["url"]) for their in (craft, english)
    ]


def test_a_checksum_is_md5(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    assert checksum(tmp_path / "x") == "900150983cd24fb0d6963f7d28e17f72"
