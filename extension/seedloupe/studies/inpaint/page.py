"""One self-contained page about an inpainting study: nothing is fetched, nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from PIL import Image

from ...pages import render_page
from .charts import SeedChart, order_chart, tasks_chart
from .findings import Findings, LookerFindings, TaskFindings
from .gallery import gallery
from .measure import PictureKey
from .words import (
    check_words,
    echo_words,
    headline,
    rule_words,
    share_percent,
    task_agreement_words,
    task_name,
    task_words,
    verdict_words,
)
from .world import ReaderCheck


@dataclass(frozen=True)
class ShownTask:
    """What was found of one task, in words."""

    title: str
    verdict: str
    why: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class ShownLooker:
    """What was found by one looker, in words.

    Attributes:
        title: who, and the verdict.
        tasks: what was found of each task.
        both: whether the same seeds are bad in both tasks; empty for one task.
        echo: whether the text repeats the prompt.
        examples: texts that do, each with its prompt.
    """

    title: str
    tasks: tuple[ShownTask, ...]
    both: tuple[str, ...]
    echo: str
    examples: tuple[tuple[str, str], ...]


def study_page(
    findings: Findings,
    *,
    picture_of: Callable[[PictureKey], Image.Image | None],
    reading: Mapping[str, bool],
    checks: Mapping[str, ReaderCheck],
    made: Mapping[str, str],
) -> str:
    """Return the study as an HTML document for a browser, from a file or a server.

    It carries its style and its pictures, has no script, and forbids itself everything else. Every
    word out of the study is escaped.

    Args:
        findings: of a whole run.
        picture_of: a kept picture of any size, or None where it is gone.
        reading: for each looker whether it reads words.
        checks: for each looker how well it looks where the truth is known; empty where it is not.
        made: settings and command, by what they are called.
    """
    plan = findings.measured.plan
    values = {
        "model": plan.model.name,
        "verdict": headline(findings),
        "facts": tuple(_facts(findings)),
        "lead": _lead(findings),
        "gallery": gallery(findings, picture_of),
        "drawn": tuple(_charts(findings)),
        "lookers": tuple(_lookers(findings, reading)),
        "checks": [check_words(looker, found) for looker, found in checks.items()],
        "rule": rule_words(findings),
        "made": tuple(made.items()),
    }
    return render_page("studies/inpaint/page.html", values, styles=("studies/inpaint/page.css",))


def _lead(findings: Findings) -> str:
    plan = findings.measured.plan
    prompts = " and ".join(
        {"removal": "once to remove what is there", "completion": "once to paint it anew"}[
            task.value
        ]
        for task in plan.tasks
    )
    return (
        f"{len(plan.pairs)} pictures with a mask each ({plan.origin}) were repainted by "
        f"{plan.model.name} with each of {len(plan.seeds)} seeds, {prompts}: "
        f"{plan.images:,} pictures. The {findings.main.looker} looked for text nobody asked for. "
        "A seed's score is how much of the mask is covered by it, as in Xu, Zhang and Shi, “Good "
        "Seed Makes a Good Crop” (2024)."
    )


def _facts(findings: Findings) -> Iterator[tuple[str, str]]:
    """The few numbers to take away, large."""
    for found in findings.main.tasks.values():
        name = task_name(found.task)
        yield share_percent(found.flagged / found.pictures), f"{name}: pictures with text"
        if found.worst is not None:
            yield (
                share_percent(found.worst.mean),
                f"{name}: of the mask with the worst seeds, on other pairs "
                f"(all seeds: {share_percent(found.worst.all)})",
            )


def _charts(findings: Findings) -> Iterator[SeedChart]:
    found = tuple(findings.main.tasks.values())
    if len(found) == 2:
        yield tasks_chart(*found, findings.measured.plan.seeds)
    yield from map(order_chart, found)


def _lookers(findings: Findings, reading: Mapping[str, bool]) -> Iterator[ShownLooker]:
    for place, found in enumerate(findings.lookers):
        role = "" if place == 0 else " (a second opinion)"
        yield ShownLooker(
            f"By the {found.looker}{role}: {verdict_words(found.verdict)}",
            tuple(_task(task) for task in found.tasks.values()),
            tuple(task_agreement_words(found)),
            echo_words(found, reads_words=reading.get(found.looker, True)),
            _examples(found),
        )


def _task(found: TaskFindings) -> ShownTask:
    lines = tuple(task_words(found))
    return ShownTask(task_name(found.task), verdict_words(found.verdict), found.why, lines)


def _examples(found: LookerFindings) -> tuple[tuple[str, str], ...]:
    return () if found.echo is None else tuple(found.echo.examples)
