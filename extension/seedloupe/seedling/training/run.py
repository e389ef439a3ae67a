"""What every training loop shares: a checkpoint that survives a kill, and a printed line."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, distributed, nn

from .optim import MasterMuon, set_lr, warm_stable_decay


@dataclass(frozen=True)
class Until:
    """When a run is over: after ``steps``, or else after ``seconds`` of training.

    Seconds suit a machine lent for minutes; the schedule then goes by the share of them.
    """

    steps: int = 0
    seconds: float = 0.0

    def over(self, step: int, spent: float) -> bool:
        """Whether nothing is left to do after ``step`` steps and ``spent`` seconds."""
        return step >= self.steps if self.steps else spent >= self.seconds

    def share(self, step: int, spent: float) -> float:
        """How much of the run is done, 0 to 1."""
        return min(1.0, step / self.steps if self.steps else spent / self.seconds)

    def rate(self, step: int, spent: float) -> float:
        """Share of the peak learning rate."""
        if self.steps:
            return warm_stable_decay(step, self.steps)
        share = int(100_000 * self.share(step, spent))
        return min((step + 1) / 50, warm_stable_decay(share, 100_000, warm=1))


def here(tensor: Tensor) -> Tensor:
    """``tensor`` on the device tensors are made on by default."""
    return tensor.to(torch.empty(0).device)


@dataclass(eq=False)
class TrainingRun:
    """One network on its way to ``until``, resumable at any step.

    Started by ``torchrun`` with several processes, each computes its own share of the
    batch and gradients are averaged: on CPUs two processes of one thread are nearly
    twice as fast as one process of two threads.
    """

    name: str
    model: nn.Module
    optimizer: MasterMuon
    until: Until
    lr: float
    folder: Path
    save_seconds: float = 120.0
    print_every: int = 50
    step: int = 0
    spent: float = 0.0
    figures: dict[str, list[float]] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """How much of the run is done, 0 to 1."""
        return self.until.share(self.step, self.spent)

    @property
    def checkpoint(self) -> Path:
        """Where the run keeps its state."""
        return self.folder / f"{self.name}.checkpoint.pt"

    def resume(self) -> None:
        """Go on from the checkpoint when there is one."""
        if not self.checkpoint.exists():
            return
        device = torch.empty(0).device
        kept = torch.load(self.checkpoint, weights_only=True, map_location=device)
        self.model.load_state_dict(kept["model"])
        self.optimizer.load_state_dict(kept["optimizer"])
        # load_state_dict casts state to the weights' dtype, and masters must stay float32.
        for weight, state in zip(self._weights(), kept["masters"], strict=True):
            self.optimizer.state[weight] = state
        self.step, self.spent = kept["step"], kept.get("spent", 0.0)

    def train(self, loss: Callable[[int, int], tuple[Tensor, dict[str, float]]]) -> None:
        """Descend until it is over, saving now and then.

        ``loss(step, draw)`` returns the loss and named figures to print; ``draw`` is a
        number no other step or process gets, to choose pictures and noise by.
        """
        self.resume()
        rank, world = rank_and_world()
        begun = saved = time.monotonic()
        first, before = self.step, self.spent
        while not self.until.over(self.step, self.spent):
            set_lr(self.optimizer, self.lr * self.until.rate(self.step, self.spent))
            draw = self.step * world + rank
            torch.manual_seed(draw)
            value, figures = loss(self.step, draw)
            self.optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(value)
            if world > 1:
                average_gradients(self._weights())
            self.optimizer.step()
            self.step += 1
            self.spent = before + time.monotonic() - begun
            self._note(figures, (self.step - first) / (time.monotonic() - begun))
            if time.monotonic() - saved > self.save_seconds:
                self.save()
                saved = time.monotonic()
        self.save()

    def save(self) -> None:
        """Write the checkpoint beside itself, then rename: a kill leaves the old one."""
        if rank_and_world()[0]:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self.checkpoint.with_suffix(".new")
        masters = [dict(self.optimizer.state[weight]) for weight in self._weights()]
        state = self.optimizer.state_dict()
        state["state"] = {}
        kept = {
            "model": self.model.state_dict(),
            "optimizer": state,
            "masters": masters,
            "step": self.step,
            "spent": self.spent,
        }
        torch.save(kept, new)
        new.replace(self.checkpoint)

    def _weights(self) -> list[Tensor]:
        return [weight for group in self.optimizer.param_groups for weight in group["params"]]

    def _note(self, figures: dict[str, float], rate: float) -> None:
        for name, value in figures.items():
            self.figures.setdefault(name, []).append(value)
        over = self.until.over(self.step, self.spent)
        if rank_and_world()[0] or (self.step % self.print_every and not over):
            return
        means = (f"{name} {sum(v) / len(v):.4f}" for name, v in self.figures.items())
        line = " ".join(
            (f"{self.name} {self.step}/{self.until.steps or 'time'}", *means, f"{rate:.2f} steps/s")
        )
        sys.stderr.write(f"{line}\n")
        self.figures.clear()


def rank_and_world() -> tuple[int, int]:
    """Which process this is, of how many; ``(0, 1)`` when there is only one."""
    if not distributed.is_initialized():
        return 0, 1
    return distributed.get_rank(), distributed.get_world_size()


def join_processes() -> None:
    """Meet the other processes when ``torchrun`` started several."""
    if distributed.is_torchelastic_launched() and not distributed.is_initialized():
        distributed.init_process_group("gloo")


def average_gradients(weights: list[Tensor]) -> None:
    """Replace each gradient by its mean over all processes, in one message."""
    gradients = [weight.grad for weight in weights if weight.grad is not None]
    flat = torch.cat([gradient.float().flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    means = torch.split(flat, [gradient.numel() for gradient in gradients])
    for gradient, mean in zip(gradients, means, strict=True):
        gradient.copy_(mean.view_as(gradient))
