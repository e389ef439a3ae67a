from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from seedloupe.generation.sampler import Plan, Sampler
from seedloupe.generation.table_use import sampling_spec
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.noise import NoiseSource
from seedloupe.services.table_fit import (
    TableFit,
    best_table_for,
    fit_table,
    settings_of_table,
    table_choices,
)
from seedloupe.tables import (
    Evidence,
    HeldOutGain,
    NoiseSpec,
    SeedEffect,
    SeedTable,
    bundled_folder,
    write_table,
)

from ..requests import request_of
from ..seed_tables import SAMPLING, full_table

SETTINGS = Plan(Sampler.DPMPP_2M, 3, 2.0)


def table_for(model: Model, **changes: object) -> SeedTable:
    """A table as it would be mined with ``model`` and :data:`SETTINGS`."""
    table = full_table()
    shape = model.info.latent_shape(*model.native_size)
    request = request_of(
        model.info,
        "",
        (0,),
        steps=SETTINGS.steps,
        guidance=SETTINGS.guidance,
        sampler=SETTINGS.sampler,
    )
    spec = replace(
        table.spec,
        noise=NoiseSpec.drawn(NoiseSource(), shape, int(table.seeds[0])),
        model=replace(table.spec.model, sha256=model.info.sha256, name="tiny"),
        sampling=sampling_spec(request),
        **changes,
    )
    return SeedTable(table.seeds, table.tensors, spec)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tiny" / "t.seedtable.safetensors"


def assayed(table: SeedTable, path: Path, model: Model, settings: Plan = SETTINGS) -> TableFit:
    path.parent.mkdir(exist_ok=True)
    write_table(table, path)
    return fit_table(model.info, path, settings)


def test_a_table_of_this_model_and_these_settings_is_called_exact(tiny: Model, path: Path) -> None:
    known = assayed(table_for(tiny), path, tiny)
    assert (known.tone, known.table is None) == ("good", False)
    assert "this very model" in known.title


def test_other_steps_leave_the_noise_and_say_both_numbers(tiny: Model, path: Path) -> None:
    known = assayed(table_for(tiny), path, tiny, Plan(Sampler.DPMPP_2M, 9, 2.0))
    assert known.tone == "plain"
    assert known.table is not None
    assert "sampling.steps: the table has 3, in use is 9." in known.lines


def test_another_model_is_named_and_not_hashed(tiny: Model, path: Path) -> None:
    table = table_for(tiny)
    model = replace(table.spec.model, sha256="f" * 64, name="somebody's")
    known = assayed(
        SeedTable(table.seeds, table.tensors, replace(table.spec, model=model)), path, tiny
    )
    said = f"model.sha256: the table has somebody's, in use is {tiny.info.name}."
    assert said in known.lines
    assert "ffff" not in "".join(known.lines)


def test_a_table_of_other_noise_is_refused_with_its_reason(tiny: Model, path: Path) -> None:
    known = assayed(full_table(), path, tiny)
    assert (known.tone, known.table) == ("bad", None)
    assert any("noise.shape" in line for line in known.lines)
    assert "Only random seeds are offered." in known.lines


def test_a_damaged_table_is_said_and_not_used(tiny: Model, tmp_path: Path) -> None:
    path = tmp_path / "x.seedtable.safetensors"
    path.write_bytes(b"no table at all")
    known = fit_table(tiny.info, path, SETTINGS)
    assert (known.tone, known.table) == ("bad", None)
    assert len(known.lines) == 1


def test_without_a_table_the_page_says_how_to_make_one(tiny: Model) -> None:
    known = fit_table(tiny.info, None, SETTINGS)
    assert known.table is None
    assert known.command.startswith(f"seedloupe mine --model {tiny.name} --out ")


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (SeedEffect.EFFECT, "shown to matter"),
        (SeedEffect.NO_EFFECT, "not expected to look better"),
        (SeedEffect.UNDECIDED, "could not decide"),
    ],
)
def test_the_tables_own_verdict_is_said(
    verdict: SeedEffect, words: str, tiny: Model, path: Path
) -> None:
    gain = HeldOutGain("alignment", 0.031, -0.012, 0.05)
    evidence = Evidence("rule", verdict, held_out_gain=(gain,))
    known = assayed(table_for(tiny, evidence=evidence), path, tiny)
    assert words in known.lines[0]
    assert (known.tone == "good") == (verdict is SeedEffect.EFFECT)
    assert ("," in known.title) == (verdict is not SeedEffect.EFFECT)
    assert "alignment (higher is better) by +0.031" in known.lines[1]
    assert "-0.012 to +0.05" in known.lines[1]


