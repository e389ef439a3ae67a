"""The task that runs."""

current_task: str | None = None
