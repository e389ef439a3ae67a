"""Observing without Gradio: what is recorded, what is shown, and what is refused."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from seedloupe.errors import ConceptFileError, SeedloupeError
from seedloupe.generation.request import Request
from seedloupe.generation.sampler import Plan, Sampler
from seedloupe.hosts.standalone.app.lens.session import (
    Observation,
    Sight,
    exhibit,
    layers_from,
    observe,
    observe_pictures,
    seeds_from,
    warnings_of,
)
from seedloupe.hosts.standalone.app.pictures_in import PageError
from seedloupe.hosts.standalone.app.state import AppState
from seedloupe.hosts.standalone.app.stop_and_throttle import Stopped, StopSwitch
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.sampling import Generated, StepUpdate, generate, stream
from seedloupe.hosts.standalone.engine.watching import layer_shapes
from seedloupe.images import to_pil
from seedloupe.lens import FeatureMap, LensSpec, Recorder, default_panel, read_lens
from seedloupe.lens.concepts import SparseCoder, write_concepts
from seedloupe.lens.explorer import RecordedRun
from seedloupe.lens.layer_panel import LayerPanel, PanelFileError, write_panel

from ..app_stands import path_of, state_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
SETTINGS = Plan(Sampler.EULER, 3, 2.0)


@pytest.fixture
def state(tiny: Model, tmp_path: Path) -> AppState:
    return state_of(tmp_path, tiny)


def observed(state: AppState, seeds: tuple[int, ...], **changes: Any) -> list[Sight]:
    wish = Observation("a hill", seeds, SETTINGS, "tiny", **changes)
    return list(observe(state, wish, StopSwitch()))


def test_every_step_is_recorded_though_the_page_looks_only_now_and_then(
    state: AppState, tiny: Model
) -> None:
    last = observed(state, (7,))[-1]
    (run,) = last.runs
    keys = run.record.rgb
    assert {key.step for key in keys} == {0, 1, 2}
    assert {key.layer for key in keys} == set(default_panel(tiny.unet))
    assert set(run.previews) == {(0, 0), (0, 1), (0, 2)}
    assert {key.step for key in run.record.words} == {0, 1, 2}
    assert run.record.spec.words[0].tokens == ("a", "hill")
    assert "Drawn and recorded" in last.status


def test_the_picture_is_the_one_drawn_without_the_lens(state: AppState, tiny: Model) -> None:
    run = observed(state, (7,))[-1].runs[0]
    (plain,) = generate(tiny, Request.of(tiny.info, "a hill", (7,), plan=SETTINGS))
    assert run.picture is not None
    assert run.picture.tobytes() == to_pil(plain.image).tobytes()


def test_two_seeds_make_two_specimens_each_with_its_own_record(state: AppState) -> None:
    first, second = observed(state, (7, 8))[-1].runs
    assert (first.record.spec.seeds, second.record.spec.seeds) == (("7",), ("8",))
    key = next(iter(first.record.rgb))
    assert (first.record.codes[key] != second.record.codes[key]).any()


def test_a_stopped_run_keeps_what_is_finished(state: AppState) -> None:
    stop = StopSwitch()
    sights = []
    for sight in observe(state, Observation("a hill", (7, 8), SETTINGS, "tiny"), stop):
        sights.append(sight)
        if sight.runs:
            stop.set()
    assert len(sights[-1].runs) == 1
    assert sights[-1].status == "Stopped after 1 of 2 pictures."


def test_the_sampler_is_closed_when_nobody_reads_on(tiny: Model, tmp_path: Path) -> None:
    closed: list[bool] = []

    def watched(*given: Any, **more: Any) -> Any:
        try:
            yield from stream(*given, **more)
        finally:
            closed.append(True)

    state = state_of(tmp_path, tiny, stream=watched)
    page = observe(state, Observation("a hill", (7,), SETTINGS, "tiny"), StopSwitch())
    next(page)
    next(page)
    page.close()  # type: ignore[attr-defined]
    assert closed == [True]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layers": ("mid-vti-out",)}, "mid-vti-out"),
        ({"seeds": (1, 2, 3)}, "seeds: expected one seed, or two"),
        ({"seeds": ()}, "seeds: expected one seed"),
    ],
)
def test_what_cannot_be_watched_is_refused_before_anything_is_drawn(
    state: AppState, changes: dict[str, Any], message: str
) -> None:
    given = {"seeds": (7,), **changes}
    with pytest.raises(SeedloupeError, match=message):
        observed(state, **given)


def test_a_picture_made_elsewhere_is_looked_at_once(state: AppState) -> None:
    picture = Image.linear_gradient("L").resize((49, 35))
    sight = observe_pictures(state, [picture], model="tiny", time=80, noises=2)
    (run,) = sight.runs
    assert {key.step for key in run.record.rgb} == {0}
    assert "t 80, 2 noises" in sight.status


def test_two_pictures_made_elsewhere_stand_side_by_side(state: AppState, tmp_path: Path) -> None:
    pictures = [Image.linear_gradient("L").resize((48, 32)), Image.new("RGB", (48, 32), "red")]
    how = {"model": "tiny", "time": 50, "noises": 1, "layers": ("mid-vit-out",)}
    sight = observe_pictures(state, pictures, **how)
    assert {key.layer for key in sight.runs[1].record.rgb} == {"mid-vit-out"}
    names = [name for _, name in exhibit(state, sight.runs, tmp_path).files]
    assert names[::2] == ["picture-1.webp", "picture-2.webp"]
    assert (
        len(json.loads(path_of(exhibit(state, sight.runs, tmp_path).data).read_text())["sides"])
        == 2
    )


def test_the_panel_says_whose_finding_it_follows_and_chosen_layers_do_not(state: AppState) -> None:
    assert [choice.layer for choice in observed(state, (7,))[-1].why]
    assert observed(state, (7,), layers=("mid-vit-out",))[-1].why == ()


@pytest.mark.skipif(sys.platform != "linux", reason="the folder is named by the XDG standard")
def test_a_studys_panel_is_watched_with_its_finding_and_the_picture_stays_the_same(
    state: AppState, tiny: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    layers = default_panel(tiny.unet)[:2]
    panel = LayerPanel(layers, "rank", "tiny", finding="These reach 0.7.")
    write_panel(panel, tmp_path / "seedloupe/panels/rank.panel.json")
    last = observed(state, (7,), layers=("rank.panel.json",))[-1]
    assert tuple(choice.layer for choice in last.why) == layers
    assert {choice.figure for choice in last.why} == {"These reach 0.7."}
    (run,) = last.runs
    assert {layer.name for layer in run.record.spec.layers} == set(layers)
    (plain,) = generate(tiny, Request.of(tiny.info, "a hill", (7,), plan=SETTINGS))
    assert run.picture is not None
    assert run.picture.tobytes() == to_pil(plain.image).tobytes()


def test_a_panel_is_read_from_the_users_own_folder_alone(state: AppState, tmp_path: Path) -> None:
    path = tmp_path / "rank.panel.json"
    write_panel(LayerPanel(("mid-vit-out",), "rank", "tiny"), path)
    with pytest.raises(PanelFileError, match="bare name"):
        observed(state, (7,), layers=(str(path),))


def test_planted_huge_tokens_are_warned_of_by_layer(state: AppState) -> None:
    recorder = Recorder()
    values = torch.randn(1, 8, 8, 10, generator=torch.Generator().manual_seed(1))
    values[:, :, 3:5, 6:8] *= 40
    recorder(FeatureMap("mid-vit-out", 0, 1.0, values))
    record = recorder.finish(LensSpec(model="tiny", sampler="euler", seeds=("7",)))
    (warning,) = [line for line in warnings_of([RecordedRun(record)]) if "norm" in line]
    assert warning.startswith("mid-vit-out: ")
    assert warnings_of([RecordedRun(replace(record, codes={}, leads={}, axes={}))]) == ()


def test_an_exhibit_can_be_shown_kept_and_read_again(state: AppState, tmp_path: Path) -> None:
    runs = observed(state, (7, 8))[-1].runs
    found = exhibit(state, runs, tmp_path)
    assert len(json.loads(path_of(found.data).read_text("utf-8"))["sides"]) == 2
    assert "openLens" in path_of(found.page).read_text("utf-8")
    assert [name for _, name in found.files] == [
        "seed-7.webp",
        "seed-7.lens.safetensors",
        "seed-8.webp",
        "seed-8.lens.safetensors",
    ]
    with Image.open(path_of(found.files[2][0])) as film:
        assert getattr(film, "n_frames", 1) == 3
    assert read_lens(path_of(found.files[3][0])).spec.seeds == ("8",)


def test_a_closed_window_ends_the_work_on_what_was_recorded(tiny: Model, tmp_path: Path) -> None:
    stop, drawn = StopSwitch(), []

    def leaving(*given: Any, **how: Any) -> Iterator[StepUpdate | Generated]:
        for event in stream(*given, **how):
            drawn.append(event)
            yield event
            stop.left = True  # after the last look at the switch, not while a step is taken

    state = state_of(tmp_path, tiny, stream=leaving)
    with pytest.raises(Stopped):
        list(observe(state, Observation("a hill", (7,), SETTINGS, "tiny"), stop))
    assert isinstance(drawn[-1], Generated)


@pytest.mark.parametrize("looks", range(1, 7))
def test_an_exhibit_can_be_ended_between_any_two_pieces(
    state: AppState, tmp_path: Path, looks: int
) -> None:
    runs = observed(state, (7,))[-1].runs
    left = itertools.count(looks, -1)

    def look() -> None:
        if next(left) == 1:
            raise Stopped

    with pytest.raises(Stopped):
        exhibit(state, runs, tmp_path, between=look)


def test_seeds_are_read_as_people_write_them() -> None:
    assert seeds_from(" 83, 811 ", 4) == (83, 811)
    assert seeds_from("83 83", 4) == (83,)
    assert seeds_from("", 4) == (4,)


def test_layers_are_read_as_people_write_them() -> None:
    assert layers_from("IN07, mid-vit-out  OUT05,") == ("IN07", "mid-vit-out", "OUT05")
    assert layers_from(" ") == ("auto",)


@pytest.mark.parametrize("text", ["1 2 3", "many", "-1", "1.5", str(2**64)])
def test_what_are_no_seeds_is_refused(text: str) -> None:
    with pytest.raises(PageError, match=r"is no seed|These are 3 seeds"):
        seeds_from(text, 4)


def concepts_of(tiny: Model, folder: Path, **changes: Any) -> Path:
    layer = default_panel(tiny.unet)[0]
    width = layer_shapes(tiny, [layer], *tiny.native_size)[layer][0]
    generator = torch.Generator().manual_seed(1)
    decoder = torch.nn.functional.normalize(torch.randn(8, width, generator=generator), dim=1)
    parts = (decoder.mT.contiguous(), torch.zeros(8), decoder, torch.zeros(width), 1.0)
    path = folder / "mine.concepts.safetensors"
    write_concepts(replace(SparseCoder(layer, 50, 2, *parts), **changes), path)
    return path


def test_concepts_are_painted_live_and_the_picture_stays_bit_for_bit_the_same(
    state: AppState, tiny: Model, tmp_path: Path
) -> None:
    path = concepts_of(tiny, tmp_path)
    plain, painted = observed(state, (7,)), observed(state, (7,), concepts=str(path))
    live = [sight for sight in painted if sight.preview is not None]
    views = [sight.preview.layers[0] for sight in live if sight.preview]
    assert all(view.title == "Concepts" and view.legend for view in views)
    assert plain[-1].concepts == ()
    ((url, name),) = painted[-1].concepts
    assert name == "concepts-7.png"
    with Image.open(path_of(url)) as sheet:
        assert sheet.width > 128
    assert path_of(plain[-1].pictures[0][0]).read_bytes() == (
        path_of(painted[-1].pictures[0][0]).read_bytes()
    )
    assert {k.layer for k in plain[-1].runs[0].record.rgb} == {
        k.layer for k in painted[-1].runs[0].record.rgb
    }


def test_concepts_of_another_model_are_refused_before_anything_is_drawn(
    state: AppState, tiny: Model, tmp_path: Path
) -> None:
    path = concepts_of(tiny, tmp_path, model_sha256="ab" * 32)
    drawing = replace(state, stream=lambda *_, **__: pytest.fail("drawn"))
    if tiny.info.sha256:
        with pytest.raises(ConceptFileError, match="taught on another"):
            observed(drawing, (7,), concepts=str(path))
    with pytest.raises(ConceptFileError, match="no such"):
        observed(drawing, (7,), concepts="no such")
