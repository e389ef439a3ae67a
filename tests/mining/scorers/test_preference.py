"""Preference scores are what each library's own code says, on photographs and random weights."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from seedloupe.errors import InputError, ModelError
from seedloupe.mining.scorers import PictureBatch, ScorerPanel, ScorerSources, builtin_scorers
from seedloupe.mining.scorers.image_reward import (
    DEVIATION,
    MEAN,
    ImageRewardNetwork,
    reward_scorer,
)
from seedloupe.mining.scorers.preference import (
    CLIP_SCORE,
    HPS,
    PICK_SCORE,
    AestheticHead,
    AestheticPlugin,
    ClipDistancePlugin,
    ClipScorePlugin,
)
from seedloupe.seedling import weights_folder

pytest.importorskip("transformers")
PROMPTS = ("a red tower", "a yellow flower with a very long name " * 12)


@pytest.fixture(scope="module")
def photographs() -> Tensor:
    """Two photographs that scikit-learn carries, ``(2, 3, 427, 640)``."""
    datasets = pytest.importorskip("sklearn.datasets")
    pictures = [datasets.load_sample_image(name) for name in ("china.jpg", "flower.jpg")]
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CLIP network of the true architecture, small and untrained, as transformers saves it."""
    from transformers import CLIPConfig, CLIPModel, CLIPTokenizer
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("clip")
    tokenizer = CLIPTokenizer.from_pretrained(weights_folder() / "config" / "tokenizer")
    size = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4}
    text = {**size, "num_hidden_layers": 2, "vocab_size": len(tokenizer)}
    text |= {"eos_token_id": tokenizer.eos_token_id, "max_position_embeddings": 32}
    vision = {**size, "num_hidden_layers": 2, "image_size": 64, "patch_size": 16}
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=24)
    CLIPModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    CLIPImageProcessorPil(
        size={"shortest_edge": 64}, crop_size={"height": 64, "width": 64}
    ).save_pretrained(folder)
    return folder


def batch(images: Tensor) -> PictureBatch:
    return PictureBatch(images, PROMPTS, (0, 1))


def score(plugin: object, sources: ScorerSources, images: Tensor) -> Tensor:
    scorer = plugin.open(sources)  # type: ignore[attr-defined]
    (values,) = ScorerPanel({"it": scorer}).measure(batch(images)).values()
    return values


def own_logits(folder: Path, images: Tensor) -> Tensor:
    """What transformers' own forward pass says, ``(B,)``, already scaled."""
    from transformers import AutoTokenizer, CLIPModel
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    model = CLIPModel.from_pretrained(folder).eval()
    pictures = [Image.fromarray((image * 255).byte().permute(1, 2, 0).numpy()) for image in images]
    words = AutoTokenizer.from_pretrained(folder)(
        list(PROMPTS), padding=True, truncation=True, max_length=32, return_tensors="pt"
    )
    pixels = CLIPImageProcessorPil.from_pretrained(folder)(images=pictures, return_tensors="pt")
    with torch.no_grad():
        logits: Tensor = model(**words, **pixels).logits_per_image
    return logits.diagonal()


@pytest.mark.parametrize(
    ("plugin", "share"), [(CLIP_SCORE, "percent"), (HPS, "cosine"), (PICK_SCORE, "logit")]
)
def test_the_score_is_the_librarys_own(
    plugin: ClipScorePlugin, share: str, clip_folder: Path, photographs: Tensor
) -> None:
    from transformers import CLIPModel

    scale = float(CLIPModel.from_pretrained(clip_folder).logit_scale.detach().exp())
    times = {"percent": 100 / scale, "cosine": 1 / scale, "logit": 1.0}[share]
    expected = own_logits(clip_folder, photographs) * times
    found = score(plugin, ScorerSources(weights={plugin.name: clip_folder}), photographs)
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-6)
    assert found[0] != found[1]


