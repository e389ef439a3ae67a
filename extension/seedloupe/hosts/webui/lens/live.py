"""What the page is told while a picture forms."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Sequence

from ....images import to_pil
from ....lens import layer_titles
from ....lens.live_pictures import LivePicture


class LiveStrip:
    """The newest picture of each layer of the sampling that runs.

    Samplers write in their thread, and the server reads in others.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._task = ""
        self._version = 0
        self._place: dict[str, object] = {}
        self._layers: dict[str, dict[str, object]] = {}
        self._notes: tuple[str, ...] = ()

    def begin(self, task: str, *, steps: int, title: str) -> None:
        """Say that a sampling begins.

        Args:
            task: the web UI's name of the job, which the page that asked for it knows.
            steps: how many it takes.
            title: which pass and batch it is.
        """
        with self._lock:
            self._task, self._layers, self._notes = task, {}, ()
            self._place = {"step": -1, "steps": steps, "title": title}
            self._version += 1

    def show(self, pictures: Sequence[LivePicture], *, step: int) -> None:
        """Put new pictures in the place of those before."""
        told = {one.layer: _told(one) for one in pictures}
        with self._lock:
            self._layers.update(told)
            self._place["step"] = step
            self._version += 1

    def end(self, notes: Sequence[str]) -> None:
        """Say that the sampling is over; what was seen last stays until the next."""
        with self._lock:
            self._notes = tuple(notes)
            self._version += 1

    def told(self, task: str, since: int = -1) -> dict[str, object]:
        """Return what a page is told.

        Args:
            task: the job it waits for; of others it learns nothing.
            since: the version it knows; of that it is not told again.
        """
        with self._lock:
            if not task or task != self._task:
                return {"running": False, "version": -1}
            told: dict[str, object] = {"running": True, "version": self._version}
            if since == self._version:
                return told
            titles = layer_titles(list(self._layers))
            layers = [
                {"title": title, "place": place, **layer}
                for layer, (title, place) in zip(self._layers.values(), titles, strict=True)
            ]
            return {**told, **self._place, "layers": layers, "notes": list(self._notes)}


def _told(one: LivePicture) -> dict[str, object]:
    content = io.BytesIO()
    to_pil(one.picture).save(content, "PNG", compress_level=1)
    coded = base64.b64encode(content.getvalue()).decode()
    return {
        "name": one.layer,
        "height": one.picture.shape[1],
        "width": one.picture.shape[2],
        "picture": f"data:image/png;base64,{coded}",
    }
