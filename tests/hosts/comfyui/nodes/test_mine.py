"""Mining with the host's model: the table, the node's text, Cancel."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.tables import read_table

from ..conftest import Host
from ..network import small_network

SIGMAS = torch.tensor([14.6146, 0.0])
PROMPTS = "\n".join(f"a hill {index}" for index in range(12))


class Clip:
    """Encodes a text as its length."""

    def tokenize(self, text: str) -> str:
        return text

    def encode_from_tokens_scheduled(self, tokens: str) -> list[Any]:
        return [[torch.full((1, 3, 16), 0.01 * len(tokens)), {}]]


class Vae:
    """Three channels of a latent as colours, channels last; counts, and may be cancelled."""

    def __init__(self, cancel_at: int = -1) -> None:
        self.decoded, self.cancel_at = 0, cancel_at

    def decode(self, samples: Tensor) -> Tensor:
        self.decoded += 1
        if self.decoded == self.cancel_at:
            raise InterruptedError("cancelled")
        pictures = torch.nn.functional.interpolate(samples[:, :3].sigmoid(), scale_factor=4)
        return pictures.movedim(1, -1)


def mine(host: Host, vae: Vae, **changes: object) -> Any:
    node = host.node("SeedloupeMine")
    node.hidden = SimpleNamespace(unique_id="7")
    given = {
        "model": host.module("comfy.model_patcher").ModelPatcher(small_network()),
        "clip": Clip(),
        "vae": vae,
        "sampler": host.module("comfy.samplers").ksampler("euler_ancestral"),
        "sigmas": SIGMAS,
        "latent": {"samples": torch.zeros(1, 4, 8, 12)},
        "name": "mine",
        "seeds": "0:32",
        "prompts": PROMPTS,
        "negative": "",
        "cfg": 1.0,
        "batch": 8,
        **changes,
    }
    return node.run(**given)


def test_a_table_is_mined_where_pick_seeds_finds_it_and_the_node_says_how_it_stands(
    host: Host,
) -> None:
    name, report = mine(host, Vae()).args
    path = host.models / "seed_tables" / "mined" / "mine.seedtable.safetensors"
    table = read_table(path)
    assert name == "mine"
    assert len(table) == 32
    assert table.spec.noise.shape == (4, 8, 12)
    assert table.spec.sampling is not None
    assert (table.spec.sampling.sampler, table.spec.sampling.steps) == ("euler_ancestral", 1)
    assert "Done: " in report
    assert any("mine" in known for known in host.ours("tables").table_names())
    sent = [text for event, (text, node), _ in server(host).sent if event == "progress_text"]
    assert "o" in sent[-1].splitlines()[-1]
    assert "Round 1" in "".join(sent)


def test_cancel_keeps_everything_and_the_next_run_goes_on(host: Host) -> None:
    first = Vae(cancel_at=9)
    with pytest.raises(InterruptedError):
        mine(host, first)
    again, whole = Vae(), Vae()
    mine(host, again)
    mine(host, whole, name="whole")
    assert first.decoded - 1 + again.decoded == whole.decoded
    folder = host.models / "seed_tables" / "mined"
    torn, other = (read_table(folder / f"{n}.seedtable.safetensors") for n in ("mine", "whole"))
    assert torn.score("unblemished").tolist() == other.score("unblemished").tolist()


def test_a_lora_is_another_run_and_a_name_of_other_settings_is_refused(host: Host) -> None:
    mine(host, Vae())
    patched = host.module("comfy.model_patcher").ModelPatcher(small_network())
    patched.patches = {"weight": [(0.8, None, 1.0)]}
    with pytest.raises(InputError, match="journal"):
        mine(host, Vae(), model=patched)


@pytest.mark.parametrize(
    ("given", "said"),
    [({"seeds": "x"}, "seeds"), ({"prompts": "a\na"}, "more than once")],
)
def test_what_cannot_be_mined_is_refused_before_anything_runs(
    host: Host, given: dict[str, str], said: str
) -> None:
    refused = host.node("SeedloupeMine").validate_inputs(**given)
    assert isinstance(refused, str)
    assert said in refused


def test_no_prompts_are_refused_with_the_field(host: Host) -> None:
    with pytest.raises(InputError, match="prompts"):
        mine(host, Vae(), prompts="")


def test_a_name_that_leads_elsewhere_is_refused(host: Host, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name"):
        mine(host, Vae(), name="../../up")
    assert not list(tmp_path.rglob("up*"))


def server(host: Host) -> Any:
    return host.module("server").PromptServer.instance
