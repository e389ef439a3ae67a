"""Looking into a lens on its node, and asking on from the page."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest
import torch

from seedloupe.errors import InputError, LayerNotFoundError, LensMatchError

from ..conftest import Host
from ..lens_bench import Bench, WordClip, picture


@pytest.fixture
def bench(host: Host) -> Bench:
    return Bench(host)


@pytest.fixture
def lens(bench: Bench) -> Any:
    layers = "mid-vit-out, up-level1-repeat0-vit-out"
    tapped, found = bench.tap(layers=layers, clip=WordClip(), prompt="cat", negative="blue")
    bench.sample(tapped, batch=2)
    return found


def test_a_view_is_as_large_as_the_picture_and_says_what_it_shows(bench: Bench, lens: Any) -> None:
    result = bench.view(lens, picture=picture(), view="spot", x=0.25, y=0.75)
    image, mask, said = result.args
    assert image.shape == (1, 64, 96, 3)
    assert mask.shape == (1, 64, 96)
    assert (float(mask.min()), float(mask.max())) == pytest.approx((0, 1), abs=0.05)
    assert said.startswith("What is like x 0.25, y 0.75 in mid-vit-out at step 2")
    shown = result.ui["seedloupe_view"][0]
    assert shown["layers"][0] == "mid-vit-out"
    assert (shown["steps"], shown["words"], shown["size"]) == ([0, 1, 2], ["cat"], [96, 64])


@pytest.mark.parametrize("view", ["colours", "groups", "word"])
def test_every_view_comes_out_in_range(bench: Bench, lens: Any, view: str) -> None:
    image, mask, said = bench.view(lens, picture=picture(batch=2), view=view, image=1).args
    assert 0 <= float(image.min()) <= float(image.max()) <= 1
    assert mask.shape == (1, 64, 96)
    assert said.endswith(".")


def test_without_a_picture_nobody_knows_whether_sampling_is_over(bench: Bench, lens: Any) -> None:
    with pytest.raises(InputError, match=r"picture: expected the picture.*Wire it in"):
        bench.view(lens)


def test_before_any_run_the_tap_is_said_to_have_seen_none(bench: Bench) -> None:
    _, lens = bench.tap()
    with pytest.raises(InputError, match="lens: expected a sampled run, got a tap whose model"):
        bench.view(lens, picture=picture())


def test_a_picture_of_another_form_is_refused_with_both(bench: Bench, lens: Any) -> None:
    with pytest.raises(LensMatchError, match="12x8 cells, got 64x64 pixels"):
        bench.view(lens, picture=picture(64, 64))


def test_a_layer_that_was_not_recorded_is_refused_with_those_that_were(
    bench: Bench, lens: Any
) -> None:
    with pytest.raises(LayerNotFoundError, match=r"of this lens \(mid-vit-out, .*got 'IN99'"):
        bench.view(lens, picture=picture(), layer="IN99")


def test_a_word_of_a_lens_without_words_is_refused_with_what_to_wire(bench: Bench) -> None:
    tapped, lens = bench.tap(layers="mid-vit-out")
    bench.sample(tapped, batch=1)
    with pytest.raises(InputError, match=r"word: expected a lens with word maps.*Wire clip into"):
        bench.view(lens, picture=picture(), view="word", word="cat")


def test_the_page_gets_the_answer_the_node_would_give(bench: Bench, lens: Any) -> None:
    shown = bench.view(lens, picture=picture(), view="spot", x=0.1, y=0.9).ui["seedloupe_view"][0]
    routes = bench.host.ours("lens.routes")
    asked = {"run": shown["run"], "view": "spot", "x": 0.1, "y": 0.9, "layer": "auto", "step": -1}
    status, said = routes.answer(asked)
    assert status == 200
    assert {name: shown[name] for name in said} == said | {"word": ""}


@pytest.mark.parametrize(
    ("changed", "status", "part"),
    [
        ({"run": "gone"}, 404, "run the workflow again"),
        ({"layer": "<img src=x onerror=alert(1)>"}, 400, "a layer of this lens"),
        ({"view": "film"}, 400, "colours, groups, spot, word"),
        ({"x": "left"}, 400, "x: expected a number, got 'left'"),
        ({"x": float("nan")}, 400, "a number"),
        ({"step": 1.5}, 400, "a whole number"),
        ({"view": "word", "word": "cow"}, 400, "(cat), got 'cow'"),
    ],
)
def test_what_the_page_cannot_have_is_said_in_one_line(
    bench: Bench, lens: Any, changed: dict[str, object], status: int, part: str
) -> None:
    run = bench.view(lens, picture=picture()).ui["seedloupe_view"][0]["run"]
    got, said = bench.host.ours("lens.routes").answer({"run": run, **changed})
    assert got == status
    assert part in said["error"]
    assert "\n" not in said["error"]


def test_a_question_that_is_no_object_is_refused(bench: Bench) -> None:
    assert bench.host.ours("lens.routes").answer(["run"])[0] == 400


def test_a_run_goes_when_nothing_holds_it(bench: Bench, lens: Any) -> None:
    run = bench.view(lens, picture=picture()).ui["seedloupe_view"][0]["run"]
    routes = bench.host.ours("lens.routes")
    assert routes.answer({"run": run})[0] == 200
    lens.fail("another run took its place")
    assert routes.answer({"run": run})[0] == 404


def test_two_runs_are_compared_and_a_run_with_itself_is_black(bench: Bench) -> None:
    tapped, lens = bench.tap(layers="mid-vit-out")
    for seed in (1, 2):
        bench.sample(tapped, seed=seed)
    node = bench.host.node("SeedloupeLensCompare")
    wired = {"picture_of_one": picture(), "picture_of_other": picture()}
    apart = node.run(one=lens, other=lens, run_of_one=1, run_of_other=0, **wired)
    same = node.run(one=lens, other=lens, run_of_one=0, run_of_other=0, **wired)
    assert "seeds: 1 and 2" in apart.args[1]
    assert "mid-vit-out: 0.000 apart at the first step" in same.args[1]
    assert "mid-vit-out: 0.000 apart" not in apart.args[1]
    assert apart.ui["seedloupe_compare"][0]["picture"].startswith("data:image/png")


def test_lenses_of_other_sizes_are_refused_with_both(bench: Bench) -> None:
    tapped, one = bench.tap(layers="mid-vit-out")
    bench.sample(tapped)
    bench.hidden = {"unique_id": "2"}
    tapped, other = bench.tap(layers="IN01")
    bench.sample(tapped)
    node = bench.host.node("SeedloupeLensCompare")
    wired = {"picture_of_one": picture(), "picture_of_other": picture()}
    with pytest.raises(LensMatchError, match="at least one layer in both, got mid-vit-out and do"):
        node.run(one=one, other=other, run_of_one=0, run_of_other=0, **wired)


def test_the_page_has_one_address_to_ask(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[str] = []

    class Routes:
        def post(self, address: str) -> Any:
            added.append(address)
            return lambda function: function

    server = type("Server", (), {"routes": Routes()})()
    monkeypatch.setitem(sys.modules, "aiohttp", ModuleType("aiohttp"))
    monkeypatch.setattr(sys.modules["aiohttp"], "web", None, raising=False)
    host.ours("lens.routes").add_routes(server)
    assert added == ["/seedloupe/lens/view"]


def test_a_view_of_a_file_needs_no_picture(bench: Bench, lens: Any) -> None:
    handle = bench.host.ours("lens.handle")
    alone = handle.Lens(lens.run(after="a picture"))
    image, _, _ = bench.view(alone).args
    assert image.shape[1] * 12 == image.shape[2] * 8
    assert torch.isfinite(image).all()
