"""What all probes share: hooks that come off again, calls counted, trouble kept from the model."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from types import MappingProxyType, TracebackType
from typing import TypeAlias, TypeVar

from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from ..errors import LayerNotFoundError, ModelError, ShapeError
from .calls import CallLog, FeaturePlace, Grid
from .layer import Layer
from .layers import match_layers
from .levels import NoiseLevels
from .rows import RowLabel, RowPlan
from .token_grid import grid_of_call
from .topology import bare_unet, is_compiled
from .transformer_kinds import kind_of, text_module

_log = logging.getLogger(__name__)

Rows: TypeAlias = slice | Sequence[int]
RowChooser: TypeAlias = Callable[[int], Rows]
P = TypeVar("P", bound="LayerProbe")


class LayerProbe(ABC):
    """Watches layers of a U-Net while it is armed; a subclass says which there are, and how.

    Trouble of its own never reaches the model: it is kept in :attr:`failures`, logged once, and the
    layer stays unwatched from then on.

    Args:
        unet: the U-Net that will run.
        patterns: which of its layers.
        rows: which rows of its batch.
        levels: the noise levels the model was trained at.
    """

    def __init__(
        self,
        unet: nn.Module,
        patterns: Sequence[str],
        *,
        rows: RowPlan | RowChooser | Rows | None,
        levels: NoiseLevels | None,
    ) -> None:
        self._given = unet
        self._unet = bare_unet(unet)
        self._patterns = patterns
        self._rows = None if isinstance(rows, RowPlan) else rows
        self._calls = CallLog(rows if isinstance(rows, RowPlan) else None, levels)
        self._hooks = ExitStack()
        self._layers: tuple[Layer, ...] = ()
        self._names: tuple[str, ...] = ()
        self._missing: dict[str, Exception] = {}
        self._failures: dict[str, Exception] = {}
        self._seen: set[str] = set()
        self._swaps: list[str] = []
        self._hung = 0

    @property
    def layers(self) -> tuple[str, ...]:
        """Canonical names of the layers under watch, known once armed."""
        return self._names

    @property
    def failures(self) -> Mapping[str, Exception]:
        """What went wrong, by layer; these layers send nothing any more."""
        return MappingProxyType({**self._missing, **self._failures})

    @property
    def silent(self) -> tuple[str, ...]:
        """Layers that have not run so far.

        After a call of the U-Net this means it was not observed: it was compiled before the probe
        was armed, or something else ran in its place.
        """
        return tuple(name for name in self.layers if name not in self._seen)

    @property
    def calls(self) -> int:
        """How often the U-Net was called while it was watched."""
        return self._calls.total

    @property
    def hooks(self) -> int:
        """How many hooks of this probe are on the model right now."""
        return self._hung

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know: a U-Net that was exchanged, layers that were not seen, and why.

        Ask after the U-Net should have run.
        """
        failed = {name: reason_of(error) for name, error in self.failures.items()}
        silent = self.silent
        why = dict.fromkeys(silent, self._why_silent() if silent else "") | failed
        lines = [f"{layer} is not watched: {reason}" for layer, reason in why.items()]
        return (*self._swaps, *lines)

    @property
    def step(self) -> int:
        """Where things are filed: counts the U-Net's calls unless :meth:`at` said otherwise."""
        return self._calls.place.step

    def at(
        self, *, step: int, sigma: float | None = None, track: int = 0, rows: RowPlan | None = None
    ) -> None:
        """Say which step the following calls belong to.

        Args:
            step: counted from 0 within its pass.
            sigma: the noise level.
            track: which pass of sampling: 0 the first, 1 a hires or refiner pass, and so on.
            rows: what the rows of this evaluation of the denoiser are, over all its calls.
        """
        self._calls.at(FeaturePlace(track, step, sigma), rows)

    def again(self, *, sigma: float | None = None, rows: RowPlan | None = None) -> None:
        """Say that the step goes on with a further evaluation of the denoiser.

        Samplers of second order (Heun, DPM2, SDE) evaluate it twice a step, at two levels; their
        calls are counted on.
        """
        self._calls.again(sigma, rows)

    def label(self, rows: RowPlan) -> None:
        """Say what the rows of the next call of the U-Net in this thread are."""
        self._calls.label(rows)

    def begin(self, latents: Tensor) -> None:
        """Say that a call of the U-Net is under way, from inside its forward.

        A hook on the U-Net itself sees each call begin, but not where a host arms the probe when
        the call has begun already, as the wrappers of ComfyUI's ``forward`` do.

        Args:
            latents: ``(B, C, H, W)``, what the U-Net was called with.
        """
        self._note_grid("", self._unet, (latents,), {})

    def arm(self, unet: nn.Module | None = None) -> None:
        """Attach the hooks; those of an earlier arming are taken off first.

        Args:
            unet: the U-Net that will run now. If it is another one than before, as after a
                refiner's or a user's change of models, it is watched from here on and
                :attr:`notes` says so; layers it does not have become failures.

        Raises:
            LayerNotFoundError: a name fits nothing; no hook is left.
            ModelError: the model is no U-Net of a known shape.
        """
        self.disarm()
        if unet is not None and bare_unet(unet) is not self._unet:
            self._given = unet
            self._follow(bare_unet(unet))
        if not self._names:
            self._layers = match_layers(self._listed(self._unet), self._patterns)
            self._names = tuple(layer.name for layer in self._layers)
        with ExitStack() as hooks:
            self._attach(hooks)
            self._hooks = hooks.pop_all()

    def disarm(self) -> None:
        """Take all hooks off; harmless when there are none."""
        self._hooks.close()

    def __enter__(self: P) -> P:
        """Arm the probe."""
        self.arm()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disarm the probe; an error inside the block goes its way."""
        self.disarm()

    @abstractmethod
    def _listed(self, unet: nn.Module) -> tuple[Layer, ...]:
        """List what of ``unet`` this probe could watch.

        Raises:
            LayerNotFoundError: there is nothing of the kind.
            ModelError: ``unet`` is no U-Net of a known shape.
        """

    @abstractmethod
    def _watch(self, hooks: ExitStack, layer: Layer, module: nn.Module) -> None:
        """Hang hooks on one layer, each with :meth:`_hang`."""

    def _attach(self, hooks: ExitStack) -> None:
        modules = {layer: _module(self._unet, layer.path) for layer in self._layers}
        there = {layer: module for layer, module in modules.items() if module is not None}
        self._missing = {name: _gone(name) for name in {*self._names} - {x.name for x in there}}
        for path in dict.fromkeys(["", *(layer.around for layer in there)]):
            note = partial(self._note_grid, path)
            around = self._unet.get_submodule(path)
            self._hang(hooks, around.register_forward_pre_hook(note, with_kwargs=True))
        if text := text_module(self._unet):
            self._hang(hooks, text.register_forward_hook(self._note_words))
        for layer, module in there.items():
            self._watch(hooks, layer, module)

    def _hang(self, hooks: ExitStack, handle: RemovableHandle) -> None:
        self._hung += 1
        hooks.callback(self._unhang, handle)

    def _unhang(self, handle: RemovableHandle) -> None:
        handle.remove()
        self._hung -= 1

    def _follow(self, unet: nn.Module) -> None:
        """Watch another U-Net; trouble becomes a note, as the run goes on in any case."""
        self._unet = unet
        try:
            there = {layer.name: layer for layer in self._listed(unet)}
            self._swaps.append("another U-Net came into use; it is watched from there on")
        except (LayerNotFoundError, ModelError) as error:
            there = {}
            self._swaps.append(f"another model came into use that cannot be watched: {error}")
        self._layers = tuple(there[name] for name in self._names if name in there)

    def _note_grid(
        self, path: str, module: nn.Module, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> None:
        kind = kind_of(self._unet) if path == "" else None
        try:
            grid = grid_of_call(kind, module, args, kwargs) if kind else Grid.of_call(args, kwargs)
        except Exception:  # noqa: BLE001 - the picture must not pay for the lens
            grid = None
        if path == "":
            self._calls.begin(0 if grid is None else grid.rows)
        if grid is not None:
            self._calls.current.grids[path] = grid

    def _note_words(self, module: nn.Module, args: object, output: object) -> None:
        grid = self._calls.current.grids.get("")
        if grid is not None and isinstance(output, Tensor) and output.ndim == 3:
            self._calls.current.grids[""] = grid._replace(words=output.shape[1])

    def _give_up(self, layer: Layer, error: Exception) -> None:
        # Without its traceback, which would keep the model's tensors alive.
        self._failures[layer.name] = error.with_traceback(None)
        _log.warning("Layer %s is no longer watched: %s", layer.name, reason_of(error))

    def _chosen(self, count: int) -> tuple[slice | list[int], tuple[RowLabel, ...]]:
        """Return which of ``count`` rows are wanted in the call in progress, and what they are."""
        found = self._calls.current.rows
        if isinstance(found, ShapeError):
            raise found
        if found is not None:
            return list(found.kept), found.labels
        rows = self._rows(count) if callable(self._rows) else self._rows
        if rows is None or isinstance(rows, slice):
            return rows or slice(None), ()
        return list(rows), ()

    def _why_silent(self) -> str:
        if is_compiled(self._given):
            return "it did not run; the U-Net was compiled before it was watched"
        if not self.calls:
            return "the U-Net did not run; another model or an engine may run in its place"
        if any(layer.kernel for layer in self._layers):
            return (
                "its attention did not pass PyTorch's kernel, the only one that can be seen; in "
                "ComfyUI, start with --use-pytorch-cross-attention"
            )
        return "it did not run; something else may run in its place, such as TensorRT or OneDiff"


def reason_of(error: BaseException) -> str:
    """Say in words what an error was; some, such as those of memory, have none of their own."""
    lost = "there was not enough memory to keep it"
    return str(error) or (lost if isinstance(error, MemoryError) else type(error).__name__)


def _module(unet: nn.Module, path: str) -> nn.Module | None:
    """Return a module, or None where a host has taken it out since its layer was looked up."""
    try:
        return unet.get_submodule(path)
    except AttributeError:
        return None


def _gone(name: str) -> LayerNotFoundError:
    expected, got = "a layer of the U-Net now in use", "none of that name"
    return LayerNotFoundError(name, expected=expected, got=got)
