"""The tap leaves the picture as it is, sees the right rows, and leaves nothing behind."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from seedloupe.errors import ConceptFileError, LayerNotFoundError, ModelError
from seedloupe.lens import FeatureProbe, kept_words, list_layers
from seedloupe.lens.concepts import SparseCoder, write_concepts
from seedloupe.lens.layer_panel import LayerPanel, PanelFileError, write_panel
from seedloupe.lens.shapes import predict_shapes

from ....lens.conftest import count_hooks
from ..conftest import Host
from ..lens_bench import Bench, WordClip, text

WHOLE = {"clip": WordClip(), "prompt": "cat", "negative": "blue"}


@pytest.fixture
def bench(host: Host) -> Bench:
    return Bench(host)


def record(lens: Any, back: int = 0) -> Any:
    return lens.run(back, after="a picture").record


@pytest.mark.parametrize("sampler", ["euler", "heun", "euler_ancestral", "dpmpp_sde"])
@pytest.mark.parametrize("split", [False, True])
def test_the_picture_is_the_same_to_the_bit(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, sampler: str, split: bool
) -> None:
    monkeypatch.setattr(bench.host.module("comfy.samplers"), "split_calls", split)
    tapped, _ = bench.tap(**WHOLE)
    for batch in (1, 3):
        plain = bench.sample(bench.model, sampler=sampler, batch=batch)
        watched = bench.sample(tapped, sampler=sampler, batch=batch)
        assert torch.equal(plain, watched)


def test_nothing_is_left_on_the_model_after_a_run_a_failure_and_a_stop(bench: Bench) -> None:
    tapped, lens = bench.tap(**WHOLE)
    seen: list[int] = []

    def callback(step: int, x0: Any, x: Any, total: int) -> None:
        seen.append(count_hooks(bench.network))
        if step == 1 and stops:
            raise stops[0]

    stops: list[BaseException] = []
    bench.sample(tapped, callback=callback)
    assert set(seen) == {0}  # between two calls there is none either
    for error in (ValueError("the sampler broke"), _Interrupted()):
        stops[:] = [error]
        with pytest.raises(type(error)):
            bench.sample(tapped, callback=callback)
        assert count_hooks(bench.network) == 0
        with pytest.raises(
            Exception, match=r"the sampling (failed: the sampler broke|was stopped)"
        ):
            record(lens)
    stops.clear()
    bench.sample(tapped, callback=callback)
    assert record(lens).spec.seeds == ("7",)


class _Interrupted(BaseException):
    """Named as the host's own, which is told from a failure by its name."""


_Interrupted.__name__ = "InterruptProcessingException"


def test_the_model_that_was_handed_in_is_not_watched(bench: Bench) -> None:
    _, lens = bench.tap()
    bench.sample(bench.model)
    with pytest.raises(Exception, match="a tap whose model nothing has sampled with"):
        record(lens)


@pytest.mark.parametrize("split", [False, True])
def test_of_two_positives_the_first_written_is_the_first_recorded(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, split: bool
) -> None:
    monkeypatch.setattr(bench.host.module("comfy.samplers"), "split_calls", split)
    bench.positive = (text(0.1), text(0.3))
    tapped, lens = bench.tap(layers="mid-vit-out")
    given: list[tuple[torch.Tensor, torch.Tensor]] = []

    def spy(executor: Any, x: Any, times: Any, *rest: Any, **kwargs: Any) -> Any:
        given.append((x[:2], times[:2]))
        return executor(x, times, *rest, **kwargs)

    kind = bench.host.module("comfy.patcher_extension").WrappersMP.DIFFUSION_MODEL
    tapped.add_wrapper_with_key(kind, "spy", spy)
    bench.sample(tapped, batch=2)
    one = record(lens)
    key = next(key for key in sorted(one.rgb) if key.step == 0)
    labels = [(row.prompt, row.image) for row in one.moment(key).rows]
    assert labels == [(0, 0), (0, 1), (1, 0), (1, 1)]
    expected = torch.cat([_alone(bench, *given[0], prompt) for prompt in bench.positive])
    kept = one.features(key).values
    for row in range(4):
        apart = [
            float((_likeness(kept[row]) - _likeness(other)).abs().mean()) for other in expected
        ]
        assert apart.index(min(apart)) == row
        assert apart[row] < 0.1
    with pytest.raises(Exception, match="got picture 0, prompt 2"):
        bench.view(lens, picture=torch.rand(1, 64, 96, 3), prompt=2)


def _alone(bench: Bench, x: torch.Tensor, times: torch.Tensor, prompt: torch.Tensor) -> Any:
    found: list[Any] = []
    with FeatureProbe(bench.network, ["mid-vit-out"], found.append):
        bench.network(x, times, prompt.expand(len(x), -1, -1), transformer_options={})
    return found[0].values


def _likeness(features: torch.Tensor) -> torch.Tensor:
    """Return how alike the cells of ``(C, H, W)`` are; codes of features keep that."""
    unit = torch.nn.functional.normalize(features.flatten(1), dim=0)
    return unit.T @ unit


