"""One self-contained page about an inpainting study: nothing is fetched, nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html import escape
from importlib.resources import files
from string import Template

from PIL import Image

from ...pages import content_policy
from .charts import order_chart, tasks_chart
from .findings import Findings, TaskFindings
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
    style = files(__package__).joinpath("page.css").read_text("utf-8")
    words = headline(findings)
    plan = findings.measured.plan
    parts = {
        "title": escape(f"Text painted by {plan.model.name}"),
        "policy": escape(content_policy(style)),
        "style": style,
        "lead": escape(_lead(findings)),
        "kind": words.kind,
        "headline": escape(words.title),
        "advice": escape(words.advice),
        "facts": "".join(_facts(findings)),
        "charts": "".join(_charts(findings)),
        "gallery": gallery(findings, picture_of),
        "numbers": "".join(_numbers(findings, reading)),
        "checks": "".join(_checks(checks)),
        "rule": escape(rule_words(findings)),
        "made": "".join(_term(name, value) for name, value in made.items()),
    }
    return Template(files(__package__).joinpath("page.html").read_text("utf-8")).substitute(parts)


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


def _facts(findings: Findings) -> Iterator[str]:
    """The few numbers to take away, large."""
    for found in findings.main.tasks.values():
        name = task_name(found.task)
        yield _fact(share_percent(found.flagged / found.pictures), f"{name}: pictures with text")
        if found.worst is not None:
            yield _fact(
                f"{share_percent(found.worst.mean)}",
                f"{name}: of the mask with the worst seeds, on other pairs "
                f"(all seeds: {share_percent(found.worst.all)})",
            )


def _charts(findings: Findings) -> Iterator[str]:
    found = tuple(findings.main.tasks.values())
    if len(found) == 2:
        words = (
            "To the right: more text where something was removed. Up: more text where it was "
            "painted anew. Dashed: the mean of all seeds."
        )
        chart = tasks_chart(*found, findings.measured.plan.seeds)
        yield _card("Both tasks, a dot a seed", f"{chart}<p>{words}</p>")
    for one in found:
        words = (
            "The dots are the seeds in order. The band is where 95 of 100 such orders lie if all "
            "seeds are alike: dots above it on the right are seeds that stand out."
        )
        yield _card(
            f"{task_name(one.task)}: the seeds in order", f"{order_chart(one)}<p>{words}</p>"
        )


def _numbers(findings: Findings, reading: Mapping[str, bool]) -> Iterator[str]:
    for place, found in enumerate(findings.lookers):
        role = "" if place == 0 else " (a second opinion)"
        yield f"<h3>By the {escape(found.looker)}{role}: {verdict_words(found.verdict)}</h3>"
        yield '<div class="cards">'
        for task in found.tasks.values():
            yield _card(task_name(task.task), _task(task))
        both = "".join(f"<p>{escape(line)}</p>" for line in task_agreement_words(found))
        if both:
            yield _card("Are the same seeds bad in both tasks?", both)
        words = echo_words(found, reads_words=reading.get(found.looker, True))
        yield _card(
            "Does the text repeat the prompt?", f"<p>{escape(words)}</p>{_examples(found.echo)}"
        )
        yield "</div>"


def _task(found: TaskFindings) -> str:
    verdict = f"<p><b>{escape(verdict_words(found.verdict))}</b>: {escape(found.why)}.</p>"
    return verdict + "".join(f"<p>{escape(line)}</p>" for line in task_words(found))


def _examples(echo: object) -> str:
    examples = getattr(echo, "examples", ())
    rows = "".join(
        f"<li>“{escape(text)}” for <i>{escape(prompt)}</i></li>" for text, prompt in examples
    )
    return f"<ul>{rows}</ul>" if rows else ""


def _checks(checks: Mapping[str, ReaderCheck]) -> Iterator[str]:
    if not checks:
        yield "<p>What these pictures really say is not known, so the reader was not tested.</p>"
    for looker, found in checks.items():
        yield f"<p>{escape(check_words(looker, found))}</p>"


def _fact(value: str, words: str) -> str:
    return f"<div><b>{escape(value)}</b><span>{escape(words)}</span></div>"


def _card(title: str, content: str) -> str:
    return f'<section class="card"><h4>{escape(title)}</h4>{content}</section>'


def _term(name: str, value: str) -> str:
    return f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
