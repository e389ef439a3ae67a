"""Muon for matrices, AdamW for the rest, both stepping float32 masters of bfloat16 weights.

Muon (Jordan et al., 2024) replaces a matrix's momentum by its nearest orthogonal matrix,
found by a few Newton-Schulz steps; convolutions count as ``(out, in * kh * kw)``. On two
CPU cores it needs about half of AdamW's steps here, and steps are what a CPU lacks.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

#: Quintic Newton-Schulz coefficients, chosen by Jordan et al. for speed near zero.
_QUINTIC = (3.4445, -4.7750, 2.0315)
#: Root-mean-square of one orthogonal update, the size AdamW's updates have.
_UPDATE_RMS = 0.2


def orthogonalise(matrix: Tensor, *, steps: int = 5) -> Tensor:
    """The orthogonal factor of each matrix ``(..., M, N)``, to about 10 %, same dtype."""
    a, b, c = _QUINTIC
    tall = matrix.shape[-2] > matrix.shape[-1]
    x = (matrix.mT if tall else matrix).bfloat16()
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    factor: Tensor = (x.mT if tall else x).to(matrix.dtype)
    return factor


class MasterMuon(torch.optim.Optimizer):
    """Step float32 masters and copy them into the model's own (maybe bfloat16) weights.

    Embeddings, norms, biases and everything else that is not a matrix goes to AdamW.
    """

    def __init__(
        self, model: nn.Module, *, lr: float, momentum: float = 0.95, ema: float = 0.0
    ) -> None:
        matrices, rest = split_parameters(model)
        groups = [{"params": matrices, "muon": True}, {"params": rest, "muon": False}]
        super().__init__(groups, {"lr": lr, "momentum": momentum, "ema": ema})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Apply one update from the gradients at hand.

        Weights of one shape are stepped together: a GPU spends its time on calls, not on numbers.
        """
        for group in self.param_groups:
            alike: dict[torch.Size, list[Tensor]] = {}
            for weight in group["params"]:
                if weight.grad is not None:
                    alike.setdefault(weight.shape, []).append(weight)
            for weights in alike.values():
                self._step_alike(weights, group)

    def _step_alike(self, weights: list[Tensor], group: dict[str, object]) -> None:
        states = [self._begun(weight) for weight in weights]
        for state in states:
            state["count"] += 1
        gradients = [weight.grad.float() for weight in weights]  # type: ignore[union-attr]
        updates = _muon(gradients, states, group) if group["muon"] else _adam(gradients, states)
        masters = [state["master"] for state in states]
        torch._foreach_add_(masters, updates, alpha=-float(group["lr"]))  # type: ignore[arg-type]
        torch._foreach_copy_(weights, masters)
        count = states[0]["count"]
        young = 10 / (10 + int(count))
        share = max(1 - float(group["ema"]), young)  # type: ignore[arg-type]
        torch._foreach_lerp_([state["ema"] for state in states], masters, share)

    def _begun(self, weight: Tensor) -> dict[str, Tensor]:
        state: dict[str, Tensor] = self.state[weight]
        if not state:
            state["master"] = weight.detach().float().clone()
            state["first"] = torch.zeros_like(state["master"])
            state["second"] = torch.zeros_like(state["master"])
            state["ema"] = state["master"].clone()
            state["count"] = 0  # type: ignore[assignment]
        return state

    @torch.no_grad()
    def averaged(self, model: nn.Module) -> dict[str, Tensor]:
        """The exponential average of every trained weight, float32, by the model's names."""
        return {
            name: self.state[weight]["ema"].clone()
            for name, weight in model.named_parameters()
            if self.state[weight]
        }


def split_parameters(model: nn.Module) -> tuple[list[Tensor], list[Tensor]]:
    """Weights Muon takes, and the others."""
    embeddings = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    wanted: list[Tensor] = [weight for weight in model.parameters() if weight.requires_grad]
    matrices = [w for w in wanted if w.ndim >= 2 and id(w) not in embeddings]
    chosen = {id(weight) for weight in matrices}
    return matrices, [w for w in wanted if id(w) not in chosen]


def set_lr(optimizer: torch.optim.Optimizer, lr: float) -> None:
    """Give every group the same learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = lr


def warm_stable_decay(step: int, total: int, *, warm: int = 50, decay: float = 0.3) -> float:
    """Share of the peak learning rate: rises, stays, falls linearly over the last ``decay``."""
    falling = max(1, int(total * decay))
    return max(0.0, min(1.0, (step + 1) / warm, (total - step) / falling))


def _muon(
    gradients: list[Tensor], states: list[dict[str, Tensor]], group: dict[str, object]
) -> list[Tensor]:
    momentum = float(group["momentum"])  # type: ignore[arg-type]
    first = [state["first"] for state in states]
    torch._foreach_lerp_(first, gradients, 1 - momentum)
    nesterov = torch.stack(torch._foreach_lerp(gradients, first, momentum))
    matrices = nesterov.reshape(*nesterov.shape[:2], -1)
    scale = _UPDATE_RMS * max(matrices.shape[1:]) ** 0.5
    return list((orthogonalise(matrices).reshape(nesterov.shape) * scale).unbind())


def _adam(gradients: list[Tensor], states: list[dict[str, Tensor]]) -> list[Tensor]:
    first, second = ([state[name] for state in states] for name in ("first", "second"))
    torch._foreach_lerp_(first, gradients, 0.1)
    torch._foreach_lerp_(second, torch._foreach_mul(gradients, gradients), 0.01)
    count = int(states[0]["count"])
    roots = torch._foreach_sqrt(torch._foreach_div(second, 1 - 0.99**count))
    torch._foreach_add_(roots, 1e-8)
    means = torch._foreach_div(first, 1 - 0.9**count)
    return list(torch._foreach_div(means, roots))
