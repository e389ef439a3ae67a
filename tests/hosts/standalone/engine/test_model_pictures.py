from __future__ import annotations

import pytest
import torch

from seedloupe.errors import InputError
from seedloupe.generation.sampler import Plan
from seedloupe.hosts.standalone.engine import model_pictures
from seedloupe.hosts.standalone.engine.model_pictures import ModelPictures, generator_for
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.sampling import Sampler, sample_batch
from seedloupe.mining import ManyPrompts
from seedloupe.noise import initial_noise
from seedloupe.tables import SamplingSpec, Task

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SEEDS = (3, 11, 5, 2**32 + 5)
PROMPTS = ("a blue square", "two red dots", "a blue square", "a green hill")


def noise_of(seeds: tuple[int, ...]) -> torch.Tensor:
    return torch.stack([initial_noise(seed, (4, 4, 6)) for seed in seeds])


@pytest.mark.parametrize("guidance", [0.0, 2.0])
@pytest.mark.parametrize("sampler", [Sampler.EULER, Sampler.EULER_A])
def test_a_batch_of_several_prompts_holds_the_pictures_each_gives_alone(
    tiny: Model, sampler: Sampler, guidance: float
) -> None:
    pictures = ModelPictures(tiny, Plan(sampler, 3, guidance, None))
    assert isinstance(pictures, ManyPrompts)
    together = pictures.pairs(PROMPTS, noise_of(SEEDS), SEEDS)
    for row, (prompt, seed) in enumerate(zip(PROMPTS, SEEDS, strict=True)):
        alone = sample_batch(
            tiny,
            [prompt],
            noise_of((seed,)),
            steps=3,
            guidance=guidance,
            sampler=sampler,
            step_seeds=(seed,),
        )
        assert (alone[0] - together[row]).abs().max() * 255 <= 0.51
    apart = together[0] - together[2]
    assert apart.abs().max() > 0.01  # the same prompt, another seed


def test_a_batch_of_one_prompt_is_bit_for_bit_what_sampling_gives(tiny: Model) -> None:
    pictures = ModelPictures(tiny, Plan(Sampler.EULER, 3, 2.0, None))
    made = pictures(PROMPTS[0], noise_of(SEEDS), SEEDS)
    plain = sample_batch(tiny, PROMPTS[:1], noise_of(SEEDS), steps=3, guidance=2.0)
    assert torch.equal(made, plain)


def test_a_prompt_is_encoded_once_and_the_one_not_asked_for_goes_first(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded, encode = list[str](), model_pictures.encode_text

    def counting(model: Model, prompts: list[str], **how: object) -> object:
        encoded.extend(prompts)
        return encode(model, prompts, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(model_pictures, "encode_text", counting)
    size = encode(tiny, ["a"], negative="", guided=True).bytes
    pictures = ModelPictures(tiny, Plan(Sampler.EULER, 1, 2.0, None), kept=2 * size)
    first = pictures("a", noise_of((1,)), (1,))
    for prompt in ("b", "a", "b", "a"):
        pictures(prompt, noise_of((1,)), (1,))
    assert encoded == ["a", "b"]
    pictures.pairs(("a", "c"), noise_of((1, 2)), (1, 2))
    assert encoded == ["a", "b", "c"]
    pictures("b", noise_of((1,)), (1,))
    assert encoded == ["a", "b", "c", "b"]
    assert torch.equal(pictures("a", noise_of((1,)), (1,)), first)


def test_a_sampler_nobody_has_is_refused_before_anything_is_made(tiny: Model) -> None:
    with pytest.raises(InputError, match="sampler"):
        generator_for(tiny, SamplingSpec(Task.TXT2IMG, "of the neighbours", steps=3))
