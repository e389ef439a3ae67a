from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from seedloupe.hosts.webui.loras import loras_in


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A LoRA the web UI knows; its hash."""
    path = tmp_path / "style.safetensors"
    path.write_bytes(b"weights")
    networks = SimpleNamespace(available_networks={"style": SimpleNamespace(filename=str(path))})
    monkeypatch.setitem(sys.modules, "networks", networks)
    return hashlib.sha256(b"weights").hexdigest()


def test_prompts_without_networks_have_none() -> None:
    assert loras_in(["a cat", "a < b"]) == ()
    assert loras_in([]) == ()


def test_a_lora_is_known_by_its_file_and_strength(known: str) -> None:
    assert loras_in(["a cat <lora:style:0.8>"]) == (f"{known}@0.8",)
    assert loras_in(["<lora:style>"]) == (f"{known}@1",)
    assert loras_in(["<lora:style:0.5:0.5>"]) == (f"{known}@0.5",)


def test_a_lora_without_a_file_goes_by_its_name(known: str) -> None:
    assert loras_in(["<lora:other:1>"]) == ("other@1",)


@pytest.mark.parametrize(
    "prompts",
    [
        ["a", "a <lora:style:1>"],
        ["<hypernet:old:1>"],
        ["<lora:style:0.5:0.7>"],
        ["<lora:style:strong>"],
    ],
)
def test_what_cannot_be_told_is_not(known: str, prompts: list[str]) -> None:
    assert loras_in(prompts) is None
