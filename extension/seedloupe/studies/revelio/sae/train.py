"""Teaching a k-sparse autoencoder, with units that fell silent brought back.

After Gao et al., "Scaling and evaluating sparse autoencoders" (2024): top-k instead of a penalty,
decoder rows of unit length with the gradient along them taken off, and the encoder begun as the
decoder's transpose. Units that fell silent begin anew as what is left over of vectors that are
explained badly (Bricken et al., "Towards monosemanticity", 2023).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ....errors import InputError
from ....lens.concepts import SparseCoder
from ....lens.concepts.coder import strongest
from ....tensors import require_shape

_LAST_REVIVAL = 0.7
"""Share of the steps after which none begins anew, so that all have time to settle."""
FEWEST_VECTORS = 64


@dataclass(frozen=True)
class TeachingPlan:
    """How a coder is taught.

    Attributes:
        units: how many.
        k: how many may answer for a vector.
        steps: of the optimiser.
        batch: vectors a step.
        rate: of Adam.
        silent_after: a unit that did not answer for so many vectors counts as silent.
        revive: whether silent units are brought back; off only to show that it matters.
        seed: of the start and of the order.
    """

    units: int = 256
    k: int = 8
    steps: int = 1500
    batch: int = 256
    rate: float = 2e-3
    silent_after: int = 8192
    revive: bool = True
    seed: int = 0


@dataclass(frozen=True)
class Taught:
    """A coder and how well it does on vectors it was not taught.

    Attributes:
        coder: ready to use.
        explained: share of the variance it explains, at most 1.
        answering: mean number of units that answer for a vector.
        silent: share of units that answer for none of them.
    """

    coder: SparseCoder
    explained: float
    answering: float
    silent: float


def teach(
    vectors: Tensor, held_out: Tensor, plan: TeachingPlan, *, layer: str, time: int
) -> Taught:
    """Teach a coder on some vectors and judge it on others.

    Args:
        vectors: ``(N, D)``.
        held_out: ``(M, D)``.
        plan: how.
        layer: whose vectors they are.
        time: at which training time.

    Raises:
        ShapeError: a tensor is laid out differently.
        InputError: there are too few vectors, or more answers than units.
    """
    count, width = require_shape(vectors, "N D", field="vectors").shape
    require_shape(held_out, f"M {width}", field="held_out")
    if count < FEWEST_VECTORS:
        raise InputError("vectors", expected=f"{FEWEST_VECTORS} or more", got=str(count))
    if not 1 <= plan.k <= plan.units:
        raise InputError("k", expected=f"1 to {plan.units} units", got=str(plan.k))
    centre = vectors.float().mean(0)
    scale = float((vectors.float() - centre).norm(dim=1).mean()) or 1.0
    with torch.enable_grad():
        learner = _Learner((vectors.float() - centre) / scale, plan)
        for _ in range(plan.steps):
            learner.step()
    coder = SparseCoder(
        layer,
        time,
        plan.k,
        learner.encoder.detach(),
        learner.bias.detach(),
        learner.decoder.detach(),
        centre,
        scale,
    )
    return judge(coder, held_out)


def judge(coder: SparseCoder, vectors: Tensor) -> Taught:
    """Return how well a coder does on vectors ``(N, D)``, counted after the top-k."""
    codes = coder.encode(vectors)
    apart = (coder.decode(codes) - vectors.float()).square().sum()
    total = (vectors.float() - vectors.float().mean(0)).square().sum()
    answers = codes > 0
    return Taught(
        coder,
        float(1 - apart / total.clamp(min=1e-12)),
        float(answers.sum(1).float().mean()),
        float((~answers.any(0)).float().mean()),
    )


class _Learner:
    """The tensors being taught.

    Args:
        vectors: ``(N, D)``, centred and scaled.
        plan: how.
    """

    def __init__(self, vectors: Tensor, plan: TeachingPlan) -> None:
        self._vectors, self._plan = vectors, plan
        self._generator = torch.Generator().manual_seed(plan.seed)
        start = torch.randn(plan.units, vectors.shape[1], generator=self._generator)
        self.decoder = normalize(start, dim=1).requires_grad_()
        self.encoder = self.decoder.detach().mT.clone().requires_grad_()
        self.bias = torch.zeros(plan.units, requires_grad=True)
        self._optimiser = torch.optim.Adam([self.decoder, self.encoder, self.bias], plan.rate)
        self._since = torch.zeros(plan.units, dtype=torch.int64)
        self._taken = 0

    def step(self) -> None:
        """Take one step on a batch drawn anew."""
        plan = self._plan
        self._taken += 1
        self._optimiser.param_groups[0]["lr"] = plan.rate * self._share()
        count = min(plan.batch, len(self._vectors))
        chosen = torch.randint(len(self._vectors), (count,), generator=self._generator)
        batch = self._vectors[chosen]
        answers = batch @ self.encoder + self.bias
        codes = strongest(answers, plan.k)
        left = batch - codes @ self.decoder
        loss = left.square().sum(1).mean()
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._without_length()
        self._optimiser.step()
        with torch.no_grad():
            self.decoder.copy_(normalize(self.decoder, dim=1))
        self._since = torch.where((codes.detach() > 0).any(0), 0, self._since + count)
        if plan.revive and self._taken < _LAST_REVIVAL * plan.steps:
            self._begin_anew(batch, left.detach())

    def _share(self) -> float:
        """Warm up for a twentieth of the steps, go down to nought over the last fifth."""
        done = self._taken / self._plan.steps
        return min(1.0, 20 * done, 5 * (1 - done) + 0.01)

    def _begin_anew(self, batch: Tensor, left: Tensor) -> None:
        """Let silent units begin anew, each as the left-over of a badly explained vector."""
        silent = (self._since >= self._plan.silent_after).nonzero().flatten()[: len(batch)]
        if not len(silent):
            return
        worst = left.square().sum(1)
        if float(worst.sum()) <= 0:
            return
        chosen = torch.multinomial(worst, len(silent), generator=self._generator)
        rows = normalize(left[chosen], dim=1)
        with torch.no_grad():
            self.decoder[silent] = rows
            self.encoder[:, silent] = rows.mT
            self.bias[silent] = 0.0
        for tensor, index in (
            (self.decoder, (silent,)),
            (self.encoder, (slice(None), silent)),
            (self.bias, (silent,)),
        ):
            for moment in ("exp_avg", "exp_avg_sq"):
                self._optimiser.state[tensor][moment][index] = 0.0
        self._since[silent] = 0

    def _without_length(self) -> None:
        """Take the part along the decoder's rows off their gradient: their length is fixed."""
        gradient = self.decoder.grad
        if gradient is not None:
            rows = self.decoder.detach()
            gradient -= (gradient * rows).sum(1, keepdim=True) * rows
