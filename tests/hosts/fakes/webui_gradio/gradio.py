"""A double of the few gradio components the panel uses, with the parameters of gradio 3.41.

The web UI brings its own old gradio; the panel is also built with the real one where that is what
is installed. This double only remembers what was built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

__version__ = "3.41.2"


class Blocks:
    """A page: everything built inside its block, in order."""

    open: ClassVar[list[Blocks]] = []

    def __init__(self, *, analytics_enabled: bool | None = None) -> None:
        self.blocks: dict[int, Any] = {}

    def __enter__(self) -> Blocks:
        self.open.append(self)
        return self

    def __exit__(self, *error: object) -> None:
        self.open.pop()


class Component:
    def __init__(self) -> None:
        page = Blocks.open[-1]  # an IndexError here means: built outside of any page
        page.blocks[len(page.blocks)] = self


class Row(Component):
    def __init__(
        self,
        *,
        visible: bool = True,
        elem_id: str | None = None,
        elem_classes: list[str] | None = None,
    ) -> None:
        super().__init__()
        self.visible, self.elem_id = visible, elem_id

    def __enter__(self) -> Row:
        return self

    def __exit__(self, *error: object) -> None:
        pass


class Tabs(Row):
    def __init__(self, *, elem_id: str | None = None) -> None:
        super().__init__()
        self.elem_id = elem_id


class TabItem(Row):
    def __init__(self, label: str, *, elem_id: str | None = None) -> None:
        super().__init__()
        self.label, self.elem_id = label, elem_id


class Radio:
    """Only named, in settings."""


class Accordion(Row):
    def __init__(self, label: str, *, open: bool = True, elem_id: str | None = None) -> None:
        super().__init__()
        self.label, self.open, self.elem_id = label, open, elem_id


class Group(Row):
    def __init__(self, *, visible: bool = True, elem_id: str | None = None) -> None:
        super().__init__(visible=visible, elem_id=elem_id)


class _Event:
    def then(
        self,
        fn: Callable[..., Any] | None,
        inputs: list[Component],
        outputs: list[Component],
        *,
        _js: str | None = None,
    ) -> _Event:
        return self


class _Control(Component):
    """A control with a value, a label and what is called when the value changes."""

    def __init__(self, value: Any, label: str | None, visible: bool, elem_id: str | None) -> None:
        super().__init__()
        self.value, self.label, self.visible, self.elem_id = value, label, visible, elem_id
        self.changed: list[Callable[..., Any]] = []

    def change(
        self,
        fn: Callable[..., Any],
        inputs: list[Component],
        outputs: list[Component],
        *,
        show_progress: str = "full",
    ) -> _Event:
        self.changed.append(fn)
        return _Event()


class Checkbox(_Control):
    def __init__(
        self,
        value: bool = False,
        *,
        label: str | None = None,
        visible: bool = True,
        elem_id: str | None = None,
    ) -> None:
        super().__init__(value, label, visible, elem_id)


class Dropdown(_Control):
    def __init__(
        self,
        choices: Iterable[str] | None = None,
        *,
        value: str | None = None,
        label: str | None = None,
        info: str | None = None,
        allow_custom_value: bool = False,
        elem_id: str | None = None,
    ) -> None:
        super().__init__(value, label, True, elem_id)
        self.choices = list(choices or ())


class Number(_Control):
    def __init__(
        self,
        value: float | None = None,
        *,
        label: str | None = None,
        precision: int | None = None,
        elem_id: str | None = None,
    ) -> None:
        super().__init__(value, label, True, elem_id)


class Slider(_Control):
    def __init__(
        self,
        minimum: float = 0,
        maximum: float = 100,
        value: float | None = None,
        *,
        step: float | None = None,
        label: str | None = None,
        elem_id: str | None = None,
    ) -> None:
        super().__init__(value, label, True, elem_id)


class Textbox(_Control):
    def __init__(
        self,
        value: str | None = "",
        *,
        label: str | None = None,
        placeholder: str | None = None,
        lines: int = 1,
        visible: bool = True,
        elem_id: str | None = None,
        elem_classes: list[str] | None = None,
    ) -> None:
        super().__init__(value, label, visible, elem_id)


class Button(Component):
    def __init__(
        self,
        value: str = "Run",
        *,
        size: str | None = None,
        elem_id: str | None = None,
        elem_classes: list[str] | None = None,
    ) -> None:
        super().__init__()
        self.value, self.elem_id = value, elem_id
        self.clicked: Callable[..., Any] | None = None

    def click(
        self,
        fn: Callable[..., Any],
        inputs: list[Component],
        outputs: list[Component],
        *,
        show_progress: str = "full",
    ) -> _Event:
        self.clicked = fn
        return _Event()


class File(Component):
    def __init__(
        self,
        *,
        label: str | None = None,
        file_types: list[str] | None = None,
        elem_id: str | None = None,
    ) -> None:
        super().__init__()
        self.label, self.elem_id = label, elem_id
        self.uploaded: Callable[..., Any] | None = None

    def upload(
        self, fn: Callable[..., Any], inputs: list[Component], outputs: list[Component]
    ) -> None:
        self.uploaded = fn


class HTML(Component):
    def __init__(self, value: str = "", *, elem_id: str | None = None) -> None:
        super().__init__()
        self.value, self.elem_id = value, elem_id


def update(**changes: Any) -> dict[str, Any]:
    return {"__type__": "update", **changes}
