"""Callbacks by kind, as far as ours go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

callback_map: dict[str, list[Callable[..., Any]]] = {
    "callbacks_app_started": [],
    "callbacks_before_ui": [],
    "callbacks_ui_tabs": [],
    "callbacks_ui_settings": [],
    "callbacks_cfg_denoiser": [],
    "callbacks_image_saved": [],
    "callbacks_after_component": [],
}


def on_app_started(callback: Callable[..., Any], *, name: str | None = None) -> None:
    callback_map["callbacks_app_started"].append(callback)


def on_ui_tabs(callback: Callable[..., Any], *, name: str | None = None) -> None:
    callback_map["callbacks_ui_tabs"].append(callback)


def on_ui_settings(callback: Callable[..., Any], *, name: str | None = None) -> None:
    callback_map["callbacks_ui_settings"].append(callback)


def on_before_ui(callback: Callable[..., Any], *, name: str | None = None) -> None:
    callback_map["callbacks_before_ui"].append(callback)


def on_cfg_denoiser(callback: Callable[..., Any], *, name: str | None = None) -> None:
    callback_map["callbacks_cfg_denoiser"].append(callback)


def on_image_saved(callback: Callable[..., Any], *, name: str | None = None) -> None:
    callback_map["callbacks_image_saved"].append(callback)


def on_after_component(callback: Callable[..., Any], *, name: str | None = None) -> None:
    callback_map["callbacks_after_component"].append(callback)


def before_ui_callback() -> None:
    for callback in callback_map["callbacks_before_ui"]:
        callback()


def app_started_callback(demo: Any, app: Any) -> None:
    for callback in callback_map["callbacks_app_started"]:
        callback(demo, app)


def ui_tabs_callback() -> list[Any]:
    return [tab for callback in callback_map["callbacks_ui_tabs"] for tab in callback() or []]


def ui_settings_callback() -> None:
    for callback in callback_map["callbacks_ui_settings"]:
        callback()


def clear_callbacks() -> None:
    for callbacks in callback_map.values():
        callbacks.clear()