def test_open_clips_own_folder_gives_open_clips_own_score(
    tmp_path: Path, photographs: Tensor
) -> None:
    open_clip = pytest.importorskip("open_clip")
    from safetensors.torch import save_file

    torch.manual_seed(0)
    vision = {"image_size": 64, "layers": 2, "width": 32, "patch_size": 16, "head_width": 8}
    text = {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 4, "layers": 2}
    config = {"embed_dim": 24, "vision_cfg": vision, "text_cfg": text}
    model = open_clip.CLIP(embed_dim=24, vision_cfg=vision, text_cfg=text).eval()
    note = {"model_cfg": config, "preprocess_cfg": {}}
    (tmp_path / "open_clip_config.json").write_text(json.dumps(note))
    save_file(
        {k: v.contiguous() for k, v in model.state_dict().items()},
        tmp_path / "open_clip_model.safetensors",
    )
    _, _, prepare = open_clip.create_model_and_transforms(f"local-dir:{tmp_path}")
    pixels = torch.stack(
        [
            prepare(Image.fromarray((image * 255).byte().permute(1, 2, 0).numpy()))
            for image in photographs
        ]
    )
    with torch.no_grad():
        images = model.encode_image(pixels, normalize=True)
        words = model.encode_text(open_clip.tokenize(list(PROMPTS)), normalize=True)
    found = score(HPS, ScorerSources(weights={"hps": tmp_path}), photographs)
    assert torch.allclose(found, (images * words).sum(1), atol=1e-5)


def test_the_aesthetic_score_is_the_authors_recipe(
    clip_folder: Path, tmp_path: Path, photographs: Tensor
) -> None:
    from transformers import CLIPModel
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    for path in clip_folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    torch.manual_seed(1)
    head = AestheticHead(24)
    torch.save(head.state_dict(), tmp_path / "sac+logos+ava1-l14-linearMSE.pth")
    pictures = [
        Image.fromarray((image * 255).byte().permute(1, 2, 0).numpy()) for image in photographs
    ]
    pixels = CLIPImageProcessorPil.from_pretrained(clip_folder)(
        images=pictures, return_tensors="pt"
    )
    with torch.no_grad():
        vectors = CLIPModel.from_pretrained(clip_folder).get_image_features(**pixels).pooler_output
        x = (vectors / vectors.norm(dim=-1, keepdim=True)).double()
        for layer in (0, 2, 4, 6, 7):
            weight, bias = head.layers[layer].weight, head.layers[layer].bias
            x = x @ weight.double().T + bias.double()
    found = score(AestheticPlugin(), ScorerSources(weights={"aesthetic": tmp_path}), photographs)
    assert torch.allclose(found, x[:, 0].float(), atol=1e-5)


def test_the_aesthetic_predictor_has_the_files_names() -> None:
    shapes = {name: tuple(value.shape) for name, value in AestheticHead().state_dict().items()}
    assert shapes["layers.0.weight"] == (1024, 768)
    assert shapes["layers.7.bias"] == (1,)
    assert len(shapes) == 10


def test_clip_distances_compare_picture_vectors(
    clip_folder: Path, photographs: Tensor, tmp_path: Path
) -> None:
    for number in range(8):
        pixels = (photographs[number % 2, :, number:] * 255).byte().permute(1, 2, 0).numpy()
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    sources = ScorerSources(weights={"fd_clip": clip_folder}, reference=tmp_path)
    scorer = ClipDistancePlugin().open(sources)
    assert scorer.outputs[0].width == 24
    assert [one.metric.name for one in scorer.outputs[0].statistics] == ["fd_clip", "kd_clip"]


def test_prompts_are_encoded_once(clip_folder: Path, photographs: Tensor) -> None:
    from seedloupe.mining.scorers.clip_network import open_clip_network

    asked: list[str] = []
    network = open_clip_network(clip_folder)
    words = network._words
    network._words = lambda texts: (asked.extend(texts), words(texts))[1]
    for _ in range(3):
        network.cosines(photographs, PROMPTS)
    assert asked == list(PROMPTS)


def reward_folder(place: Path) -> Path:
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz", "red"]
    words += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    (place / "vocab.txt").write_text("\n".join(words))
    return place


def small_reward() -> ImageRewardNetwork:
    torch.manual_seed(3)
    size = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4}
    vision = {**size, "num_hidden_layers": 2, "image_size": 64}
    text = {**size, "num_hidden_layers": 2, "vocab_size": 80, "encoder_hidden_size": 32}
    return ImageRewardNetwork(vision, text).eval()


def test_image_reward_sees_picture_and_prompt(tmp_path: Path, photographs: Tensor) -> None:
    network = small_reward()
    scorer = reward_scorer(network, reward_folder(tmp_path), side=64)
    one = scorer.measure(batch(photographs))["score.imagereward"]
    swapped = scorer.measure(batch(photographs.flip(0)))["score.imagereward"]
    assert one.shape == (2,)
    assert not torch.allclose(one, swapped.flip(0))
    raw = one * DEVIATION + MEAN
    assert torch.allclose((raw - MEAN) / DEVIATION, one)


