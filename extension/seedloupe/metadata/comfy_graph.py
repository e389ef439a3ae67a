"""ComfyUI's ``prompt``: which sampler began with noise, and from which seed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..noise.comfyui import batch_paths
from ..noise.source import CPU_NOISE
from .comfy_latents import LatentInput, latents_at
from .comfy_nodes import Link, Node, Nodes, follow_choice, follow_number, read_nodes, upstream
from .found_noise import FoundHost, FoundLevel, FoundNoise, Missing
from .parsing import read_seed, read_share, require_channels

_GOLDEN = "SeedloupeGoldenSeed"
_MOST_PICKED, _LONGEST_NAME = 10_000, 200
_SEED_INPUTS = {
    "KSampler": "seed",
    "KSamplerAdvanced": "noise_seed",
    "SamplerCustom": "noise_seed",
    "SamplerCustomAdvanced": "noise",
}
"""ComfyUI's own samplers, and what they call their seed; SamplerCustomAdvanced is handed noise."""


@dataclass(frozen=True)
class _Sampler:
    """A sampler.

    Attributes:
        seed: a number, the output that makes one, or None where neither is found.
        adds_noise: whether it draws any at its start.
        latents: what it is handed.
        strange: the kind of a node that nobody here knows; empty without one.
        strength: how much of the latents is forgotten.
    """

    seed: int | Link | None
    adds_noise: bool
    latents: LatentInput
    strange: str
    strength: float = 1.0


def noise_in_graph(
    prompt: Mapping[str, object],
    *,
    channels: int | None = None,
    file_size: tuple[int, int] | None = None,
) -> FoundNoise:
    """Tell which noise a picture of ComfyUI was made from.

    Args:
        prompt: its ``prompt``, read from JSON.
        channels: of the model's latents; None takes 4 and calls that an assumption.
        file_size: ``(width, height)`` of the file in pixels, to tell branches apart.

    Raises:
        ImageError: it is no graph, or a seed, size or batch in it cannot be; the field names it.
        NoiseError: ``channels`` is no number of channels.
    """
    nodes = read_nodes(prompt)
    names = _samplers(nodes)
    all_names = frozenset(names)
    samplers = [
        _sampler(nodes, n, all_names, require_channels(4 if channels is None else channels))
        for n in names
    ]
    starts = [s for s in samplers if s.adds_noise and not s.latents.sampler]
    if not starts:
        which = "no sampler that starts from noise" if samplers else "no sampler we know"
        return _unknown(f"The graph has {which}.")
    seeds = {sampler.seed for sampler in starts if isinstance(sampler.seed, int)}
    if len(starts) > 1 and len(set(map(_identity, starts))) > 1:
        return _unknown(
            f"The graph has {len(starts)} samplers that start from noise, and does not tell which "
            "of them made this picture.",
            tuple(sorted(seeds)),
        )
    later = sum(s.adds_noise and bool(s.latents.sampler) for s in samplers)
    found = _found(nodes, starts[0], later)
    missing = (Missing.INDEX,) if found.level is FoundLevel.DEPENDS else ()
    return replace(found, channels_assumed=channels is None, missing=missing)


def _samplers(nodes: Nodes) -> list[str]:
    """Return the samplers behind the saved pictures; behind everything where none is saved."""
    roots = [name for name, node in nodes.items() if "save" in node.kind.lower()]
    return [name for name in upstream(nodes, roots or list(nodes)) if _is_sampler(nodes[name])]


def _is_sampler(node: Node) -> bool:
    if node.kind in _SEED_INPUTS:
        return True
    # Others' samplers are known by what they need: latents, and a seed or noise.
    wired = node.link("latent_image", "latent", "samples") is not None
    return wired and any(name in node.inputs for name in ("seed", "noise_seed", "noise"))


def _sampler(nodes: Nodes, name: str, names: frozenset[str], channels: int) -> _Sampler:
    node = nodes[name]
    link = node.link("latent_image", "latent", "samples")
    latents = latents_at(nodes, link, names, channels=channels)
    if node.kind not in _SEED_INPUTS:
        seed = node.inputs.get("seed", node.inputs.get("noise_seed"))
        return _Sampler(_seed(nodes, name, seed), True, latents, node.called)
    if node.kind == "SamplerCustomAdvanced":
        return _handed(nodes, node, latents)
    adds = follow_choice(nodes, node.inputs.get("add_noise", "enable"))
    strength = node.inputs.get("denoise", 1.0)
    return _Sampler(
        _seed(nodes, name, node.inputs.get(_SEED_INPUTS[node.kind])),
        adds not in ("disable", "false"),
        latents,
        latents.strange,
        1.0 if isinstance(strength, Link) else read_share(strength, f"prompt.{name[:40]}.denoise"),
    )


