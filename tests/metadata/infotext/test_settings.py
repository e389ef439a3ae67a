"""The line of settings is found wherever programs put it, and taken apart as the web UI does."""

from __future__ import annotations

import pytest

from seedloupe.errors import ImageError
from seedloupe.metadata.infotext import read_infotext, settings

LINE = "Steps: 20, Sampler: Euler, Seed: 7, Size: 64x48"


def test_a_text_is_prompt_negative_prompt_and_settings() -> None:
    read = read_infotext(f"a hill,\ngreen\nNegative prompt: fog\nrain\n{LINE}")
    assert (read.prompt, read.negative, read.after) == ("a hill,\ngreen", "fog\nrain", ())
    assert read.fields["Seed"] == "7"


@pytest.mark.parametrize("marker", ["Template:", "Template: ", "Negative Template: "])
def test_lines_behind_the_settings_are_no_settings(marker: str) -> None:
    text = f"a cat\n{LINE}\n{marker}a {{cat|dog}}, Steps: 3, Seed: 9, x: y\nmore of it"
    read = read_infotext(text)
    assert (read.fields["Seed"], read.prompt) == ("7", "a cat")
    assert len(read.after) == 2


def test_templates_before_the_settings_are_words_too() -> None:
    text = f"a cat\nNegative prompt: dog\nTemplate: {{a|b}}, Seed: 1\nNegative template: c\n{LINE}"
    assert read_infotext(text).fields["Seed"] == "7"


def test_settings_without_a_line_of_their_own_are_read() -> None:
    text = "a cat\nNegative prompt: Steps: 23, CFG scale: 3, Seed: 42, Size: 8x8"
    assert settings(text)["Seed"] == "42"


def test_objects_of_json_are_one_value_with_whatever_they_hold() -> None:
    more = '[{"type":"checkpoint","modelVersionId":1}], Civitai metadata: {"Seed": 9}, Model: m'
    fields = settings(f"a\n{LINE}, Civitai resources: {more}")
    assert fields["Civitai resources"] == '[{"type":"checkpoint","modelVersionId":1}]'
    assert fields["Civitai metadata"] == '{"Seed": 9}'
    assert (fields["Seed"], fields["Model"]) == ("7", "m")


def test_a_bracket_of_a_values_own_is_no_object() -> None:
    fields = settings(f"a\n{LINE}, Styles: [none, Model: m")
    assert (fields["Styles"], fields["Model"]) == ("[none", "m")


@pytest.mark.parametrize("text", ["", "a cat", "None", "Steps: 1, Seed: 2", "a: 1, b: 2"])
def test_a_text_without_settings_is_refused(text: str) -> None:
    with pytest.raises(ImageError, match="parameters: expected a last line"):
        read_infotext(text)
