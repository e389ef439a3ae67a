"""What the explorer's script reads: frames, layers, and a map for each of both.

Colours travel as they were recorded, one byte a channel. What is asked about spots is answered in
the browser, from codes of one byte a number: few enough to travel, and near enough, since angles
and distances are looked at and not computed with.
"""

from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from ...errors import InputError
from ...pages import data_address
from ..features import FeatureMap
from ..record import LensKey, LensRecord, LensWords
from ..views.pca import PcaBasis
from ..wording import layer_titles
from ..words.kept import NEGATIVE

if TYPE_CHECKING:
    from PIL.Image import Image

_MOST_SIDES = 2
_LONGEST_CODES = 32
"""Cells a side that codes are kept of; a finer grid is averaged, for it would take megabytes."""
_PREVIEW_SIDE = 256

#: A step of a pass; of several calls within it the last is shown.
Moment = tuple[int, int]


@dataclass(frozen=True, eq=False)
class RecordedRun:
    """One recorded picture.

    Args:
        record: what the lens kept of it.
        picture: the finished picture.
        previews: what it was going to be, by pass and step.
        row: which of the recorded rows is meant.
        name: what to call it; its seed by default.
    """

    record: LensRecord
    picture: Image | None = None
    previews: Mapping[Moment, Image] = field(default_factory=dict)
    row: int = 0
    name: str = ""

    @property
    def title(self) -> str:
        """What it is called."""
        return self.name or f"seed {', '.join(self.record.spec.seeds)}"


def explorer_json(runs: Sequence[RecordedRun]) -> str:
    """Return :func:`explorer_document` as JSON, for a page that fetches it."""
    return json.dumps(explorer_document(runs), allow_nan=False)


def explorer_document(runs: Sequence[RecordedRun]) -> dict[str, object]:
    """Return everything the explorer needs to know of one run, or of two, as JSON types.

    Two runs are compared by the codes every run shares (:mod:`..projection`), and painted with one
    set of colours; a single one by the exact shares kept beside them.

    Raises:
        InputError: there is no run or more than two, one holds no layer, or two hold different
            layers or steps.
    """
    if not 1 <= len(runs) <= _MOST_SIDES:
        raise InputError("runs", expected="one or two runs", got=f"{len(runs)}")
    sides = [_Side.of(run) for run in runs]
    for side in sides[1:]:
        sides[0].require_like(side)
    shared = _shared_colours(sides) if len(sides) > 1 else {}
    return {"sides": [side.told(shared, alone=len(sides) == 1) for side in sides]}