def test_a_void_table_and_near_identical_pictures_need_no_unfolding(
    tiny: Model, path: Path
) -> None:
    void = assayed(table_for(tiny, evidence=Evidence("r", SeedEffect.NO_EFFECT)), path, tiny)
    assert void.title.endswith("but is void: it found no effect of the seed on quality")
    alike = Evidence("r", SeedEffect.EFFECT, prompt_share={"look": 0.97})
    known = assayed(table_for(tiny, evidence=alike), path, tiny)
    assert known.title.endswith("but different seeds give near-identical pictures")
    assert known.lines[0].startswith("Different seeds give near-identical pictures")
    assert known.tone == "plain"


def test_silence_about_evidence_is_said_too(tiny: Model, path: Path) -> None:
    known = assayed(table_for(tiny, evidence=None), path, tiny)
    assert known.lines == ("It does not say how sure it is of its scores.",)


def test_the_table_that_fits_best_is_found(tiny: Model, tmp_path: Path) -> None:
    table = table_for(tiny)
    other = replace(table.spec, model=replace(table.spec.model, sha256="f" * 64))
    folder = tmp_path / "tables"
    for name, made in {
        "a-broken": None,
        "b-noise": SeedTable(table.seeds, table.tensors, other),
        "c-exact": table,
        "d-other": full_table(),
    }.items():
        path = folder / name / "t.seedtable.safetensors"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"") if made is None else write_table(made, path)
    found = best_table_for(tiny.info, [folder])
    assert found is not None
    assert found.parent.name == "c-exact"


def test_of_tables_that_fit_alike_the_first_in_the_order_of_the_folders_is_taken(
    tiny: Model, tmp_path: Path
) -> None:
    for folder in ("z", "a"):
        (tmp_path / folder).mkdir()
        write_table(table_for(tiny), tmp_path / folder / "t.seedtable.safetensors")
    for first, second in (("z", "a"), ("a", "z")):
        found = best_table_for(tiny.info, [tmp_path / first, tmp_path / second])
        assert found is not None
        assert found.parent.name == first


def test_tables_are_called_what_every_host_calls_them(tmp_path: Path) -> None:
    path = tmp_path / "toy" / "t.seedtable.safetensors"
    path.parent.mkdir()
    write_table(full_table(), path)
    assert table_choices([tmp_path]) == [("none", "none"), ("toy/t", str(path))]


def test_no_table_is_found_where_none_fits(tiny: Model, tmp_path: Path) -> None:
    path = tmp_path / "t.seedtable.safetensors"
    write_table(full_table(), path)
    assert best_table_for(tiny.info, [tmp_path, tmp_path / "missing"]) is None


def test_published_figures_are_no_table_to_begin_with(tiny: Model) -> None:
    assert best_table_for(tiny.info, [bundled_folder()]) is None


def test_settings_are_the_tables_where_it_says_them_and_ours_where_not(tiny: Model) -> None:
    assert settings_of_table(table_for(tiny)) == SETTINGS
    assert settings_of_table(None) == Plan(Sampler.DPMPP_2M)
    table = full_table()
    odd = replace(SAMPLING, sampler="somebody's", steps=None, guidance=7.5)
    spec = replace(table.spec, sampling=odd)
    assert settings_of_table(SeedTable(table.seeds, table.tensors, spec)) == Plan(
        Sampler.DPMPP_2M, guidance=7.5
    )
    spec = replace(table.spec, sampling=None)
    assert settings_of_table(SeedTable(table.seeds, table.tensors, spec)) == Plan(Sampler.DPMPP_2M)


@pytest.mark.parametrize(
    ("sampler", "scheduler", "name"),
    [
        ("dpmpp_2m", "karras", "DPM++ 2M Karras"),
        ("DPM++ 2M Karras", None, "DPM++ 2M Karras"),
        ("euler_ancestral", "normal", "Euler a"),
        ("euler", "beta", "Euler"),
        ("ddim", "karras", "DPM++ 2M"),
        ("lms", "karras", "DPM++ 2M"),
    ],
)
def test_a_tables_sampler_is_taken_over_with_its_schedule_where_both_are_there(
    sampler: str, scheduler: str | None, name: str
) -> None:
    table = full_table()
    made = replace(SAMPLING, sampler=sampler, scheduler=scheduler)
    spec = replace(table.spec, sampling=made)
    assert settings_of_table(SeedTable(table.seeds, table.tensors, spec)).name.label == name
