"""Settings: known labels, and values that may be read as attributes."""

from __future__ import annotations

from typing import Any


class OptionInfo:
    def __init__(
        self,
        default: object = None,
        label: str = "",
        component: object = None,
        component_args: object = None,
        onchange: object = None,
        section: tuple[str, str] | None = None,
        refresh: object = None,
        comment_before: str = "",
        comment_after: str = "",
        infotext: str | None = None,
        restrict_api: bool = False,
        category_id: str | None = None,
    ) -> None:
        self.default = default
        self.label = label
        self.section = section
        self.restrict_api = restrict_api
        self.comment_after = comment_after

    def info(self, info: str) -> OptionInfo:
        self.comment_after += info
        return self


class Options:
    def __init__(self, data_labels: dict[str, OptionInfo]) -> None:
        self.__dict__["data_labels"] = data_labels
        self.__dict__["data"] = {key: info.default for key, info in data_labels.items()}

    def __getattr__(self, key: str) -> Any:
        if key in self.data:
            return self.data[key]
        if key in self.data_labels:
            return self.data_labels[key].default
        raise AttributeError(key)

    def __setattr__(self, key: str, value: object) -> None:
        if key not in self.data_labels:
            raise AttributeError(f"the web UI has no setting {key}")
        self.data[key] = value

    def set(self, key: str, value: object) -> bool:
        changed = getattr(self, key) != value
        setattr(self, key, value)
        return changed

    def save(self, filename: str) -> None:
        self.__dict__["saved"] = filename

    def add_option(self, key: str, info: OptionInfo) -> None:
        self.data_labels[key] = info
        self.data.setdefault(key, info.default)