def test_image_reward_is_its_parts_by_hand(tmp_path: Path, photographs: Tensor) -> None:
    """The authors' recipe with transformers' BLIP, step by step and one picture at a time."""
    from transformers import BertTokenizer

    network, folder = small_reward(), reward_folder(tmp_path)
    scorer = reward_scorer(network, folder, side=64)
    (found,) = ScorerPanel({"it": scorer}).measure(batch(photographs)).values()
    tokenizer = BertTokenizer(str(folder / "vocab.txt"))
    mean = torch.tensor([0.48145466, 0.4578275, 0.40821073])[:, None, None]
    deviation = torch.tensor([0.26862954, 0.26130258, 0.27577711])[:, None, None]
    for image, prompt, reward in zip(photographs, PROMPTS, found, strict=True):
        picture = Image.fromarray((image * 255).round().byte().permute(1, 2, 0).numpy())
        small = picture.resize((int(64 * 640 / 427), 64), Image.Resampling.BICUBIC)
        left = round((small.width - 64) / 2)
        square = np.asarray(small.crop((left, 0, left + 64, 64)), np.float32) / 255
        pixels = (torch.from_numpy(square).permute(2, 0, 1) - mean) / deviation
        words = tokenizer(
            prompt, padding="max_length", truncation=True, max_length=35, return_tensors="pt"
        )
        with torch.no_grad():
            seen = network.vision(pixel_values=pixels[None]).last_hidden_state
            read = network.text(
                input_ids=words["input_ids"],
                attention_mask=words["attention_mask"],
                encoder_hidden_states=seen,
                encoder_attention_mask=torch.ones(seen.shape[:2], dtype=torch.long),
            ).last_hidden_state[:, 0]
            for layer in (0, 2, 4, 6, 7):
                read = network.mlp.layers[layer](read)
        expected = (float(read) - 0.16717362830052426) / 1.0333394966054072
        assert float(reward) == pytest.approx(expected, abs=1e-5)


def test_image_rewards_own_names_fill_the_network() -> None:
    network, other = small_reward(), small_reward()
    for parameter in other.parameters():
        parameter.data.zero_()
    other.fill(as_published(network))
    theirs = other.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in network.state_dict().items())
    with pytest.raises(ModelError, match="absent"):
        other.fill({"mlp.layers.0.weight": torch.zeros(1)})


def as_published(network: ImageRewardNetwork) -> dict[str, Tensor]:
    """The names of the authors' file, after timm's and BERT's, written out here once more."""
    named: dict[str, Tensor] = {"blip.queue_ptr": torch.zeros(1)}
    for name, value in network.vision.state_dict().items():
        new = name
        for ours, theirs in (
            ("embeddings.class_embedding", "cls_token"),
            ("embeddings.position_embedding", "pos_embed"),
            ("embeddings.patch_embedding", "patch_embed.proj"),
            ("encoder.layers", "blocks"),
            ("layer_norm", "norm"),
            ("self_attn.projection", "attn.proj"),
            ("self_attn", "attn"),
            ("post_norm", "norm"),
        ):
            new = new.replace(ours, theirs)
        named[f"blip.visual_encoder.{new.replace('postnorm', 'norm')}"] = value
    named |= {f"blip.text_encoder.{name}": v for name, v in network.text.state_dict().items()}
    return named | {f"mlp.{name}": value for name, value in network.mlp.state_dict().items()}


def nothing(place: Path) -> Path:
    return place


def no_weights(place: Path) -> Path:
    (place / "config.json").write_text('{"model_type": "clip"}')
    return place


@pytest.mark.parametrize("make", [nothing, no_weights])
def test_a_folder_without_a_network_is_one_clear_line(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="weights: expected") as caught:
        CLIP_SCORE.open(ScorerSources(weights={"clip": make(tmp_path)}))
    assert "\n" not in str(caught.value)


def test_nothing_is_fetched_unless_asked_for() -> None:
    with pytest.raises(InputError, match="no weights: give clip=FOLDER"):
        CLIP_SCORE.open(ScorerSources())


@pytest.mark.parametrize("name", ["clip", "pickscore", "hps", "aesthetic", "imagereward"])
def test_without_weights_each_says_in_one_line_what_to_give(name: str) -> None:
    with pytest.raises(InputError, match=f"no weights: give {name}=FOLDER with ") as caught:
        builtin_scorers().get(name).open(ScorerSources())
    assert "\n" not in str(caught.value)
