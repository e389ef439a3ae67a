"""What a table says about itself is checked entry by entry."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seedloupe.errors import NoiseError, SeedError, TableError
from seedloupe.noise import NoiseSource, Rng, initial_noise
from seedloupe.tables import NoiseSpec, SeedTable, TableSpec

from ..seed_tables import SHAPE


@pytest.fixture
def spec(table: SeedTable) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(json.dumps(table.spec.to_json()))
    return value


def test_a_spec_survives_json(table: SeedTable, spec: dict[str, Any]) -> None:
    assert TableSpec.from_json(spec) == table.spec


def test_seeds_beyond_53_bits_survive_as_texts(table: SeedTable, spec: dict[str, Any]) -> None:
    assert spec["later"]["seeds"] == ["18446744073709551615"]


def test_the_contract_names_every_entry(spec: dict[str, Any]) -> None:
    noise = {"rng", "grid_threads", "dtype", "shape", "draws_before", "fingerprint"}
    model = {"family", "name", "sha256", "in_channels", "prediction", "vae", "loras"}
    sampling = {"task", "sampler", "scheduler", "steps", "guidance", "eta", "size", "strength"}
    assert set(spec["noise"]) == noise
    assert set(spec["model"]) == model
    assert set(spec["sampling"]) == {*sampling, "mask_fill", "step_noise"}
    assert set(spec["prompts"]) == {"id", "sha256", "mining", "held_out"}
    assert set(spec["metrics"][0]) == {"name", "version", "higher_is_better", "reference"}
    assert set(spec["spaces"][0]) == {"name", "explained_variance", "classes", "map"}
    assert set(spec["thumbnails"]) == {"tile", "columns"}
    assert set(spec["provenance"]) == {"creator", "tool", "date", "licence", "status", "source"}


@pytest.mark.parametrize("section", ["noise", "model", "provenance"])
def test_a_section_without_which_seeds_mean_nothing_is_required(
    section: str, spec: dict[str, Any]
) -> None:
    del spec[section]
    with pytest.raises(TableError, match=f"^{section}: expected an entry, got nothing"):
        TableSpec.from_json(spec)


@pytest.mark.parametrize(
    "section", ["sampling", "prompts", "metrics", "evidence", "spaces", "thumbnails"]
)
def test_other_sections_may_be_missing(section: str, spec: dict[str, Any]) -> None:
    del spec[section]
    assert not getattr(TableSpec.from_json(spec), section)


@pytest.mark.parametrize("entry", ["rng", "grid_threads", "dtype", "shape", "draws_before"])
def test_every_entry_of_the_noise_is_required(entry: str, spec: dict[str, Any]) -> None:
    del spec["noise"][entry]
    with pytest.raises(TableError, match=rf"^noise\.{entry}: expected an entry"):
        TableSpec.from_json(spec)


WRONG: list[tuple[tuple[str | int, ...], object, str]] = [
    (("noise", "rng"), "cuda", r"noise\.rng: expected one of torch_cpu, philox"),
    (
        ("noise", "shape"),
        [4, 8],
        r"noise\.shape: expected three positive whole numbers .*packed tokens",
    ),
    (("noise", "shape"), [4, 0, 8], r"noise\.shape: expected three positive whole numbers"),
    (("noise", "shape", 1), 8.0, r"noise\.shape\[1\]: expected a whole number, got 8\.0"),
    (("noise", "grid_threads"), 256, r"noise\.grid_threads: expected nothing for cpu"),
    (("noise", "dtype"), "int8", r"noise\.dtype: expected one of float32"),
    (("noise", "draws_before"), -1, r"noise\.draws_before: expected 0 or more"),
    (("noise", "fingerprint"), [0.5] * 7, r"noise\.fingerprint: expected 8 values or none, got 7"),
    (("noise", "fingerprint", 0), "1", r"noise\.fingerprint\[0\]: expected a number"),
    (("model", "sha256"), "AB" * 32, r"model\.sha256: expected 64 lower-case"),
    (("model", "in_channels"), 0, r"model\.in_channels: expected a positive"),
    (("model", "loras"), "none", r"model\.loras: expected a list"),
    (("sampling", "task"), "video", r"sampling\.task: expected one of txt2img"),
    (("sampling", "steps"), 0, r"sampling\.steps: expected a positive"),
    (("sampling", "size"), [64, -48], r"sampling\.size: expected positive pixels"),
    (("sampling", "strength"), 1.5, r"sampling\.strength: expected more than 0"),
    (("prompts", "id"), "../../etc/passwd", r"prompts\.id: expected letters"),
    (("prompts", "id"), "a..b", r"prompts\.id: expected letters"),
    (("prompts", "id"), "", r"prompts\.id: expected letters"),
    (("prompts", "sha256"), "12", r"prompts\.sha256: expected 64"),
    (("prompts", "mining"), -1, r"prompts\.mining: expected 0 or more"),
    (("prompts", "held_out"), -1, r"prompts\.held_out: expected 0 or more"),
    (("metrics", 0, "name"), "a/b", r"metrics\[0\]\.name: expected up to 64 letters"),
    (("metrics", 0, "name"), "a.se", r"metrics\[0\]\.name: expected up to 64 letters"),
    (("metrics", 0, "name"), "loss", "metrics: expected each name once"),
    (("metrics", 1, "higher_is_better"), 1, r"metrics\[1\]\.higher_is_better: expected true"),
    (("evidence", "verdict"), "yes", r"evidence\.verdict: expected one of effect, no_effect"),
    (("evidence", "split_half"), {"loss": None}, r"evidence\.split_half\.loss: expected a number"),
    (
        ("evidence", "held_out_gain"),
        [{"metric": "loss", "mean": 1, "low": 2, "high": 0}],
        r"evidence\.held_out_gain\[0\]\.high: expected at least low",
    ),
    (("spaces", 0, "name"), "..", r"spaces\[0\]\.name"),
    (("spaces", 0, "explained_variance"), 1.1, r"spaces\[0\]\.explained_variance: expected 0 to 1"),
    (("thumbnails", "tile"), [0, 16], r"thumbnails\.tile: expected positive"),
    (("thumbnails", "columns"), 0, r"thumbnails\.columns: expected a positive"),
    (("provenance", "status"), "guess", r"provenance\.status: expected one of mined"),
    (("provenance", "licence"), None, r"provenance\.licence: expected a text, got null"),
]


@pytest.mark.parametrize(("path", "value", "message"), WRONG)
def test_a_wrong_entry_is_named(
    path: tuple[str | int, ...], value: object, message: str, spec: dict[str, Any]
) -> None:
    at: Any = spec
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    with pytest.raises(TableError, match=f"^{message}"):
        TableSpec.from_json(spec)


def test_noise_is_described_with_the_fingerprint_of_the_first_seed() -> None:
    spec = NoiseSpec.drawn(NoiseSource(), SHAPE, 11)
    assert spec.fingerprint == tuple(initial_noise(11, SHAPE).flatten()[:8].tolist())
    assert (spec.rng, spec.shape, spec.dtype, spec.draws_before) == (
        Rng.TORCH_CPU,
        SHAPE,
        "float32",
        0,
    )


def test_noise_nobody_can_draw_is_not_described() -> None:
    with pytest.raises(NoiseError):
        NoiseSpec.drawn(NoiseSource(), (4, 0, 8), 11)
    with pytest.raises(SeedError):
        NoiseSpec.drawn(NoiseSource(), SHAPE, -1)


def test_small_noise_has_a_short_fingerprint() -> None:
    assert len(NoiseSpec.drawn(NoiseSource(), (1, 2, 3), 0).fingerprint) == 6
