"""A double of ComfyUI's ``folder_paths``: named folders below one models folder, and three more."""

from __future__ import annotations

import re
from pathlib import Path

models_dir = "/nowhere/models"
base_path = "/nowhere"
folder_names_and_paths: dict[str, tuple[list[str], set[str]]] = {
    "embeddings": (["/nowhere/models/embeddings"], set())
}


def add_model_folder_path(
    folder_name: str, full_folder_path: str, is_default: bool = False
) -> None:
    paths, _ = folder_names_and_paths.setdefault(folder_name, ([], set()))
    if full_folder_path not in paths:
        paths.insert(0 if is_default else len(paths), full_folder_path)


def get_folder_paths(folder_name: str) -> list[str]:
    return folder_names_and_paths[folder_name][0][:]


def get_output_directory() -> str:
    return str(Path(base_path) / "output")


def get_temp_directory() -> str:
    return str(Path(base_path) / "temp")


def get_input_directory() -> str:
    return str(Path(base_path) / "input")


def get_user_directory() -> str:
    return str(Path(base_path) / "user")


def get_directory_by_type(type_name: str) -> str | None:
    return {
        "output": get_output_directory(),
        "temp": get_temp_directory(),
        "input": get_input_directory(),
    }.get(type_name)


def get_annotated_filepath(name: str, default_dir: str | None = None) -> str:
    match = re.fullmatch(r"(.*) \[(output|input|temp)\]", name)
    if match:
        return str(Path(get_directory_by_type(match[2])) / match[1])
    return str(Path(default_dir or get_input_directory()) / name)


def exists_annotated_filepath(name: str) -> bool:
    return Path(get_annotated_filepath(name)).exists()


def get_save_image_path(
    filename_prefix: str, output_dir: str, image_width: int = 0, image_height: int = 0
) -> tuple[str, str, int, str, str]:
    prefix = Path(filename_prefix.replace("%width%", str(image_width)))
    folder = (Path(output_dir) / prefix.parent).resolve()
    if not folder.is_relative_to(Path(output_dir).resolve()):
        raise ValueError("Saving image outside the output folder is not allowed.")
    folder.mkdir(parents=True, exist_ok=True)
    taken = [
        int(found[1])
        for one in folder.iterdir()
        if (found := re.match(rf"{re.escape(prefix.name)}_(\d+)", one.name))
    ]
    subfolder = "" if prefix.parent == Path() else str(prefix.parent)
    return str(folder), prefix.name, max(taken, default=0) + 1, subfolder, filename_prefix
