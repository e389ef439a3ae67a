from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from seedloupe.errors import InputError, LayerNotFoundError
from seedloupe.hosts.standalone.engine import latents
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.sampling import (
    Request,
    Sampler,
    StepUpdate,
    generate,
    sample_batch,
    stream,
)
from seedloupe.lens import FeatureMap, default_panel
from seedloupe.noise import initial_noise

from ....requests import pixels, request_of
from ....seed_tables import random_states

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

Make = Callable[[int, int], torch.Tensor]


def request(model: Model, *seeds: int, **changes: object) -> Request:
    settings: dict[str, object] = {"width": 48, "height": 32, "steps": 3, "guidance": 2.0}
    return request_of(model.info, "a blue square", seeds, **{**settings, **changes})  # type: ignore[arg-type]


def hooks_of(model: Model) -> int:
    return sum(
        len(module._forward_hooks) + len(module._forward_pre_hooks)
        for module in model.unet.modules()
    )


@pytest.mark.parametrize("sampler", [Sampler.EULER_A, Sampler.DPMPP_2M])
def test_a_batch_holds_the_pictures_its_seeds_give_alone(tiny: Model, sampler: Sampler) -> None:
    seeds = (3, 11, 2**32 + 5)
    alone = [pixels(p) for p in generate(tiny, request(tiny, *seeds, sampler=sampler))]
    noise = torch.stack([initial_noise(seed, (4, 4, 6)) for seed in seeds])
    together = sample_batch(
        tiny,
        ["a blue square"],
        noise,
        steps=3,
        guidance=2.0,
        sampler=sampler,
        step_seeds=seeds if sampler.draws else None,
    )
    for one, other in zip(alone, together, strict=True):
        assert np.abs(one - other.permute(1, 2, 0).numpy() * 255).max() <= 0.51


def test_each_picture_of_a_batch_follows_its_own_prompt(tiny: Model) -> None:
    noise = torch.stack([initial_noise(5, (4, 4, 6))] * 2)
    settings = {"steps": 2, "guidance": 3.0}
    both = sample_batch(tiny, ["a hill", "a very red tower"], noise, **settings)  # type: ignore[arg-type]
    alone = sample_batch(tiny, ["a very red tower"], noise[:1], **settings)  # type: ignore[arg-type]
    torch.testing.assert_close(both[1:], alone)
    assert not torch.equal(both[0], both[1])


def test_no_global_random_state_is_touched(tiny: Model) -> None:
    before = random_states()
    list(generate(tiny, request(tiny, 1, sampler=Sampler.EULER_A)))
    assert random_states() == before


def test_a_watched_picture_is_bit_for_bit_the_unwatched_one(tiny: Model) -> None:
    steps: list[StepUpdate] = []
    panel = default_panel(tiny.unet)
    features: list[FeatureMap] = []
    more = {"panel": panel, "sinks": (features.append,)}
    watched = list(generate(tiny, request(tiny, 1, 2), on_step=steps.append, **more))
    plain = list(generate(tiny, request(tiny, 1, 2)))
    for one, other in zip(watched, plain, strict=True):
        assert np.array_equal(pixels(one), pixels(other))
    assert [(step.image, step.step, step.seed) for step in steps] == [
        (image, step, seed) for image, seed in enumerate((1, 2)) for step in range(3)
    ]
    assert len(features) == len(steps) * len(panel)
    for place, step in enumerate(steps):
        taken = features[place * len(panel) : (place + 1) * len(panel)]
        assert {feature.layer for feature in taken} == set(panel)
        assert {(f.values.shape[0], f.step, f.sigma) for f in taken} == {(1, step.step, step.sigma)}
    assert watched[0].notes == ()


def test_the_prompted_half_is_what_is_watched(tiny: Model) -> None:
    layer = default_panel(tiny.unet)[:1]
    guided: list[FeatureMap] = []
    plain: list[FeatureMap] = []
    list(generate(tiny, request(tiny, 1, negative="fog"), panel=layer, sinks=[guided.append]))
    list(generate(tiny, request(tiny, 1, guidance=1.0), panel=layer, sinks=[plain.append]))
    # Both see the same noise first, and the prompted rows know nothing of the negative prompt.
    torch.testing.assert_close(guided[0].values, plain[0].values, rtol=1e-4, atol=1e-5)


