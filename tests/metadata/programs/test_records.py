"""Records of other programs are told by what only they write, and their seeds are told."""

from __future__ import annotations

import json

import pytest

from seedloupe.errors import ImageError
from seedloupe.metadata import FoundHost, FoundLevel, noise_in_picture

COMMENT = {"prompt": "1girl", "seed": 42, "width": 832, "height": 1216, "signed_hash": "x"}
XMP = '<x:xmpmeta>Draw Things <rdf:li>{"c":"a cat","seed":42}</rdf:li></x:xmpmeta>'


@pytest.mark.parametrize(
    ("texts", "host", "name"),
    [
        ({"Software": "NovelAI", "Comment": json.dumps(COMMENT)}, FoundHost.NOVELAI, "NovelAI"),
        ({"Comment": json.dumps(COMMENT)}, FoundHost.NOVELAI, "NovelAI"),
        ({"XML:com.adobe.xmp": XMP}, FoundHost.DRAW_THINGS, "Draw Things"),
        (
            {"XML:com.adobe.xmp": XMP.replace('"', "&quot;")},
            FoundHost.DRAW_THINGS,
            "Draw Things",
        ),
        ({"generation_data": json.dumps({"seed": "42"})}, FoundHost.OTHER, "Tensor.Art"),
        ({"sd-metadata": json.dumps({"image": {"seed": 42}})}, FoundHost.INVOKEAI, "InvokeAI 2"),
        ({"Dream": '"a cat" -s50 -S42 -W64'}, FoundHost.INVOKEAI, "InvokeAI 1"),
        ({"Comment": json.dumps({"seed": 42, "software": "Fooocus 1"})}, FoundHost.FOOOCUS, "MRE"),
        ({"invokeai_graph": json.dumps({"seed": 42})}, FoundHost.INVOKEAI, "InvokeAI"),
    ],
)
def test_a_known_program_is_named_with_its_seed_and_its_noise_is_not_claimed(
    texts: dict[str, str], host: FoundHost, name: str
) -> None:
    found = noise_in_picture(texts)
    assert (found.host, found.level, found.seeds) == (host, FoundLevel.UNKNOWN, (42,))
    assert name in found.verdict
    assert name in found.unknown[0]


def test_an_object_nobody_knows_in_the_web_uis_place_is_no_web_uis() -> None:
    found = noise_in_picture({"parameters": json.dumps({"seed": 42, "steps": 3})})
    assert (found.host, found.level, found.seeds) == (FoundHost.OTHER, FoundLevel.UNKNOWN, (42,))
    assert found.verdict == "Written by a program not known here."


def test_a_graph_in_the_web_uis_place_is_read_as_a_graph() -> None:
    graph = {
        "3": {"class_type": "KSampler", "inputs": {"seed": 42, "latent_image": ["5", 0]}},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 48}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["3", 0]}},
    }
    for told in (
        {**graph, "extra": {"airs": []}},
        {"prompt": graph},
        {"prompt": json.dumps(graph)},
    ):
        found = noise_in_picture({"parameters": json.dumps(told)})
        assert (found.host, found.seeds) == (FoundHost.COMFYUI, (42,))


def test_words_beside_a_known_record_hide_it_not() -> None:
    texts = {"parameters": "1girl", "Software": "NovelAI", "Comment": json.dumps(COMMENT)}
    assert noise_in_picture(texts).host is FoundHost.NOVELAI


def test_no_text_is_said_only_where_there_is_none() -> None:
    with pytest.raises(ImageError, match="got one without any text"):
        noise_in_picture({})
    with pytest.raises(ImageError, match="got only texts by the names Software, Make"):
        noise_in_picture({"Software": "editor", "Make": "a camera"})


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ({"software": "RuinedFooocus", "seed": 42}, "RuinedFooocus"),
        ({"Software": "NovelAI", "Comment": json.dumps(COMMENT)}, "NovelAI"),
        ({"Title": "NovelAI generated image", "seed": 42}, "NovelAI"),
    ],
)
def test_an_object_that_names_its_program_is_called_by_that_name(
    record: dict[str, object], name: str
) -> None:
    found = noise_in_picture({"parameters": json.dumps(record)})
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, (42,))
    assert found.verdict == f"Written by {name}, whose noise is not known here."
