"""Words of prompts, as the web UI's own chunks have them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from torch import Tensor

from seedloupe.lens.words import kept_words

from .conftest import Bench
from .one_sampling import Conds, loaded, scheduled, small_unet

Draw = Callable[[int], Tensor]
START, END, LENGTH = 998, 999, 77
EMBEDDING = "style"


class Engine:
    """The web UI's text encoder, which cuts a prompt into chunks of 75 tokens: words, here."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.tokenizer = SimpleNamespace(
            bos_token_id=START,
            eos_token_id=END,
            convert_ids_to_tokens=lambda ids: [self._name(number) for number in ids],
            get_added_vocab=lambda: {},
        )

    def _name(self, number: int) -> str:
        return {START: "<start>", END: "<end>"}.get(number) or f"{self.words[number]}</w>"

    def process_texts(self, texts: list[str]) -> tuple[list[Any], int]:
        return [self._chunks(text) for text in texts], 0

    def _chunks(self, text: str) -> list[Any]:
        inside, fixes = [], []
        for word in text.split():
            if word == EMBEDDING:
                fixes.append(
                    SimpleNamespace(offset=len(inside), embedding=SimpleNamespace(vectors=2))
                )
                inside += [0, 0]
                continue
            self.words.append(word)
            inside.append(len(self.words) - 1)
        tokens = [START, *inside, *[END] * (76 - len(inside))]
        return [SimpleNamespace(tokens=tokens, fixes=fixes)]


@pytest.fixture
def parser(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The part of the web UI's prompt grammar that matters here."""
    module = SimpleNamespace(
        get_multicond_prompt_list=lambda prompts: (None, prompts[0].split(" AND "), None),
        get_learned_conditioning_prompt_schedules=lambda texts, steps: [
            [[steps, text]] * (2 if "[" in text else 1) for text in texts
        ],
    )
    monkeypatch.setitem(sys.modules, "modules.prompt_parser", module)
    monkeypatch.setattr(sys.modules["modules"], "prompt_parser", module, raising=False)


def drawn(bench: Bench, latents: Draw, prompts: list[str], **more: Any) -> Any:
    model = loaded(small_unet())
    model.cond_stage_model = Engine()
    sampling = bench.sampling(model, **more)
    batch = bench.ours("prompts").BatchPrompts(
        prompts, ["green"] * len(prompts), sampling.conds, sampling.negatives, 3
    )
    watch = bench.watched(sampling, prompts=batch, words=True)
    sampling.draw(latents(2))
    return watch


@pytest.mark.usefixtures("parser")
def test_words_are_watched_and_kept(bench: Bench, latents: Draw) -> None:
    watch = drawn(bench, latents, ["a red cat"] * 2)
    seen = kept_words(watch.record())
    assert seen is not None
    assert seen.prompt.labels == ("a", "red", "cat")
    assert watch.notes == ()


@pytest.mark.usefixtures("parser")
def test_words_of_a_long_negative_are_their_own_in_calls_of_their_own(
    bench: Bench, latents: Draw
) -> None:
    watch = drawn(bench, latents, ["a cat"] * 2, negatives=[scheduled(9, 2 * LENGTH).schedules] * 2)
    assert watch.notes == ()
    assert kept_words(watch.record()).prompt.labels == ("a", "cat")


@pytest.mark.usefixtures("parser")
def test_an_embedding_is_one_word(bench: Bench, latents: Draw) -> None:
    watch = drawn(bench, latents, [f"a {EMBEDDING} cat"] * 2)
    assert kept_words(watch.record()).prompt.words == ("a", "embedding", "cat")


@pytest.mark.usefixtures("parser")
def test_of_a_prompt_with_and_the_first_part_has_words(bench: Bench, latents: Draw) -> None:
    conds = Conds([[scheduled(1), scheduled(2)], [scheduled(1), scheduled(2)]])
    watch = drawn(bench, latents, ["red cat AND blue dog"] * 2, conds=conds)
    assert kept_words(watch.record()).prompt.words == ("red", "cat")


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("prompts", "why"),
    [(["a cat", "a dog"], "different prompts"), (["a [cat:dog:0.5]"] * 2, "exchanges them")],
)
def test_why_words_are_not_watched_is_said(
    bench: Bench, latents: Draw, prompts: list[str], why: str
) -> None:
    watch = drawn(bench, latents, prompts)
    assert any(why in note for note in watch.notes)
    assert watch.recorded


@pytest.mark.usefixtures("parser")
def test_a_text_encoder_nobody_knows_costs_the_words_alone(bench: Bench, latents: Draw) -> None:
    sampling = bench.sampling()
    watch = bench.watched(sampling, words=True)
    sampling.draw(latents(2))
    assert any("text encoder" in note for note in watch.notes)
    assert watch.recorded
