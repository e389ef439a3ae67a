"""Coders in safetensors files; no other format is read, least of all a pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ...errors import ConceptFileError, InputError
from ...file_kinds import CONCEPTS_SUFFIX
from ...files import write_whole
from .coder import SparseCoder

_FORMAT = "seedloupe.concepts.1"
_TENSORS = ("encoder", "bias", "decoder", "centre")


def write_concepts(
    coder: SparseCoder, path: Path, *, plan: Mapping[str, object] | None = None
) -> None:
    """Write a coder; the file is whole or not there.

    Args:
        coder: what is written.
        path: where.
        plan: what it was taught on and how, as JSON types; kept in the file.
    """
    told: dict[str, object] = {
        "layer": coder.layer,
        "time": coder.time,
        "k": coder.k,
        "scale": coder.scale,
        "model_sha256": coder.model_sha256,
        "per_picture": coder.per_picture,
    }
    if coder.names:
        told["names"] = list(coder.names)
    tensors = {name: getattr(coder, name).contiguous() for name in _TENSORS}
    metadata = {"format": _FORMAT, "coder": json.dumps(told)}
    if plan is not None:
        metadata["plan"] = json.dumps(plan, ensure_ascii=False)
    write_whole(path, save(tensors, metadata))


def concepts_plan(path: Path) -> Mapping[str, object]:
    """Return what a file says of how its coder was taught; nothing where it does not say.

    Raises:
        ConceptFileError: the file cannot be read.
    """
    try:
        with safe_open(path, "pt") as file:
            plan = json.loads((file.metadata() or {}).get("plan", "{}"))
    except (OSError, SafetensorError, ValueError) as error:
        raise _refusal(path, f"{type(error).__name__}: {error}") from error
    return plan if isinstance(plan, dict) else {}


def read_concepts(path: Path, *, layers: tuple[str, ...] | None = None) -> SparseCoder:
    """Read a coder.

    Args:
        path: a ``.concepts.safetensors`` file.
        layers: those of the model in use, one of which it must be for; None does not ask.

    Raises:
        ConceptFileError: the file is no such file, or for a layer the model does not have.
    """
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != _FORMAT:
                raise _refusal(path, metadata.get("format") or "another kind of file")
            told = json.loads(metadata["coder"])
            coder = SparseCoder(
                str(told["layer"]),
                int(told["time"]),
                int(told["k"]),
                **{name: file.get_tensor(name).float() for name in _TENSORS},
                scale=float(told["scale"]),
                model_sha256=str(told["model_sha256"]),
                per_picture=bool(told["per_picture"]),
                names=tuple(str(name) for name in told.get("names", ())),
            )
    except ConceptFileError:
        raise
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, InputError) as error:
        raise _refusal(path, f"{type(error).__name__}: {error}") from error
    if layers is not None and coder.layer not in layers:
        raise ConceptFileError(
            "concepts",
            expected="concepts of a layer of this model",
            got=f"{path.name}, taught on {coder.layer}",
            advice="Teach them on this model with `seedloupe study sae`.",
        )
    return coder


def require_concepts(coder: SparseCoder, name: str, *, channels: int, model_sha256: str) -> None:
    """Refuse a coder that could not paint a model's layer.

    Args:
        coder: read for one of the model's layers.
        name: of its file.
        channels: what that layer has.
        model_sha256: hash of the model's files; empty where it is not known.

    Raises:
        ConceptFileError: it was taught on another model, or on whole pictures.
    """
    advice = "Teach them on this model with `seedloupe study sae`."
    if coder.width != channels:
        expected = f"{channels} channels, as {coder.layer} has in this model"
        got = f"{coder.width} in {name}"
    elif coder.model_sha256 and model_sha256 and coder.model_sha256 != model_sha256:
        expected = f"concepts of this model ({model_sha256[:10]})"
        got = f"{name}, taught on another ({coder.model_sha256[:10]})"
    elif coder.per_picture:
        expected, got = "concepts of places", f"{name}, taught on whole pictures"
    else:
        return
    raise ConceptFileError("concepts", expected=expected, got=got, advice=advice)


def _refusal(path: Path, got: str) -> ConceptFileError:
    return ConceptFileError(
        "concepts",
        expected=f"a {CONCEPTS_SUFFIX} file",
        got=f"{path.name}: {got}",
        advice="`seedloupe study sae` writes one; pickles are never opened.",
    )
