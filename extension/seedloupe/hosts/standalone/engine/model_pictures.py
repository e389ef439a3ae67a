"""A model as mining asks for it: noise of any seeds and prompts to a batch of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ....generation.sampler import Plan
from ....noise import NoiseSource
from ....sampler_names import read_sampler_name
from .sampling import Sampler, sample_encoded
from .text import Conditioning, encode_text

if TYPE_CHECKING:
    from torch import Tensor

    from ....tables import SamplingSpec
    from .models import Model

#: Encoded prompts that are kept, in bytes: a thousand of SD 1.5's with guidance.
_KEPT = 512 * 2**20


class ModelPictures:
    """Makes batches of pictures, of one prompt or of several; each prompt is encoded once.

    A prompt is encoded alone whatever batch asks for it, so that what a picture is made from does
    not depend on the others of its batch.

    Args:
        model: makes them.
        plan: how steps are taken.
        source: which generator drew the noise, and draws that of the steps.
        kept: bytes of encoded prompts that are kept; the one not asked for the longest goes.
    """

    def __init__(
        self,
        model: Model,
        plan: Plan,
        *,
        source: NoiseSource = NoiseSource(),
        kept: int = _KEPT,
    ) -> None:
        self._model, self._plan, self._source, self._most = model, plan, source, kept
        self._texts: dict[str, Conditioning] = {}
        self._bytes = 0

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        """Noise ``(B, C, H, W)`` to pictures ``(B, 3, H, W)`` in [0, 1], CPU."""
        return self._made(self._text(prompt).repeated(len(noise)), noise, seeds)

    def pairs(self, prompts: Sequence[str], noise: Tensor, seeds: Sequence[int]) -> Tensor:
        """The same with a prompt for each picture."""
        return self._made(Conditioning.of([self._text(p) for p in prompts]), noise, seeds)

    def _made(self, text: Conditioning, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        return sample_encoded(
            self._model,
            text,
            noise,
            self._plan,
            step_seeds=seeds,
            step_source=self._source,
        )

    def _text(self, prompt: str) -> Conditioning:
        text = self._texts.pop(prompt, None)
        if text is None:
            text = encode_text(self._model, [prompt], negative="", guided=self._plan.guided)
            self._bytes += text.bytes
            while self._texts and self._bytes > self._most:
                self._bytes -= self._texts.pop(next(iter(self._texts))).bytes
        self._texts[prompt] = text  # the last one, as the first to go is the first there is
        return text


def generator_for(
    model: Model, made: SamplingSpec, source: NoiseSource = NoiseSource()
) -> ModelPictures:
    """Return what makes pictures ``(B, 3, H, W)`` from prompts, noise and its seeds.

    Args:
        model: makes them.
        made: how steps are taken, in our names.
        source: which generator drew the noise ``(B, C, H, W)``, and draws that of the steps.

    Raises:
        InputError: there is no sampler or schedule of that name here.
    """
    name = read_sampler_name(made.sampler or Sampler.EULER.value, made.scheduler)
    plan = Plan(name.sampler, made.steps or 1, made.guidance or 0.0, name.schedule)
    return ModelPictures(model, plan, source=source)