def test_trouble_in_the_lens_is_told_and_never_costs_the_picture(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no room left")

    monkeypatch.setattr("seedloupe.lens.capture.cells_of", fail)
    (layer,) = default_panel(tiny.unet)[:1]
    (watched,) = generate(tiny, request(tiny, 4), panel=(layer,))
    (plain,) = generate(tiny, request(tiny, 4))
    assert np.array_equal(pixels(watched), pixels(plain))
    assert watched.notes == (f"{layer} is not watched: no room left",)


def test_a_sink_that_fails_costs_a_note_and_robs_no_other_sink(tiny: Model) -> None:
    def fail(_: FeatureMap) -> None:
        raise MemoryError("no room left")

    layer, *_ = default_panel(tiny.unet)
    seen: list[FeatureMap] = []
    (watched,) = generate(tiny, request(tiny, 4), panel=(layer,), sinks=(fail, seen.append))
    (plain,) = generate(tiny, request(tiny, 4))
    assert np.array_equal(pixels(watched), pixels(plain))
    assert [feature.step for feature in seen] == [0, 1, 2]
    assert watched.notes == (f"{layer} was not watched to the end: no room left",)


def test_a_run_nobody_reads_to_its_end_leaves_no_hook(tiny: Model) -> None:
    before = hooks_of(tiny)
    flow = stream(tiny, request(tiny, 1), panel=default_panel(tiny.unet))
    assert isinstance(next(flow), StepUpdate)
    assert hooks_of(tiny) == before
    flow.close()
    assert torch.is_grad_enabled()


def test_an_unknown_layer_is_refused_before_the_first_step(tiny: Model) -> None:
    with pytest.raises(LayerNotFoundError, match="mid-vti-out"):
        stream(tiny, request(tiny, 1), panel=["mid-vti-out"])


def test_what_on_step_raises_ends_the_run(tiny: Model) -> None:
    def stop(_: StepUpdate) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(generate(tiny, request(tiny, 1), on_step=stop))


def test_previews_are_small_pictures_of_every_step(tiny: Model) -> None:
    sizes: list[object] = []

    def look(update: StepUpdate) -> None:
        sizes.append(update.preview and update.preview.size)

    list(
        generate(tiny, request(tiny, 1, width=320, height=64, steps=2), on_step=look, preview=True)
    )
    assert sizes == [(240, 48)] * 2


@pytest.mark.parametrize(("known", "decoded"), [(True, 1), (False, 3)])
def test_the_picture_alone_is_decoded_where_the_latents_colours_are_known(
    tiny: Model, monkeypatch: pytest.MonkeyPatch, known: bool, decoded: int
) -> None:
    if not known:
        monkeypatch.setattr(latents, "preview_colours", lambda _: None)
    calls: list[object] = []
    hook = tiny.vae.decoder.register_forward_hook(lambda *given: calls.append(None))
    try:
        for event in stream(tiny, request(tiny, 1, steps=3), preview=True):
            if isinstance(event, StepUpdate) and event.step > 0:  # nobody looks at the first
                assert event.preview is not None
    finally:
        hook.remove()
    assert len(calls) == decoded


def test_unmasked_pixels_stay_exactly_as_they_were(
    tiny: Model, tiny_inpainter: Model, picture: Make
) -> None:
    start, mask = picture(48, 32), torch.zeros(32, 48)
    mask[4:20, 8:30] = 1
    before = (start * 255).round().permute(1, 2, 0).byte().numpy()
    outside = mask.numpy() < 0.5
    for model in (tiny, tiny_inpainter):
        (made,) = generate(
            model, request(model, 1, image=start, mask=mask, width=None, height=None)
        )
        assert np.array_equal(pixels(made)[outside], before[outside])
        assert not np.array_equal(pixels(made)[~outside], before[~outside])


def test_an_inpainting_model_also_paints_from_nothing(tiny_inpainter: Model) -> None:
    (made,) = generate(tiny_inpainter, request(tiny_inpainter, 1))
    noise = initial_noise(1, (4, 4, 6))[None]
    batch = sample_batch(tiny_inpainter, ["a blue square"], noise, steps=3, guidance=2.0)
    assert np.array_equal(pixels(made), (batch[0] * 255).round().permute(1, 2, 0).byte().numpy())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps": 0}, "steps"),
        ({"prompts": ["a", "b", "c"]}, "prompts: expected 1 or 2"),
        ({"sampler": Sampler.EULER_A}, "step_seeds: expected 2 seeds"),
        ({"noise": torch.zeros(4, 4, 6)}, "noise"),
    ],
)
def test_a_batch_that_cannot_be_made_is_refused(
    tiny: Model, change: dict[str, object], words: str
) -> None:
    settings: dict[str, object] = {
        "prompts": ["a"],
        "noise": torch.zeros(2, 4, 4, 6),
        "steps": 2,
        "guidance": 1.0,
        **change,
    }
    with pytest.raises(InputError, match=words):
        sample_batch(tiny, **settings)  # type: ignore[arg-type]
