"""How far the running job is, and whether somebody asked it to stop."""

from __future__ import annotations

from typing import Any


class State:
    __slots__ = (
        "current_image",
        "current_image_sampling_step",
        "current_latent",
        "id_live_preview",
        "interrupted",
        "job",
        "job_count",
        "job_no",
        "job_timestamp",
        "need_restart",
        "sampling_step",
        "sampling_steps",
        "skipped",
        "stopping_generation",
        "textinfo",
        "time_start",
    )

    def __init__(self) -> None:
        self.begin()
        self.end()

    def begin(self, job: str = "(unknown)") -> None:
        presses = int(getattr(self, "job_timestamp", "0")[-6:])
        self.job, self.textinfo, self.job_timestamp = job, None, f"20260101{presses + 1:06}"
        self.job_count, self.job_no, self.sampling_step, self.sampling_steps = -1, 0, 0, 0
        self.interrupted = self.skipped = self.stopping_generation = self.need_restart = False
        self.current_latent: Any = None
        self.current_image: Any = None
        self.current_image_sampling_step = self.id_live_preview = 0
        self.time_start = 0.0

    def end(self) -> None:
        self.job, self.job_count = "", 0

    def interrupt(self) -> None:
        self.interrupted = True

    def skip(self) -> None:
        self.skipped = True

    def stop_generating(self) -> None:
        self.stopping_generation = True

    def nextjob(self) -> None:
        self.job_no += 1
        self.sampling_step = 0
        self.current_image_sampling_step = 0

    def set_current_image(self) -> None:
        pass

    def assign_current_image(self, image: Any) -> None:
        self.current_image = image
        self.id_live_preview += 1
