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


@dataclass(eq=False)
class Run:
    """One network on its way from step 0 to ``total``, resumable at any step.

    Started by ``torchrun`` with several processes, each computes its own share of the
    batch and gradients are averaged: on CPUs two processes of one thread are nearly
    twice as fast as one process of two threads.
    """

    name: str
    model: nn.Module
    optimizer: MasterMuon
    total: int
    lr: float
    folder: Path
    save_seconds: float = 120.0
    print_every: int = 50
    step: int = 0
    figures: dict[str, list[float]] = field(default_factory=dict)

    @property
    def checkpoint(self) -> Path:
        """Where the run keeps its state."""
        return self.folder / f"{self.name}.checkpoint.pt"

    def resume(self) -> None:
        """Go on from the checkpoint when there is one."""
        if not self.checkpoint.exists():
            return
        kept = torch.load(self.checkpoint, weights_only=True)
        self.model.load_state_dict(kept["model"])
        self.optimizer.load_state_dict(kept["optimizer"])
        # load_state_dict casts state to the weights' dtype, and masters must stay float32.
        for weight, state in zip(self._weights(), kept["masters"], strict=True):
            self.optimizer.state[weight] = state
        self.step = kept["step"]

    def train(self, loss: Callable[[int, int], tuple[Tensor, dict[str, float]]]) -> None:
        """Descend until ``total``, saving now and then.

        ``loss(step, draw)`` returns the loss and named figures to print; ``draw`` is a
        number no other step or process gets, to choose pictures and noise by.
        """
        self.resume()
        rank, world = rank_and_world()
        begun = saved = time.monotonic()
        first = self.step
        while self.step < self.total:
            set_lr(self.optimizer, self.lr * warm_stable_decay(self.step, self.total))
            draw = self.step * world + rank
            torch.manual_seed(draw)
            value, figures = loss(self.step, draw)
            self.optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(value)
            if world > 1:
                average_gradients(self._weights())
            self.optimizer.step()
            self.step += 1
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
        }
        torch.save(kept, new)
        new.replace(self.checkpoint)

    def _weights(self) -> list[Tensor]:
        return [weight for group in self.optimizer.param_groups for weight in group["params"]]

    def _note(self, figures: dict[str, float], rate: float) -> None:
        for name, value in figures.items():
            self.figures.setdefault(name, []).append(value)
        if rank_and_world()[0] or (self.step % self.print_every and self.step != self.total):
            return
        means = (f"{name} {sum(v) / len(v):.4f}" for name, v in self.figures.items())
        line = " ".join((f"{self.name} {self.step}/{self.total}", *means, f"{rate:.2f} steps/s"))
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
