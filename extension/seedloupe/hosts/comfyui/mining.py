"""Mining with whatever MODEL, CLIP and VAE come in, patched ones included."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folder_paths
from torch import Tensor

from ...noise import CPU_NOISE, SeedBatch
from ...places import own_folder
from ...tables import ModelSpec, SamplingSpec, Task
from .identity import model_sha256
from .noise import SeedNoise
from .step_noise import with_step_noise

if TYPE_CHECKING:
    from ...mining import MiningReport, MiningRun
    from ...services.mining_wish import MiningWish, TablePlace
    from ...services.scorer_form import ScorerForm

__all__ = ["HostPictures", "MineSettings", "mine_in_host", "mining_run", "table_place"]

_FOLDER = "mined"


@dataclass(frozen=True, eq=False)
class HostPictures:
    """Makes pictures with the host's own sampler; the host's Cancel ends the one in flight."""

    model: Any
    clip: Any
    vae: Any
    sampler: Any
    sigmas: Tensor
    cfg: float
    negative: str

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        """Noise ``(B, C, H, W)`` to images ``(B, 3, H, W)`` in [0, 1]."""
        import comfy.sample
        import torch

        drawn = SeedNoise(SeedBatch(tuple(seeds), CPU_NOISE))
        latent = torch.zeros_like(noise)
        drawn.generate_noise({"samples": latent})  # tells the steps which seeds they are of
        samples = comfy.sample.sample_custom(
            self.model,
            noise,
            self.cfg,
            with_step_noise(self.sampler, drawn),
            self.sigmas,
            self._encoded(prompt),
            self._encoded(self.negative),
            latent,
            disable_pbar=True,
            seed=drawn.seed,
        )
        return self.vae.decode(samples).float().cpu().movedim(-1, 1).clamp(0, 1)

    def _encoded(self, text: str) -> Any:
        return self.clip.encode_from_tokens_scheduled(self.clip.tokenize(text))


@dataclass(frozen=True)
class MineSettings:
    """What the node asks for.

    Args:
        name: of the table.
        seeds: to compare.
        shape: ``(C, H, W)`` of one picture's latent.
        wish: prompts and how to race.
        scorers: what pictures are scored by, and what decides.
    """

    name: str
    seeds: tuple[int, ...]
    shape: tuple[int, int, int]
    wish: MiningWish
    scorers: ScorerForm


def mining_run(
    pictures: HostPictures, settings: MineSettings, tell: Callable[[str], object]
) -> tuple[MiningRun, Path]:
    """Set up a run, and say where its table goes; one begun before is gone on with.

    Args:
        pictures: makes them.
        settings: what is asked for.
        tell: is told a line for each scorer that is left out, or lost on the way.

    Raises:
        InputError: it cannot be run so, or the name is of other settings.
    """
    from ...mining import MiningRun
    from ...services.scorer_form import raced_on
    from .scorer_inputs import comfyui_scorers

    plan, race = settings.wish.planned(
        seeds=settings.seeds,
        shape=settings.shape,
        noise=CPU_NOISE,
        model=_model_spec(pictures.model, settings),
        sampling=_sampling_spec(pictures),
    )
    form = settings.scorers
    scorers = comfyui_scorers().opened(form, None, prompts=len(plan.prompts), tell=tell)
    race = raced_on(race, form.objective, scorers)
    place = table_place(settings.name)
    journal = place.journal(plan, race)
    return MiningRun(plan, pictures, scorers, journal=journal, race=race, tell=tell), place.table


def table_place(name: str) -> TablePlace:
    """Return where a table goes: the user's own folder, into which every host looks.

    A run begun in ComfyUI's folder of models goes on there.

    Raises:
        InputError: the name could lead out of it.
    """
    from ...services.mining_wish import TablePlace

    begun = TablePlace(Path(folder_paths.models_dir) / "seed_tables" / _FOLDER, name)
    if begun.journal_folder.exists():
        return begun
    own = own_folder(os.environ, sys.platform, Path.home())
    return TablePlace(own / "seed_tables" / _FOLDER, name)


def mine_in_host(run: MiningRun, table: Path, tell: Callable[[MiningReport], object]) -> None:
    """Work until the table is there; what interrupts it leaves all that was measured.

    Raises:
        InputError: the table or the journal cannot be written.
    """
    from ...mining import MiningStage
    from ...services.mining_wish import TablePlace
    from ...tables import SUFFIX

    for report in run.rounds():
        tell(report)
        if report.stage is MiningStage.DONE and run.table is not None:
            TablePlace(table.parent, table.name.removesuffix(SUFFIX)).keep(run.table)


def _model_spec(model: Any, settings: MineSettings) -> ModelSpec:
    """The file where it is known, and what patches it: another LoRA is another run."""
    patches = _patched(getattr(model, "patches", {}))
    extra = {"patches_sha256": patches} if patches else {}
    return ModelSpec(
        "comfyui",
        settings.name,
        model_sha256(model),
        settings.shape[0],
        _prediction(model),
        extra=extra,
    )


def _patched(patches: Mapping[Any, Any]) -> str:
    """Which weights are patched and how strongly; empty where none is."""
    said = [f"{key}:{[part[0] for part in patches[key]]}" for key in sorted(patches, key=str)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest() if said else ""


def _prediction(model: Any) -> str:
    kind = type(model.get_model_object("model_sampling")).__mro__
    names = " ".join(one.__name__ for one in kind).lower()
    return "v_prediction" if "v_prediction" in names else "flow" if "flow" in names else "epsilon"


def _sampling_spec(pictures: HostPictures) -> SamplingSpec:
    """The sampler by its function's name, the steps by their noise levels."""
    function = getattr(pictures.sampler, "sampler_function", None)
    name = getattr(function, "__name__", type(pictures.sampler).__name__)
    levels = pictures.sigmas.double().cpu().numpy().round(6).tobytes()
    return SamplingSpec(
        Task.TXT2IMG,
        sampler=name.removeprefix("sample_"),
        steps=max(1, len(pictures.sigmas) - 1),
        guidance=float(pictures.cfg),
        extra={
            "sigmas_sha256": hashlib.sha256(levels).hexdigest(),
            "negative_sha256": hashlib.sha256(pictures.negative.encode()).hexdigest(),
        },
    )
