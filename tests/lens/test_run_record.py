"""What the lens keeps of pictures, and rows in diffusers' own pipelines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from seedloupe.errors import ImageError, InputError
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.sampling import Generated, generate, stream
from seedloupe.hosts.standalone.engine.single_pass import FeatureExtraction, extract_features
from seedloupe.hosts.standalone.engine.watching import levels_of, token_names_of
from seedloupe.lens import FeatureMap, FeatureProbe, Recipe, kept_words, read_lens
from seedloupe.lens.record import LensKey
from seedloupe.lens.rows import RowKind, RowPlan, edit_rows, pipeline_rows
from seedloupe.lens.run_record import Recording, keep

from ..requests import request_of

LAYER = "mid-vit-block0-cross-k"
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def pipelines() -> dict[str, tuple[str, dict[str, Any], RowPlan]]:
    """Each pipeline with what switches its rows on, and what we say the rows are."""
    pag = {"pag_scale": 3.0}
    return {
        "guided": (
            "StableDiffusionPipeline",
            {"guidance_scale": 4.0},
            pipeline_rows(2, guided=True),
        ),
        "plain": (
            "StableDiffusionPipeline",
            {"guidance_scale": 1.0},
            pipeline_rows(2, guided=False),
        ),
        "perturbed": (
            "StableDiffusionPAGPipeline",
            {"guidance_scale": 4.0, **pag},
            pipeline_rows(2, guided=True, perturbed=True),
        ),
        "perturbed alone": (
            "StableDiffusionPAGPipeline",
            {"guidance_scale": 0.0, **pag},
            pipeline_rows(2, guided=False, perturbed=True),
        ),
        "edit": (
            "StableDiffusionInstructPix2PixPipeline",
            {"guidance_scale": 4.0, "image_guidance_scale": 2.0},
            edit_rows(2),
        ),
    }


@pytest.mark.parametrize("case", list(pipelines()))
def test_rows_of_diffusers_own_pipelines_carry_their_marker(case: str, tiny: Model) -> None:
    """Prompts are constants, so what the U-Net is given tells which prompt a row is of."""
    import diffusers

    name, settings, plan = pipelines()[case]
    parts = {**tiny.pipe.components}
    if case == "edit":  # its U-Net also reads the picture
        config = {**tiny.unet.config, "in_channels": 8}
        parts["unet"] = diffusers.UNet2DConditionModel.from_config(config)
        settings = {**settings, "image": torch.full((2, 3, 32, 32), 0.5)}
    else:
        settings = {**settings, "height": 32, "width": 32}
    if "PAG" in name:
        settings["pag_adaptive_scale"] = 0.0
        parts["pag_applied_layers"] = "mid"
    processors = tiny.unet.attn_processors
    pipe = getattr(diffusers, name)(**parts, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    frames: list[FeatureMap] = []
    given: list[torch.Tensor] = []
    kept = plan.keeping(RowKind)
    spy = pipe.unet.register_forward_pre_hook(
        lambda _m, _a, kwargs: given.append(kwargs["encoder_hidden_states"]), with_kwargs=True
    )
    try:
        with FeatureProbe(pipe.unet, [LAYER], frames.append, rows=kept) as probe:
            pipe(
                prompt_embeds=torch.full((2, 7, 32), 1.0),
                negative_prompt_embeds=torch.full((2, 7, 32), -1.0),
                num_inference_steps=2,
                output_type="latent",
                **settings,
            )
    finally:
        spy.remove()
        tiny.unet.set_attn_processor(processors)
    assert not probe.notes
    assert len(frames) == 2
    for frame, words in zip(frames, given, strict=True):
        prompted = [bool(row[0, 0] > 0) for row in words]
        expected = [label.kind in (RowKind.COND, RowKind.PERTURBED) for label in frame.labels]
        assert prompted == expected
        assert [label.image for label in frame.labels] == [0, 1] * (len(expected) // 2)


def test_steps_come_with_their_training_time_and_label(tiny: Model) -> None:
    request = request_of(tiny.info, "a hill", (1,), width=32, height=32, steps=3, guidance=3.0)
    features: list[FeatureMap] = []
    flow = stream(tiny, request, panel=["mid-vit-out"], sinks=[features.append])
    seen = [event for event in flow if not isinstance(event, Generated)]
    levels = levels_of(tiny)
    assert levels is not None
    for update, feature in zip(seen, features, strict=True):
        assert feature.timestep == pytest.approx(levels.timestep(update.sigma))
        assert [(row.kind, row.image) for row in feature.labels] == [(RowKind.COND, 0)]
    assert features[0].timestep == pytest.approx(999.0)


def test_what_cannot_be_recorded_is_a_note_and_the_rest_is_kept(tiny: Model) -> None:
    seen = Recording()
    good = FeatureMap("unet-out", 0, 1.0, torch.randn(1, 4, 2, 3))
    seen.take(good)
    seen.take(FeatureMap("mid-vit-out", 0, 1.0, torch.randn(1, 8, 2, 3)))
    seen.take(FeatureMap("mid-vit-out", 1, 1.0, torch.randn(1, 9, 2, 3)))
    request = request_of(tiny.info, "a hill", (7,))
    record = seen.finish(request, 7, ["up-x is not watched"], tokens=("a", "hill"))
    assert {key.layer for key in record.rgb} == {"unet-out", "mid-vit-out"}
    assert "mid-vit-out was not recorded to the end" in seen.notes[0]
    assert record.spec.truth["notes"][0] == "up-x is not watched"


@pytest.mark.parametrize("panel", [(), ("mid-vit-out",)])
def test_words_of_a_run_come_into_the_record_by_the_same_call(
    panel: tuple[str, ...], tiny: Model, tmp_path: Path
) -> None:
    request = request_of(tiny.info, "a red cat", (1,), width=48, height=32, steps=2, negative="fog")
    seen = Recording()
    (made,) = generate(tiny, request, panel=panel, sinks=(seen.take,), words=True)
    tokens = token_names_of(tiny, request.prompt)
    record = seen.finish(request, made.seed, made.notes, tokens=tokens, words=made.words)
    keep(record, tmp_path / "a.lens.safetensors", tmp_path / "a.png")
    assert (tmp_path / "a.png").exists() == bool(panel)
    kept = kept_words(read_lens(tmp_path / "a.lens.safetensors"))
    assert kept is not None
    assert made.words is not None
    for step in (0, 1):
        ours, live = (one.map_of("cat", step=step).values for one in (kept, made.words))
        torch.testing.assert_close(ours, live, rtol=2**-10, atol=1e-7)
    sigmas = [record.moment(LensKey(0, step, 0, "prompt")).sigma for step in (0, 1)]
    assert sigmas[0] is not None
    assert sigmas[1] is not None
    assert sigmas[0] > sigmas[1] > 0
    without = Recording(Recipe(words=False)).finish(request, 1, tokens=tokens, words=made.words)
    assert not without.words


@pytest.fixture(params=["tiny", "tiny_inpainter", "tiny_xl"])
def any_model(request: pytest.FixtureRequest) -> Model:
    model: Model = request.getfixturevalue(request.param)
    return model


def test_every_kind_of_model_can_look(any_model: Model) -> None:
    image = torch.rand(3, 32, 48, generator=torch.Generator().manual_seed(1))
    record = extract_features(any_model, FeatureExtraction(image, ("mid-vit-out",), noises=2))
    (key,) = record.codes
    assert record.codes[key].shape[2:] == (2, 3)
    assert record.rgb[key].isfinite().all()


def test_a_look_is_the_features_of_the_noised_picture_and_their_mean(tiny: Model) -> None:
    from seedloupe.hosts.standalone.engine.latents import encode_pictures
    from seedloupe.hosts.standalone.engine.text import encode_text
    from seedloupe.noise import initial_noise

    image = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(1))
    kept = tiny.pipe.scheduler.alphas_cumprod[50]
    clean = encode_pictures(tiny, image[None])
    words = encode_text(tiny, [""], negative="", guided=False).tokens
    frames: list[FeatureMap] = []
    for seed in (4, 5):
        noise = initial_noise(seed, tuple(clean.shape[1:]))[None]
        noised = kept.sqrt() * clean + (1 - kept).sqrt() * noise
        with torch.no_grad(), FeatureProbe(tiny.unet, ["mid-vit-out"], frames.append):
            tiny.unet(noised, 50, encoder_hidden_states=words)
    mean = (frames[0].values + frames[1].values) / 2
    record = extract_features(tiny, FeatureExtraction(image, ("mid-vit-out",), noises=2, seed=4))
    found = record.features(LensKey(0, 0, 0, "mid-vit-out")).values

    def cosines(values: torch.Tensor) -> torch.Tensor:
        vectors = torch.nn.functional.normalize(values[0].flatten(1).mT, dim=1)
        return vectors @ vectors.mT

    torch.testing.assert_close(cosines(found), cosines(mean), atol=0.02, rtol=0)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (
            lambda extract_features: FeatureExtraction(
                extract_features.image[:, :4], extract_features.layers
            ),
            ImageError,
        ),
        (
            lambda extract_features: FeatureExtraction(
                extract_features.image, extract_features.layers, time=1000
            ),
            InputError,
        ),
        (
            lambda extract_features: FeatureExtraction(
                extract_features.image, extract_features.layers, noises=0
            ),
            InputError,
        ),
    ],
)
def test_a_look_that_cannot_be_is_refused(
    change: Callable[[FeatureExtraction], FeatureExtraction], error: type[Exception], tiny: Model
) -> None:
    with pytest.raises(error):
        extract_features(tiny, change(FeatureExtraction(torch.rand(3, 32, 32), ("mid-vit-out",))))
