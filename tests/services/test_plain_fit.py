from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seedloupe.noise import NoiseResize, NoiseSource, ResizeWay, Rng
from seedloupe.services.plain_fit import FitReport, SettingLabels, report_fit
from seedloupe.tables import (
    ModelSpec,
    NoiseSpec,
    SamplingSpec,
    SeedTable,
    Status,
    TableUse,
    Task,
    match_table,
)

from ..seed_tables import make_table

SHAPE = (4, 6, 8)
SHA = "ab" * 32
MADE = SamplingSpec(Task.TXT2IMG, "dpmpp_2m", "uniform", 8, 4.0, size=(64, 48))
LABELS = SettingLabels(other_size="Press it.", draw=lambda source: f"Set {source.label}.")
USE = TableUse(NoiseSource(), SHAPE, SHA, MADE, model_name="file")


def table(**changes: Any) -> SeedTable:
    plain = make_table({"alignment": [1, 2, 3, 4]})
    spec = replace(
        plain.spec,
        noise=NoiseSpec.drawn(NoiseSource(), SHAPE, int(plain.seeds[0])),
        model=ModelSpec("sd1", "seedling", SHA, 4, "epsilon"),
        sampling=MADE,
    )
    return replace(plain, spec=replace(spec, **changes))


def said(made: SeedTable, **changes: Any) -> FitReport:
    use = replace(USE, **changes)
    return report_fit(made, use, match_table(made, use), LABELS)


def test_a_table_of_these_very_settings_says_so() -> None:
    found = said(table())
    assert (found.word, found.tone) == ("exact", "good")
    assert "this checkpoint" in found.sentence


def test_another_size_is_told_in_pixels_with_what_to_do() -> None:
    found = said(table(), shape=(4, 64, 64))
    assert found.sentence == "Made for 64x48, you draw 512x512. Press it."
    assert (found.word, found.tone) == ("invalid", "bad")


def test_a_carried_size_says_that_nobody_measured_it() -> None:
    found = said(table(), shape=(4, 8, 8), resize=NoiseResize(ResizeWay.MIDDLE, SHAPE))
    assert "you draw 64x64: the layout is carried over" in found.sentence
    assert found.word == "noise_only"


def test_other_noise_names_the_setting() -> None:
    found = said(table(), noise=NoiseSource(Rng.PHILOX))
    assert "stand for cpu noise, and nv noise is drawn here. Set cpu." in found.sentence


def test_another_model_is_never_called_this_one() -> None:
    found = said(table(), model_sha256="cd" * 32)
    assert found.sentence.startswith("The table is of seedling (ababababab), not of file:")
    unknown = said(table(), model_sha256=None)
    assert "cannot be told here" in unknown.sentence


def test_a_namesake_is_another_file() -> None:
    found = said(table(), model_sha256="cd" * 32, model_name="seedling")
    assert "another file than the seedling loaded" in found.sentence


def test_other_sampling_is_told_with_the_hosts_labels_in_one_sentence() -> None:
    used = replace(MADE, sampler="Euler a", scheduler="Karras", steps=20, guidance=7.0)
    found = said(table(), sampling=used)
    assert found.sentences == (
        "Made with other settings: Sampling method DPM++ 2M, here Euler a; Schedule type Uniform, "
        "here Karras; Sampling steps 8, here 20; CFG Scale 4, here 7.",
    )


def test_loras_are_told_with_their_strengths() -> None:
    model = ModelSpec("sd1", "seedling", SHA, 4, "epsilon", loras=("ef" * 32 + "@0.8",))
    found = said(table(model=model))
    assert found.sentence == (
        "The table was made with the LoRAs efefefefef at 0.8, the prompt has no LoRAs."
    )
    assert said(table(model=model), loras=("ef" * 32 + "@0.8",)).word == "exact"


@pytest.mark.parametrize("shape", [SHAPE, (4, 64, 64)])
def test_numbers_of_unstated_noise_are_never_said_to_match(shape: tuple[int, ...]) -> None:
    made = table()
    noise = replace(made.spec.noise, extra={"unstated": ["rng", "shape", "draws_before", "dtype"]})
    origin = replace(made.spec.provenance, status=Status.PUBLISHED)
    found = said(table(noise=noise, provenance=origin), shape=shape)
    assert found.word == "unknown"
    assert "cannot be known" in found.sentence


def test_no_sentence_speaks_of_fields_or_shapes() -> None:
    everything = said(
        table(),
        shape=(4, 64, 64),
        noise=NoiseSource(Rng.PHILOX),
        model_sha256="cd" * 32,
        sampling=replace(MADE, task=Task.IMG2IMG, steps=9),
    )
    other = said(table(), model_sha256="cd" * 32, sampling=replace(MADE, task=Task.IMG2IMG))
    for sentence in (*everything.sentences, *other.sentences):
        assert "noise." not in sentence
        assert "sampling." not in sentence
        assert "(4," not in sentence
        assert sentence.endswith(".")
