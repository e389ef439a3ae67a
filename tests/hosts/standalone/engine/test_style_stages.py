"""Style by the layers of the mined model's own U-Net."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.style_stages import unet_stages
from seedloupe.hosts.standalone.engine.text import encode_text
from seedloupe.mining.scorers import PictureBatch, ScorerPanel, ScorerSources
from seedloupe.mining.scorers.style import StylePlugin
from seedloupe.seedling.prompts import plain_scenes
from seedloupe.seedling.world import Style, render_scene

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def pictures(count: int) -> Tensor:
    return torch.rand(count, 3, 32, 48, generator=torch.Generator().manual_seed(2))


def by_hand(model: Model, image: Tensor) -> list[Tensor]:
    """What hooks on the U-Net's own first residual blocks see of one picture."""
    unet, vae, levels = model.unet, model.vae, model.pipe.scheduler.alphas_cumprod
    blocks = [*unet.down_blocks, unet.mid_block, *unet.up_blocks]
    seen: list[Tensor] = []
    hooks = [
        block.resnets[0].register_forward_hook(lambda module, args, output: seen.append(output))
        for block in blocks
    ]
    try:
        with torch.no_grad():
            clean = vae.encode(image[None] * 2 - 1).latent_dist.mode() * vae.config.scaling_factor
            noise = torch.randn(clean.shape[1:], generator=torch.Generator().manual_seed(0))
            noised = levels[50].sqrt() * clean + (1 - levels[50]).sqrt() * noise
            words = encode_text(model, [""], negative="", guided=False).tokens
            unet(noised, torch.tensor(50), encoder_hidden_states=words)
    finally:
        for hook in hooks:
            hook.remove()
    return seen


def test_the_maps_are_those_of_the_u_nets_first_blocks_of_each_picture(tiny: Model) -> None:
    stages = unet_stages(tiny)
    assert stages is not None
    images = pictures(3)
    found = stages(images)
    for row, image in enumerate(images):
        own = by_hand(tiny, image)
        assert len(own) == len(found)
        for ours, theirs in zip(found, own, strict=True):
            assert torch.allclose(ours[row], theirs[0], atol=1e-4)


def test_the_painting_u_net_has_no_hook_and_its_weights_are_not_copied(tiny: Model) -> None:
    stages = unet_stages(tiny)
    assert stages is not None
    hung: list[int] = []
    hooks = tiny.unet.mid_block.register_forward_hook(lambda *_: hung.append(1))
    try:
        stages(pictures(1))
    finally:
        hooks.remove()
    assert not hung, "the twin has modules of its own"
    assert not any(module._forward_hooks for module in tiny.unet.modules())
    before = [one.clone() for one in stages(pictures(1))]
    first = next(iter(tiny.unet.parameters()))
    kept = first.detach().clone()
    try:
        with torch.no_grad():
            first.add_(1.0)
        assert not torch.allclose(stages(pictures(1))[0], before[0]), "weights are shared"
    finally:
        with torch.no_grad():
            first.copy_(kept)


def test_a_u_net_of_nine_channels_serves_as_well(tiny_inpainter: Model) -> None:
    stages = unet_stages(tiny_inpainter)
    assert stages is not None
    assert {one.shape[0] for one in stages(pictures(2))} == {2}


def test_without_vggs_weights_style_is_taken_from_the_model(tiny: Model) -> None:
    scorer = StylePlugin().open(ScorerSources(stages=unet_stages(tiny)))
    batch = PictureBatch(pictures(2), ("a", "b"), (0, 1))
    found = ScorerPanel({"it": scorer}).measure(batch)["feature.style"]
    assert found.shape == (2, scorer.outputs[0].width)
    assert bool(found.isfinite().all())


def told_apart(vectors: Tensor, kinds: list[str]) -> float:
    """How often two things of one kind are nearer than two of different kinds, in other scenes."""
    apart = torch.cdist(vectors, vectors)
    kind = torch.tensor([sorted(set(kinds)).index(one) for one in kinds])
    scene = torch.arange(len(kinds)) // len(set(kinds))
    other = scene[:, None] != scene[None]
    same = kind[:, None] == kind[None]
    near, far = apart[same & other], apart[~same & other]
    return float((near[:, None] < far[None]).double().mean())


def test_seedlings_u_net_tells_styles_apart_better_than_pixels_do() -> None:
    """The same 12 scenes plain, gray and framed; by pixels a style is hardly more than chance."""
    model = open_model("seedling", device="cpu")
    stages = unet_stages(model)
    assert stages is not None
    painted, kinds = [], []
    for scene in plain_scenes(12, 310_000):
        for style in Style:
            picture = render_scene(replace(scene, style=style)).image.copy()
            painted.append(torch.from_numpy(picture).permute(2, 0, 1).float() / 255)
            kinds.append(style.value)
    images = torch.stack(painted)
    batch = PictureBatch(images, ("",) * len(images), tuple(range(len(images))))
    style = StylePlugin().open(ScorerSources(stages=stages)).measure(batch)["feature.style"]
    pixels = functional.adaptive_avg_pool2d(images, 16).flatten(1)
    assert told_apart(style, kinds) > 0.6
    assert told_apart(style, kinds) > told_apart(pixels, kinds) + 0.05
