"""Published numbers are never more than a guess, and say what their source leaves open."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from seedloupe.errors import TableError, TableMatchError
from seedloupe.noise import CPU_NOISE, NV_NOISE, NoiseSource, Rng
from seedloupe.tables import (
    SUFFIX,
    MatchLevel,
    Status,
    TableSpec,
    TableUse,
    bundled_folder,
    match_table,
    read_table,
    require_match,
    verify_noise,
    write_table,
)
from seedloupe.tables import published as published_module
from seedloupe.tables.published import published_tables, sd2_good_seed

from ..seed_tables import SAMPLING, SHA256

FOLDER = bundled_folder() / "published"
CUDA = NoiseSource(Rng.PHILOX, 43_008)


def test_what_is_bundled_is_what_the_code_makes(tmp_path: Path) -> None:
    made = published_tables()
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(n + SUFFIX for n in made)
    for name, table in made.items():
        write_table(table, tmp_path / (name + SUFFIX))
        assert (tmp_path / (name + SUFFIX)).read_bytes() == (FOLDER / (name + SUFFIX)).read_bytes()


def test_the_files_can_be_made_again_from_the_command_line(tmp_path: Path) -> None:
    extension = Path(published_module.__file__).parents[2]
    run = [sys.executable, "-W", "error", "-m", "seedloupe.tables.published", str(tmp_path)]
    subprocess.run(run, cwd=extension, check=True, timeout=120)
    assert read_table(tmp_path / f"sd2-good-seed{SUFFIX}").seeds.tolist() == [469, 696]


def test_the_paper_states_two_seeds_and_their_figures() -> None:
    table = read_table(FOLDER / f"sd2-good-seed{SUFFIX}")
    assert table.seeds.tolist() == [469, 696]
    assert table.score("fid").tolist() == pytest.approx([21.60, 31.97])
    assert not table.higher_is_better("fid")
    assert table.spec.provenance.status is Status.PUBLISHED
    assert "2405.14828" in table.spec.provenance.source
    assert table.spec.evidence is None


@pytest.mark.parametrize("noise", [CPU_NOISE, NV_NOISE, CUDA])
@pytest.mark.parametrize("shape", [(4, 64, 64), (4, 96, 96), (4, 96, 64)])
@pytest.mark.parametrize("sha256", [None, SHA256])
@pytest.mark.parametrize("draws", [0, 1])
def test_no_settings_match_it_better_than_by_guess(
    noise: NoiseSource, shape: tuple[int, int, int], sha256: str | None, draws: int
) -> None:
    use = TableUse(noise, shape, sha256, SAMPLING, draws)
    match = require_match(sd2_good_seed(), use)
    assert match.level is MatchLevel.NOISE_ONLY
    reasons = " ".join(match.reasons)
    assert "source does not state which generator drew the noise" in reasons
    assert "source does not state at which picture size" in reasons
    assert "Somebody published these numbers" in reasons


def test_a_latent_of_other_channels_is_another_model_whatever_is_unstated() -> None:
    with pytest.raises(
        TableMatchError, match=r"shape: expected 4 channels.*got 16 channels\. Use a.* sd2"
    ):
        require_match(sd2_good_seed(), TableUse(CPU_NOISE, (16, 64, 64)))


def test_even_complete_published_numbers_are_not_exact() -> None:
    spec = sd2_good_seed().spec.to_json()
    spec["noise"] = {**spec["noise"], "unstated": []}  # type: ignore[dict-item]
    spec["model"] = {**spec["model"], "sha256": SHA256}  # type: ignore[dict-item]
    table = sd2_good_seed()
    known = replace(TableSpec.from_json(spec), sampling=SAMPLING)
    stated = type(table)(table.seeds, table.tensors, known)
    use = TableUse(CPU_NOISE, (4, 64, 64), SHA256, stated.spec.sampling)
    match = match_table(stated, use)
    assert [difference.field for difference in match.differences] == ["provenance.status"]
    assert match.level is MatchLevel.NOISE_ONLY


def test_assumed_noise_is_not_called_good() -> None:
    with pytest.raises(TableMatchError, match=r"noise\.rng: expected an entry .*, got an assump"):
        verify_noise(sd2_good_seed())


@pytest.mark.parametrize("wrong", ["rng", ["seed"], [["rng"]], {"rng": True}, None, [1]])
def test_a_wrong_list_of_what_is_unstated_is_refused(wrong: object) -> None:
    spec = sd2_good_seed().spec.to_json()
    spec["noise"] = {**spec["noise"], "unstated": wrong}  # type: ignore[dict-item]
    with pytest.raises(TableError, match=r"^noise\.unstated: expected a list out of rng, shape"):
        TableSpec.from_json(spec)