@dataclass(frozen=True, eq=False)
class _Side:
    """One run in the order it is shown in.

    Args:
        run: the run.
        layers: canonical names.
        moments: the steps shown, rising.
        keys: the last call of each layer and step.
    """

    run: RecordedRun
    layers: tuple[str, ...]
    moments: tuple[Moment, ...]
    keys: Mapping[tuple[str, Moment], LensKey]

    @classmethod
    def of(cls, run: RecordedRun) -> _Side:
        record = run.record
        if not record.rgb:
            raise InputError("record", expected="at least one recorded layer", got="none")
        rows = len(next(iter(record.rgb.values())))
        if not 0 <= run.row < rows:
            raise InputError("row", expected=f"0 to {rows - 1}", got=f"{run.row}")
        keys = {(key.layer, (key.track, key.step)): key for key in sorted(record.rgb)}
        layers = tuple(dict.fromkeys(layer.name for layer in record.spec.layers))
        return cls(run, layers, tuple(sorted({moment for _, moment in keys})), keys)

    def require_like(self, other: _Side) -> None:
        """Refuse a run whose layers or steps cannot stand beside this one's."""
        for name in ("layers", "moments"):
            here, there = getattr(self, name), getattr(other, name)
            if here != there:
                expected = f"the {len(here)} {name} of the first run"
                raise InputError(name, expected=expected, got=f"{len(there)} others")

    def told(self, shared: Mapping[str, PcaBasis], *, alone: bool) -> dict[str, object]:
        """Return one side as plain JSON values.

        Args:
            shared: colours of layers that are to look alike in every run.
            alone: whether there is no other run to be compared with.
        """
        spec, picture = self.run.record.spec, self.run.picture
        return {
            "title": spec.prompt,
            "name": self.run.title,
            "aspect": self._aspect(),
            "picture": "" if picture is None else _address(picture),
            "previews": [self._preview(moment) for moment in self.moments],
            "frames": [self._frame(moment) for moment in self.moments],
            "layers": [
                {"title": title, "part": place, **self._layer(name, shared.get(name))}
                for name, (title, place) in zip(self.layers, layer_titles(self.layers), strict=True)
            ],
            "maps": [
                [self._map(name, at, shared.get(name), alone=alone) for at in self.moments]
                for name in self.layers
            ],
            "words": self._words(),
        }

    def _aspect(self) -> float:
        if self.run.picture is not None:
            return self.run.picture.width / self.run.picture.height
        finest = max(self.run.record.spec.layers, key=lambda layer: layer.height * layer.width)
        return finest.width / finest.height

    def _preview(self, moment: Moment) -> str:
        preview = self.run.previews.get(moment)
        return "" if preview is None else _address(preview)

    def _frame(self, moment: Moment) -> dict[str, object]:
        track, step = moment
        key = next(key for (_, at), key in self.keys.items() if at == moment)
        known = self.run.record.moment(key)
        name = f"step {step + 1}" if track == 0 else f"pass {track + 1}, step {step + 1}"
        return {
            "track": track,
            "step": step,
            "name": name,
            "sigma": _finite(known.sigma),
            "t": _finite(known.timestep),
        }

    def coded(self, name: str) -> list[FeatureMap]:
        """Return a layer's shared codes at every step, none where one is missing."""
        keys = [key for (layer, _), key in self.keys.items() if layer == name]
        record = self.run.record
        if not all(key in record.codes for key in keys):
            return []
        return [FeatureMap(name, key.step, None, self._shared(key)) for key in keys]

    def _shared(self, key: LensKey) -> Tensor:
        record, row = self.run.record, self.run.row
        codes = record.codes[key][row : row + 1].to(torch.float32)
        return codes * record.layer(key).code_scale

    def _layer(self, name: str, colours: PcaBasis | None) -> dict[str, object]:
        found = next(layer for layer in self.run.record.spec.layers if layer.name == name)
        explained = list(found.explained if colours is None else colours.explained)
        painted = "" if found.reduction == "pca" else found.reduction
        return {"name": name, "explained": explained, "painted": painted}

    def _map(
        self, name: str, moment: Moment, colours: PcaBasis | None, *, alone: bool
    ) -> dict[str, object] | None:
        key = self.keys.get((name, moment))
        if key is None:
            return None
        rgb = self.run.record.rgb[key][self.run.row]
        if colours is not None:
            painted = colours.render(FeatureMap(name, key.step, None, self._shared(key)))
            rgb = (painted * 255).round().to(torch.uint8)
        told = {"height": rgb.shape[1], "width": rgb.shape[2], "rgb": _bytes(rgb)}
        return {**told, "codes": self._codes(key, alone=alone)}

    def _codes(self, key: LensKey, *, alone: bool) -> dict[str, object] | None:
        record = self.run.record
        if key not in record.codes and key not in record.raw:
            return None
        if not alone and key in record.codes:
            return _coded(self._shared(key)[0])
        return _coded(record.features(key).values[self.run.row])

    def _words(self) -> dict[str, object] | None:
        entries = [entry for entry in self.run.record.spec.words if entry.tokens]
        if not entries:
            return None
        texts = [
            {"text": token, "negative": _is_negative(entry)}
            for entry in entries
            for token in entry.tokens
        ]
        return {"texts": texts, "frames": [self._word_frame(entries, at) for at in self.moments]}

    def _word_frame(self, entries: Sequence[LensWords], moment: Moment) -> dict[str, object] | None:
        """Return each word's share of what its prompt's words take, as bytes of its own peak.

        All words of a prompt attend to the object; what sets them apart is their share.
        """
        record, parts = self.run.record, []
        for entry in entries:
            keys = [
                key
                for key in record.words
                if (key.layer, (key.track, key.step)) == (entry.layer, moment)
            ]
            if not keys:
                return None
            maps = record.word_maps(max(keys))[self.run.row]
            parts.append(maps / maps.sum(0).clamp(min=1e-12))
        maps = torch.cat(parts)
        peaks = maps.amax((1, 2))
        shares = maps / peaks.clamp(min=1e-12)[:, None, None]
        return {
            "height": maps.shape[1],
            "width": maps.shape[2],
            "peaks": peaks.tolist(),
            "values": _bytes((shares * 255).round().to(torch.uint8)),
        }


def _shared_colours(sides: Sequence[_Side]) -> dict[str, PcaBasis]:
    """Return one basis a layer for all runs; none for layers a run keeps no codes of."""
    found = {}
    for name in sides[0].layers:
        maps = [side.coded(name) for side in sides]
        if all(maps):
            found[name] = PcaBasis.fit([feature for side in maps for feature in side])
    return found


def _is_negative(entry: LensWords) -> bool:
    return entry.layer == NEGATIVE


def _coded(values: Tensor) -> dict[str, object] | None:
    """Return ``(D, H, W)`` as one signed byte a number, positions that are not finite as 0."""
    height, width = (min(side, _LONGEST_CODES) for side in values.shape[1:])
    finite = torch.where(values.isfinite().all(0), values, values.new_zeros(()))
    small = adaptive_avg_pool2d(finite[None], (height, width))[0]
    scale = float(small.abs().max()) / 127
    if not scale or not math.isfinite(scale):
        return None
    codes = _bytes((small / scale).round().to(torch.int8))
    return {"height": height, "width": width, "dims": len(small), "scale": scale, "values": codes}


def _bytes(values: Tensor) -> str:
    return base64.b64encode(values.contiguous().numpy().tobytes()).decode()


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _address(picture: Image) -> str:
    """Return a picture as an address of its own, made smaller where it is large."""
    small = picture.convert("RGB")
    small.thumbnail((2 * _PREVIEW_SIDE, 2 * _PREVIEW_SIDE))
    coded = io.BytesIO()
    small.save(coded, "WEBP", quality=88)
    return data_address(coded.getvalue(), "image/webp")
