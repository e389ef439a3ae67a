"""``seedloupe mine --engine ray``: what is sent to workers, what is refused, and a real cluster."""

from __future__ import annotations

import argparse
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from seedloupe.errors import ModelError
from seedloupe.hosts.standalone.cli.mining_engine import WorkerTools
from seedloupe.hosts.standalone.engine.model_pictures import generator_for
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.mining import MiningPlan, RayEngine
from seedloupe.noise import NoiseSource
from seedloupe.tables import ModelSpec, SamplingSpec, Task

from .....ray_cluster import ray_cluster
from .conftest import Cli

# diffusers asks NumPy for arrays in the old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

QUICK = ("--seeds", "1,3,4,5", "--steps", 1, "--guidance", 1, "--batch", 2, "--device", "cpu")


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    path = tmp_path / "prompts.txt"
    path.write_text("a hill\na tower\na red tower\n", "utf-8")
    return path


def tools_of(model: object, **changes: object) -> WorkerTools:
    plan = MiningPlan(
        seeds=(0, 1),
        prompts=("a hill", "a tower"),
        confirm_prompts=(),
        confirm=1,
        shape=(4, 4, 6),
        noise=NoiseSource(),
        model=ModelSpec("sd1", "tiny", None, 4, "epsilon"),
        sampling=SamplingSpec(Task.TXT2IMG, steps=1, guidance=1.0, extra={"dtype": "float32"}),
    )
    said = {"model": str(model), "device": "cpu", "scorers": None, "reference": None, **changes}
    return WorkerTools.of(argparse.Namespace(**said), plan)


def test_a_worker_opens_the_model_that_makes_the_pictures_of_this_process(
    tiny: Model, tiny_folder: Path
) -> None:
    sent = pickle.loads(pickle.dumps(tools_of(tiny_folder)))
    generator, scorers = sent()
    noise = torch.randn(2, 4, 4, 6)
    here = generator_for(tiny, sent.sampling, sent.noise)
    assert torch.equal(generator("a hill", noise, (0, 1)), here("a hill", noise, (0, 1)))
    assert "appearance" in scorers


def test_paths_are_sent_whole_and_names_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("model", "weights", "real"):
        Path(name).mkdir()
    asked = ("clip=weights", "appearance")
    sent = tools_of("model", scorers=asked, reference=Path("real"), device="cuda:1")
    assert sent.model == str(tmp_path / "model")
    assert sent.scorers == (f"clip={tmp_path / 'weights'}", "appearance")
    assert sent.reference == tmp_path / "real"
    assert sent.device == "auto"  # a worker sees the one card it was given
    assert tools_of("seedling").model == "seedling"


def test_a_model_that_a_worker_has_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="gone"):
        tools_of(tmp_path / "gone")()


@pytest.mark.parametrize("option", ["--ray-address", "--ray-workers"])
def test_what_is_for_a_cluster_is_refused_without_one(
    cli: Cli, model: Path, tmp_path: Path, option: str
) -> None:
    out = tmp_path / "t.seedtable.safetensors"
    ended = cli("mine", "--model", model, "--out", out, option, 2)
    assert ended.code == 2
    assert f"{option[2:]}: expected --engine ray" in ended.err


def test_repaints_are_not_sent_to_a_cluster(cli: Cli, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "t.seedtable.safetensors"
    ended = cli("mine", "--model", model, "--out", out, "--task", "inpaint", "--engine", "ray")
    assert ended.code == 2
    assert "expected local, got ray for inpaint" in ended.err


def test_without_ray_one_line_says_how_to_get_it(
    cli: Cli, model: Path, prompts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    out = tmp_path / "t.seedtable.safetensors"
    ended = cli(
        "mine", "--model", model, "--out", out, "--prompts", prompts, *QUICK, "--engine", "ray"
    )
    assert ended.code == 2
    assert "pip install 'seedloupe[ray]'" in ended.err


def test_what_ray_prints_does_not_get_between_a_program_and_its_json(
    cli: Cli, model: Path, prompts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Talking(RayEngine):
        def __enter__(self) -> RayEngine:
            print("(raylet) A worker died")  # noqa: T201
            raise KeyboardInterrupt

    monkeypatch.setattr("seedloupe.mining.RayEngine", Talking)
    out = tmp_path / "t.seedtable.safetensors"
    words = ("mine", "--model", model, "--out", out, "--prompts", prompts, *QUICK)
    ended = cli(*words, "--engine", "ray", "--json")
    assert "A worker died" in ended.err
    assert "A worker died" not in ended.out


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    with ray_cluster():
        yield


@pytest.mark.usefixtures("cluster")
def test_a_cluster_mines_the_table_of_this_machine_to_the_byte(
    cli: Cli, model: Path, prompts: Path, tmp_path: Path
) -> None:
    tables = []
    for engine in ("local", "ray"):
        out = tmp_path / f"{engine}.seedtable.safetensors"
        words = ("mine", "--model", model, "--out", out, "--prompts", prompts, *QUICK)
        workers = ("--ray-workers", 1) if engine == "ray" else ()
        ended = cli(*words, "--confirm", 1, "--engine", engine, *workers, "--json")
        assert ended.code == 0, ended.err
        assert ended.json["finished"] is True
        tables.append(out.read_bytes())
    assert tables[0] == tables[1]
