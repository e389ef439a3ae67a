"""What an inpainting study found, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from ...artifacts.repaints import InpaintTask
from ...tables import SeedEffect
from ..agreement import TaskAgreement
from ..statistics import HeldOut
from .echo import Echo
from .findings import FEWEST_WITH_TEXT, LEVEL, Findings, LookerFindings, TaskFindings
from .world import ReaderCheck


@dataclass(frozen=True)
class Headline:
    """A study's verdict: ``kind`` for its colour, a headline, and what follows from it."""

    kind: str
    title: str
    advice: str


_HEADLINES = {
    SeedEffect.EFFECT: (
        "effect",
        "Yes: some seeds paint more text than others.",
        "Seeds chosen by half of the pictures stand out on the other half as well. Below is how "
        "much of the difference is left there; expect that.",
    ),
    SeedEffect.NO_EFFECT: (
        "none",
        "No: seeds were not seen to differ in the text they paint.",
        "They differ no more than the same pictures do with their seeds shuffled. The order below "
        "is luck: take any seed.",
    ),
    SeedEffect.UNDECIDED: (
        "open",
        "Not settled: these pictures cannot tell whether seeds differ.",
        "Take the order below as a hint at most. More pairs tell more than more seeds do.",
    ),
}
_VERDICTS = {
    SeedEffect.EFFECT: "seeds differ",
    SeedEffect.NO_EFFECT: "no difference seen",
    SeedEffect.UNDECIDED: "not settled",
}
_TASKS = {InpaintTask.REMOVAL: "Removal", InpaintTask.COMPLETION: "Completion"}


def task_name(task: InpaintTask) -> str:
    """Return what a task is called at the head of something."""
    return _TASKS[task]


def headline(findings: Findings) -> Headline:
    """Say whether seeds differ, and where tasks differ in that, of which it is said."""
    kind, title, advice = _HEADLINES[findings.main.verdict]
    said = {task_name(task): found.verdict for task, found in findings.main.tasks.items()}
    if len(set(said.values())) > 1:
        parts = (f"{name.lower()}: {_VERDICTS[verdict]}" for name, verdict in said.items())
        advice = f"{advice} By task, {'; '.join(parts)}."
    return Headline(kind, title, advice)


def verdict_words(verdict: SeedEffect) -> str:
    """Say a verdict in a few words."""
    return _VERDICTS[verdict]


def share_percent(value: float) -> str:
    """Write a share for people, never broken across lines, one digit more where it is small."""
    digits = 2 if abs(value) < 0.01 else 1
    return f"{100 * value:.{digits}f}\u00a0%".replace("-", "−")


def chance(p: float) -> str:
    """Write a chance for people."""
    return "less than 1 in 1,000" if p < 0.001 else f"{p:.2g}"


def task_words(found: TaskFindings) -> list[str]:
    """Say what was found about one task, a sentence each."""
    seeds = len(found.rates.mean)
    lines = [
        f"{found.flagged:,} of {found.pictures:,} pictures were flagged for text; it covers "
        f"{share_percent(found.share)} of the mask on average.",
        f"The {seeds} seeds differ {found.spread.ratio:.2f} times as much as shuffled seeds do "
        f"(shuffled ones reach {found.spread.shuffled_high:.2f} in one case of 20; chance "
        f"{chance(found.spread.p)}).",
    ]
    if found.repeat is not None:
        lines.append(
            f"One half of the pairs orders the seeds like the other half with a correlation of "
            f"{found.repeat.correlation:+.2f}, shuffled seeds with {found.repeat.shuffled:+.2f} "
            f"(chance {chance(found.repeat.p)}). That makes the order of all pairs together "
            f"reliable to {found.repeat.reliability:.2f} of 1.".replace("-", "−")
        )
    lines += [
        held_words(one, name)
        for one, name in ((found.worst, "most"), (found.best, "least"))
        if one is not None
    ]
    return lines


def held_words(found: HeldOut, which: str) -> str:
    """Say what chosen seeds do on pairs they were not chosen by."""
    noun = "seed" if found.count == 1 else f"{found.count} seeds"
    return (
        f"The {noun} with {which} text by one half of the pairs: {share_percent(found.there)} of "
        f"the mask there, {share_percent(found.mean)} on the other half, where all seeds have "
        f"{share_percent(found.all)} (difference {_points(found.gap)}, 95 % interval "
        f"{_points(found.low)} to {_points(found.high)}; chance {chance(found.p)})."
    )


def task_agreement_words(found: LookerFindings) -> list[str]:
    """Say whether both tasks find the same seeds bad."""
    lines = []
    for one, where in ((found.same, "on the same pairs"), (found.apart, "on different pairs")):
        if one is not None:
            lines.append(_agreement(one, where))
    if found.apart is not None:
        lines.append(
            "On the same pairs both tasks share the luck of a seed with a picture; only the second "
            "comparison is about seeds."
        )
    return lines


def echo_words(found: LookerFindings, *, reads_words: bool) -> str:
    """Say whether the text repeats what was asked for."""
    echo: Echo | None = found.echo
    if not reads_words:
        return f"The {found.looker} sees where text stands, but reads no words."
    if echo is None:
        return "No text was read, or there is no other prompt to compare with."
    more = "more than" if echo.p < LEVEL else "no more than"
    return (
        f"Of {echo.texts} pieces of text {echo.echoes} repeat their prompt; {echo.by_chance:.1f} "
        f"would repeat another prompt of this study drawn at random (chance {chance(echo.p)}): "
        f"{more} chance gives."
    )


def check_words(looker: str, found: ReaderCheck) -> str:
    """Say how well somebody looks where the truth is known."""
    return (
        f"{looker}: of {found.written} pictures with a word glued into the mask, {found.found} "
        f"were flagged; of {found.clean} glued without any, {found.false_alarms} were. The word's "
        f"plate covers {share_percent(found.true_share)} of the mask, "
        f"{share_percent(found.seen_share)} "
        "was reported."
    )


def rule_words(findings: Findings) -> str:
    """Say what the verdict means and how often it is wrong."""
    tasks = len(findings.measured.plan.tasks)
    return (
        "“Yes” takes two things in one task: seeds differ more than shuffled ones do (at a level "
        f"of {LEVEL / tasks:g}), and seeds chosen by half of the pairs stand out on the other "
        "half. Of studies of seeds that are all alike, at most one in "
        f"{1 / LEVEL:.0f} finds a difference. Where fewer than {FEWEST_WITH_TEXT} pictures show "
        "text, nothing is said."
    )


def _agreement(found: TaskAgreement, where: str) -> str:
    return (
        f"Compared {where}, the tasks order the seeds with a rank correlation of "
        f"{found.spearman:+.2f} (chance {chance(found.p)}); of the {found.worst} worst seeds of "
        f"each, {found.common} are the same, by chance {found.expected:.1f} (chance "
        f"{chance(found.chance)})."
    ).replace("-", "−")


def _points(value: float) -> str:
    return f"{100 * value:+.2f}".replace("-", "−")