def test_heuns_second_evaluations_are_further_calls_of_their_steps(bench: Bench) -> None:
    tapped, lens = bench.tap(layers="mid-vit-out")
    bench.sample(tapped, sampler="heun")
    places = sorted((key.step, key.call) for key in record(lens).rgb)
    assert places == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)]


def test_at_guidance_1_there_is_no_negative_and_the_prompt_is_recorded(bench: Bench) -> None:
    tapped, lens = bench.tap(**WHOLE)
    bench.sample(tapped, cfg=1.0)
    one = record(lens)
    assert kept_words(one) is not None
    assert kept_words(one, negative=True) is None
    assert one.spec.sigmas == pytest.approx((14.6146, 4.0, 1.0))


@pytest.mark.parametrize("split", [False, True])
def test_words_are_those_of_a_run_in_which_no_prompt_is_repeated(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, split: bool
) -> None:
    tapped, lens = bench.tap(**WHOLE)
    bench.sample(tapped)
    plain = record(lens)
    monkeypatch.setattr(bench.host.module("comfy.samplers"), "split_calls", split)
    longer = torch.cat([bench.negative[0]] * 2, dim=1)  # as the host itself repeats it
    bench.negative = (longer,)
    tapped, lens = bench.tap(**{**WHOLE, "negative": "blue dog"})
    bench.sample(tapped)
    one = record(lens)
    ours, theirs = (kept_words(run).map_of("cat").values for run in (one, plain))
    torch.testing.assert_close(ours, theirs, rtol=1e-2, atol=1e-4)
    assert kept_words(one, negative=True).prompt.words == ("blue", "dog")


def test_an_attention_that_somebody_replaces_is_said_to_be_altered(bench: Bench) -> None:
    attention = bench.network.get_submodule("middle_block.1.transformer_blocks.0.attn2")
    out = attention.to_out[0]
    replaced = out.register_forward_pre_hook(lambda module, args: (args[0] * 1.5,))
    tapped, lens = bench.tap(**WHOLE)
    try:
        plain = bench.sample(bench.model)
        assert torch.equal(bench.sample(tapped), plain)
    finally:
        replaced.remove()
    notes = "\n".join(record(lens).spec.truth["notes"])
    assert "mid-vit-block0-cross-map is not what the model used" in notes
    assert notes.count("is not what") == 1


def test_a_compiled_network_is_left_alone_and_said_to_be(bench: Bench) -> None:
    tapped, lens = bench.tap()
    kind = bench.host.module("comfy.patcher_extension").WrappersMP.APPLY_MODEL
    tapped.add_wrapper_with_key(kind, "torch.compile", lambda ex, *a, **k: ex(*a, **k))
    bench.sample(tapped)
    with pytest.raises(Exception, match=r"torch\.compile.*bypass the compile node"):
        record(lens)
    assert "torch.compile" in bench.sent[-1][1]["notes"][0]


def test_layers_are_sent_to_the_page_that_asked_and_only_to_it(bench: Bench) -> None:
    tapped, _ = bench.tap(layers="mid-vit-out, IN01")
    bench.sample(tapped)
    events = [(event, said, client) for event, said, client in bench.sent]
    assert {(event, client) for event, _, client in events} == {("seedloupe.lens", "a page")}
    assert {said["node"] for _, said, _ in events} == {"11:5"}
    first, last = events[0][1], events[-2][1]
    assert (first["step"], first["steps"], last["step"]) == (0, 3, 2)
    layer = {one["name"]: one for one in first["layers"]}["down-level0-repeat0-vit-out"]
    assert (layer["width"], layer["height"]) == (12, 8)
    assert layer["picture"].startswith("data:image/png;base64,")
    assert events[-1][1] == {"node": "11:5", "over": True, "notes": []}


def test_without_a_page_nothing_is_sent_and_all_is_recorded(bench: Bench) -> None:
    bench.host.module("server").PromptServer.instance.client_id = None
    tapped, lens = bench.tap()
    bench.sample(tapped)
    assert bench.sent == []
    assert record(lens).rgb


def test_a_page_that_is_gone_costs_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ConnectionError("no page")

    server = bench.host.module("server").PromptServer.instance
    monkeypatch.setattr(server, "send_sync", broken)
    tapped, lens = bench.tap()
    assert torch.equal(bench.sample(tapped), bench.sample(bench.model))
    assert record(lens).rgb


def test_two_taps_in_a_row_both_see_the_run(bench: Bench) -> None:
    tapped, one = bench.tap(layers="mid-vit-out")
    bench.hidden = {"unique_id": "12"}
    twice, other = bench.tap(tapped, layers="IN01")
    bench.sample(twice)
    assert [layer.name for layer in record(one).spec.layers] == ["mid-vit-out"]
    assert [layer.name for layer in record(other).spec.layers] == ["down-level0-repeat0-vit-out"]


