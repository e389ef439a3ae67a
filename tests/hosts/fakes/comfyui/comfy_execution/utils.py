"""Which node of which workflow runs."""

from __future__ import annotations

from typing import NamedTuple


class ExecutionContext(NamedTuple):
    prompt_id: str
    node_id: str
    list_index: int | None


current: ExecutionContext | None = ExecutionContext("a prompt", "sampler", None)


def get_executing_context() -> ExecutionContext | None:
    return current
