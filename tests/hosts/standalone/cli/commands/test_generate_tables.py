"""Pictures from the seeds of a table, and from none it does not hold for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seedloupe.generation.sampler import Plan, Sampler
from seedloupe.hosts.standalone.engine.denoise import denoise
from seedloupe.hosts.standalone.engine.latents import decode_latents
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.text import encode_text
from seedloupe.images import to_pil
from seedloupe.metadata.write_png import read_png_metadata
from seedloupe.noise import NoiseResize, NoiseSource, ResizeWay, resized_noise, resized_stream
from seedloupe.picking import Layout, TagFilter, pick_by_layout, pick_clean, pick_golden
from seedloupe.tables import (
    ModelSpec,
    NoiseSpec,
    SamplingSpec,
    SeedTable,
    Task,
    read_table,
    write_table,
)

from .....seed_tables import make_table
from .conftest import Cli

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

QUICK = ("--steps", 2, "--size", "48x32", "--guidance", 2)


def made_for(model: Model, folder: Path, *, shape: tuple[int, int, int] = (4, 4, 6)) -> Path:
    """A table of ten seeds, mined as it were with the tiny model at 48x32."""
    from dataclasses import replace

    plain = make_table(
        {"alignment": np.arange(10.0), "sharpness": np.arange(10.0) % 7},
        features={"composition": np.random.default_rng(2).random((10, 8))},
        rates={
            "text": np.arange(10) % 4 / 8,
            "gray": (np.arange(10.0) > 7).astype(float),
            "dark": np.zeros(10).tolist(),
        },
        counts={"rate.text": np.full(10, 8), "rate.gray": np.full(10, 8)},
        classes=("ball", "tent"),
    )
    spec = replace(
        plain.spec,
        noise=NoiseSpec.drawn(NoiseSource(), shape, 0),
        model=ModelSpec("sd1", "tiny", model.info.sha256, 4, "epsilon"),
        sampling=SamplingSpec(
            Task.TXT2IMG, "ddim", steps=3, guidance=2.5, size=(8 * shape[2], 8 * shape[1])
        ),
    )
    path = folder / "t.seedtable.safetensors"
    write_table(SeedTable(plain.seeds, plain.tensors, spec), path)
    return path


def test_golden_seeds_and_settings_come_from_the_table(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path
) -> None:
    table = made_for(tiny, tmp_path)
    words = ("--pick", "golden", "--count", 2, "--table", table, "--out", tmp_path / "a")
    ended = cli("generate", "a hill", "--model", model, *words, "--json")
    expected = pick_golden(read_table(table), 2)
    assert ended.json["seeds"] == [str(seed) for seed in expected.seeds]
    assert ended.json["chosen"]["match"] == {"level": "exact", "reasons": [], "differences": []}
    settings = ended.json["settings"]
    assert (settings["sampler"], settings["steps"], settings["guidance"]) == ("ddim", 3, 2.5)
    assert settings["size"] == [48, 32]
    text = read_png_metadata(tmp_path / "a" / ended.json["images"][0]["file"]).parameters or ""
    assert "Seedloupe pick: golden" in text
    assert f"Seedloupe rank: {expected.picks[0].rank}" in text
    assert "Seedloupe position: 0, Seedloupe order: best" in text


def test_the_tables_schedule_is_taken_with_its_sampler_and_another_is_said(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path
) -> None:
    from dataclasses import replace

    known = read_table(made_for(tiny, tmp_path))
    assert known.spec.sampling is not None
    made = replace(known.spec.sampling, sampler="DPM++ 2M Karras")
    path = tmp_path / "karras.seedtable.safetensors"
    write_table(SeedTable(known.seeds, known.tensors, replace(known.spec, sampling=made)), path)
    words = ("generate", "a hill", "--model", model, "--pick", "golden", "--count", 1)
    words = (*words, "--table", path, "--json")
    ended = cli(*words, "--out", tmp_path / "a")
    settings = ended.json["settings"]
    assert (settings["sampler"], settings["schedule"]) == ("dpmpp_2m", "karras")
    assert ended.json["chosen"]["match"]["level"] == "exact"
    other = cli(*words, "--out", tmp_path / "b", "--schedule", "normal")
    assert other.json["chosen"]["match"]["reasons"] == [
        "sampling.scheduler: the table has DPM++ 2M Karras, in use is DPM++ 2M Uniform."
    ]


def test_seeds_by_layout_and_clean_ones_come_from_the_table_too(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path
) -> None:
    table = made_for(tiny, tmp_path)
    wanted = Layout(x=0.2, y=0.5, depth=0.95, kind="tent")
    no_gray = TagFilter(avoid=("gray",))
    known = read_table(table)
    for name, words, expected in (
        (
            "layout",
            ("--at", "0.2,0.5", "--far", "--kind", "tent"),
            pick_by_layout(known, 2, layouts=[wanted]),
        ),
        ("clean", ("--no-tag", "gray"), pick_clean(known, 2, tags=no_gray)),
        ("golden", ("--no-tag", "gray"), pick_golden(known, 2, tags=no_gray)),
    ):
        common = ("--model", model, "--table", table, "--count", 2, *QUICK)
        out = tmp_path / f"{name}-pictures"
        ended = cli("generate", "a hill", "--pick", name, *words, *common, "--out", out, "--json")
        assert ended.code == 0
        assert ended.json["seeds"] == [str(seed) for seed in expected.seeds]
        assert ended.json["chosen"]["picking"]["rule"] == expected.rule
        assert all(f"note: {note}" in ended.err for note in expected.notes)


@pytest.mark.parametrize("order", ["best", "turning"])
def test_a_picture_carries_what_it_takes_to_have_its_seed_again(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path, order: str
) -> None:
    table = made_for(tiny, tmp_path)
    out = tmp_path / "a"
    words = ("--pick", "clean", "--no-tag", "gray", "--table", table, "--from", 3, "--order", order)
    common = ("--model", model, "--count", 2, *QUICK, "--out", out, "--json")
    ended = cli("generate", "a hill", *words, *common)
    assert ended.code == 0
    for number, image in enumerate(ended.json["images"]):
        found = read_png_metadata(out / image["file"])
        assert found.parameters is not None
        assert found.record is not None
        said = f"Seedloupe position: {3 + number}, Seedloupe order: {order}"
        assert said in found.parameters
        record = found.record
        assert (record["position"], record["order"], record["pick"]) == (3 + number, order, "clean")
        avoid = [
            word for tag in record["pick_request"]["tags"]["avoid"] for word in ("--no-tag", tag)
        ]
        again = ("--count", 1, "--from", record["position"], "--order", record["order"], *avoid)
        picked = cli("pick", record["pick"], "--table", table, *again, "--json").json
        assert [pick["seed"] for pick in picked["picks"]] == [image["seed"]]


def test_a_run_from_a_table_that_was_stopped_keeps_its_pictures(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path
) -> None:
    table = made_for(tiny, tmp_path)
    common = ("--model", model, "--pick", "golden", "--table", table, "--no-tag", "gray", *QUICK)
    words = (*common, "--count", 2, "--out", tmp_path / "a")
    assert cli("generate", "a hill", *words).code == 0
    (tmp_path / "a" / "run.json").unlink()
    again = cli("generate", "a hill", *words, "--json")
    assert [image["made_now"] for image in again.json["images"]] == [False, False]


@pytest.mark.parametrize("words", [("--from", 3), ("--order", "turning")])
def test_positions_of_no_choice_are_refused(
    cli: Cli, tmp_path: Path, words: tuple[object, ...]
) -> None:
    ended = cli("generate", "a hill", *words, "--out", tmp_path / "a")
    assert ended.code == 2
    assert "beside --from and --order" in ended.err


def test_what_the_table_was_not_made_for_and_what_sets_seeds_apart_is_told(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path
) -> None:
    words = ("--pick", "clean", "--table", made_for(tiny, tmp_path), "--steps", 2, "--count", 2)
    ended = cli("generate", "a hill", "--model", model, *words, "--out", tmp_path / "a", "--json")
    assert ended.json["chosen"]["match"]["level"] == "noise_only"
    assert "note: sampling.steps: the table has 3, in use is 2" in ended.err
    for pick in ended.json["chosen"]["picking"]["picks"]:
        assert f"note: seed {pick['seed']}: 0 of 8 pictures" in ended.err


def test_seeds_no_better_than_the_average_say_so(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path
) -> None:
    words = ("--pick", "golden", "--table", made_for(tiny, tmp_path), "--count", 10)
    common = ("--model", model, "--steps", 2, "--out", tmp_path / "a")
    assert "seed 0: no better than the average seed" in cli("generate", "x", *words, *common).err


@pytest.mark.parametrize("rule", [("golden",), ("clean",), ("layout", "--far"), ("diverse",)])
def test_where_no_seed_is_left_the_tags_are_named_before_the_model_is_opened(
    cli: Cli, tiny: Model, tmp_path: Path, rule: tuple[str, ...]
) -> None:
    table = made_for(tiny, tmp_path)
    tags = ("--tag", "gray", "--tag", "dark", "--no-tag", "text")
    model = ("--model", "gone.safetensors", "--out", tmp_path / "a", "--json")
    ended = cli("generate", "a hill", "--pick", *rule, *tags, "--table", table, *model)
    assert (ended.code, ended.json["error"]["kind"]) == (2, "PickError")
    assert "--tag gray --tag dark --no-tag text" in ended.json["error"]["expected"]
    assert "none of the 10 in t.seedtable.safetensors; left out" in ended.json["error"]["got"]
    assert ended.json["error"]["advice"] == "Leave out --tag gray or --tag dark or --no-tag text."
    assert "found none" not in ended.json["error"]["got"]
    assert "opening" not in ended.err
    assert not (tmp_path / "a").exists()


def test_a_table_of_another_size_is_refused_with_the_size_it_is_for(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path
) -> None:
    table = made_for(tiny, tmp_path)
    words = ("--pick", "golden", "--table", table, "--size", "64x64", "--out", tmp_path / "a")
    ended = cli("generate", "a hill", "--model", model, *words)
    assert ended.code == 2
    assert "Set width and height to 48x32" in ended.err
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("way", ["middle", "stretch"])
def test_a_tables_seeds_are_carried_to_another_size_and_every_file_says_so(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path, way: str
) -> None:
    table = made_for(tiny, tmp_path)
    words = ("--pick", "golden", "--count", 2, "--table", table, "--out", tmp_path / "a")
    size = ("--size", "64x40", "--sampler", "euler_a", "--carry", way)
    ended = cli("generate", "a hill", "--model", model, *words, *size, "--json")
    assert ended.code == 0
    assert ended.json["chosen"]["match"]["level"] == "noise_only"
    assert f"carried from 48x32 ({way})" in ended.json["chosen"]["match"]["reasons"][0]
    assert f"note: {ended.json['chosen']['match']['reasons'][0]}" in ended.err
    said = {"way": way, "from": [48, 32], "shape": [4, 4, 6]}
    assert ended.json["settings"]["carried"] == said
    seeds = tuple(int(seed) for seed in ended.json["seeds"])
    carried = NoiseResize(ResizeWay(way), (4, 4, 6))
    for entry, seed in zip(ended.json["images"], seeds, strict=True):
        assert entry["match"] == "noise_only"
        found = read_png_metadata(tmp_path / "a" / entry["file"])
        assert found.record is not None
        assert found.record["carried"] == said
        assert f"Seedloupe carried: {way} from 48x32" in (found.parameters or "")
        resized = "Seed resize from: 48x32" in (found.parameters or "")
        assert resized is (way == "middle")
        streams = [resized_stream(seed, (4, 5, 8), carried)]
        text = encode_text(tiny, ["a hill"], negative="", guided=True)
        noise = resized_noise(seed, (4, 5, 8), carried)[None]
        plan = Plan(Sampler.EULER_A, 3, 2.5)
        *_, last = denoise(tiny, noise, text, plan, streams=streams)
        expected = to_pil(decode_latents(tiny, last.latents)[0])
        assert Image.open(tmp_path / "a" / entry["file"]).tobytes() == expected.tobytes()


def test_a_refused_size_tells_that_noise_can_be_carried(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path
) -> None:
    table = made_for(tiny, tmp_path)
    words = ("--pick", "golden", "--table", table, "--size", "64x64", "--out", tmp_path / "a")
    ended = cli("generate", "a hill", "--model", model, *words)
    assert (ended.code, "--carry stretch or middle" in ended.err) == (2, True)
    other = made_for(tiny, tmp_path, shape=(16, 4, 6))
    for more in ((), ("--carry", "stretch")):
        ended = cli("generate", "a hill", "--model", model, *words[:3], other, *words[4:], *more)
        assert ended.code == 2
        assert "--carry stretch or" not in ended.err
    assert "shape: expected 16 channels" in ended.err


def test_given_seeds_are_carried_from_the_tables_size(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path
) -> None:
    words = ("--model", model, "--seeds", "7", "--table", made_for(tiny, tmp_path), "--steps", 2)
    size = ("--size", "64x40", "--carry", "stretch", "--out", tmp_path / "a", "--json")
    ended = cli("generate", "a hill", *words, *size)
    assert ended.json["settings"]["carried"]["from"] == [48, 32]
    ended = cli("generate", "a hill", "--model", model, "--seeds", "7", *size)
    assert ended.code == 2
    assert ended.json["error"]["field"] == "carry"
