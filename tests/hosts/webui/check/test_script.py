from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from seedloupe.noise import NoiseSource
from seedloupe.tables import TableUse

from ..conftest import Host
from . import doubles
from .doubles import BrightReader, Processing, mask_of, picture

BOX = (10, 10, 80, 50)
USE = TableUse(NoiseSource(), (4, 8, 12), "ab" * 32)


class Trial:
    """Our script in the double of the web UI, called as one job calls it."""

    def __init__(self, host: Host, web: doubles.Host) -> None:
        self.script = host.ours("check.script").SeedloupeTextCheckScript()
        self.script.filename = "ours.py"
        self.web = web
        self.state = web.state
        readers = {"bright": BrightReader()}
        self.script.plugins = SimpleNamespace(readers=_registry(readers))

    def run(self, *seeds: int, args: Any = ({"reader": "bright"},), **set_to: Any) -> Any:
        source = {"init_images": [picture(500)], "mask_for_overlay": mask_of(BOX)}
        p = Processing(list(seeds), **{"batch_size": len(seeds), **source, **set_to})
        images, texts = [], []
        self.script.process(p, *args)
        for place in range(len(seeds)):
            p.batch_index = place
            pp = SimpleNamespace(image=picture(p.seeds[place]))
            self.script.postprocess_image_after_composite(p, pp, *args)
            images.append(pp.image)
            texts.append(_infotext(p, place))
        shown = SimpleNamespace(
            images=list(images),
            infotexts=[str(text) for text in texts],
            extra_generation_params=p.extra_generation_params,
        )
        self.script.postprocess(p, shown, *args)
        return SimpleNamespace(p=p, images=images, texts=texts, shown=shown)


def _registry(readers: dict[str, Any]) -> Any:
    from seedloupe.registry import Registry

    return Registry("OCR reader", readers)


def _infotext(p: Any, place: int) -> dict[str, Any]:
    values = {
        key: value(index=place, use_main_prompt=False) if callable(value) else value
        for key, value in p.extra_generation_params.items()
    }
    return {"Seed": p.seeds[place], **values}


@pytest.fixture
def trial(host: Host, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Trial:
    web = doubles.Host()
    monkeypatch.setenv("SEEDLOUPE_TALLIES", str(tmp_path / "tallies"))
    monkeypatch.setenv("SEEDLOUPE_READERS", str(tmp_path / "readers"))
    for name in ("images", "processing"):
        stand_in = getattr(web, name)
        monkeypatch.setitem(sys.modules, f"modules.{name}", stand_in)
        monkeypatch.setattr(sys.modules["modules"], name, stand_in, raising=False)
    shared = host.module("shared")
    monkeypatch.setattr(shared, "state", web.state, raising=False)
    monkeypatch.setattr(shared, "opts", web.shared.opts)
    found = Trial(host, web)
    script = host.ours("check.script")
    monkeypatch.setattr(script, "use_of_processing", lambda *_: USE)
    return found


def test_each_picture_carries_its_own_verdict(trial: Trial) -> None:
    done = trial.run(150, 7)
    assert [text["Seedloupe text"] for text in done.texts] == [
        "no text found",
        'text found: "EXIT", unasked',
    ]
    assert done.texts[1]["Seedloupe text reader"] == "bright 1 at level normal"
    assert done.texts[0]["Seedloupe text check"] != done.texts[1]["Seedloupe text check"]
    assert [line for line in done.p.comments if "picture 2, seed 7: text found" in line]


def test_the_answer_of_the_api_carries_all_of_it(trial: Trial) -> None:
    done = trial.run(150, 7)
    told = done.shown.extra_generation_params["Seedloupe text checks"]
    assert [check["answer"] for check in told] == ["no_text_found", "text_found"]
    assert told[1]["report"]["flags"][0]["text"] == "EXIT"
    assert "Seedloupe text checks" not in done.p.extra_generation_params


def test_marked_pictures_come_after_all_others_with_a_text_each(trial: Trial) -> None:
    done = trial.run(150, 7)
    assert len(done.shown.images) == len(done.shown.infotexts) == 3
    assert done.shown.infotexts[2].startswith("Text that Seedloupe found in picture 2")
    without = trial.run(150, 7, args=({"reader": "bright", "overlay": False},))
    assert len(without.shown.images) == 2


def test_scripts_that_count_their_pictures_get_no_more_than_they_asked_for(trial: Trial) -> None:
    assert len(trial.run(7, script_args=(3,)).shown.images) == 1


def test_the_picture_that_is_kept_takes_the_place_and_the_seed(trial: Trial) -> None:
    args = ({"reader": "bright", "retries": 16, "overlay": False},)
    done = trial.run(150, 7, args=args)
    kept = done.texts[1]["Seed"]
    assert kept >= 100
    assert done.p.all_seeds == [150, kept]
    assert np.array_equal(np.array(done.images[1]), np.array(picture(kept)))
    assert done.texts[1]["Seedloupe text retry"].startswith(f"Kept seed {kept}, after")
    assert trial.state.textinfo is None


def test_switched_off_it_looks_at_nothing_and_leaves_no_word(trial: Trial) -> None:
    done = trial.run(7, args=(False,))
    assert done.texts == [{"Seed": 7}]
    assert len(done.shown.images) == 1


def test_what_another_extension_repaints_within_the_job_is_left_to_the_whole(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Processing, "_ad_inner", True, raising=False)
    assert trial.run(7).texts == [{"Seed": 7}]


@pytest.mark.parametrize("args", [({"level": "extreme"},), ({"reader": "nobody"},), ({"x": 1},)])
def test_wrong_arguments_cost_a_message_and_no_picture(trial: Trial, args: Any) -> None:
    done = trial.run(7, args=args)
    assert done.texts[0]["Seedloupe text"].startswith("not checked: ")
    assert [line for line in done.p.comments if "not checked for text" in line]


def test_a_failure_of_ours_costs_a_message_and_no_picture(trial: Trial) -> None:
    done = trial.run(7, init_images=None)
    assert done.texts[0]["Seedloupe text"].startswith("not checked: TypeError")
    assert np.array_equal(np.array(done.images[0]), np.array(picture(7)))


def test_an_object_that_is_used_again_keeps_nothing_of_the_run_before(trial: Trial) -> None:
    done = trial.run(7)
    trial.script.process(done.p, False)
    assert done.p.extra_generation_params == {}


def test_what_was_found_can_be_corrected_by_the_id_in_the_picture(trial: Trial) -> None:
    done = trial.run(7)
    [kept] = trial.script.recent.find([done.texts[0]["Seedloupe text check"]])
    assert kept.checked.seed == 7
    assert kept.checked.picture is None