def _handed(nodes: Nodes, node: Node, latents: LatentInput) -> _Sampler:
    """Follow the noise of SamplerCustomAdvanced."""
    link = node.link("noise")
    source = nodes.get(link.node) if link is not None else None
    if link is None or source is None:
        return _Sampler(None, True, latents, "noise from nowhere")
    if source.kind == "DisableNoise":
        return _Sampler(None, False, latents, latents.strange)
    if source.kind != "RandomNoise":
        return _Sampler(None, True, latents, source.called)
    seed = _seed(nodes, link.node, source.inputs.get("noise_seed"))
    return _Sampler(seed, True, latents, latents.strange)


def _seed(nodes: Nodes, name: str, value: object) -> int | Link | None:
    found = follow_number(nodes, value)
    return read_seed(found, f"prompt.{name[:40]}.seed") if isinstance(found, int) else found


def _identity(sampler: _Sampler) -> tuple[object, ...]:
    """What makes two samplers begin with the same noise."""
    latents = sampler.latents
    return sampler.seed, sampler.strange, latents.shape, latents.batch, latents.index


def _found(nodes: Nodes, start: _Sampler, later: int) -> FoundNoise:
    latents = start.latents
    level, verdict = _verdict(nodes, start)
    picture = latents.from_picture or start.strength < 1
    return FoundNoise(
        FoundHost.COMFYUI,
        level,
        verdict,
        (start.seed,) if isinstance(start.seed, int) else (),
        CPU_NOISE,
        latents.shape,
        batch=latents.batch,
        batch_index=latents.index,
        task="inpaint" if latents.masked else "img2img" if latents.from_picture else "txt2img",
        strength=start.strength if picture else None,
        notes=tuple(_notes(start, later)),
    )


def _verdict(nodes: Nodes, start: _Sampler) -> tuple[FoundLevel, str]:
    latents = start.latents
    if start.strange:
        return FoundLevel.UNKNOWN, f"Made with {start.strange}, whose noise is not known here."
    if isinstance(start.seed, Link):
        return _from_node(nodes, start.seed)
    if start.seed is None:
        return FoundLevel.UNKNOWN, "The seed leads to no number."
    if latents.shape is None:
        return FoundLevel.UNKNOWN, "The size is that of a picture that is not in the file."
    if latents.batch > 1 and len(set(latents.index or range(latents.batch))) > 1:
        return FoundLevel.DEPENDS, (
            f"One of a batch of {latents.batch}, drawn on the CPU as one stream; the file does not "
            "tell which."
        )
    return FoundLevel.EXACT, "Drawn on the CPU, alike on every machine."


def _from_node(nodes: Nodes, link: Link) -> tuple[FoundLevel, str]:
    """Say what a node does that makes seeds."""
    node = nodes[link.node]
    if node.kind != _GOLDEN:
        return (
            FoundLevel.UNKNOWN,
            f"The seed comes out of {node.called}, which does not tell.",
        )
    table, count = node.inputs.get("table"), follow_number(nodes, node.inputs.get("count"))
    if link.slot == 1:
        count = 1
    known = isinstance(count, int) and 1 <= count <= _MOST_PICKED
    which = "The best seed" if count == 1 else f"One of the {count} best seeds"
    named = f"the table {table[:80]!r}" if isinstance(table, str) else "a table it does not name"
    return FoundLevel.DEPENDS, (
        f"{which if known else 'One of the best seeds'} of {named}; the file does not tell the "
        f"number.{_command(table, count) if known else ''}"
    )


def _command(table: object, count: object) -> str:
    """Say how to find golden seeds again; a stranger's words must not run as a command."""
    if not isinstance(table, str) or not 0 < len(table) <= _LONGEST_NAME:
        return ""
    if not table.isprintable() or table.startswith("-") or "`" in table:
        return ""
    return f" `seedloupe pick golden --table {shlex.quote(table)} --count {count}` does."


def _notes(start: _Sampler, later: int) -> Iterator[str]:
    latents = start.latents
    if latents.from_picture:
        yield "The noise was added to another picture, which is needed as well."
    if latents.shape is not None:
        yield f"{latents.shape[0]} channels were taken; the model may have others."
        paths = batch_paths(latents.shape, latents.batch)
        if latents.batch > 1 and latents.index is None and not paths.agree:
            yield paths.sentence
    if later:
        yield f"Later samplers ({later}) added noise of their own."
    yield "Noise that ancestral and SDE steps add is drawn where the model computes."


def _unknown(verdict: str, seeds: tuple[int, ...] = ()) -> FoundNoise:
    return FoundNoise(FoundHost.COMFYUI, FoundLevel.UNKNOWN, verdict, seeds, CPU_NOISE)
