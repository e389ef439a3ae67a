"""The transformer's training: its pictures, its attention, its loss, and that it resumes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from seedloupe.seedling import weights_folder
from seedloupe.seedling.critic import load_critic, load_judge
from seedloupe.seedling.transformer import TOKENS, TRANSFORMER
from seedloupe.seedling.world import Split

pytest.importorskip("diffusers")
from seedloupe.seedling.training import flow_pictures, transformer
from seedloupe.seedling.training.architecture import (
    build_text_encoder,
    build_transformer,
    load_tokenizer,
)
from seedloupe.seedling.training.flow_pictures import FlowEncoders, FlowSet
from seedloupe.seedling.training.run import Until
from seedloupe.seedling.training.start import start_text, start_vae


@pytest.fixture(scope="module")
def encoders() -> FlowEncoders:
    weights = weights_folder()
    text = start_text(build_text_encoder(), weights).eval()
    tokenizer = load_tokenizer(weights / "config")
    return FlowEncoders(start_vae(weights).eval(), text, tokenizer, load_critic(weights))


@pytest.fixture(scope="module")
def few(encoders: FlowEncoders) -> FlowSet:
    return encoders.encode(flow_pictures.chunk_scenes(0)[:6])


def test_the_transformer_fits_eight_megabytes_of_half_precision() -> None:
    state = build_transformer().state_dict()
    assert sum(2 * tensor.numel() for tensor in state.values()) <= 8_000_000


def test_an_untrained_transformer_says_nothing_moves() -> None:
    noisy = torch.randn(2, 4, 16, 24)
    context, pooled = torch.randn(2, TOKENS, 64), torch.randn(2, 64)
    moved = transformer.velocities(
        build_transformer(), noisy, torch.tensor([0.2, 0.8]), context, pooled
    )
    assert moved.shape == noisy.shape
    assert float(moved.detach().abs().max()) == 0


def test_places_of_neighbours_differ_more_than_those_of_the_same_cell_do() -> None:
    table = build_transformer().get_submodule("pos_embed").get_buffer("pos_embed")
    side = TRANSFORMER["pos_embed_max_size"]
    places = torch.nn.functional.normalize(table[0], dim=-1)
    alike = places @ places.T
    assert float((alike - torch.eye(side**2)).max()) < 0.99


def test_attention_written_out_is_the_attention_of_diffusers() -> None:
    plain, ours = build_transformer(), transformer.Aligned().transformer
    for weight in plain.parameters():
        torch.nn.init.normal_(weight, 0, 0.05)
    ours.load_state_dict(plain.state_dict())
    given = (torch.randn(2, 4, 8, 12), torch.tensor([0.3, 0.6]), torch.randn(2, 7, 64))
    with torch.no_grad():
        one, two = (transformer.velocities(net, *given, torch.ones(2, 64)) for net in (plain, ours))
    assert torch.allclose(one, two, atol=1e-5)


def test_plain_chunks_show_one_thing_in_colour_and_share_no_scene() -> None:
    first, second = flow_pictures.chunk_scenes(0), flow_pictures.chunk_scenes(1)
    assert len(first) == len(second) == flow_pictures.CHUNK
    assert all(map(flow_pictures.is_plain, first + second))
    assert not {repr(scene) for scene in first} & {repr(scene) for scene in second}


def test_later_chunks_show_all_sorts() -> None:
    scenes = flow_pictures.chunk_scenes(flow_pictures.PLAIN_CHUNKS)
    assert len(scenes) == flow_pictures.CHUNK
    assert any(scene.relation for scene in scenes)


def test_what_is_learnt_from_is_the_generators_alone() -> None:
    plain = 3 * flow_pictures.CHUNK * flow_pictures.PLAIN_CHUNKS
    assert plain <= flow_pictures._ALL_SORTS
    later = flow_pictures.CHUNK * (transformer.MOST_CHUNKS - flow_pictures.PLAIN_CHUNKS)
    last = Split.GENERATOR.seed(flow_pictures._ALL_SORTS + later)
    others = [Split.CRITIC, Split.JUDGE, Split.HELD_OUT]
    assert all(not Split.GENERATOR.seed(0) <= split.seed(0) <= last for split in others)


def test_a_picture_is_kept_as_latent_caption_and_what_the_critic_sees(few: FlowSet) -> None:
    shapes = {name: tuple(tensor.shape) for name, tensor in vars(few).items()}
    assert shapes == {
        "latents": (6, 4, 16, 16),
        "contexts": (6, TOKENS, 64),
        "pooled": (6, 64),
        "features": (6, 8, 8, transformer.CRITIC_WIDTH),
    }


def test_a_chunk_is_encoded_once(
    encoders: FlowEncoders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow_pictures, "CHUNK", 2)
    first = flow_pictures.load_chunk(tmp_path, 0, encoders)
    monkeypatch.setattr(FlowEncoders, "encode", None)
    again = flow_pictures.load_chunk(tmp_path, 0, encoders)
    assert torch.equal(first.latents, again.latents)


def test_the_right_velocity_costs_nothing(few: FlowSet, monkeypatch: pytest.MonkeyPatch) -> None:
    class Knowing:
        def __call__(self, noisy: Tensor, times: Tensor, *_: Tensor) -> tuple[Tensor, Tensor]:
            share = times[:, None, None, None]
            noise = (noisy - (1 - share) * few.latents[:3].float()) / share
            seen = (few.features[:3].float() - mean) / spread
            return noise - few.latents[:3].float(), seen.flatten(1, 2)

    mean, spread = transformer.spread(few.features)
    empty = (few.contexts[:1], few.pooled[:1])
    torch.manual_seed(1)
    rows = torch.arange(3)
    loss, said = transformer.flow_loss(Knowing(), few, rows, empty, (mean, spread))  # type: ignore[arg-type]
    assert float(loss) < 1e-6
    assert said["mse"] < 1e-6
    assert abs(said["apart"]) < 1e-6


def test_training_goes_on_where_it_was(
    encoders: FlowEncoders, few: FlowSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transformer, "load_chunk", lambda *_: few)
    judge = load_judge(weights_folder())

    def weights(folder: Path, *steps: int) -> Tensor:
        for until in steps:
            run = transformer.FlowTraining(
                folder, encoders, judge, Until(until), 2, 1e-3, first_chunks=1
            )
            made = run.train().get_submodule("proj_out").get_parameter("weight").detach()
        return made

    monkeypatch.setattr(Until, "rate", lambda *_: 1.0)
    whole, halves = weights(tmp_path / "a", 2), weights(tmp_path / "b", 1, 2)
    assert float(whole.abs().max()) > 0
    assert torch.equal(whole, halves)