def test_runs_of_one_workflow_are_kept_and_the_next_workflow_begins_anew(bench: Bench) -> None:
    utils = bench.host.module("comfy_execution.utils")
    tapped, lens = bench.tap(layers="mid-vit-out")
    for seed in (1, 2):
        bench.sample(tapped, seed=seed)
    assert [record(lens, back).spec.seeds for back in (0, 1)] == [("2",), ("1",)]
    utils.current = utils.current._replace(prompt_id="another")
    bench.sample(tapped, seed=3)
    assert record(lens).spec.seeds == ("3",)
    with pytest.raises(Exception, match="run: expected 0 to 0, the runs this lens holds, got 1"):
        record(lens, 1)


@pytest.mark.parametrize("layers", ["", " , "])
def test_no_layer_at_all_is_refused_before_anything_runs(host: Host, layers: str) -> None:
    node = host.node("SeedloupeLensTap")
    assert node.validate_inputs(layers=layers) == (
        "layers: expected auto, or names, got nothing. auto chooses for you."
    )
    assert node.validate_inputs(layers="auto") is True


def test_an_unknown_layer_is_refused_with_names_near_it(bench: Bench) -> None:
    with pytest.raises(LayerNotFoundError, match=r"got 'mid-vit-oat'\. Near: mid-vit-out"):
        bench.tap(layers="mid-vit-oat")


@pytest.mark.skipif(sys.platform != "linux", reason="the folder is named by the XDG standard")
def test_a_studys_panel_is_watched_and_the_picture_stays_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    layers = ("mid-vit-out", "unet-out")
    write_panel(
        LayerPanel(layers, "rank", "seedling"), tmp_path / "seedloupe/panels/rank.panel.json"
    )
    tapped, lens = bench.tap(layers="rank.panel.json")
    assert torch.equal(bench.sample(bench.model), bench.sample(tapped))
    assert {layer.name for layer in record(lens).spec.layers} == set(layers)


def test_a_panel_is_read_from_the_users_own_folder_alone(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "rank.panel.json"
    write_panel(LayerPanel(("mid-vit-out",), "rank", "seedling"), path)
    with pytest.raises(PanelFileError, match="bare name"):
        bench.tap(layers=str(path))


def test_a_model_without_a_unet_is_refused_in_one_line(bench: Bench) -> None:
    bench.model.model.diffusion_model = torch.nn.Sequential(torch.nn.Linear(2, 2))
    with pytest.raises(ModelError, match="a U-Net with down_blocks or input_blocks, got Seq"):
        bench.tap()


def test_a_text_encoder_without_words_is_refused_with_a_cure(bench: Bench) -> None:
    clip = WordClip()
    del clip.tokenizer.clip_l
    with pytest.raises(Exception, match=r"clip: expected a CLIP text encoder.*Leave clip unwired"):
        bench.tap(clip=clip, prompt="cat")


def test_a_prompt_of_another_length_than_was_encoded_is_noted(bench: Bench) -> None:
    bench.positive = (text(0.1, tokens=4),)
    bench.negative = (text(0.2, tokens=4),)
    tapped, lens = bench.tap(**WHOLE)
    bench.sample(tapped)
    assert "the prompt has 3 tokens, the model was given 4" in str(record(lens).spec.truth)


def concepts_for(bench: Bench, folder: Path, **changes: Any) -> str:
    """Write concepts of a layer of the network into the user's folder; return their name."""
    layer = next(one.name for one in list_layers(bench.network) if one.name.endswith("vit-out"))
    shapes = predict_shapes(bench.network, [layer], height=64, width=64, words=77)
    generator, width = torch.Generator().manual_seed(0), shapes[layer].channels
    decoder = torch.nn.functional.normalize(torch.randn(6, width, generator=generator), dim=1)
    parts = (decoder.mT.contiguous(), torch.zeros(6), decoder, torch.zeros(width), 1.0)
    names = ("cat", "", "", "", "", "")
    coder = replace(SparseCoder(layer, 50, 2, *parts, names=names), **changes)
    write_concepts(coder, folder / "seedloupe" / "concepts" / "mine.concepts.safetensors")
    return "mine"


@pytest.fixture
def users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    return tmp_path


def test_concepts_are_sent_with_what_their_colours_mean_and_change_no_picture(
    bench: Bench, users_folder: Path
) -> None:
    plain = bench.sample(bench.model)
    tapped, lens = bench.tap(concepts=concepts_for(bench, users_folder))
    assert torch.equal(plain, bench.sample(tapped))
    shown = [said["layers"] for _, said, _ in bench.sent if said.get("layers")]
    first = shown[-1][0]
    assert first["name"].startswith("concepts of ")
    assert first["picture"].startswith("data:image/png")
    assert all(colour.startswith("#") for colour, _ in first["legend"])
    assert any(word == "cat" or word.startswith("concept ") for _, word in first["legend"])
    untapped, other = bench.tap()
    bench.sample(untapped)
    names = [[layer.name for layer in record(one).spec.layers] for one in (lens, other)]
    assert names[0] == names[1]


def test_concepts_of_another_models_layer_are_refused_before_anything_is_sampled(
    bench: Bench, users_folder: Path
) -> None:
    name = concepts_for(bench, users_folder, layer="up-level7-repeat0-vit-out")
    with pytest.raises(ConceptFileError, match="taught on up-level7"):
        bench.tap(concepts=name)
