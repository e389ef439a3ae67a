"""How a command line names samplers and schedules."""

from __future__ import annotations

import argparse

from ....errors import InputError
from ....sampler_names import (
    Sampler,
    SamplerName,
    ScheduleType,
    read_sampler_name,
    read_schedule_name,
    require_schedule,
)


def add_sampler(
    parser: argparse.ArgumentParser | argparse._ArgumentGroup, *, default: str = "Euler"
) -> None:
    """Add ``--sampler`` and ``--schedule``, by any of their names.

    Args:
        parser: takes them.
        default: what is taken where none is named.
    """
    samplers = ", ".join(sampler.label for sampler in Sampler)
    schedules = ", ".join(schedule.label for schedule in ScheduleType)
    parser.add_argument(
        "--sampler",
        type=sampler_name,
        metavar="NAME",
        help=f"{samplers}, by the web UI's or ComfyUI's names (default: {default})",
    )
    parser.add_argument(
        "--schedule",
        type=schedule_name,
        metavar="NAME",
        help=f"{schedules} (default: the table's, else the model's)",
    )


def sampler_name(text: str) -> SamplerName:
    """Read a sampler by any of its names."""
    try:
        return read_sampler_name(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(f"expected {error.expected}, got {text!r}") from error


def schedule_name(text: str) -> str:
    """Refuse what is no schedule's name; which one it is may depend on the sampler."""
    try:
        read_schedule_name(text, Sampler.DDIM)
    except InputError as error:
        raise argparse.ArgumentTypeError(f"expected {error.expected}, got {text!r}") from error
    return text


def asked_sampler(args: argparse.Namespace, unless: SamplerName | None = None) -> SamplerName:
    """Return sampler and schedule of ``--sampler`` and ``--schedule``.

    Args:
        args: the command line.
        unless: what is taken where no sampler was named; None takes Euler.

    Raises:
        InputError: the sampler has no such schedule, or cannot take so many steps.
    """
    name: SamplerName = args.sampler or unless or SamplerName(Sampler.EULER)
    if args.schedule is not None:
        schedule = read_schedule_name(args.schedule, name.sampler)
        name = SamplerName(name.sampler, schedule)
    require_schedule(name.sampler, name.schedule or name.sampler.schedules[0], args.steps or 1)
    return name
