"""What a node shows: pictures by the file they lie in."""

from __future__ import annotations

from collections.abc import Sequence


class SavedResult(dict):
    def __init__(self, filename: str, subfolder: str, type: object) -> None:
        super().__init__(filename=filename, subfolder=subfolder, type=getattr(type, "value", type))


class PreviewImage:
    """Pictures as ``(B, H, W, C)`` in [0, 1]; the real one writes them into the temp folder."""

    def __init__(self, image: object, animated: bool = False, cls: type | None = None) -> None:
        assert image.ndim == 4
        assert image.shape[-1] in (3, 4)
        self.values: Sequence[dict[str, str]] = [
            SavedResult(f"preview_{index}.png", "", "temp") for index in range(len(image))
        ]

    def as_dict(self) -> dict[str, list[object]]:
        return {"images": [*self.values]}
