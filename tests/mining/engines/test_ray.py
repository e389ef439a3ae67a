"""The engine on a real Ray cluster of this machine, whose workers are killed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from seedloupe.errors import InputError
from seedloupe.mining import Journal, MiningPlan, MiningRun, RayEngine, RaySettings, mine
from seedloupe.mining.engines import ray as ray_engine

from ...ray_cluster import ray_cluster
from .. import toy


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    with ray_cluster() as ray:
        ray.cloudpickle.register_pickle_by_value(toy)
        yield
        ray.cloudpickle.unregister_pickle_by_value(toy)


@pytest.mark.usefixtures("cluster")
def test_two_killed_workers_lose_nothing_double_nothing_and_change_no_decision() -> None:
    from mining_ray import run_ray_kills

    said: list[str] = []
    found = run_ray_kills(2, workers=2, pause=0.01, tell=said.append)
    assert found.kills == 2
    assert found.same
    assert found.files
    assert found.kept
    assert any("is replaced" in line for line in said)


@pytest.mark.usefixtures("cluster")
def test_all_pictures_of_the_stand_in_give_the_local_journal_to_the_byte(tmp_path: Path) -> None:
    plan = MiningPlan(
        seeds=tuple(range(24)),
        prompts=toy.PROMPTS,
        confirm_prompts=toy.CONFIRM,
        confirm=6,
        batch=5,
        **toy.plan_settings(),  # type: ignore[arg-type]
    )

    def opened() -> tuple[toy.BlobGenerator, list[toy.QualityInstrument]]:
        return toy.BlobGenerator(), [toy.QualityInstrument()]

    here, there = tmp_path / "here", tmp_path / "there"
    local = mine(plan, *opened(), journal=Journal(here, plan))
    generator, scorers = opened()
    with RayEngine(plan, opened, RaySettings(workers=2, threads=1)) as engine:
        run = MiningRun(plan, generator, scorers, journal=Journal(there, plan), engine=engine)
        reports = list(run.rounds())
    assert generator.made == 0
    assert reports[-1].fresh == plan.images
    assert run.table is not None
    assert local is not None
    assert run.table.spec == local.spec
    assert sorted(path.name for path in there.iterdir()) == sorted(
        path.name for path in here.iterdir()
    )
    for path in here.iterdir():
        assert path.read_bytes() == (there / path.name).read_bytes(), path.name


def test_without_ray_the_line_to_install_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    plan = MiningPlan((0,), ("red",), (), 1, **toy.plan_settings())  # type: ignore[arg-type]
    engine = RayEngine(plan, lambda: (toy.BlobGenerator(), [toy.QualityInstrument()]))
    with pytest.raises(InputError, match=r"pip install 'seedloupe\[ray\]'"):
        engine.__enter__()


def test_an_address_where_no_cluster_is_ends_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**settings: object) -> None:
        assert settings["address"] == "127.0.0.1:1"
        raise ConnectionError("could not connect")

    fake = SimpleNamespace(init=refused, is_initialized=lambda: False)
    monkeypatch.setitem(sys.modules, "ray", fake)
    with pytest.raises(InputError, match=r"127.0.0.1:1 \(could not connect\). Start one with"):
        ray_engine._connected("127.0.0.1:1").__enter__()


@pytest.mark.parametrize("field", ["workers", "threads"])
def test_fewer_than_one_is_refused(field: str) -> None:
    with pytest.raises(InputError, match=f"{field}: expected 1 or more"):
        RaySettings(**{field: 0})
