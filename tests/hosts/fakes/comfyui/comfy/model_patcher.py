"""What the host wraps a model in: attachments, patches, and parts of the model by name."""

from types import SimpleNamespace


class ModelPatcher:
    """A model with attachments."""

    def __init__(self, **asked: object) -> None:
        self.asked = asked
        self.patches: dict[str, object] = {}
        self.object_patches: dict[str, object] = {}
        self._attachments: dict[str, object] = {}

    def set_attachments(self, key: str, attachment: object) -> None:
        self._attachments[key] = attachment

    def get_attachment(self, key: str) -> object:
        return self._attachments.get(key)

    def get_model_object(self, name: str) -> object:
        return {"latent_format": SimpleNamespace(latent_channels=4)}[name]


class NewerModelPatcher(ModelPatcher):
    """One that the host may build again by what it remembers."""

    cached_patcher_init = None
