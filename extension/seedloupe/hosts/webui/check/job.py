"""One job of the web UI whose pictures are looked over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from ....artifacts import Candidate, Level, OcrReader, TextCheck, draw_overlay
from ....artifacts.picture_check import CheckAnswer, CheckedPicture, PictureCheck, unchecked_picture
from ....artifacts.repainted import Repainted
from ....errors import MaskError
from ....geometry import Extent
from ....images import from_pil, to_pil
from .alone import DrawingStoppedError, draw_alone
from .controls import TextCheckSettings
from .counting import SeedHistory
from .frame import place_in_batch, repainted_in
from .others import script_in_the_way

_STOPPED = "the picture was stopped before it was finished"


@dataclass(frozen=True)
class WebuiModules:
    """The web UI's own modules, as far as a check needs them."""

    shared: Any
    images: Any
    processing: Any
    script: type


@dataclass(eq=False)
class JobCheck:
    """The check of one run of the web UI's ``process_images``.

    Attributes:
        p: the processing object.
        settings: the panel's.
        reader: who reads; ``None`` where nobody can.
        history: what is known of the seeds.
        host: the web UI.
        ours: the file of our scripts.
        checked: what was found, in the order of the pictures.
        overlays: pictures with what was found marked, and which picture each is of.
    """

    p: Any
    settings: TextCheckSettings
    reader: OcrReader | None
    history: SeedHistory
    host: WebuiModules
    ours: str = ""
    checked: list[CheckedPicture[Any]] = field(default_factory=list)
    overlays: list[tuple[int, Any]] = field(default_factory=list)
    _further: Iterator[Candidate] | None = None

    def look(self, picture: Any) -> CheckedPicture[Any]:
        """Look over the picture the web UI has just put together, and try again if need be."""
        place, image = place_in_batch(self.p), from_pil(picture.convert("RGB"))
        seed = int(self.p.seeds[place])
        if _was_stopped(self.host.shared.state):
            found = unchecked_picture(
                seed, picture, image, why=_STOPPED, answer=CheckAnswer.COULD_NOT_LOOK
            )
            return self._noted(found, None)
        repaint = repainted_in(self.p, place, self.host.shared.opts, self.host.images)
        try:
            framed = repaint.framed(Extent(picture.width, picture.height))
        except MaskError as error:
            return self._noted(unchecked_picture(seed, picture, image, why=str(error)), None)
        check = self._picture_check(place, framed)
        return self._noted(check.of(seed, picture, no_retry=self._no_retry()), framed)

    def keep(self, checked: CheckedPicture[Any]) -> None:
        """Let the job say that a picture was drawn from the seed that was kept."""
        p, place = self.p, place_in_batch(self.p)
        if p.seeds[place] == checked.seed:
            return
        number = p.iteration * p.batch_size + place
        # Lists of our own: the web UI's may be the very list the user's seeds came in.
        p.seeds, p.all_seeds = list(p.seeds), list(p.all_seeds)
        p.seeds[place] = p.all_seeds[number] = checked.seed

    def _picture_check(self, place: int, framed: Repainted) -> PictureCheck[Any]:
        number = self.p.iteration * self.p.batch_size + place
        prompt, refused = self.p.all_prompts[number], self.p.all_negative_prompts[number]
        check = TextCheck(
            framed.mask, self.reader, framed.before, prompt, Level(self.settings.level), refused
        )
        painter = _Painter(self.p, place, self.host)
        log = self.history.log(prompt)
        return PictureCheck(check, painter, log, self._seeds(), self.settings.retries)

    def _seeds(self) -> Iterator[Candidate]:
        """One row of seeds for the whole job, so that no two of its pictures get the same."""
        if self._further is None:
            self._further = (
                iter(())
                if not self.settings.retries
                else self.history.candidates([int(seed) for seed in self.p.all_seeds])
            )
        return self._further

    def _no_retry(self) -> str:
        """Why no picture of this job may be drawn again; empty where one may."""
        if (self.p.subseed_strength or 0) >= 1:
            return "Not drawn again: at strength 1 the variation seed decides, and not the seed."
        if getattr(self.p.sd_model, "is_wan", False):
            return "Not drawn again: the pictures of a film belong together."
        other = script_in_the_way(self.p, self.host.script, self.ours)
        return f"Not drawn again: {other} is on, and a retry would draw without it." * bool(other)

    def _noted(self, checked: CheckedPicture[Any], framed: Repainted | None) -> CheckedPicture[Any]:
        self.checked.append(checked)
        report = checked.report
        if self.settings.overlay and report is not None and (report.flags or report.excused):
            mask = None if framed is None else framed.mask
            drawn = draw_overlay(from_pil(checked.picture.convert("RGB")), report, mask)
            self.overlays.append((len(self.checked), to_pil(drawn)))
        return checked


@dataclass(frozen=True, eq=False)
class _Painter:
    """Draws one picture of a job again."""

    p: Any
    place: int
    host: WebuiModules

    def draw(self, candidate: Candidate) -> Any | None:
        state = self.host.shared.state
        state.job_count += 1  # the bar counts it when it is done
        try:
            picture = draw_alone(
                self.p,
                self.place,
                candidate.seed,
                self.host.processing,
                stopped=lambda: _was_stopped(state),
            )
        except DrawingStoppedError:
            return None
        return None if _was_stopped(state) else picture

    def stopped(self) -> bool:
        state = self.host.shared.state
        return _was_stopped(state) or bool(getattr(state, "stopping_generation", False))

    def seen(self, picture: Any) -> Tensor:
        return from_pil(picture.convert("RGB"))

    def say(self, progress: str) -> None:
        self.host.shared.state.textinfo = progress


def _was_stopped(state: Any) -> bool:
    return bool(state.interrupted or state.skipped)


def aligned_texts(images: Sequence[Any], infotexts: Sequence[str]) -> list[str]:
    """Return a text for every picture; masks that the web UI returns have none."""
    missing = images[len(infotexts) :]
    return [*infotexts, *(str(image.info.get("parameters", "")) for image in missing)]
