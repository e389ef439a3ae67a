"""A double of ComfyUI's ``folder_paths``: named folders below one models folder."""

models_dir = "/nowhere/models"
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
