"""What prompts become: rows of numbers, longer for longer prompts, several for ``AND``.

``a [b:c:0.5] d`` changes its words in the middle of a sampling, as in the web UI; of its other
signs, weights in brackets among them, the double knows nothing.
"""

from __future__ import annotations

import re
import zlib
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .standin_model import CONTEXT, TOKENS

_CHANGE = re.compile(r"\[([^:\[\]]*):([^:\[\]]*):([\d.]+)\]")
_AND = re.compile(r"\bAND\b")
_WEIGHT = re.compile(r"^((?:\s|.)*?)(?:\s*:\s*([-+]?(?:\d+\.?|\d*\.\d+)))?\s*$")


class ScheduledPromptConditioning(NamedTuple):
    end_at_step: int
    cond: Tensor


class ComposableScheduledPromptConditioning:
    def __init__(self, schedules: list[ScheduledPromptConditioning], weight: float = 1.0) -> None:
        self.schedules, self.weight = schedules, weight


class MulticondLearnedConditioning:
    def __init__(self, shape: Any, batch: list[list[Any]]) -> None:
        self.shape, self.batch = shape, batch


def get_multicond_prompt_list(prompts: Any) -> tuple[list[Any], list[str], dict[str, int]]:
    """For every picture the places of its parts in a list without repeats, and their weights."""
    places: dict[str, int] = {}
    of_pictures = []
    for prompt in prompts:
        parts = []
        for part in _AND.split(prompt):
            match = _WEIGHT.search(part)
            text, weight = match.groups() if match else (part, 1.0)
            parts.append((places.setdefault(text, len(places)), float(weight or 1.0)))
        of_pictures.append(parts)
    return of_pictures, list(places), places


def get_learned_conditioning_prompt_schedules(
    prompts: Any, base_steps: int, hires_steps: Any = None, use_old_scheduling: bool = False
) -> list[list[list[Any]]]:
    """For every prompt the texts it has in turn, each with the last step it is used in."""
    return [_turns(prompt, base_steps) for prompt in prompts]


def _turns(prompt: str, steps: int) -> list[list[Any]]:
    ends = {steps}
    for _, _, when in _CHANGE.findall(prompt):
        ends.add(min(steps, int(float(when) * steps) if "." in when else int(when)))

    def text_until(end: int) -> str:
        def chosen(match: re.Match[str]) -> str:
            when = float(match[3]) * steps if "." in match[3] else float(match[3])
            return match[1] if end <= int(when) else match[2]

        return _CHANGE.sub(chosen, prompt)

    return [[end, text_until(end)] for end in sorted(ends)]


def conditions(prompts: list[str], steps: int) -> MulticondLearnedConditioning:
    of_pictures, texts, _ = get_multicond_prompt_list(prompts)
    learned = unconditions(texts, steps)
    batch = [
        [ComposableScheduledPromptConditioning(learned[at], weight) for at, weight in parts]
        for parts in of_pictures
    ]
    return MulticondLearnedConditioning((len(prompts),), batch)


def unconditions(prompts: list[str], steps: int) -> list[list[ScheduledPromptConditioning]]:
    return [
        [ScheduledPromptConditioning(end, _encoded(text)) for end, text in turns]
        for turns in get_learned_conditioning_prompt_schedules(prompts, steps)
    ]


def at_step(schedules: list[ScheduledPromptConditioning], step: int) -> Tensor:
    for scheduled in schedules:
        if step <= scheduled.end_at_step:
            return scheduled.cond
    return schedules[0].cond


def stacked(rows: list[Tensor]) -> Tensor:
    """All rows ``(tokens, width)`` as one tensor, each as long as the longest."""
    longest = max(len(row) for row in rows)
    return torch.stack([lengthened(row, longest) for row in rows])


def lengthened(row: Tensor, tokens: int) -> Tensor:
    """Repeat the last chunk of ``(..., tokens, width)`` until it is long enough."""
    while row.shape[-2] < tokens:
        row = torch.cat([row, row[..., -TOKENS:, :]], dim=-2)
    return row


def _encoded(prompt: str) -> Tensor:
    chunks = max(1, -(-len(prompt.replace(",", " ,").split()) // 75))
    generator = torch.Generator().manual_seed(zlib.crc32(prompt.encode()))
    return torch.randn((TOKENS * chunks, CONTEXT), generator=generator)
