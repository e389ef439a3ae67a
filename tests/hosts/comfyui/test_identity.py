"""Which file a MODEL is: for any checkpoint the host loads, not for ours alone."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from .conftest import Host


def load_checkpoint_guess_config(*_: object) -> None:
    """Stands for the host's; the pack asks only for its name and module."""


load_checkpoint_guess_config.__module__ = "comfy.sd"


def loaded(host: Host, file: Path, loader: Any = None, **options: object) -> Any:
    """A MODEL as ``Load Checkpoint`` leaves it."""
    model = host.module("comfy.model_patcher").ModelPatcher()
    loader = loader or load_checkpoint_guess_config
    model.cached_patcher_init = (loader, (str(file), False, False, False, None, True, options), 0)
    return model


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    file = tmp_path / "artist.safetensors"
    file.write_bytes(b"weights")
    return file


def told(host: Host, model: Any) -> str | None:
    return host.ours("identity").model_sha256(model)


def test_a_checkpoint_of_the_hosts_own_loader_is_known_by_its_file(
    host: Host, checkpoint: Path
) -> None:
    model = loaded(host, checkpoint).clone()
    assert told(host, model) == hashlib.sha256(b"weights").hexdigest()


def test_a_file_is_read_once_as_long_as_it_stays_the_same(
    host: Host, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    monkeypatch.setattr(host.ours("identity"), "hash_files", lambda files: str(read.append(files)))
    told(host, loaded(host, checkpoint))
    told(host, loaded(host, checkpoint))
    assert len(read) == 1
    os.utime(checkpoint, ns=(1, 1))
    told(host, loaded(host, checkpoint))
    assert len(read) == 2


def test_what_was_changed_or_read_otherwise_is_not_known(host: Host, checkpoint: Path) -> None:
    def gguf(*_: object) -> None:
        """A loader of another pack."""

    patched = loaded(host, checkpoint)
    patched.patches["weight"] = "a LoRA"
    other_numbers = loaded(host, checkpoint, dtype="float8_e4m3fn")
    strange = loaded(host, checkpoint, loader=gguf)
    gone = loaded(host, checkpoint.with_name("gone.safetensors"))
    unnoted = host.module("comfy.model_patcher").ModelPatcher()
    for model in (patched, other_numbers, strange, gone, unnoted, None):
        assert told(host, model) is None
