"""A transformer whose guidance is embedded, in ComfyUI: mined, picked from, drawn and watched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from seedloupe.lens import FeatureProbe
from seedloupe.noise import initial_noise
from seedloupe.tables import read_table

from ..conftest import Host
from ..lens_bench import Bench
from ..transformer_network import flux_model
from .test_mine import SIGMAS, Clip, Vae, mine, tables
from .test_pick_seeds import pick

SHAPE = (16, 8, 12)


def test_seeds_of_a_transformer_are_mined_and_the_table_is_picked_from(
    host: Host, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    model = flux_model(host)
    latent = {"samples": torch.zeros(1, *SHAPE)}
    mine(host, Vae(), model=model, latent=latent)
    table = read_table(tables(host) / "mine.seedtable.safetensors")
    assert table.spec.noise.shape == SHAPE
    assert table.spec.model.in_channels == 16
    batch = {"samples": torch.zeros(3, *SHAPE)}
    seeds, noise, *_ = pick(host, "golden", table="mined/mine", latent=batch).args
    assert set(seeds) <= set(table.seeds.tolist())
    for row, seed in zip(noise.generate_noise(batch), seeds, strict=True):
        assert torch.equal(row, initial_noise(seed, SHAPE))


def test_a_batch_with_embedded_guidance_is_its_single_pictures(host: Host) -> None:
    """At cfg 1 the host sends no negative row; the guidance is the network's own input."""
    noise = torch.stack([initial_noise(seed, SHAPE) for seed in (3, 9)])

    def drawn(rows: torch.Tensor) -> torch.Tensor:
        sampling, text = host.module("comfy.sample"), Clip().encode_from_tokens_scheduled("a hill")
        sampler = host.module("comfy.samplers").ksampler("euler")
        return sampling.sample_custom(  # type: ignore[no-any-return]
            flux_model(host), rows, 1.0, sampler, SIGMAS, text, text, torch.zeros_like(rows), seed=0
        )

    together = drawn(noise)
    for row, alone in enumerate(noise.split(1)):
        assert torch.allclose(together[row], drawn(alone)[0], atol=1e-4)


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("cfg", [1.0, 4.0])
def test_the_tap_records_the_prompted_rows_of_a_batch(
    host: Host, monkeypatch: pytest.MonkeyPatch, cfg: float, split: bool
) -> None:
    """Guidance embedded (cfg 1) sends one row a picture, true guidance two in any cut."""
    monkeypatch.setattr(host.module("comfy.samplers"), "split_calls", split)
    bench = Bench(host, model=flux_model(host, 4))
    tapped, lens = bench.tap(layers="vit-block0-out, vit-block2-out")
    given: list[tuple[torch.Tensor, torch.Tensor]] = []

    def spy(executor: Any, x: Any, times: Any, *rest: Any, **kwargs: Any) -> Any:
        given.append((x[:2], times[:2]))
        return executor(x, times, *rest, **kwargs)

    kind = host.module("comfy.patcher_extension").WrappersMP.DIFFUSION_MODEL
    tapped.add_wrapper_with_key(kind, "spy", spy)
    plain = bench.sample(bench.model, batch=2, cfg=cfg)
    assert torch.equal(bench.sample(tapped, batch=2, cfg=cfg), plain)
    together = lens.run(0, after="a picture").record
    first = [key for key in sorted(together.rgb) if key.step == 0]
    assert {key.layer for key in first} == {"vit-block0-out", "vit-block2-out"}
    for key in first:
        rows = together.moment(key).rows
        assert [(row.prompt, row.image) for row in rows] == [(0, 0), (0, 1)]
        told = together.features(key).values
        assert told.shape[-2:] == (4, 6)
        expected = _alone(bench, key.layer, *given[0])
        for row in (0, 1):
            apart = [_difference(told[row], other) for other in expected]
            assert apart[row] < min(0.1, apart[1 - row])


def _alone(bench: Bench, layer: str, x: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
    found: list[Any] = []
    prompt = bench.positive[0].expand(len(x), -1, -1)
    with FeatureProbe(bench.network, [layer], found.append):
        bench.network(x, times, prompt, transformer_options={})
    values: torch.Tensor = found[0].values
    return values


def _difference(one: torch.Tensor, other: torch.Tensor) -> float:
    """How far the cells of two ``(C, H, W)`` are alike in other ways; codes keep likeness."""
    units = [torch.nn.functional.normalize(part.flatten(1), dim=0) for part in (one, other)]
    return float((units[0].T @ units[0] - units[1].T @ units[1]).abs().mean())
