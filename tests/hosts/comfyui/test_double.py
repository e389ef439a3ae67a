"""The double has the traps that were seen in the host: without them other tests prove little."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from .conftest import Host
from .network import small_network

SIGMAS = torch.tensor([14.6146, 4.0, 1.0, 0.0])
TEXT, OTHER, LONG = (
    torch.full((1, tokens, 16), value) for tokens, value in ((3, 0.1), (3, -0.2), (6, 0.3))
)


def patcher(host: Host) -> Any:
    return host.module("comfy.model_patcher").ModelPatcher(small_network())


def sample(
    host: Host,
    model: Any,
    *,
    sampler: str = "euler",
    cfg: float = 4.0,
    batch: int = 2,
    positive: tuple[torch.Tensor, ...] = (TEXT,),
) -> torch.Tensor:
    latent = torch.zeros(batch, 4, 8, 12)
    noise = host.module("comfy.sample").prepare_noise(latent, 7)
    return host.module("comfy.sample").sample_custom(
        model,
        noise,
        cfg,
        host.module("comfy.samplers").ksampler(sampler),
        SIGMAS,
        [[text, {}] for text in positive],
        [[OTHER, {}]],
        latent,
        seed=7,
    )


def calls_of(host: Host, model: Any, **settings: Any) -> list[dict[str, Any]]:
    seen = []

    def wrapper(executor: Any, x: Any, times: Any, context: Any, *rest: Any, **kwargs: Any) -> Any:
        seen.append({**rest[-1], "rows": len(x), "tokens": context.shape[1]})
        return executor(x, times, context, *rest, **kwargs)

    watched = model.clone()
    kind = host.module("comfy.patcher_extension").WrappersMP.DIFFUSION_MODEL
    watched.add_wrapper_with_key(kind, "test", wrapper)
    sample(host, watched, **settings)
    return seen


def test_hooks_on_containers_never_fire_and_on_their_children_do(host: Host) -> None:
    model = patcher(host)
    network = model.model.diffusion_model
    fired = []
    for block in (*network.input_blocks, network.middle_block, *network.output_blocks):
        block.register_forward_hook(lambda *_: fired.append("container"))
    network.output_blocks[0][-1].register_forward_hook(lambda *_: fired.append("child"))
    sample(host, model)
    assert fired == ["child"] * 3


def test_rows_come_reversed_and_at_guidance_1_alone(host: Host) -> None:
    model = patcher(host)
    assert [one["cond_or_uncond"] for one in calls_of(host, model)] == [[1, 0]] * 3
    assert [one["rows"] for one in calls_of(host, model)] == [4] * 3
    assert [one["cond_or_uncond"] for one in calls_of(host, model, cfg=1.0)] == [[0]] * 3


def test_several_positives_come_in_one_call_with_texts_of_one_length(host: Host) -> None:
    (first, *_) = calls_of(host, patcher(host), positive=(TEXT, LONG))
    assert first["cond_or_uncond"] == [1, 0, 0]
    assert first["tokens"] == 6


def test_split_calls_give_the_same_picture(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    model = patcher(host)
    whole = sample(host, model)
    monkeypatch.setattr(host.module("comfy.samplers"), "split_calls", True)
    assert [one["cond_or_uncond"] for one in calls_of(host, model)] == [[0], [1]] * 3
    torch.testing.assert_close(sample(host, model), whole, rtol=0, atol=2e-3)


def test_a_second_order_sampler_calls_twice_a_step(host: Host) -> None:
    calls = calls_of(host, patcher(host), sampler="heun")
    levels = [round(float(one["sigmas"][0]), 2) for one in calls]
    assert levels == [14.61, 4.0, 4.0, 1.0, 1.0]
    assert all(torch.equal(one["sample_sigmas"], SIGMAS) for one in calls)


def test_a_clone_shares_weights_and_no_wrapper(host: Host) -> None:
    model = patcher(host)
    calls = calls_of(host, model)
    assert calls
    assert model.model_options == {"transformer_options": {}}
    assert model.clone().model is model.model


def test_step_noise_of_a_batch_is_one_stream(host: Host) -> None:
    model = patcher(host)
    alone = sample(host, model, sampler="euler_ancestral", batch=1)
    both = sample(host, model, sampler="euler_ancestral", batch=2)
    assert not torch.allclose(both[:1], alone, atol=1e-3)


def test_empty_latents_get_the_models_channels(host: Host) -> None:
    model = patcher(host)
    model.add_object_patch("latent_format", host.module("comfy.latent_formats").Flux())
    fixed = host.module("comfy.sample").fix_empty_latent_channels
    assert fixed(model, torch.zeros(2, 4, 8, 6)).shape == (2, 16, 8, 6)
    assert fixed(model, torch.ones(2, 4, 8, 6)).shape == (2, 4, 8, 6)


def test_a_node_that_keeps_state_on_its_class_is_caught(host: Host) -> None:
    io = host.module("comfy_api.latest").io

    class Keeps(io.ComfyNode):
        @classmethod
        def define_schema(cls) -> Any:
            return io.Schema("Keeps")

        @classmethod
        def execute(cls) -> Any:
            cls.kept = 1
            return io.NodeOutput()

    with pytest.raises(AttributeError, match="Cannot modify class attribute"):
        Keeps.run()
