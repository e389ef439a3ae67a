"""Whether seeds matter, asked with the host's model: the answer, the pictures, Cancel."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from seedloupe.errors import InputError

from ..conftest import Host
from ..network import small_network
from .test_mine import PROMPTS, SIGMAS, Clip, Vae


def ask(host: Host, vae: Vae, **changes: object) -> Any:
    node = host.node("SeedloupeVariance")
    given = {
        "model": host.module("comfy.model_patcher").ModelPatcher(small_network()),
        "clip": Clip(),
        "vae": vae,
        "sampler": host.module("comfy.samplers").ksampler("euler_ancestral"),
        "sigmas": SIGMAS,
        "latent": {"samples": torch.zeros(1, 4, 8, 12)},
        "seeds": "0:5",
        "prompts": PROMPTS,
        "prompt_count": 4,
        "negative": "",
        "cfg": 1.0,
        "batch": 3,
        **changes,
    }
    return node.run_hidden({"unique_id": "9"}, **given)


def test_the_answer_is_one_sentence_with_the_pictures_behind_it(host: Host) -> None:
    vae = Vae()
    result = ask(host, vae)
    answer, report, grid = result.args
    assert answer.startswith(("Yes: ", "Hardly: ", "No: ", "Not known yet: "))
    assert "(20 pictures of 5 seeds with 4 prompts)" in answer
    assert "control.noise" in report
    assert report.startswith(answer)
    assert grid.shape == (1, 18 + 5 * 50, 76 + 4 * 74, 3)  # tiles of 72 x 48 pixels
    assert 0 <= float(grid.min()) <= float(grid.max()) <= 1
    assert vae.decoded == 2 * 4
    assert result.ui["seedloupe_report"] == [report]
    assert len(result.ui["images"]) == 1


def test_progress_stands_on_the_node_with_the_pictures_so_far(host: Host) -> None:
    ask(host, Vae())
    shown = host.module("comfy.utils").ProgressBar.shown[-9:]
    assert [(node, done, images) for node, done, images, _ in shown][:2] == [
        ("9", 3, 20),
        ("9", 5, 20),
    ]
    assert shown[0][3][0] == "JPEG"
    sent = [text for event, (text, node), _ in server(host).sent if event == "progress_text"]
    assert sent[0] == "Measured 3 of 20 small pictures."


def test_cancel_passes_through(host: Host) -> None:
    vae = Vae(cancel_at=2)
    with pytest.raises(InterruptedError):
        ask(host, vae)
    assert vae.decoded == 2


def test_without_prompts_usual_ones_are_taken(host: Host) -> None:
    answer, _, _ = ask(host, Vae(), prompts="", prompt_count=3).args
    assert "15 pictures of 5 seeds with 3 prompts" in answer


@pytest.mark.parametrize(
    ("changes", "said"), [({"seeds": "1, 2"}, "seeds"), ({"prompts": "a\nb"}, "prompts")]
)
def test_too_few_to_tell_anything_from_are_refused(
    host: Host, changes: dict[str, object], said: str
) -> None:
    vae = Vae()
    with pytest.raises(InputError, match=said):
        ask(host, vae, **changes)
    assert vae.decoded == 0


def test_what_cannot_be_asked_is_refused_before_anything_runs(host: Host) -> None:
    refuse = host.node("SeedloupeVariance").validate_inputs
    assert "seeds" in refuse(seeds="x")
    assert "clip" in refuse(scored_by={"scored_by": "chosen here", "clip": True})
    assert refuse(seeds="0:12") is True


def server(host: Host) -> Any:
    return host.module("server").PromptServer.instance
