"""Places of objects are those of the masks, and the networks' own answers make the masks."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError, ModelError
from seedloupe.mining.scorers import PictureBatch, ScorerPanel, ScorerSources
from seedloupe.mining.scorers.composition import (
    CompositionPlugin,
    CompositionScorer,
    object_places,
    open_depth,
    open_segmentation,
)
from seedloupe.seedling import weights_folder

pytest.importorskip("transformers")
IMAGES = torch.rand(2, 3, 48, 64, generator=torch.Generator().manual_seed(1))
BATCH = PictureBatch(IMAGES, ("a cat", "a dog"), (0, 1))


def test_a_rectangle_is_where_it_was_put() -> None:
    masks = torch.zeros(1, 2, 20, 40)
    masks[0, 0, 5:15, 20:40] = 1
    depths = torch.linspace(0, 1, 40).expand(1, 20, 40)
    cat, dog = object_places(masks, depths)[0]
    assert cat.tolist() == pytest.approx([0.75, 0.5, 0.25, 0.756], abs=0.01)
    assert bool(dog.isnan().all())


def test_a_speck_does_not_count_and_no_depth_is_not_known() -> None:
    masks = torch.zeros(1, 1, 20, 40)
    masks[0, 0, 3, 4] = 1
    assert bool(object_places(masks, None).isnan().all())
    masks[0, 0, :10] = 1
    known = object_places(masks, None)[0, 0].isnan().tolist()
    assert known == [False, False, False, True]


def test_a_scorer_says_for_each_class_four_numbers() -> None:
    def masks(images: Tensor) -> Tensor:
        return torch.stack([images[:, 0] > 0.5, images[:, 1] > 2], 1)

    scorer = CompositionScorer(("cat", "dog"), masks, None)
    found = ScorerPanel({"it": scorer}).measure(BATCH)["place.composition"]
    assert found.shape == (2, 8)
    assert bool(found[:, 4:].isnan().all())
    assert float(found[0, 2]) == pytest.approx(float((IMAGES[0, 0] > 0.5).float().mean()))


def segformer(folder: Path) -> Path:
    from transformers import SegformerConfig, SegformerForSemanticSegmentation
    from transformers.models.segformer.image_processing_pil_segformer import (
        SegformerImageProcessorPil,
    )

    torch.manual_seed(0)
    labels = {0: "wall", 1: "cat, house cat", 2: "sky"}
    config = SegformerConfig(
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16,
        id2label=labels,
        label2id={name: number for number, name in labels.items()},
    )
    SegformerForSemanticSegmentation(config).save_pretrained(folder)
    SegformerImageProcessorPil(size={"height": 64, "width": 64}).save_pretrained(folder)
    return folder


def depth_network(folder: Path) -> Path:
    from transformers import GLPNConfig, GLPNForDepthEstimation
    from transformers.models.segformer.image_processing_pil_segformer import (
        SegformerImageProcessorPil,
    )

    torch.manual_seed(0)
    config = GLPNConfig(
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=8,
    )
    GLPNForDepthEstimation(config).save_pretrained(folder)
    SegformerImageProcessorPil(size={"height": 64, "width": 64}).save_pretrained(folder)
    return folder


def test_masks_are_the_networks_own_answer(tmp_path: Path) -> None:
    from transformers import SegformerForSemanticSegmentation
    from transformers.models.segformer.image_processing_pil_segformer import (
        SegformerImageProcessorPil,
    )

    from seedloupe.images import to_pil

    folder = segformer(tmp_path / "segmentation")
    classes, masks = open_segmentation(folder, ("sky", "House Cat"))
    pixels = SegformerImageProcessorPil.from_pretrained(folder)(
        images=[to_pil(image) for image in IMAGES], return_tensors="pt"
    )
    with torch.no_grad():
        own = SegformerForSemanticSegmentation.from_pretrained(folder)(**pixels).logits.argmax(1)
        found = masks(IMAGES)
    assert classes == ("sky", "House Cat")
    assert torch.equal(found[:, 0], own == 2)
    assert torch.equal(found[:, 1], own == 1)
    with pytest.raises(InputError, match="wall"):
        open_segmentation(folder, ("unicorn",))


def clipseg(folder: Path) -> Path:
    """A CLIPSeg of the true architecture, small and untrained, as transformers saves it."""
    from transformers import CLIPSegConfig, CLIPSegForImageSegmentation, CLIPTokenizer
    from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

    torch.manual_seed(3)
    tokenizer = CLIPTokenizer.from_pretrained(weights_folder() / "config" / "tokenizer")
    size = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4}
    text = {**size, "num_hidden_layers": 2, "vocab_size": len(tokenizer)}
    text |= {"eos_token_id": tokenizer.eos_token_id, "max_position_embeddings": 32}
    vision = {**size, "num_hidden_layers": 3, "image_size": 64, "patch_size": 16}
    decoder = {"reduce_dim": 16, "decoder_num_attention_heads": 4, "extract_layers": [0, 1, 2]}
    decoder |= {"decoder_intermediate_size": 32, "conditional_layer": 0}
    config = CLIPSegConfig(
        text_config=text, vision_config=vision, projection_dim=32, initializer_range=0.5, **decoder
    )
    network = CLIPSegForImageSegmentation(config)
    for weight in network.decoder.parameters():  # else untrained answers lie on one side of nought
        torch.nn.init.normal_(weight, std=0.5)
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    ViTImageProcessorPil(size={"height": 64, "width": 64}).save_pretrained(folder)
    return folder


def test_clipseg_looks_for_any_words_and_answers_as_the_library_does(tmp_path: Path) -> None:
    from transformers import AutoTokenizer, CLIPSegForImageSegmentation
    from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

    from seedloupe.images import to_pil

    folder, asked = clipseg(tmp_path / "segmentation"), ("red ball", "house", "dog")
    classes, masks = open_segmentation(folder, asked)
    words = AutoTokenizer.from_pretrained(folder)(
        [f"a {name}" for name in asked], padding=True, return_tensors="pt"
    )
    model = CLIPSegForImageSegmentation.from_pretrained(folder).eval()
    with torch.no_grad():
        found = masks(IMAGES)
        for row, image in enumerate(IMAGES):
            pixels = ViTImageProcessorPil.from_pretrained(folder)(
                images=[to_pil(image)] * len(asked), return_tensors="pt"
            )["pixel_values"]
            own = model(
                input_ids=words["input_ids"],
                attention_mask=words["attention_mask"],
                pixel_values=pixels,
            ).logits
            assert torch.equal(found[row], own.sigmoid() > 0.5)
    assert classes == asked
    assert 0.01 < float(found.float().mean()) < 0.99
    assert not torch.equal(found[:, 0], found[:, 1])
    with pytest.raises(InputError, match="what CLIPSeg shall look for"):
        open_segmentation(folder, ())


def test_the_scorer_measures_the_places_of_clipsegs_words(tmp_path: Path) -> None:
    clipseg(tmp_path / "segmentation")
    sources = ScorerSources(weights={"composition": tmp_path}, classes=("red ball", "house"))
    scorer = CompositionPlugin().open(sources)
    assert scorer.outputs[0].classes == ("red ball", "house")
    found = ScorerPanel({"it": scorer}).measure(BATCH)["place.composition"].reshape(2, 2, 4)
    assert bool(found[..., 3].isnan().all()), "without a depth network depth is not known"
    assert bool(found[..., :3].isfinite().any())


def test_both_networks_together_give_places_in_the_picture(tmp_path: Path) -> None:
    segformer(tmp_path / "segmentation")
    depth_network(tmp_path / "depth")
    scorer = CompositionPlugin().open(ScorerSources(weights={"composition": tmp_path}))
    found = ScorerPanel({"it": scorer}).measure(BATCH)["place.composition"]
    assert found.shape == (2, 12)
    seen = found[~found.isnan()]
    assert len(seen) >= 8
    assert float(seen.min()) >= 0
    assert float(seen.max()) <= 1
    depths = open_depth(tmp_path / "depth")
    with torch.no_grad():
        far = depths(IMAGES)
    assert float(far.amin()) == 0
    assert float(far.amax()) == 1


def test_no_network_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="weights: expected") as caught:
        CompositionPlugin().open(ScorerSources(weights={"composition": tmp_path}))
    assert "\n" not in str(caught.value)
