"""Two ways to ask a web UI for pictures: the stand-in in this process, a live one over HTTP."""

from __future__ import annotations

import base64
import io
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from PIL import Image

from ..conftest import Host

PROBE = Path(__file__).with_name("probe.py")
SIZE = {"width": 64, "height": 64}


@dataclass(frozen=True)
class Answer:
    """What came back; ``events`` is what the probe noted, in order."""

    status: int
    images: tuple[Any, ...] = ()
    infotexts: tuple[str, ...] = ()
    told: Any = None
    events: tuple[tuple[str, dict[str, Any]], ...] = ()

    def all(self, name: str) -> list[dict[str, Any]]:
        return [facts for event, facts in self.events if event == name]

    @property
    def seeds(self) -> Any:
        return self.told["all_seeds"]


def _events(told: Any) -> tuple[tuple[str, dict[str, Any]], ...]:
    text = (told.get("extra_generation_params") or {}).get("Probe events", "[]")
    return tuple((name, facts) for name, facts in json.loads(text))


class StandIn:
    """The stand-in of one web UI."""

    live = False

    def __init__(self, host: Host) -> None:
        self.host, self.forge = host, host.variant != "a1111"
        self.neo = host.variant == "neo"
        spec = spec_from_file_location("contract_probe", PROBE)
        assert spec is not None
        assert spec.loader is not None
        self._probe = module_from_spec(spec)
        spec.loader.exec_module(self._probe)

    def ask(self, plan: Any = None, kind: str = "Txt2Img", **fields: Any) -> Answer:
        self.host.used.clear()
        probe = self._probe.ContractProbe()
        self.host.use(probe, json.dumps({} if plan is None else plan))
        shared = self.host.module("shared")
        shared.state.begin()
        if "mask" in fields or "init_images" in fields:
            kind = "Img2Img"
        steps = {"steps": fields.pop("steps", 2)}
        job = self.host.job(False, kind=kind, **{**SIZE, **steps, "cfg_scale": 7.0, **fields})
        try:
            done = self.host.run(job)
        except Exception:  # noqa: BLE001 - the web UI answers 500 to anything
            return Answer(500)
        finally:
            shared.state.end()
        told = json.loads(done.js())
        texts = tuple(str(text) for text in done.infotexts)
        return Answer(200, tuple(done.images), texts, told, _events(told))


class Live:
    """A web UI that runs, with the probe among its extensions."""

    live = True

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        told = self.ask().told
        version = str(told["version"])
        self.neo = version.startswith("neo")
        self.forge = version.startswith("f") or self.neo

    def ask(self, plan: Any = None, **fields: Any) -> Answer:
        body: dict[str, Any] = {"prompt": "a red circle", "steps": 2, "sampler_name": "Euler"}
        body |= SIZE
        body |= {key: _sendable(value) for key, value in fields.items()}
        body["alwayson_scripts"] = {
            "Contract probe": {"args": [json.dumps({} if plan is None else plan)]}
        }
        address = "img2img" if "init_images" in fields else "txt2img"
        status, answer = self.post(f"/sdapi/v1/{address}", body)
        if status != 200:
            return Answer(status)
        told = json.loads(answer["info"])
        images = tuple(
            Image.open(io.BytesIO(base64.b64decode(one.split(",")[-1]))) for one in answer["images"]
        )
        return Answer(200, images, tuple(told["infotexts"]), told, _events(told))

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"content-type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=600) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, None


def _sendable(value: Any) -> Any:
    if isinstance(value, list):
        return [_sendable(one) for one in value]
    if not isinstance(value, Image.Image):
        return value
    buffer = io.BytesIO()
    value.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()
