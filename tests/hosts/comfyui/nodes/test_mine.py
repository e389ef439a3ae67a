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

from ....services.weighed_scorer import NAME, SCORE, with_glow
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
    table = read_table(tables(host) / "mine.seedtable.safetensors")
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
    folder = tables(host)
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


def test_a_scorer_with_weights_of_the_users_decides_and_what_is_not_ticked_stays_out(
    host: Host, glow: Path
) -> None:
    chosen = {"scored_by": "chosen here", "appearance": False, NAME: True, "decides": NAME}
    _, report = mine(host, Vae(), scored_by=chosen).args
    table = read_table(tables(host) / "mine.seedtable.safetensors")
    assert table.metrics() == (SCORE,)
    assert "rate.gray" not in table.tensors
    assert SCORE in str(table.spec.evidence)
    assert "left out" not in report


def test_what_a_ticked_scorer_lacks_is_said_before_anything_runs(host: Host) -> None:
    refuse = host.node("SeedloupeMine").validate_inputs
    lacking = refuse(scored_by={"scored_by": "chosen here", "clip": True})
    assert "models/seedloupe_scorers/clip" in lacking
    nothing = refuse(scored_by={"scored_by": "chosen here", "clip": False})
    assert "none of them chosen" in nothing
    elsewhere = {"scored_by": "chosen here", "appearance": True, "compare_with": "../../up"}
    assert "reference" in refuse(scored_by=elsewhere)
    assert refuse(scored_by={"scored_by": "all that fit"}) is True
    assert refuse(scored_by=["7", 0]) is True


def test_references_are_what_lies_in_the_folder_for_them(host: Host) -> None:
    (host.models / "seedloupe_references" / "photographs").mkdir(parents=True)
    schema = host.node("SeedloupeMine").define_schema()
    inputs = {part.id: part for part in schema.inputs}
    chosen = {part.id: part for part in inputs["scored_by"].options[1].inputs}
    assert list(chosen["compare_with"].options) == ["nothing", "photographs"]
    assert "features" not in chosen


def test_every_picture_is_made_where_that_is_wanted(host: Host) -> None:
    raced, whole = Vae(), Vae()
    mine(host, raced)
    mine(host, whole, name="whole", every_picture=True)
    assert whole.decoded > raced.decoded


def test_a_run_begun_in_the_hosts_folder_of_models_goes_on_there(host: Host) -> None:
    begun = host.models / "seed_tables" / "mined"
    (begun / "mine.journal").mkdir(parents=True)
    mine(host, Vae())
    assert (begun / "mine.seedtable.safetensors").is_file()
    assert not tables(host).exists()


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


@pytest.fixture
def glow(host: Host, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scorer of another package, and its weights among the host's."""
    ours = host.ours("scorer_inputs")
    monkeypatch.setattr(ours, "_scorers", with_glow)
    monkeypatch.setattr(ours, "scorers_offered", lambda: {**ours.KNOWN, NAME: "how bright"})
    folder = host.models / "seedloupe_scorers" / NAME
    folder.mkdir(parents=True)
    return folder


def tables(host: Host) -> Path:
    """Where every host looks for the user's tables."""
    return host.models.parent / "home" / "seedloupe" / "seed_tables" / "mined"


def server(host: Host) -> Any:
    return host.module("server").PromptServer.instance
