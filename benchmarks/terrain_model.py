"""A model nobody here made: the one-step terrain generator of `adaptive-terrain-diffusion` (PyPI).

Its wheel (MIT, 39 MB) carries a trained consistency U-Net of 128 x 128 heights as ONNX. Only that
file is opened, with onnxruntime; none of the package's code is run, so it is installed without its
dependencies: ``pip install --no-deps adaptive-terrain-diffusion onnxruntime``.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.files import write_whole
from seedloupe.mining.scorers import OutputKind, PictureBatch, ScorerOutput
from seedloupe.tables import MetricSpec

PACKAGE = "terrain_diffusion"
WEIGHTS = "weights/terrain_consistency_unet_difficulty100.onnx"
SIDE = 128
#: Where the model starts from, in units of its unit noise, and the difficulties it knows.
SIGMA, DIFFICULTIES = 80.0, 100

Denoise = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""Noisy ``(B, 1, 128, 128)``, sigma ``(B,)``, label ``(B,)`` to heights in [-1, 1]; float32."""


def weights_file() -> Path:
    """Return the model's file.

    Raises:
        InputError: the package is not installed.
    """
    found = importlib.util.find_spec(PACKAGE)
    places = found.submodule_search_locations if found else None
    path = Path(next(iter(places))) / WEIGHTS if places else None
    if path is None or not path.is_file():
        raise InputError(
            "model",
            expected="the weights of adaptive-terrain-diffusion",
            got="none installed",
            advice="pip install --no-deps adaptive-terrain-diffusion onnxruntime",
        )
    return path


def open_denoiser(path: Path, *, threads: int = 1) -> Denoise:
    """Open the model on the CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def denoise(noisy: np.ndarray, sigma: np.ndarray, label: np.ndarray) -> np.ndarray:
        given = {"noisy": noisy, "sigma": sigma, "difficulty": label}
        made: np.ndarray = session.run(["denoised"], given)[0]
        return made

    return denoise


class TerrainGenerator:
    """Terrains as gray pictures; the prompt is a difficulty, ``1`` to ``100``.

    It mixes difficulties in a batch: a picture does not depend on the others of its batch.
    """

    def __init__(self, denoise: Denoise) -> None:
        self._denoise = denoise

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        """Unit noise ``(B, 1, 128, 128)`` to ``(B, 3, 128, 128)`` in [0, 1]."""
        return self.pairs([prompt] * len(noise), noise, seeds)

    def pairs(self, prompts: Sequence[str], noise: Tensor, seeds: Sequence[int]) -> Tensor:
        """The same with a difficulty a picture."""
        noisy = np.ascontiguousarray(noise.float().numpy() * np.float32(SIGMA))
        sigma = np.full(len(noisy), SIGMA, np.float32)
        labels = np.array([label_of(prompt) for prompt in prompts], np.float32)
        heights = torch.from_numpy(self._denoise(noisy, sigma, labels))
        return ((heights + 1) / 2).clamp(0, 1).expand(-1, 3, -1, -1)


def label_of(prompt: str) -> float:
    """Return what the model is told for a difficulty, from 0 to 1.

    Raises:
        InputError: it is none.
    """
    if not (prompt.isdecimal() and 1 <= int(prompt) <= DIFFICULTIES):
        raise InputError("prompt", expected=f"a difficulty, 1 to {DIFFICULTIES}", got=repr(prompt))
    return (int(prompt) - 1) / (DIFFICULTIES - 1)


class KeptPictures:
    """A generator that makes no picture twice: what it made lies in a folder, to half precision.

    Also the first time the kept values are given out, so that a race over kept pictures sees those
    that were measured when all were made. Keeps only the first channel, as terrains are gray.

    Attributes:
        made: pictures that the model made.
        asked: pictures that were asked for.
    """

    def __init__(self, folder: Path, generator: TerrainGenerator) -> None:
        self._folder, self._generator = folder, generator
        self.made = self.asked = 0

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        """Noise of ``seeds`` ``(B, 1, H, W)`` to pictures ``(B, 3, H, W)``."""
        return self.pairs([prompt] * len(noise), noise, seeds)

    def pairs(self, prompts: Sequence[str], noise: Tensor, seeds: Sequence[int]) -> Tensor:
        """The same with a prompt a picture."""
        places = [self._place(p, seed) for p, seed in zip(prompts, seeds, strict=True)]
        lacking = [row for row, place in enumerate(places) if not place.exists()]
        if lacking:
            asked = [prompts[row] for row in lacking]
            made = self._generator.pairs(asked, noise[lacking], [seeds[row] for row in lacking])
            for row, picture in zip(lacking, made[:, 0].numpy().astype("<f2"), strict=True):
                write_whole(places[row], picture.tobytes(), field="pictures")
        self.made, self.asked = self.made + len(lacking), self.asked + len(places)
        height, width = noise.shape[-2:]
        kept = [np.frombuffer(place.read_bytes(), "<f2") for place in places]
        gray = torch.from_numpy(np.stack(kept).astype(np.float32)).reshape(-1, 1, height, width)
        return gray.expand(-1, 3, -1, -1)

    def _place(self, prompt: str, seed: int) -> Path:
        name = hashlib.sha256(prompt.encode()).hexdigest()[:16]
        return self._folder / name / f"{seed}.f2"


class TerrainScorer:
    """How high, how rough and how lopsided a terrain is, and its relief on an 8 x 8 grid."""

    @property
    def outputs(self) -> Sequence[ScorerOutput]:
        """Three scores and a space; which way is better is a convention here."""
        told = (
            ("roughness", "mean step between neighbours, in hundredths of the range"),
            ("height", "mean, as a share of the range"),
            ("balance", "left half's mean height less the right half's"),
        )
        scores = [
            ScorerOutput(OutputKind.SCORE, name, metric=MetricSpec(name, "1", True, said))
            for name, said in told
        ]
        return (*scores, ScorerOutput(OutputKind.FEATURE, "relief", 64))

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        """Measure pictures ``(B, 3, H, W)``, of which the first channel counts."""
        heights = batch.images[:, 0]
        half = heights.shape[-1] // 2
        steps = heights.diff(dim=-1).abs().mean((1, 2)) + heights.diff(dim=-2).abs().mean((1, 2))
        relief = torch.nn.functional.adaptive_avg_pool2d(heights[:, None], 8)
        return {
            "score.roughness": 50 * steps,
            "score.height": heights.mean((1, 2)),
            "score.balance": heights[..., :half].mean((1, 2)) - heights[..., half:].mean((1, 2)),
            "feature.relief": relief.flatten(1),
        }
